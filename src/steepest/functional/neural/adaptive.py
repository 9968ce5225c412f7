"""Adaptive pooling: windows of whatever size gives the wanted number of results."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from steepest.core.dtype import from_numpy, int64
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.formats import keeps_format
from steepest.functional.neural.pooling import pool_back
from steepest.functional.neural.precision import widened
from steepest.functional.neural.windows import Sizes, batched
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import constant
from steepest.ops.views import squeeze


def _bins(n: int, out: int) -> tuple[Any, Any]:
    """Where each of `out` windows over n elements begins and ends."""
    i = np.arange(out)
    return i * n // out, -(-(i + 1) * n // out)


@cache
def _averaging(n: int, out: int, of: Any) -> Any:
    """The matrix `(out, n)` whose rows average the windows."""
    start, stop = _bins(n, out)
    place = np.arange(n)
    inside = (place >= start[:, None]) & (place < stop[:, None])
    return (inside / (stop - start)[:, None]).astype(of)


@cache
def _sharing(n: int, out: int, of: Any) -> tuple[Any, Any]:
    """For each window its elements' numbers, `(out, widest)`, and what each counts, 0 where it is there to fill up."""
    return _filled(_averaging(n, out, of))


@cache
def _spreading(n: int, out: int, of: Any) -> tuple[Any, Any]:
    """For each element the windows that it lies in, and what it counts in each."""
    return _filled(_averaging(n, out, of).T)


def _filled(matrix: Any) -> tuple[Any, Any]:
    widest = int(np.count_nonzero(matrix, 1).max(initial=1))
    places = np.argsort(matrix == 0, 1, kind="stable")[:, :widest]
    return places, np.take_along_axis(matrix, places, 1)


def _summed(x: Any, places: Any, weights: Any, dim: int) -> Any:
    """Weighted sums of elements along a dimension. What lies outside a window does not count even where it is infinite."""
    shape = x.array.shape
    seen = ix.take_rows(x, constant(places.reshape(-1).astype(np.int64), int64), dim=dim)
    seen = seen.reshape(*shape[:dim], *places.shape, *shape[dim + 1 :])
    counts = constant(weights.reshape(*places.shape, *[1] * (len(shape) - dim - 1)), x.dtype)
    return red.total(ar.where(counts != 0, seen * counts, 0), dim=(dim + 1,), keepdim=False)


def _mean_body(x: Any, out: Sizes) -> Any:
    for d, (n, m) in enumerate(zip(x.array.shape[2:], out, strict=True), 2):
        x = _summed(x, *_sharing(n, m, x.array.dtype), d)
    return x


def _multiplied(x: Any, matrices: list[Any], rest: Any) -> Any:
    """Dimensions from the third on multiplied by matrices; what is infinite would spoil all sums, and goes by `rest`."""
    y = x
    with np.errstate(invalid="ignore"):
        for d, matrix in enumerate(matrices, 2):
            y = np.moveaxis(np.matmul(np.moveaxis(y, d, -1), matrix), -1, d)
    return np.ascontiguousarray(y) if np.isfinite(y).all() else rest(constant(x, from_numpy(x.dtype))).array


def _mean_kernel(x: Any, out: Sizes) -> Any:
    matrices = [_averaging(n, m, x.dtype).T for n, m in zip(x.shape[2:], out, strict=True)]
    return _multiplied(x, matrices, lambda t: _mean_body(t, out))


def _back_body(g: Any, shape: Sizes) -> Any:
    for d, (n, m) in enumerate(zip(shape[2:], g.array.shape[2:], strict=True), 2):
        g = _summed(g, *_spreading(n, m, g.array.dtype), d)
    return g


def _back_kernel(g: Any, shape: Sizes) -> Any:
    matrices = [_averaging(n, m, g.dtype) for n, m in zip(shape[2:], g.shape[2:], strict=True)]
    return _multiplied(g, matrices, lambda t: _back_body(t, shape))


mean_back = composite(
    "adaptive_avg_pool_backward",
    _back_body,
    operands=1,
    kernel=widened(_back_kernel),
    g=lambda gg, like: MEANS[len(like.shape) - 2](gg, out=like.shape[2:]),
)


def _averages(name: str, node: str) -> Any:
    return composite(
        name, _mean_body, operands=1, kernel=widened(_mean_kernel), node=node, x=lambda g, like: mean_back(g, shape=like.shape)
    )


MEANS: dict[int, Composite] = {
    1: _averages("adaptive_avg_pool1d", "AdaptiveAvgPool2DBackward0"),
    2: _averages("adaptive_avg_pool2d", "AdaptiveAvgPool2DBackward0"),
    3: _averages("adaptive_avg_pool3d", "AdaptiveAvgPool3DBackward0"),
}


@cache
def _members(n: int, out: int) -> Any:
    """The elements of each window, `(out, widest)`, short ones filled up with their last element."""
    start, stop = _bins(n, out)
    return np.minimum(start[:, None] + np.arange(int((stop - start).max(initial=1))), stop[:, None] - 1)


