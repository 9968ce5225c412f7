"""Loop nests of the forms that keep every partial result: scan, extremum_scan; and the extremum of a single number."""

from contextlib import ExitStack

from steepest.core.recorder import Equation
from steepest.lower.nest import Nest, accumulator, as_vector

__all__ = ["extremum_of_one", "extremum_scan", "scan"]

WIDER = {"float32": "float64", "float16": "float32", "bfloat16": "float32"}
"""What partial results are kept in, as PyTorch does."""


def extremum_of_one(nest: Nest, e: Equation) -> None:
    """The number itself, and place 0."""
    values, places = e.results
    nest.store(nest.load(e.operands[0], []), values, [])
    nest.store(nest.m.constant(0, "int64"), places, [])


def scan(nest: Nest, e: Equation) -> None:
    """Every partial result of the monoid along one dimension, rounded as it is stored and not for the next one."""
    x, result, m = as_vector(e.operands[0]), as_vector(e.results[0]), nest.m
    dim, name = e.params["dim"], result.content.dtype.name
    wide = WIDER.get(name, name)
    with ExitStack() as outer:
        at = nest.loops(outer, [n for d, n in enumerate(x.shape) if d != dim])
        total = nest.function.variable(wide, initial=m.constant(e.primitive.identity, wide).name)
        with nest.function.loop(x.shape[dim]) as i:
            indices = [*at[:dim], i, *at[dim:]]
            value = e.primitive.combine(m, m.value(total.get(), wide), m.cast(nest.load(x, indices, name), wide))
            total.set(value.name)
            nest.store(m.cast(value, name), result, indices)


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
