"""The order in which a tensor's elements lie in memory: it decides what `*_like` makes and which random number an element gets."""

from typing import Any

import numpy as np

from steepest.core.device import CHANNELS_LAST, CHANNELS_LAST_3D
from steepest.errors import text

__all__ = ["alike", "arranged", "channels_last", "in_memory_order", "is_channels_last", "memory_order", "order_of", "order_of_several",
           "restored", "strides_of"]

Order = tuple[int, ...]
RANKS = {CHANNELS_LAST: 4, CHANNELS_LAST_3D: 5}
"""The formats whose channels lie innermost, and how many dimensions they are for."""


def channels_last(ndim: int) -> Order:
    """The axes from the outermost in memory to the innermost where channels lie last."""
    return (0, *range(2, ndim), 1)


def order_of(memory_format: Any, ndim: int) -> Order | None:
    """The axes as a format asks for them; None where they are in order. RuntimeError for a format of other ranks."""
    rank = RANKS.get(memory_format)
    if rank is None:
        return None
    if ndim != rank:
        raise RuntimeError(text("memory-format-rank", rank=rank, format=memory_format.name, ndim=ndim))
    return channels_last(ndim)


def is_channels_last(array: np.ndarray[Any, Any]) -> bool:
    """Whether the elements lie without gaps, channels innermost."""
    expected = array.itemsize
    for axis in channels_last(array.ndim)[::-1]:
        if array.shape[axis] != 1:
            if array.strides[axis] != expected:
                return False
            expected *= array.shape[axis]
    return True


def memory_order(array: np.ndarray[Any, Any]) -> Order | None:
    """The axes from the outermost in memory to the innermost, as PyTorch's iterators sort them; None where they are in order.

    An expanded axis (stride 0) stays where it is; of two axes with one stride the shorter is the inner one.
    """
    return None if array.flags.c_contiguous else _sorted(array.shape, [array.strides])


def order_of_several(shape: tuple[int, ...], arrays: Any) -> Order | None:
    """The axes of the result of an elementwise operation, which are those of the first operand that tells two of them apart."""
    return _sorted(shape, [(0,) * (len(shape) - a.ndim) + tuple([0 if n == 1 else s for n, s in zip(a.shape, a.strides, strict=True)])
                           for a in arrays])


def _sorted(shape: tuple[int, ...], strides: list[tuple[int, ...]]) -> Order | None:
    def compared(a: int, b: int) -> int:
        for each in strides:
            if each[a] and each[b]:
                if each[a] != each[b]:
                    return 1 if each[a] > each[b] else -1
                if shape[a] > shape[b]:
                    return 1
        return 0

    inner = list(range(len(shape)))[::-1]           # from the innermost outwards, sorted by insertion
    for begin in range(1, len(inner)):
        at = begin
        for before in range(begin - 1, -1, -1):
            way = compared(inner[before], inner[at])
            if way > 0:
                inner[before], inner[at] = inner[at], inner[before]
                at = before
            elif way < 0:
                break
    order = inner[::-1]
    real = [k for k in order if shape[k] != 1]
    return None if real == sorted(real) else tuple(order)


def in_memory_order(shape: tuple[int, ...], order: Order | None) -> tuple[int, ...]:
    """A shape with its axes as they lie in memory."""
    return shape if order is None else tuple([shape[k] for k in order])


def alike(array: np.ndarray[Any, Any], of: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """These elements without gaps, in the memory order of another array of the same dimensions."""
    return arranged(array, memory_order(of))


def arranged(array: np.ndarray[Any, Any], order: Order | None) -> np.ndarray[Any, Any]:
    """These elements without gaps, with the axes in this order in memory."""
    return np.ascontiguousarray(array) if order is None else restored(np.ascontiguousarray(array.transpose(order)), order)


def strides_of(array: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """The strides, counted in elements."""
    return tuple([s // array.itemsize for s in array.strides])


def restored(array: np.ndarray[Any, Any], order: Order | None) -> np.ndarray[Any, Any]:
    """An array whose axes are as they lie in memory, seen with the tensor's axes."""
    return array if order is None else array.transpose(np.argsort(order))