def _max_index(shape: Sizes, out: Sizes) -> Any:
    """For each window, `(*out, members)`: positions in the plane and, for each dimension, the index there."""
    n = len(out)
    parts = []
    for i, (size, m) in enumerate(zip(shape[2:], out, strict=True)):
        at = _members(size, m)
        parts.append(at.reshape([at.shape[0] if d == i else at.shape[1] if d == n + i else 1 for d in range(2 * n)]))
    flat = sum(p * math.prod(shape[3 + i :]) for i, p in enumerate(parts))
    return np.broadcast_to(flat, np.broadcast_shapes(*[p.shape for p in parts])).reshape(*out, -1)


def _max_body(x: Any, out: Sizes) -> Any:
    shape = x.array.shape
    flat = _max_index(shape, out)
    rows = x.reshape(*shape[:2], math.prod(shape[2:]))
    seen = ix.take_rows(rows, constant(flat.reshape(-1).astype(np.int64), int64), dim=2).reshape(*shape[:2], *flat.shape)
    values, which = red.max_dim(seen, dim=seen.array.ndim - 1, keepdim=False)
    places = constant(np.ascontiguousarray(flat).astype(np.int64), int64).expand(*seen.array.shape)
    return values, squeeze(ix.gather(places, which.unsqueeze(-1), dim=seen.array.ndim - 1), dim=(seen.array.ndim - 1,))


def _max_kernel(x: Any, out: Sizes) -> Any:
    flat = _max_index(x.shape, out)
    seen = x.reshape(*x.shape[:2], math.prod(x.shape[2:]))[:, :, flat]
    which = seen.argmax(-1)[..., None]
    places = np.broadcast_to(flat, seen.shape)
    return np.take_along_axis(seen, which, -1)[..., 0], np.take_along_axis(places, which, -1)[..., 0].astype(np.int64)


def _maxima(name: str, node: str) -> Any:
    return composite(
        name,
        _max_body,
        operands=1,
        kernel=widened(_max_kernel),
        node=node,
        x=lambda g, rest, like: pool_back(g[0], rest[0], shape=like.shape),
    )


MAXIMA = {
    1: _maxima("adaptive_max_pool1d", "AdaptiveMaxPool2DBackward0"),
    2: _maxima("adaptive_max_pool2d", "AdaptiveMaxPool2DBackward0"),
    3: _maxima("adaptive_max_pool3d", "AdaptiveMaxPool3DBackward0"),
}


def _check_dims(input: Tensor, output_size: Any) -> None:
    if isinstance(output_size, (tuple, list)) and input.array.ndim <= len(output_size) > 1:
        raise ValueError(text("adaptive-dims", least=len(output_size) + 1, shape=list(input.array.shape), given=list(output_size)))


def _wanted(output_size: Any, shape: Sizes, n: int, function: str) -> Sizes:
    given = (output_size,) * n if isinstance(output_size, int) or output_size is None else tuple(output_size)
    if len(given) != n or any(m is not None and m < 0 for m in given):
        raise RuntimeError(text("adaptive-sizes", function=function, n=n, given=list(given)))
    return tuple(size if m is None else int(m) for size, m in zip(shape[2:], given, strict=True))


def _average(n: int) -> Callable[..., Tensor]:
    def pool(input: Tensor, output_size: Any) -> Tensor:
        _check_dims(input, output_size)
        x, alone = batched(input, n, f"adaptive_avg_pool{n}d")
        out = _wanted(output_size, x.array.shape, n, f"adaptive_avg_pool{n}d")
        if n > 1 and all(m == 1 for m in out):
            result = x.mean(tuple(range(2, 2 + n)), keepdim=True)
        else:
            result = MEANS[n](x, out=out)
        return squeeze(result, dim=(0,)) if alone else result

    pool.__name__ = pool.__qualname__ = f"adaptive_avg_pool{n}d"
    pool.__doc__ = "Means of as many windows as `output_size` says; None keeps a dimension."
    return pool


def _largest(n: int) -> Callable[..., Any]:
    def pool(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        _check_dims(input, output_size)
        x, alone = batched(input, n, f"adaptive_max_pool{n}d")
        results = MAXIMA[n](x, out=_wanted(output_size, x.array.shape, n, f"adaptive_max_pool{n}d"))
        values, indices = (squeeze(r, dim=(0,)) for r in results) if alone else results
        return (values, indices) if return_indices else values

    pool.__name__ = pool.__qualname__ = f"adaptive_max_pool{n}d"
    pool.__doc__ = "Maxima of as many windows as `output_size` says; with `return_indices` also their positions in the plane."
    return pool


FLOATS = refuses("bool integers complex")
adaptive_avg_pool1d, adaptive_avg_pool2d = FLOATS(_average(1)), keeps_format(FLOATS(_average(2)))
adaptive_avg_pool3d = in_single_precision(FLOATS(_average(3)))
adaptive_max_pool1d, adaptive_max_pool2d = FLOATS(_largest(1)), FLOATS(_largest(2))
adaptive_max_pool3d = in_single_precision(FLOATS(_largest(3)))


def _with_indices(pool: Callable[..., Any]) -> Callable[..., Any]:
    def both(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        return pool(input, output_size, True)

    both.__name__ = both.__qualname__ = f"{pool.__name__}_with_indices"
    both.__doc__ = f"`{pool.__name__}` with the positions."
    return both


adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices, adaptive_max_pool3d_with_indices = map(
    _with_indices, (adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)
)
