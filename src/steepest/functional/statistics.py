"""Histograms, covariances, differences and integrals of sampled functions."""

import itertools
import math
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.by_example import by_example
from steepest.functional.casting import in_single_precision
from steepest.functional.joining import cat
from steepest.functional.reducing import named
from steepest.functional.scanning import cumsum
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import views
from steepest.ops.counting import check_histogram
from steepest.ops.creation import constant
from steepest.ops.reductions import wrap

histogram_result, histogramdd_result = named("histogram", "hist", "bin_edges"), named("histogramdd", "hist", "bin_edges")


def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
    """Differences of neighbours along `dim`, `n` times, after other tensors were put before and behind."""
    if n < 0:
        raise RuntimeError(text("diff-order", n=n))
    if not input.array.ndim:
        raise RuntimeError(text("diff-of-scalar"))
    d = wrap(dim, input.array.ndim)
    parts = [p for p in (prepend, input, append) if p is not None]
    for p in parts:
        if p.array.ndim != input.array.ndim or any(k != m for i, (k, m) in enumerate(zip(
                p.array.shape, input.array.shape, strict=True)) if i != d):
            raise RuntimeError(text("diff-shapes", shape=list(p.array.shape), input=list(input.array.shape)))
    if not n:
        return input.clone()
    x = cat(parts, d) if len(parts) > 1 else input
    for _ in range(min(n, x.array.shape[d])):
        size = x.array.shape[d]
        if not size:
            break
        later, earlier = x.narrow(d, 1, size - 1), x.narrow(d, 0, size - 1)
        x = later.logical_xor(earlier) if x.dtype is dtypes.bool_ else later - earlier
    return x


