"""Orders of elements, where they are in them, and how often they occur."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.by_example import by_example
from steepest.functional.reducing import mode_result, named
from steepest.functional.supporting import refuses
from steepest.ops import counting, ordering
from steepest.ops.creation import constant
from steepest.ops.reductions import wrap

sort_result, topk_result, kthvalue_result = (named(n, "values", "indices") for n in ("sort", "topk", "kthvalue"))


@refuses("complex")
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """`(values, indices)` in order along `dim`; equal elements keep their order; NaN counts as largest."""
    return sort_result(ordering.sort(input, dim=wrap(dim, input.array.ndim), descending=descending))


@refuses("complex")
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """The indices that sort along `dim`."""
    return sort(input.detach(), dim, descending)[1]


@refuses("complex")
def msort(input: Tensor) -> Tensor:
    """Sorted along the first dimension."""
    return sort(input, 0)[0]


@refuses("complex")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim` and their indices."""
    if input.dtype is dtypes.bool_:
        raise RuntimeError(text("topk-of-bool"))
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d] if input.array.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(text("topk-too-many", k=k, size=size, dim=d))
    return topk_result(ordering.topk(input, dim=d, keepdim=True, start=0, stop=k, descending=largest))


@refuses("bool complex")
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along `dim` and its index."""
    d = wrap(dim, input.array.ndim)
    size = _length("kthvalue", input, d)
    if not 1 <= k <= size:
        raise RuntimeError(text("topk-too-many", k=k, size=size, dim=d))
    return kthvalue_result(ordering.kthvalue(input, dim=d, keepdim=keepdim, start=k - 1, stop=k))


@refuses("complex")
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along `dim` (the smallest of several) and the index of its last occurrence."""
    d = wrap(dim, input.array.ndim)
    _length("mode", input, d)
    return mode_result(ordering.mode(input, dim=d, keepdim=keepdim))


def _length(function: str, input: Tensor, d: int) -> int:
    """The size along a dimension, in which there must be something to choose from."""
    size: int = input.array.shape[d] if input.array.ndim else 1
    if not size:
        raise IndexError(text("empty-dimension", function=function, dim=d))
    return size


@refuses("complex")
def unique(input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
    """The different elements in order; also where each element went and how often each occurs."""
    values, inverse, counts = np.unique(input.array, return_inverse=True, return_counts=True, axis=dim)
    inverse = inverse.reshape(input.array.shape) if dim is None else inverse.reshape(-1)
    out = [from_array(values), *([from_array(inverse.astype(np.int64))] if return_inverse else []),
           *([from_array(counts.astype(np.int64))] if return_counts else [])]
    return out[0] if len(out) == 1 else tuple(out)


@refuses("complex")
def unique_consecutive(input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
    """Runs of equal elements taken as one; with `dim` of equal entries along it."""
    if dim is not None:
        return _runs(input, wrap(dim, input.array.ndim), return_inverse, return_counts)
    flat = input.array.reshape(-1)
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]])) if flat.size else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, flat.size))
    inverse = [from_array(np.repeat(np.arange(len(starts)), counts).reshape(input.array.shape))] if return_inverse else []
    out = [from_array(flat[starts]), *inverse,
           *([from_array(counts.astype(np.int64))] if return_counts else [])]
    return out[0] if len(out) == 1 else tuple(out)


def _runs(x: Tensor, d: int, return_inverse: bool, return_counts: bool) -> Any:
    n = x.array.shape[d]
    if not n:
        empty = from_array(np.zeros(0, np.int64))
        out = [x.clone(), *([empty] if return_inverse else []), *([empty] if return_counts else [])]
        return out[0] if len(out) == 1 else tuple(out)
    rows = np.moveaxis(read(x), d, 0)
    changed = (rows[1:] != rows[:-1]).reshape(n - 1, -1).any(1) if x.array.size and n > 1 else np.zeros(n - 1, bool)
    starts = np.flatnonzero(np.concatenate([[True], changed]))
    counts = np.diff(np.append(starts, n))
    out = [from_array(np.ascontiguousarray(np.moveaxis(rows[starts], 0, d)))]
    out += [from_array(np.repeat(np.arange(len(starts)), counts))] if return_inverse else []
    out += [from_array(counts.astype(np.int64))] if return_counts else []
    return out[0] if len(out) == 1 else tuple(out)


@by_example
@refuses("bool complex")
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Where an element occurs (with `invert`: does not) among `test_elements`."""
    found = counting.is_in(_tensor(elements), _tensor(test_elements))
    return ~found if invert else found


@by_example
@refuses("halves floats complex")
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2 ... occurs, or the sums of the weights."""
    counts = np.bincount(read(input), None if weights is None else read(weights), minlength)
    return from_array(counts.astype(np.float32) if weights is not None and weights.dtype is dtypes.float32 else counts)


@by_example
@refuses("bool integers complex")
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """The numbers of elements in `bins` equal intervals from `min` to `max` (the extrema if both are 0)."""
    return counting.histogram(input, bins=bins, low=min, high=max)


@by_example
@refuses("bool")
def searchsorted(sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None,
                 sorter: Tensor | None = None) -> Tensor:
    """Where values would go in sorted rows (or in rows that `sorter` puts in order)."""
    if sorter is not None:
        sorted_sequence = from_array(np.take_along_axis(read(sorted_sequence), read(sorter), -1))
    which = "right" if right or side == "right" else "left"
    if sorted_sequence.array.ndim > 1:
        return counting.search_rows(sorted_sequence, _tensor(input), side=which, to=np.int32 if out_int32 else np.int64)
    return counting.search_sorted(sorted_sequence, _tensor(input), side=which, to=np.int32 if out_int32 else np.int64)


def _tensor(x: Any) -> Tensor:
    """Numbers as a tensor."""
    if isinstance(x, Tensor):
        return x
    array = np.array(x)
    return constant(array, dtypes.from_numpy(array.dtype))


@by_example
@refuses("bool")
def bucketize(input: Tensor, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The interval between sorted boundaries that each element lies in."""
    if boundaries.array.ndim != 1:
        raise RuntimeError(text("boundaries-dims", ndim=boundaries.array.ndim))
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
