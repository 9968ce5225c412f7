"""Orders: sorting, reversing and rolling. Each is a gather along dimensions whose indices are computed first."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.memory_order import alike
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.ops.arithmetic import where
from steepest.ops.creation import full
from steepest.ops.indexing import pickers, scatter_add, take_rows
from steepest.ops.views import unsqueeze


class Sort(Primitive):
    """The elements along `dim` in rising or falling order, equal ones in their own order, and where they came from."""

    form = "sort"

    def __init__(self) -> None:
        super().__init__("sort", ("x",), {"x": lambda g, rest, like, dim, descending: scatter_add(
            full(like.shape, 0, g[0].dtype), rest[0], g[0], dim=dim) if like.shape else g[0]})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        dim, array = params["dim"], x.array
        if not array.ndim:
            return finish(self, operands, params, (fresh(array.copy(), x.dtype), fresh(np.zeros((), np.int64), dtypes.int64)))
        order = np.ascontiguousarray(_ranks(array, dim, params["descending"]))
        values = pickers[0](array, order, dim) if pickers else None
        values = np.take_along_axis(array, order, dim) if values is None else values
        return finish(self, operands, params, (fresh(alike(values, array), x.dtype), fresh(alike(order, array), dtypes.int64)))


class Ranked(Primitive):
    """Elements along `dim` that their rank or their frequency picks, and where they are: `places(array, dim, **params)`."""

    form = "ranked"

    def __init__(self, name: str, places: Any, node: str = "", shared: bool = False):
        rule: Any = shared_gradient if shared else lambda g, rest, like, dim, keepdim: ranked_gradient(g[0], rest[0], like, dim, keepdim)
        super().__init__(name, ("x",), {"x": rule}, node)
        self.places = places

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        rest = dict(params)
        dim, keepdim = rest.pop("dim"), rest.pop("keepdim")
        array = x.array if x.array.ndim else x.array.reshape(1)
        at = np.asarray(self.places(array, dim, **rest), np.int64)
        values = np.take_along_axis(array, at, dim)
        if not keepdim or not x.array.ndim:
            values, at = values.squeeze(dim), at.squeeze(dim)
        return finish(self, operands, params, (fresh(values.copy(), x.dtype), fresh(at.copy(), dtypes.int64)))


def ranked_gradient(g: Any, indices: Any, like: Any, dim: int, keepdim: bool) -> Any:
    """The gradient put where the elements came from, zeros elsewhere."""
    if not like.shape:
        return g
    if not keepdim:
        g, indices = unsqueeze(g, dim=dim), unsqueeze(indices, dim=dim)
    return scatter_add(full(like.shape, 0, g.dtype), indices, g, dim=dim)


def shared_gradient(g: Any, x: Any, rest: Any) -> Any:
    """The gradient of an element of a vector divided equally among those that equal it."""
    value = take_rows(x, rest[0].reshape(1), dim=0)
    at = (x == value) | ((x != x) & (value != value))
    return where(at, g[0] / at.sum(), 0)


rankers: list[Callable[[Any, int, bool], Any]] = []
"""Native code for `_ranks`, or None where it has none; the layer that compiles puts its function here."""


def _ranks(array: Any, dim: int, descending: bool = False) -> Any:
    found = rankers[0](array, dim, descending) if rankers else None
    if found is not None:
        return found
    if descending:
        return np.flip(array.shape[dim] - 1 - np.argsort(np.flip(array, dim), axis=dim, kind="stable"), dim)
    return np.argsort(array, axis=dim, kind="stable")


def _has_nan(array: Any) -> bool:
    return array.dtype.kind not in "iub" and bool(np.isnan(array).any())


def _places_of_rank(array: Any, dim: int, rank: int) -> Any:
    """Where the element of a rank is, equal ones counted in their own order; there is no NaN."""
    value = np.take(np.partition(array, rank, dim), [rank], dim)
    equal = array == value
    if np.count_nonzero(equal) > value.size:
        before = rank - np.count_nonzero(array < value, axis=dim, keepdims=True)
        equal &= np.cumsum(equal, dim) == before + 1
    return equal.argmax(dim, keepdims=True)


def _extreme_places(array: Any, dim: int, k: int, largest: bool) -> Any:
    """Where the k largest or smallest elements are, in the order of their indices, of equal ones the first; there is no NaN."""
    rows = np.moveaxis(array, dim, -1)
    rank = rows.shape[-1] - k if largest else k - 1
    edge = np.partition(rows, rank)[..., [rank]]
    chosen = rows >= edge if largest else rows <= edge
    if np.count_nonzero(chosen) > edge.size * k:
        equal = rows == edge
        beyond = np.count_nonzero(chosen & ~equal, axis=-1, keepdims=True)
        chosen &= ~equal | (np.cumsum(equal, -1) <= k - beyond)
    return np.moveaxis(np.nonzero(chosen)[-1].reshape(*rows.shape[:-1], k), -1, dim)


def _ranks_between(array: Any, dim: int, start: int, stop: int, descending: bool = False) -> Any:
    n, k = array.shape[dim], stop - start
    if 0 < 4 * k < n and not _has_nan(array):           # where most of the order is not asked for
        if k == 1 and start:
            return _places_of_rank(array, dim, start)
        if start == 0:
            at = _extreme_places(array, dim, k, descending)
            return np.take_along_axis(at, _ranks(np.take_along_axis(array, at, dim), dim, descending), dim)
    return _ranks(array, dim, descending)[(slice(None),) * dim + (slice(start, stop),)]


def _median_places(array: Any, dim: int, skip_nan: bool) -> Any:
    """Where the lower median is; a NaN is the median unless those are left out."""
    if array.shape[dim] and not _has_nan(array):
        return _places_of_rank(array, dim, (array.shape[dim] - 1) // 2)
    order = _ranks(array, dim)
    missing = np.isnan(array).sum(dim, keepdims=True) if array.dtype.kind == "f" else np.zeros((1,) * array.ndim, np.int64)
    n = array.shape[dim]
    rank = np.maximum(n - missing - 1, 0) // 2 if skip_nan else np.where(missing > 0, n - missing, (n - 1) // 2)
    return np.take_along_axis(order, np.broadcast_to(rank, tuple(1 if d == dim else k for d, k in enumerate(array.shape))), dim)


def _mode_places(array: Any, dim: int) -> Any:
    rows = np.moveaxis(array, dim, -1)
    found = np.empty(rows.shape[:-1], np.int64)
    for at in np.ndindex(rows.shape[:-1]):
        values, counts = np.unique(rows[at], return_counts=True)
        found[at] = np.flatnonzero(rows[at] == values[counts.argmax()])[-1]
    return np.expand_dims(found, dim)


class Rearrange(Primitive):
    """A permutation of the elements along dimensions that depends on the shape alone."""

    form = "rearrange"

    def __init__(self, name: str, function: Any, rule: Any, node: str = "", keeps_order: bool = False):
        super().__init__(name, ("x",), {"x": rule}, node)
        self.function, self.keeps_order = function, keeps_order

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        out = np.array(self.function(x.array, **params), order="C")
        return finish(self, operands, params, fresh(alike(out, x.array) if self.keeps_order else out, x.dtype))


sort = Sort()
topk, kthvalue = Ranked("topk", _ranks_between), Ranked("kthvalue", _ranks_between)
median, nanmedian = Ranked("median", _median_places, "MedianBackward1"), Ranked("nanmedian", _median_places, "NanmedianBackward1")
median_of_all, nanmedian_of_all = (Ranked(name, _median_places, f"{name.capitalize()}Backward0", shared=True)
                                   for name in ("median", "nanmedian"))
mode = Ranked("mode", _mode_places)
flip: Rearrange = Rearrange("flip", lambda x, dims: np.flip(x, dims), lambda g, dims: flip(g, dims=dims), keeps_order=True)
roll: Rearrange = Rearrange("roll", lambda x, shifts, dims: np.roll(x, shifts, dims),
                 lambda g, shifts, dims: roll(g, shifts=-shifts if dims is None else tuple(-s for s in shifts), dims=dims))
rot90: Rearrange = Rearrange("rot90", lambda x, k, dims: np.rot90(x, k, dims), lambda g, k, dims: rot90(g, k=-k, dims=dims))