@refuses("uint8")
def gradient(input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Derivatives along dimensions by central differences; at the edges one-sided, of order `edge_order`.

    `spacing` is a distance, one for each dimension, or the coordinates along each as tensors.
    """
    spacing = 1 if spacing is None else spacing
    dims = tuple(range(input.array.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    dims = tuple(wrap(d, input.array.ndim) for d in dims)
    if len(set(dims)) < len(dims):
        raise RuntimeError(text("dim-twice", dim=list(dims)))
    given = [spacing] * len(dims) if not isinstance(spacing, (list, tuple)) else list(spacing)
    if isinstance(spacing, Tensor) and spacing.array.ndim == 0:
        given = [float(spacing)] * len(dims)
    if len(given) != len(dims):
        raise RuntimeError(text("gradient-spacing", spacing=len(given), dims=len(dims)))
    if edge_order not in (1, 2):
        raise RuntimeError(text("gradient-edge", order=edge_order))
    return tuple([_derivative(input, d, h, edge_order) for d, h in zip(dims, given, strict=True)])


def _derivative(x: Tensor, d: int, spacing: Any, edge_order: int) -> Tensor:
    n = x.array.shape[d]
    if n < edge_order + 1:
        raise RuntimeError(text("gradient-size", size=n, order=edge_order))

    def piece(start: int, stop: int) -> Tensor:
        return x.narrow(d, start, stop - start)

    if isinstance(spacing, Tensor):
        distances = (spacing[1:] - spacing[:-1]).to(x.dtype if x.dtype.category >= dtypes.FLOATING else spacing.dtype)
        h = distances.reshape([-1 if i == d else 1 for i in range(x.array.ndim)])
        before, after = h.narrow(d, 0, n - 2), h.narrow(d, 1, n - 2)
        inner = piece(0, n - 2) * (-after / (before * (before + after))) + piece(1, n - 1) * ((after - before) / (before * after)) + piece(
            2, n) * (before / (after * (before + after)))
        first, second = (h.narrow(d, 0, 1), h.narrow(d, 1, 1) if n > 2 else None), (h.narrow(d, n - 2, 1),
                                                                                     h.narrow(d, n - 3, 1) if n > 2 else None)
    else:
        inner = (piece(2, n) - piece(0, n - 2)) / (2 * spacing)
        first = second = (spacing, spacing)
    return cat([_edge(piece(0, 1), piece(1, 2), piece(2, 3) if edge_order == 2 else None, first, 1), inner,
                _edge(piece(n - 1, n), piece(n - 2, n - 1), piece(n - 3, n - 2) if edge_order == 2 else None, second, -1)], d)


def _edge(at: Tensor, near: Tensor, far: Tensor | None, h: tuple[Any, Any], sign: int) -> Tensor:
    """The one-sided difference at an edge from one or two neighbours at distances h."""
    if far is None:
        return (near - at) / h[0] * sign
    a, b = h
    return (near * ((a + b) / (a * b)) - far * (a / (b * (a + b))) - at * ((2 * a + b) / (a * (a + b)))) * sign


@refuses("bool")
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """The integral by the trapezoidal rule along `dim`."""
    if x is not None:
        return _areas(y, x, dx, dim).sum(dim) / 2
    if not y.array.shape[wrap(dim, y.array.ndim)]:
        return y.sum(dim) * 0.0
    ends = ar.mul_number(y.select(dim, 0) + y.select(dim, -1), 0.5)
    total: Tensor = ar.mul_number(y.sum(dim) - ends, dx)
    return total


@refuses("bool")
def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """Partial integrals by the trapezoidal rule along `dim`."""
    partial = cumsum(_areas(y, x, dx, dim), dim)
    return partial if x is None else partial / 2


def _areas(y: Tensor, x: Tensor | None, dx: float, dim: int) -> Tensor:
    """The areas between neighbouring points; twice the areas where their places are given, which of integers are integers."""
    d = wrap(dim, y.array.ndim)
    n = y.array.shape[d]
    heights = y.narrow(d, 1, max(n - 1, 0)) + y.narrow(d, 0, max(n - 1, 0)) if n else y
    if x is None:
        areas: Tensor = ar.mul_number(heights, dx / 2)
        return areas
    widths = diff(x) if x.array.ndim == 1 else diff(x, dim=d - y.array.ndim)
    return heights * (widths.reshape([-1 if i == d else 1 for i in range(y.array.ndim)]) if x.array.ndim == 1 else widths)


trapz = trapezoid


@refuses("bool")
def cov(input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
    """The covariance matrix of variables in rows; columns count `fweights` times and weigh `aweights`."""
    if input.array.ndim > 2:
        raise RuntimeError(text("cov-dims", ndim=input.array.ndim))
    x = input.reshape(1, -1) if input.array.ndim < 2 else input
    x = x if x.dtype.category >= dtypes.FLOATING else x.to(dtypes.get_default_dtype())
    n = x.array.shape[1]
    for name, w, integers in (("fweights", fweights, True), ("aweights", aweights, False)):
        if w is not None:
            if w.array.ndim > 1 or (w.dtype.category == dtypes.INTEGER) != integers or w.array.size != n or (w.array < 0).any():
                raise RuntimeError(text("cov-weights", name=name, count=n, kind="integers" if integers else "floats"))
    weights = [w.reshape(-1) for w in (fweights, aweights) if w is not None]
    w = weights[0] * weights[1] if len(weights) == 2 else weights[0] if weights else None
    total: Any = n if w is None else w.sum()
    mean = (x if w is None else x * w).sum(1) / total
    centred = x - mean.unsqueeze(1)
    if w is not None and aweights is not None:
        norm: Any = total - correction * (w * aweights).sum() / total
    else:
        norm = total - correction
    norm = norm.clamp(min=0) if isinstance(norm, Tensor) else float(max(norm, 0))
    turned = centred.t().conj() if centred.dtype.is_complex else centred.t()
    product = (centred if w is None else centred * w) @ turned
    return (product / norm).squeeze()


@refuses("bool")
def corrcoef(input: Tensor) -> Tensor:
    """The correlation matrix of variables in rows."""
    c = cov(input)
    if not c.array.ndim:
        return c / c
    spread = (c.diagonal().real if c.dtype.is_complex else c.diagonal()).sqrt()
    out = c / spread.view(-1, 1) / spread.view(1, -1)
    if out.dtype.is_complex:
        return out.real.clamp(-1, 1) + 1j * out.imag.clamp(-1, 1)
    return out.clamp(-1, 1)


def _edges(x: Any, bins: Any, span: Any) -> Any:
    if isinstance(bins, Tensor):
        if not bins.array.size:
            raise RuntimeError(text("histogram-edges"))
        return read(bins)
    low, high = (float(span[0]), float(span[1])) if span is not None else (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    check_histogram(bins, low, high)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def _interval(x: Any, edges: Any) -> Any:
    """The interval that each number lies in, by a binary search that unordered edges lead where they lead PyTorch's; the last interval
    has its upper edge, too."""
    first, length = np.zeros(x.shape, np.int64), np.full(x.shape, edges.size)
    while length.any():
        half = length // 2
        lower = (length > 0) & ~(x < edges[np.minimum(first + half, edges.size - 1)])
        first = np.where(lower, first + half + 1, first)
        length = np.where(lower, length - half - 1, half)
    return np.minimum(first - 1, edges.size - 2)


def _counts(points: Any, edges: Any, weight: Tensor | None, density: bool) -> Any:
    """The sums of weights in the boxes between the edges, or densities, points `(N, n)`; those outside count for nothing."""
    inside = np.all([(x >= e[0]) & (x <= e[-1]) for x, e in zip(points.T, edges, strict=True)], axis=0)
    shape = tuple(e.size - 1 for e in edges)
    places = np.array([_interval(x[inside], e) for x, e in zip(points.T, edges, strict=True)])
    known = np.all(places >= 0, axis=0)
    weights = np.ones(len(points)) if weight is None else read(weight).reshape(-1).astype(np.float64)
    flat = np.ravel_multi_index(tuple(places[:, known]), shape)
    counts = np.bincount(flat, weights[inside][known], math.prod(shape)).reshape(shape)
    if density:
        counts = counts / counts.sum()
        for d, e in enumerate(edges):
            counts = counts / np.diff(e).reshape([-1 if k == d else 1 for k in range(len(edges))])
    return counts


@by_example
@refuses("bool integers halves")
def histogram(input: Tensor, bins: Any = 100, *, range: Any = None, weight: Tensor | None = None, density: bool = False) -> Any:
    """How many elements lie in each interval, and the intervals' edges; `bins` is their number or their edges."""
    x = read(input).reshape(-1)
    edges = np.asarray(_edges(x, bins, range), x.dtype)
    counts = _counts(x[:, None], [edges], weight, density)
    return histogram_result((from_array(counts.astype(x.dtype)), from_array(edges)))


@refuses("bool integers halves complex")
def histogramdd(input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None, density: bool = False) -> Any:
    """The same for points `(..., n)` in boxes of n dimensions."""
    if input.array.ndim < 2:
        raise RuntimeError(text("histogram-points", shape=list(input.array.shape)))
    points = read(input).reshape(-1, input.array.shape[-1])
    n = points.shape[1]
    each = [bins] * n if isinstance(bins, int) else list(bins)
    if len(each) != n:
        raise RuntimeError(text("histogram-bins", bins=len(each), n=n))
    spans = [None] * n if range is None else list(itertools.batched(range, 2)) if hasattr(itertools, "batched") else [
        range[2 * i:2 * i + 2] for i in np.arange(n)]
    edges = [np.asarray(_edges(points[:, i], b, s), np.float64) for i, (b, s) in enumerate(zip(each, spans, strict=True))]
    counts = _counts(points, edges, weight, density)
    return histogramdd_result((from_array(counts.astype(points.dtype)), tuple(from_array(e.astype(points.dtype)) for e in edges)))


def steps_of(x: Any, skip_nan: bool) -> Any:
    """How many steps there are between the elements of sorted rows, those that are no numbers left out where `skip_nan`."""
    count = (~np.isnan(x)).sum(-1, keepdims=True) if skip_nan else np.full((1,) * x.ndim, x.shape[-1])
    return from_array(np.maximum(count - 1, 0).astype(x.dtype))


def take_quantiles(x: Any, share: Any, interpolation: str, skip_nan: bool) -> Any:
    """Where in sorted rows the quantiles lie: the lower and upper place and the weight of the upper one."""
    size = np.full((1,) * x.ndim, x.shape[-1]) if not skip_nan else (~np.isnan(x)).sum(-1, keepdims=True)
    at = share.reshape(-1) * np.maximum(size - 1, 0)
    if not skip_nan:
        at = np.where(np.isnan(x).any(-1, keepdims=True), x.shape[-1] - 1, at)
    low, high = np.floor(at), np.ceil(at)
    weight = {"linear": at - low, "lower": at * 0, "higher": at * 0 + 1, "midpoint": at * 0 + 0.5, "nearest": np.rint(at) - low}
    return low.astype(np.int64), high.astype(np.int64), weight[interpolation]


def _quantile(input: Tensor, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool) -> Tensor:
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(text("quantile-interpolation", name=interpolation))
    if not input.array.size:
        raise RuntimeError(text("quantile-of-nothing"))
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError(text("quantile-dtype", dtype=input.dtype))
    if isinstance(q, Tensor) and (q.array.ndim > 1 or q.dtype is not input.dtype):
        raise RuntimeError(text("quantile-shares", shape=list(q.array.shape), dtype=q.dtype))
    share = read(q) if isinstance(q, Tensor) else np.asarray(q, input.array.dtype)
    if ((share < 0) | (share > 1)).any():
        raise RuntimeError(text("quantile-outside", q=share.tolist()))
    x = input.reshape(-1) if input.array.ndim != 1 and (dim is None or not input.array.ndim) else input
    d, last = 0 if dim is None else wrap(dim, x.array.ndim), x.array.ndim - 1
    ordered = (x if d == last else x.unsqueeze(-1).transpose(d, -1)).sort(-1)[0]
    left = [1 if i == d else n for i, n in enumerate(x.array.shape) if keepdim or i != d]
    left = left if dim is not None else [1] * input.array.ndim * keepdim
    ordered = ordered.view(*(left if input.array.ndim else []), x.array.shape[d])
    low, high, weight = take_quantiles(ordered.array, share, interpolation, skip_nan)
    shape = (*ordered.array.shape[:-1], share.size)
    a, b = (ordered.gather(-1, constant(np.ascontiguousarray(np.broadcast_to(p, shape)), dtypes.int64)) for p in (low, high))
    upper = constant(np.broadcast_to(weight, shape).astype(x.array.dtype), x.dtype)
    if isinstance(q, Tensor) and (q.needs_grad or q.level is not None) and interpolation == "linear":       # the numbers are in it already
        upper = upper + (q - constant(share, x.dtype)).reshape(-1) * steps_of(ordered.array, skip_nan)
    result = a.lerp(b, upper)
    if share.ndim:
        result = views.transpose_result(views.unsqueeze_result(result, dim=0), a=0, b=result.array.ndim)
    squeezed: Tensor = views.squeeze_result(result, dim=(result.array.ndim - 1,))
    return squeezed


@in_single_precision
def quantile(input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear") -> Tensor:
    """Quantiles along `dim`, between neighbours by "linear", "lower", "higher", "midpoint" or "nearest"; NaN where there is one."""
    return _quantile(input, q, dim, keepdim, interpolation, False)


@in_single_precision
def nanquantile(input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear") -> Tensor:
    """Quantiles of the elements that are not NaN."""
    return _quantile(input, q, dim, keepdim, interpolation, True)
