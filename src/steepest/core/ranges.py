"""What numbers an element type can hold: where random draws have to stay, and how they are converted to it."""

import functools
from typing import Any

import numpy as np

from steepest.errors import text

__all__ = ["FLOAT32", "FLOAT64", "cast", "floating", "full_span", "inward", "is_floating", "limits", "part", "span_of"]

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
# bits of the significand, largest finite number
FLOATING = {
    "float16": (11, 65504.0),
    "bfloat16": (8, 3.3895313892515355e38),
    "float32": (24, 3.4028234663852886e38),
    "float64": (53, 1.7976931348623157e308),
}


@functools.cache
def is_floating(dtype: DType) -> bool:
    """Whether it is a real floating type, bfloat16 included."""
    return dtype.name in FLOATING


def floating(dtype: Any, operation: str, complex_too: bool = False) -> DType:
    """The dtype, if it is a floating one; else raises NotImplementedError."""
    dtype = np.dtype(dtype)
    if is_floating(dtype) or (complex_too and dtype.kind == "c"):
        return dtype
    raise NotImplementedError(text("random-dtype", operation=operation, dtype=dtype))


def part(dtype: DType) -> DType:
    """The dtype of the real and imaginary parts of a complex one."""
    return FLOAT64 if dtype.itemsize == 16 else FLOAT32


@functools.cache
def limits(dtype: DType) -> tuple[float, float]:
    """The least and the largest number (an int for integer types)."""
    if dtype == np.bool_:
        return 0, 1
    if is_floating(dtype):
        return -FLOATING[dtype.name][1], FLOATING[dtype.name][1]
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


@functools.cache
def full_span(dtype: DType) -> int:
    """How many numbers a draw over the full range has: 0 to the largest integer, or to 2^digits in a floating type."""
    return 2 ** FLOATING[dtype.name][0] + 1 if is_floating(dtype) else int(limits(dtype)[1]) + 1


def cast(values: Array, dtype: DType) -> Array:
    """To the dtype; the 16-bit floating types are reached by way of float32, as PyTorch does."""
    if values.dtype == dtype:
        return values
    with np.errstate(all="ignore"):
        if dtype.itemsize == 2 and is_floating(dtype):
            values = values.astype(np.float32)
        return values.astype(dtype)


def inward(low: int, end: int, dtype: DType, move_end: bool) -> tuple[int, int]:
    """The range moved inward to numbers that the floating dtype has, so that rounding never leaves it."""
    digits = FLOATING[dtype.name][0]
    above, below = (int(cast(np.array(x), dtype)) for x in (low + 1, end - 1))
    if above < low:
        low = above + (1 << (abs(low + 1).bit_length() - digits))
    if move_end and below >= end:
        end = below - (1 << (abs(end - 1).bit_length() - digits))
    return low, end


def span_of(low: int, high: int | None, dtype: DType) -> tuple[int, int]:
    """The least integer and how many there are from low up to, not including, high, in what the dtype can hold; RuntimeError for none."""
    if high is None and low == -(2**63):
        return low, 2**64
    end = full_span(dtype) if high is None else int(high)
    low = int(low)
    if high is not None and not low < end:
        raise RuntimeError(text("randint-empty-range", low=low, high=high))
    least, most = limits(dtype)
    for name, bound in (("from", low), ("to - 1", end - 1)):
        if not least <= bound <= most:
            raise RuntimeError(text("random-bound-outside-dtype", name=name, bound=bound, dtype=dtype))
    if is_floating(dtype):
        low, end = inward(low, end, dtype, move_end=high is not None)
        if not low < end:
            raise RuntimeError(text("randint-empty-range", low=low, high=end))
    return low, end - low
