"""The loop nest of the form that moves every element to a place known from the shape alone: rearrange."""

from contextlib import ExitStack

import numpy as np

from steepest.core.recorder import Equation
from steepest.lower.nest import Nest

__all__ = ["rearrange"]


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
        source = f.gep(nest.pointer(x.content, 0, False), at, name)
        nest.store(nest.m.value(f.load(source, name), name), result, indices)
