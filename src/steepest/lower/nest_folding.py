"""Loop nests of the forms that fold elements into one: reduction, extremum, contraction, scan, extremum_scan."""

from collections.abc import Sequence
from contextlib import ExitStack

from steepest.core.recorder import Equation
from steepest.lower.nest import Nest, accumulator, as_vector
from steepest.lower.text import Index

__all__ = ["contraction", "extremum", "extremum_scan", "reduction", "scan"]


def _spread(at: Sequence[Index], dim: Sequence[int], ndim: int) -> list[Index]:
    """Indices of the kept dimensions with 0 for the folded ones."""
    rest = iter(at)
    return [0 if d in dim else next(rest) for d in range(ndim)]


def reduction(nest: Nest, e: Equation) -> None:
    """The monoid folded over the reduced dimensions."""
    (x,), (result,), m = e.operands, e.results, nest.m
    dim, primitive = e.params["dim"], e.primitive
    acc = accumulator(result.content.dtype.name)
    with ExitStack() as outer:
        at = nest.loops(outer, [n for d, n in enumerate(x.shape) if d not in dim])
        begin = _spread(at, dim, len(x.shape))
        first = nest.load(x, begin, acc) if primitive.identity is None else m.constant(primitive.identity, acc)
        total = nest.function.variable(acc, initial=first.name)
        with ExitStack() as inner:
            indices = list(begin)
            for d, i in zip(dim, nest.loops(inner, [x.shape[d] for d in dim]), strict=True):
                indices[d] = i
            total.set(primitive.combine(m, m.value(total.get(), acc), nest.load(x, indices, acc)).name)
        nest.store(m.value(total.get(), acc), result, begin if e.params["keepdim"] else at)


def extremum(nest: Nest, e: Equation) -> None:
    """The best element along one dimension and where it is first."""
    (values, places), x, m, f = e.results, as_vector(e.operands[0]), nest.m, nest.function
    dim, kind = e.params["dim"], accumulator(x.content.dtype.name)
    with ExitStack() as outer:
        at = nest.loops(outer, [n for d, n in enumerate(x.shape) if d != dim])
        indices = _spread(at, (dim,), len(x.shape))
        out = list(indices) if e.params["keepdim"] else at
        best = f.variable(kind, initial=nest.load(x, indices).name)
        where = f.variable("int64", initial="0")
        with f.loop(x.shape[dim]) as i:
            indices[dim] = i
            value = nest.load(x, indices)
            with f.if_(e.primitive.better(m, value, m.value(best.get(), kind)).name):
                best.set(value.name)
                where.set(str(i))
        shown = out if e.operands[0].shape else []
        nest.store(m.value(best.get(), kind), values, shown)
        nest.store(m.value(where.get(), "int64"), places, shown)


def contraction(nest: Nest, e: Equation) -> None:
    """The sum of products over the letters that the result lacks."""
    (a, b), (result,), m = e.operands, e.results, nest.m
    inputs, out = e.params["spec"].split("->")
    la, lb = inputs.split(",")
    acc = accumulator(result.content.dtype.name)
    size = {c: n for letters, x in ((la, a), (lb, b)) for c, n in zip(letters, x.shape, strict=True)}
    inner = [c for c in la if c not in out]
    with ExitStack() as outer:
        index = dict(zip(out, nest.loops(outer, [size[c] for c in out]), strict=True))
        total = nest.function.variable(acc, initial=m.constant(0, acc).name)
        with ExitStack() as summed:
            index.update(zip(inner, nest.loops(summed, [size[c] for c in inner]), strict=True))
            product = nest.load(a, [index[c] for c in la], acc) * nest.load(b, [index[c] for c in lb], acc)
            total.set((m.value(total.get(), acc) + product).name)
        nest.store(m.value(total.get(), acc), result, [index[c] for c in out])


def scan(nest: Nest, e: Equation) -> None:
    """Every partial result of the monoid along one dimension, rounded as it is stored."""
    x, result, m = as_vector(e.operands[0]), as_vector(e.results[0]), nest.m
    dim, name = e.params["dim"], result.content.dtype.name
    with ExitStack() as outer:
        at = nest.loops(outer, [n for d, n in enumerate(x.shape) if d != dim])
        total = nest.function.variable(name, initial=m.constant(e.primitive.identity, name).name)
        with nest.function.loop(x.shape[dim]) as i:
            indices = [*at[:dim], i, *at[dim:]]
            value = m.cast(e.primitive.combine(m, m.value(total.get(), name), nest.load(x, indices, name)), name)
            total.set(value.name)
            nest.store(value, result, indices)


def extremum_scan(nest: Nest, e: Equation) -> None:
    """The running extremum along one dimension and where it was attained last."""
    x, m = as_vector(e.operands[0]), nest.m
    values, places = (as_vector(r) for r in e.results)
    dim, kind = e.params["dim"], accumulator(x.content.dtype.name)
    extreme = getattr(m, e.primitive.ufunc.__name__)
    with ExitStack() as outer:
        at = nest.loops(outer, [n for d, n in enumerate(x.shape) if d != dim])
        best = nest.function.variable(kind, initial=m.constant(0, kind).name)
        place = nest.function.variable("int64", initial="0")
        with nest.function.loop(x.shape[dim]) as i:
            indices = [*at[:dim], i, *at[dim:]]
            value, here = nest.load(x, indices), m.value(str(i), "int64")
            running = m.where(here == 0, value, extreme(m.value(best.get(), kind), value))
            last = m.where((value == running) | m.isnan(value), here, m.value(place.get(), "int64"))
            best.set(running.name)
            place.set(last.name)
            nest.store(running, values, indices)
            nest.store(last, places, indices)
