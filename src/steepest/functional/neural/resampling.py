"""Images in another size: every result is a weighted sum of a few elements along each dimension in turn.

A mode is a row: from the sizes and their ratio it gives for each place of the result the elements it takes and their weights,
both `(out, taps)`. Positions are computed in the precision that PyTorch uses, since they decide which neighbour is taken.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from steepest.core.dtype import float32, float64, int64, these, uint8
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.formats import keeps_format
from steepest.functional.neural.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from steepest.functional.neural.precision import widened
from steepest.functional.neural.warning import warn
from steepest.functional.supporting import refuse
from steepest.ops import contractions as con
from steepest.ops import indexing as ix
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import constant

Array = np.ndarray[Any, Any]
Row = Callable[[int, int, float, bool, Any], tuple[Array, Array]]


def _nearest(n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
    at = np.floor(np.arange(out, dtype=np.float32) * np.float32(ratio)).astype(np.int64)
    return np.minimum(at, n - 1)[:, None], np.ones((out, 1), of)


def _nearest_exact(n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
    at = np.floor((np.arange(out, dtype=np.float32) + np.float32(0.5)) * np.float32(ratio)).astype(np.int64)
    return np.minimum(at, n - 1)[:, None], np.ones((out, 1), of)


def _positions(out: int, ratio: float, align: bool, of: Any) -> Array:
    place, step = np.arange(out, dtype=of), of.type(ratio)
    return place * step if align else step * (place + of.type(0.5)) - of.type(0.5)


def _linear(n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
    source = np.maximum(_positions(out, ratio, align, of), 0)
    left = np.minimum(source.astype(np.int64), n - 1)
    weight = np.clip(source - left.astype(of), 0, 1)
    return np.stack([left, np.minimum(left + 1, n - 1)], 1), np.stack([1 - weight, weight], 1).astype(of)


def cubic_weights(t: Any, a: float = -0.75) -> list[Any]:
    """The weights of the four neighbours for a position t between the second and the third (Keys 1981)."""

    def near(x: Any) -> Any:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic(n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
    source = _positions(out, ratio, align, of)
    base = np.floor(source)
    index = base.astype(np.int64)[:, None] + np.arange(-1, 3)
    return index.clip(0, n - 1), np.stack(cubic_weights(source - base), 1).astype(of)


def _smoothed(reach: float, shape: Callable[[Array], Array]) -> Row:
    """The mode for shrinking: the window grows with the ratio, so that every element counts."""

    def row(n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
        wide = max(ratio, 1.0)
        centre = ratio * (np.arange(out) + 0.5)
        first = np.maximum((centre - reach * wide + 0.5).astype(np.int64), 0)
        stop = np.minimum((centre + reach * wide + 0.5).astype(np.int64), n)
        place = first[:, None] + np.arange(int((stop - first).max()))
        weight = np.where(place < stop[:, None], shape((place - centre[:, None] + 0.5) / wide), 0)
        return np.minimum(place, n - 1), (weight / weight.sum(1, keepdims=True)).astype(of)

    return row


def _triangle(x: Array) -> Array:
    return np.maximum(1 - np.abs(x), 0)


def _bell(x: Array) -> Array:
    x = np.abs(x)
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, np.where(x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


ROWS: dict[str, Row] = {
    "nearest": _nearest,
    "nearest-exact": _nearest_exact,
    "linear": _linear,
    "cubic": _cubic,
    "linear-smoothed": _smoothed(1.0, _triangle),
    "cubic-smoothed": _smoothed(2.0, _bell),
}


@lru_cache(maxsize=256)
def _row(mode: str, n: int, out: int, ratio: float, align: bool, of: Any) -> tuple[Array, Array]:
    return ROWS[mode](n, out, ratio, align, of)


@lru_cache(maxsize=256)
def _matrix(mode: str, n: int, out: int, ratio: float, align: bool, of: Any) -> Array:
    index, weight = _row(mode, n, out, ratio, align, of)
    made = np.zeros((out, n), of)
    np.add.at(made, (np.arange(out)[:, None], index), weight)
    return made


@lru_cache(maxsize=256)
def _whole_matrix(mode: str, n: int, out: int, ratio: float, align: bool) -> tuple[Array, int]:
    """The weights as whole numbers of 15 bits, which PyTorch has for bytes of images, and how many of the bits count fractions."""
    exact = _matrix(mode, n, out, ratio, align, np.dtype(np.float64))
    bits = next(b for b in range(23) if b == 22 or int(0.5 + exact.max() * 2 ** (b + 1)) >= 2**15)
    return np.trunc(exact * 2**bits + np.copysign(0.5, exact)), bits


def _bytes_resampled(x: Any, dim: int, weights: Array, bits: int) -> Any:
    """Bytes along a dimension by whole weights; their sums are exact in float64."""
    sums = x.to(float64).movedim(dim, -1) @ constant(np.ascontiguousarray(weights.T), float64)
    return ((sums + 2 ** (bits - 1)) / 2**bits).floor().clamp(0, 255).to(uint8).movedim(-1, dim).contiguous()


def _facts(shape: Any, size: Any, ratios: Any) -> Any:
    return list(enumerate(zip(shape[2:], size, ratios, strict=True), 2))


def _resample_body(x: Any, size: Any, mode: str, ratios: Any, align: bool) -> Any:
    of = x.array.dtype
    for d, (n, out, ratio) in _facts(x.array.shape, size, ratios):
        index, weight = _row(mode, n, out, ratio, align, of)
        total: Any = None
        for k in range(index.shape[1]):
            part = ix.take_rows(x, constant(np.ascontiguousarray(index[:, k]), int64), dim=d)
            if not mode.startswith("nearest"):
                part = part * constant(weight[:, k].reshape([-1 if i == d else 1 for i in range(part.array.ndim)]), x.dtype)
            total = part if total is None else total + part
        x = total
    return x


def _resample_kernel(x: Any, size: Any, mode: str, ratios: Any, align: bool) -> Any:
    for d, (n, out, ratio) in _facts(x.shape, size, ratios):
        index, weight = _row(mode, n, out, ratio, align, x.dtype)
        total: Any = None
        for k in range(index.shape[1]):
            part = np.take(x, index[:, k], d)
            if not mode.startswith("nearest"):
                part *= weight[:, k].reshape([-1 if i == d else 1 for i in range(part.ndim)])
            total = part if total is None else np.add(total, part, out=total)
        x = total
    return x


LETTERS = "abcde"


def _along(x: Any, matrix: Any, dim: int) -> Any:
    """Each line of `x` along `dim` multiplied by the transpose of a matrix."""
    letters = LETTERS[: x.array.ndim]
    return con.contraction(x, matrix, spec=f"{letters},{letters[dim]}z->" + letters.replace(letters[dim], "z"))


def _back_body(g: Any, shape: Any, mode: str, ratios: Any, align: bool) -> Any:
    of = g.array.dtype
    for d, (n, out, ratio) in _facts(shape, g.array.shape[2:], ratios):
        g = _along(g, constant(_matrix(mode, n, out, ratio, align, of), g.dtype), d)
    return g


def _back_kernel(g: Any, shape: Any, mode: str, ratios: Any, align: bool) -> Any:
    for d, (n, out, ratio) in _facts(shape, g.shape[2:], ratios):
        if not np.isfinite(g).all():                            # zero times infinity would reach every element of a row
            index, weight = _row(mode, n, out, ratio, align, g.dtype)
            rows = np.moveaxis(g, d, 0)
            back = np.zeros((n, *rows.shape[1:]), g.dtype)
            for k in range(index.shape[1]):
                given = rows if mode.startswith("nearest") else rows * weight[:, k].reshape(-1, *[1] * (rows.ndim - 1))
                np.add.at(back, index[:, k], given)
            g = np.moveaxis(back, 0, d)
            continue
        g = np.moveaxis(np.matmul(np.moveaxis(g, d, -1), _matrix(mode, n, out, ratio, align, g.dtype)), -1, d)
    return np.ascontiguousarray(g)


def _operation(node: str) -> Composite:
    forward = composite(
        "upsample",
        _resample_body,
        operands=1,
        kernel=widened(_resample_kernel),
        node=node + "Backward0",
        x=lambda g, like, mode, ratios, align: backward(g, shape=like.shape, mode=mode, ratios=ratios, align=align),
    )
    backward: Composite = composite(
        "upsample_backward",
        _back_body,
        operands=1,
        kernel=widened(_back_kernel),
        node=node + "BackwardBackward0",
        g=lambda gg, like, mode, ratios, align: forward(gg, size=like.shape[2:], mode=mode, ratios=ratios, align=align),
    )
    return forward


MODES = {
    ("nearest", 1): ("nearest", "UpsampleNearest1D"),
    ("nearest", 2): ("nearest", "UpsampleNearest2D"),
    ("nearest", 3): ("nearest", "UpsampleNearest3D"),
    ("nearest-exact", 1): ("nearest-exact", "UpsampleNearestExact1D"),
    ("nearest-exact", 2): ("nearest-exact", "UpsampleNearestExact2D"),
    ("nearest-exact", 3): ("nearest-exact", "UpsampleNearestExact3D"),
    ("linear", 1): ("linear", "UpsampleLinear1D"),
    ("bilinear", 2): ("linear", "UpsampleBilinear2D"),
    ("trilinear", 3): ("linear", "UpsampleTrilinear3D"),
    ("bicubic", 2): ("cubic", "UpsampleBicubic2D"),
}
"""For each of PyTorch's modes and numbers of dimensions: the row for each dimension, and the node."""
OPERATIONS = {node: _operation(node) for _, node in MODES.values()}
OPERATIONS |= {f"{node}Aa": _operation(f"{node}Aa") for node in ("UpsampleBilinear2D", "UpsampleBicubic2D")}
NOT_WEIGHTED = these("bool integers complex")
REFUSED = {"nearest": these("bool complex int8 int16 int32 int64"), "linear": NOT_WEIGHTED, "trilinear": NOT_WEIGHTED, "area": NOT_WEIGHTED}
REFUSED |= dict.fromkeys(("nearest-exact", "bilinear", "bicubic"), REFUSED["nearest"])
"""Dtypes that PyTorch has no kernel for, by mode."""
AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}


