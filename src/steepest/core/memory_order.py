"""The order in which a tensor's elements lie in memory: it decides what `*_like` makes and which random number an element gets."""

from typing import Any

import numpy as np

__all__ = ["in_memory_order", "memory_order", "restored"]

Order = tuple[int, ...]


def memory_order(array: np.ndarray[Any, Any]) -> Order | None:
    """The axes from the outermost in memory to the innermost, as PyTorch's iterators sort them; None where they are in order.

    An expanded axis (stride 0) stays where it is; of two axes with one stride the shorter is the inner one.
    """
    if array.flags.c_contiguous:
        return None
    shape, strides = array.shape, array.strides
    inner = list(range(array.ndim))[::-1]           # from the innermost outwards, sorted by insertion
    for begin in range(1, len(inner)):
        at = begin
        for before in range(begin - 1, -1, -1):
            a, b = inner[before], inner[at]
            if not strides[a] or not strides[b]:
                continue
            if strides[a] > strides[b] or (strides[a] == strides[b] and shape[a] > shape[b]):
                inner[before], inner[at] = b, a
                at = before
            elif strides[a] < strides[b]:
                break
    order = inner[::-1]
    real = [k for k in order if shape[k] != 1]
    return None if real == sorted(real) else tuple(order)


def in_memory_order(shape: tuple[int, ...], order: Order | None) -> tuple[int, ...]:
    """A shape with its axes as they lie in memory."""
    return shape if order is None else tuple([shape[k] for k in order])


def restored(array: np.ndarray[Any, Any], order: Order | None) -> np.ndarray[Any, Any]:
    """An array whose axes are as they lie in memory, seen with the tensor's axes."""
    return array if order is None else array.transpose(np.argsort(order))
