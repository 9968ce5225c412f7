"""Loop nests of the forms that compute or move every element by itself: map, cast, store, write, fill, constant, iota, join,
rearrange."""

from contextlib import ExitStack
from functools import cache
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Equation
from steepest.lower.nest import EVALUATE, Nest
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function

__all__ = ["cast", "constant", "fill", "iota", "join", "map", "rearrange", "store", "write"]


def map(nest: Nest, e: Equation) -> None:
    """The definition at every index; where it has no meaning for the dtype, as roots of integers, Python evaluates it."""
    primitive, m = e.primitive, nest.m
    compute, _ = primitive.types(tuple(_tag(x) for x in e.operands))
    kinds = tuple("bool" if i in primitive.keep else compute.name for i in range(len(e.operands)))
    if not _has_meaning(primitive, kinds):
        nest.call(EVALUATE)
        return
    with ExitStack() as stack:
        indices = nest.loops(stack, e.results[0].shape)
        values = [nest.load(x, indices, kind) for x, kind in zip(e.operands, kinds, strict=True)]
        out = primitive.definition(m, *values)
        for value, result in zip(out if isinstance(out, tuple) else (out,), e.results, strict=True):
            nest.store(value if isinstance(value, Value) else m.constant(value, compute.name), result, indices)


@cache
def _has_meaning(primitive: Any, kinds: tuple[str, ...]) -> bool:
    m = Scalars(Function("probe", []))
    try:
        primitive.definition(m, *[m.value(f"%{i}", kind) for i, kind in enumerate(kinds)])
    except TypeError:
        return False
    return True


def _tag(x: Any) -> Any:
    if isinstance(x, Access):
        return x.content.dtype if x.shape else x.content.dtype.scalar
    return type(x)


def cast(nest: Nest, e: Equation) -> None:
    """The same elements in another dtype."""
    nest.copy(e.operands[0], e.results[0])


def store(nest: Nest, e: Equation) -> None:
    """A value over the elements of a region."""
    nest.copy(e.operands[1], e.results[0])


def write(nest: Nest, e: Equation) -> None:
    """A copy of the base, then the value over the region that the view steps reach."""
    (base, value), (result,) = e.operands, e.results
    nest.copy(base, result)
    nest.copy(value, _through(result, e.params["steps"]))


def _through(access: Access, steps: Any) -> Access:
    """The part of an access that view steps lead to."""
    item = np.dtype(np.int8)
    base = np.lib.stride_tricks.as_strided(np.empty(max(access.content.size, 1), item), access.shape, access.strides)
    begin = base.__array_interface__["data"][0]
    for step, params in steps:
        base = step.index_map(base, **params)
    offset = base.__array_interface__["data"][0] - begin
    return Access(access.content, access.offset + offset, base.shape, base.strides)


def fill(nest: Nest, e: Equation) -> None:
    """One number everywhere."""
    nest.copy(e.params["value"], e.results[0])


def constant(nest: Nest, e: Equation) -> None:
    """The elements of an array that is part of the program."""
    (result,), array, f = e.results, np.ascontiguousarray(e.params["array"]), nest.function
    table, name = nest.attach(array), result.content.dtype.name
    with ExitStack() as stack:
        indices = nest.loops(stack, result.shape)
        nest.store(nest.m.value(f.load(nest.element(table, indices, result.shape, name), name), name), result, indices)


def iota(nest: Nest, e: Equation) -> None:
    """start + step * i."""
    (result,), m = e.results, nest.m
    wide = "float64" if result.content.dtype.is_floating_point else "int64"
    with ExitStack() as stack:
        indices = nest.loops(stack, result.shape)
        i = m.cast(m.value(str(indices[0]), "int64"), wide)
        nest.store(m.constant(e.params["start"], wide) + m.constant(e.params["step"], wide) * i, result, indices)


def join(nest: Nest, e: Equation) -> None:
    """Every operand copied to where it starts in the result."""
    (result,), dim = e.results, e.params["dim"]
    for x, start in zip(e.operands, e.params["starts"], strict=False):
        nest.copy(x, Access(result.content, result.offset + start * result.strides[dim], x.shape, result.strides))


def rearrange(nest: Nest, e: Equation) -> None:
    """The elements in the order into which the operation brings their offsets, which are known from the shape."""
    (x,), (result,), f = e.operands, e.results, nest.function
    name = x.content.dtype.name
    offsets = np.full(x.shape, x.offset, np.int64)
    for d, (n, stride) in enumerate(zip(x.shape, x.strides, strict=True)):
        offsets += np.arange(n).reshape([-1 if k == d else 1 for k in range(len(x.shape))]) * stride
    moved = np.ascontiguousarray(e.primitive.function(offsets, **e.params)).reshape(result.shape)
    table = nest.attach(moved)
    with ExitStack() as stack:
        indices = nest.loops(stack, result.shape)
        at = f.load(nest.element(table, indices, result.shape, "int64"), "int64")
        source = f.gep(nest.pointer(x.content), at, name)
        nest.store(nest.m.value(f.load(source, name), name), result, indices)