@keeps_format
def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """`(N, C, *)` in another `size`, or larger by `scale_factor`.

    `mode` is "nearest", "nearest-exact", "area", or, by the number of dimensions, "linear", "bilinear" or "bicubic", "trilinear".
    Raises ValueError or NotImplementedError for arguments that do not go together.

    >>> torch.nn.functional.interpolate(torch.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    shape = input.array.shape
    n = len(shape) - 2
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise ValueError(text("interpolate-align"))
    if (size is None) == (scale_factor is None):
        raise ValueError(text("interpolate-nothing" if size is None else "interpolate-size"))
    given = size if size is not None else scale_factor
    each = list(given) if isinstance(given, (tuple, list)) else [given] * n
    if len(each) != n:
        what = "scale_factor" if size is None else "output size"
        raise ValueError(text("interpolate-count", what=what, input=list(shape[2:]), given=each))
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError(text("interpolate-antialias"))
    if mode == "area" and n not in AREA or mode != "area" and (mode, n) not in MODES:
        known = n in AREA and mode in {m for m, _ in MODES}
        raise NotImplementedError(text("interpolate-mode" if known else "interpolate-modes", ndim=len(shape), mode=mode))
    refuse(f"interpolate with mode {mode}", input.dtype, REFUSED[mode])
    factors = [None] * n if scale_factor is None else [float(v) for v in each]
    out = [int(v) for v in each] if scale_factor is None else [math.floor(float(m * f)) for m, f in zip(shape[2:], factors, strict=True)]
    if any(m <= 0 for m in (*out, *shape[1:])):
        raise RuntimeError(text("interpolate-empty", input=list(shape[2:]), output=out))
    if recompute_scale_factor:
        if scale_factor is None:
            raise ValueError(text("interpolate-recompute"))
        factors = [None] * n
    if mode == "area":
        return AREA[n](input, out)
    align = bool(align_corners)
    row, node = MODES[mode, n]
    if antialias:
        row, node = f"{row}-smoothed", f"{node}Aa"
    ratios = tuple(_ratio(m, o, f, align) for m, o, f in zip(shape[2:], out, factors, strict=True))
    if input.dtype is uint8 and not mode.startswith("nearest"):         # rows first, and bytes again before the columns
        x = input
        for d in range(n - 1, -1, -1):
            if n == 2:
                x = _bytes_resampled(x, 2 + d, *_whole_matrix(row, shape[2 + d], out[d], ratios[d], align))
                continue
            stage = [out[i] if i == d else x.array.shape[2 + i] for i in range(n)]
            means = OPERATIONS[node](x.to(float32), size=tuple(stage), mode=row, align=align,
                                     ratios=tuple(r if i == d else 1.0 for i, r in enumerate(ratios)))
            x = (means + 0.5).floor().clamp(0, 255).to(uint8)
        return x
    return OPERATIONS[node](input, size=tuple(out), mode=row, ratios=ratios, align=align)


def _ratio(n: int, out: int, factor: float | None, align: bool) -> float:
    """How far apart in the input neighbours of the result lie."""
    if align:
        return (n - 1) / (out - 1) if out > 1 else 0.0
    return 1.0 / factor if factor else n / out


def upsample(input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None) -> Tensor:
    """The old name of `interpolate`."""
    warn(text("upsample-deprecated", name="upsample"))
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode "nearest"."""
    warn(text("upsample-deprecated", name="upsample_nearest"))
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode "bilinear" and `align_corners=True`."""
    warn(text("upsample-deprecated", name="upsample_bilinear"))
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
