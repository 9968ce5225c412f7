"""The generic loop nest: every equation of a program becomes loops over its result's elements, one form a case.

Slow-ish but complete: it knows forms, not operations. Buffers hold whole storages, equations run in the order they were
recorded, so in-place writes happen where eager made them. Faster lowerings lie over this one.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Equation
from steepest.errors import text
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["Nest", "Unsupported"]


class Unsupported(Exception):
    """An equation of a form that no lowering takes; it says which and where."""


class Nest:
    """Writes equations into a function. `pointer(content)` names the buffer that holds a content."""

    def __init__(self, function: Function, pointer: Callable[[Any], str], exact: bool = False):
        self.function, self.pointer = function, pointer
        self.m = Scalars(function, exact=exact)

    def emit(self, equation: Equation) -> None:
        """The loops of one equation."""
        lowering = LOWERINGS.get(equation.primitive.form)
        if lowering is None:
            raise Unsupported(text("form-not-lowered", operation=equation.primitive.name, form=equation.primitive.form,
                                   file=equation.line[0], line=equation.line[1]))
        with self.function.scope():
            lowering(self, equation)

    def loops(self, stack: ExitStack, shape: tuple[int, ...]) -> list[Index]:
        """One loop a dimension; their indices."""
        return [stack.enter_context(self.function.loop(n)) for n in shape]

    def address(self, access: Access, indices: list[Index]) -> str:
        """The address of an element; indices of dimensions that broadcasting added or stretched are left out."""
        f = self.function
        extra = len(indices) - len(access.shape)
        at: Index = access.offset
        for i, n, stride in zip(indices[extra:], access.shape, access.strides, strict=True):
            if n != 1:
                at = f.add(at, f.mul(i, stride))
        return f.gep(self.pointer(access.content), at, access.content.dtype.name)

    def load(self, x: Any, indices: list[Index], as_dtype: str | None = None) -> Value:
        """An element of an access, or a number, converted to a dtype."""
        if not isinstance(x, Access):
            assert as_dtype is not None
            return self.m.constant(x, as_dtype)
        name = x.content.dtype.name
        value = self.m.value(self.function.load(self.address(x, indices), name), name)
        return value if as_dtype is None else self.m.cast(value, as_dtype)

    def store(self, value: Value, access: Access, indices: list[Index]) -> None:
        """Write an element, converted to the dtype of the access."""
        name = access.content.dtype.name
        value = self.m.cast(value, name)
        self.function.store(value.name, self.address(access, indices), name)

    # one case a form --------------------------------------------------------------------------------------------------------------
    def map(self, e: Equation) -> None:
        """The definition at every index."""
        primitive = e.primitive
        compute, _ = primitive.types(tuple(_tag(x) for x in e.operands))
        shape = e.results[0].shape
        with ExitStack() as stack:
            indices = self.loops(stack, shape)
            values = [self.load(x, indices, "bool" if i in primitive.keep else compute.name) for i, x in enumerate(e.operands)]
            out = primitive.definition(self.m, *values)
            for value, result in zip(out if isinstance(out, tuple) else (out,), e.results, strict=True):
                if not isinstance(value, Value):
                    value = self.m.constant(value, compute.name)
                self.store(value, result, indices)

    def cast(self, e: Equation) -> None:
        """The same elements in another dtype."""
        with ExitStack() as stack:
            indices = self.loops(stack, e.results[0].shape)
            self.store(self.load(e.operands[0], indices), e.results[0], indices)

    def write(self, e: Equation) -> None:
        """A value over the elements of a region."""
        region, value = e.operands
        with ExitStack() as stack:
            indices = self.loops(stack, region.shape)
            self.store(self.load(value, indices, region.content.dtype.name), e.results[0], indices)

    def region(self, e: Equation) -> None:
        """A copy of the base, then the value over the region that the view steps reach."""
        base, value = e.operands
        result = e.results[0]
        with ExitStack() as stack:
            indices = self.loops(stack, result.shape)
            self.store(self.load(base, indices), result, indices)
        part = through(result, e.params["steps"])
        with ExitStack() as stack:
            indices = self.loops(stack, part.shape)
            self.store(self.load(value, indices, part.content.dtype.name), part, indices)

    def reduction(self, e: Equation) -> None:
        """The monoid folded over the reduced dimensions."""
        (x,), (result,) = e.operands, e.results
        dim, keepdim, primitive = e.params["dim"], e.params["keepdim"], e.primitive
        kind = result.content.dtype.name
        acc = "float32" if kind in ("float16", "bfloat16") else kind
        kept = tuple(n for d, n in enumerate(x.shape) if d not in dim)
        with ExitStack() as outer:
            at = self.loops(outer, kept)
            indices: list[Index] = []
            rest = iter(at)
            indices = [0 if d in dim else next(rest) for d in range(len(x.shape))]
            first = self.load(x, indices, acc) if primitive.identity is None else self.m.constant(primitive.identity, acc)
            total = self.function.variable(acc, initial=first.name)
            with ExitStack() as inner:
                over = self.loops(inner, tuple(x.shape[d] for d in dim))
                for d, i in zip(dim, over, strict=True):
                    indices[d] = i
                value = primitive.combine(self.m, self.m.value(total.get(), acc), self.load(x, indices, acc))
                total.set(value.name)
            out = [0 if d in dim else i for d, i in enumerate(self._spread(at, dim, len(x.shape)))] if keepdim else at
            self.store(self.m.value(total.get(), acc), result, out)

    def _spread(self, at: list[Index], dim: tuple[int, ...], ndim: int) -> list[Index]:
        rest = iter(at)
        return [0 if d in dim else next(rest) for d in range(ndim)]

    def extremum(self, e: Equation) -> None:
        """The best element along one dimension and where it is."""
        (x,), (values, places) = e.operands, e.results
        dim, keepdim, kind = e.params["dim"], e.params["keepdim"], e.operands[0].content.dtype.name
        shape = x.shape or (1,)
        source = x if x.shape else Access(x.content, x.offset, (1,), (1,))
        with ExitStack() as outer:
            at = self.loops(outer, tuple(n for d, n in enumerate(shape) if d != dim))
            indices = self._spread(at, (dim,), len(shape))
            best = self.function.variable(kind, initial=self.load(source, indices).name)
            where = self.function.variable("int64", initial="0")
            with self.function.loop(shape[dim], start=1) if shape[dim] > 1 else self.function.scope() as i:
                if i is not None:
                    indices[dim] = i
                    value = self.load(source, indices)
                    better = e.primitive.better(self.m, value, self.m.value(best.get(), kind))
                    with self.function.if_(better.name):
                        best.set(value.name)
                        where.set(str(i))
            indices[dim] = 0
            out = (indices if keepdim else at) if x.shape else []
            self.store(self.m.value(best.get(), kind), values, out)
            self.store(self.m.value(where.get(), "int64"), places, out)

    def contraction(self, e: Equation) -> None:
        """The sum of products over the letters that the result lacks."""
        a, b = e.operands
        result = e.results[0]
        inputs, out = e.params["spec"].split("->")
        la, lb = inputs.split(",")
        kind = result.content.dtype.name
        acc = "float32" if kind in ("float16", "bfloat16") else kind
        size = {c: n for letters, x in ((la, a), (lb, b)) for c, n in zip(letters, x.shape, strict=True)}
        inner = [c for c in la if c not in out]
        with ExitStack() as outer:
            env = dict(zip(out, self.loops(outer, tuple(size[c] for c in out)), strict=True))
            total = self.function.variable(acc, initial=self.m.constant(0, acc).name)
            with ExitStack() as summed:
                env.update(zip(inner, self.loops(summed, tuple(size[c] for c in inner)), strict=True))
                product = self.load(a, [env[c] for c in la], acc) * self.load(b, [env[c] for c in lb], acc)
                total.set((self.m.value(total.get(), acc) + product).name)
            self.store(self.m.value(total.get(), acc), result, [env[c] for c in out])

    def fill(self, e: Equation) -> None:
        """One number everywhere."""
        (result,) = e.results
        with ExitStack() as stack:
            indices = self.loops(stack, result.shape)
            self.store(self.m.constant(e.params["value"], result.content.dtype.name), result, indices)

    def iota(self, e: Equation) -> None:
        """start + step * i."""
        (result,) = e.results
        kind = result.content.dtype.name
        wide = "float64" if kind in ("float16", "bfloat16", "float32", "float64") else "int64"
        with ExitStack() as stack:
            indices = self.loops(stack, result.shape)
            i = self.m.cast(self.m.value(str(indices[0]), "int64"), wide)
            self.store(self.m.constant(e.params["start"], wide) + self.m.constant(e.params["step"], wide) * i, result, indices)


def through(access: Access, steps: Any) -> Access:
    """The part of an access that view steps lead to."""
    item = np.dtype(np.int8)
    base = np.lib.stride_tricks.as_strided(np.empty(max(access.content.size, 1), item), access.shape, access.strides)
    begin = base.__array_interface__["data"][0]
    for step, params in steps:
        base = step.index_map(base, **params)
    offset = base.__array_interface__["data"][0] - begin
    return Access(access.content, access.offset + offset, base.shape, base.strides)


def _tag(x: Any) -> Any:
    if isinstance(x, Access):
        return x.content.dtype if x.shape else x.content.dtype.scalar
    return type(x)


LOWERINGS: dict[str, Callable[[Nest, Equation], None]] = {
    "map": Nest.map, "cast": Nest.cast, "store": Nest.write, "write": Nest.region, "reduction": Nest.reduction, "extremum": Nest.extremum,
    "contraction": Nest.contraction, "fill": Nest.fill, "iota": Nest.iota,
}
