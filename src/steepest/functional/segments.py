"""`torch.segment_reduce`: sums, means, products and extrema of stretches that follow one after the other."""

import math
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.indexing import REDUCING_SCATTERS, gather
from steepest.functional.joining import cat
from steepest.ops.arithmetic import isnan, where
from steepest.ops.composites import composite
from steepest.ops.creation import constant, full

__all__ = ["segment_reduce"]

STARTS = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -np.inf, "amax": -np.inf, "min": np.inf, "amin": np.inf}
COMBINED = {"sum": "sum", "mean": "sum", "prod": "prod", "max": "amax", "amax": "amax", "min": "amin", "amin": "amin"}


def combined(data: Any, place: Any, how: str, start: float, axis: int, count: int) -> Any:
    """Elements combined by segment, along `axis`; what lies beyond the last segment goes to one more, which is cut off."""
    shape = (*data.array.shape[:axis], count + 1, *data.array.shape[axis + 1:])
    return REDUCING_SCATTERS[how](full(shape, start, data.dtype), place, data, dim=axis).narrow(axis, 0, count)


def _body(data: Any, place: Any, lengths: Any, reduce: str, initial: float | None, axis: int) -> Any:
    start = STARTS[reduce] if initial is None else initial
    made = combined(data, place, COMBINED[reduce], start, axis, lengths.array.shape[axis])
    if reduce != "mean":
        return made.clone()
    return where(lengths == 0, float("nan") if initial is None else initial, made / lengths)


def _gradient(g: Any, data: Any, place: Any, lengths: Any, result: Any, reduce: str, initial: float | None, axis: int) -> Any:
    def totals(x: Any, how: str = "sum") -> Any:
        return combined(x, place, how, float(how == "prod"), axis, lengths.array.shape[axis])

    def spread(x: Any) -> Any:
        return gather(cat([x, full((*x.array.shape[:axis], 1, *x.array.shape[axis + 1:]), 0, x.dtype)], axis), axis, place)

    def ones(where_true: Any) -> Any:
        return where(where_true, 1.0, 0.0).to(data.dtype)

    if COMBINED[reduce] == "sum":
        return spread(g if reduce == "sum" else g / where(lengths == 0, 1, lengths))
    if reduce != "prod":
        best = ones((data == spread(result)) | isnan(data))
        shared = totals(best)
        return spread(g / where(shared == 0, 1.0, shared)) * best
    # an element that is zero or NaN gets the product of the others, any other one the result over itself
    odd = (data == 0) | isnan(data)
    others = spread(totals(where(odd, 1.0, data), "prod")) * (1.0 if initial is None else initial)
    odd_others, nan_others = spread(totals(ones(odd))) - 1, spread(totals(ones(isnan(data)))) - ones(isnan(data))
    of_odd = where(odd_others == 0, others, where(nan_others == 0, 0.0, float("nan")))
    return spread(g) * where(odd, of_odd, spread(result) / where(odd, 1.0, data))


_segment_reduce = composite("segment_reduce", _body, operands=1, data=_gradient)


def _places(counts: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    """For each element along the axis the number of its segment; one more than there are where it lies in none."""
    ends = counts.cumsum(-1)
    flat = ends.reshape(math.prod(ends.shape[:-1]), ends.shape[-1])
    found = [np.searchsorted(row, np.arange(size), side="right") for row in flat]
    return np.array(found, np.int64).reshape(*counts.shape[:-1], size)


def segment_reduce(data: Tensor, reduce: str, *, lengths: Tensor | None = None, indices: Tensor | None = None,
                   offsets: Tensor | None = None, axis: int = 0, unsafe: bool = False, initial: float | None = None) -> Tensor:
    """Each segment of `data` along `axis` combined by "sum", "mean", "prod", "max" or "min", beginning with `initial`.

    `lengths` are the sizes of the segments, or `offsets` where each begins and the last one ends; dimensions before `axis` have
    segments of their own. RuntimeError where they do not cover the dimension, unless `unsafe`.
    """
    if reduce not in STARTS:
        raise RuntimeError(text("segment-reduction", name=reduce))
    if indices is not None or lengths is None and offsets is None:
        raise RuntimeError(text("segment-places"))
    given = lengths if lengths is not None else offsets
    assert given is not None
    if given.dtype.category != dtypes.INTEGER or data.dtype.category != dtypes.FLOATING:
        raise NotImplementedError(text("segment-dtypes", data=data.dtype, lengths=given.dtype))
    axis = axis + data.array.ndim if axis < 0 else axis
    if given.array.ndim - 1 != axis:
        raise RuntimeError(text("segment-axis", axis=axis, ndim=given.array.ndim))
    counts = np.diff(given.array) if lengths is None else given.array
    if (counts < 0).any():
        raise RuntimeError(text("segment-negative"))
    size = data.array.shape[axis]
    covers = (counts.sum(-1) == size).all() and (counts.size or lengths is None)
    if not unsafe and not covers or lengths is None and not given.array.shape[-1]:
        raise RuntimeError(text("segment-cover", size=size))
    after = (1,) * (data.array.ndim - axis - 1)
    place = np.broadcast_to(_places(counts, size).reshape(*counts.shape[:-1], size, *after), data.array.shape)
    made: Tensor = _segment_reduce(data, place=constant(place.copy(), dtypes.int64), reduce=reduce, initial=initial, axis=axis,
                                   lengths=constant(counts.reshape(*counts.shape, *after), given.dtype))
    return made
