"""Images read at positions that are data: `grid_sample` and the grids of affine maps (Jaderberg et al. 2015)."""

import itertools
import math
from typing import Any

import numpy as np

from steepest.autograd.gradients import grad as gradients
from steepest.autograd.modes import enable_grad
from steepest.core.dtype import float32, float64, int64
from steepest.core.modes import interpreters, modes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as
from steepest.functional.casting import in_single_precision
from steepest.functional.creating import linspace
from steepest.functional.neural.resampling import cubic_weights
from steepest.functional.neural.warning import warn
from steepest.functional.products import matmul
from steepest.functional.shaping import contiguous
from steepest.functional.supporting import refuses
from steepest.lower import machine
from steepest.lower.sampling import sampled, sampled_grid_gradient, sampled_input_gradient
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import indexing as ix
from steepest.ops.composites import composite
from steepest.ops.creation import constant


def _reflected(x: Any, low: float, high: float) -> Any:
    """Folded at `low` and `high` until it lies between."""
    if high <= low:
        return x * 0
    span = high - low
    inside = fn.absolute(x - low)
    rest = ar.remainder(inside, span)
    return ar.where(ar.remainder(fn.floor(inside / span), 2) == 0, rest + low, span - rest + low)


def _placed(x: Any, n: int, padding: str, align: bool) -> Any:
    """Positions brought into the image as the padding says."""
    if padding == "border":
        return ar.clamp(x, 0, n - 1)
    if padding == "reflection":
        return ar.clamp(_reflected(x, 0, n - 1) if align else _reflected(x, -0.5, n - 0.5), 0, n - 1)
    return x


def _read(flat: Any, at: list[Any], sizes: tuple[int, ...], padding: str, align: bool) -> Any:
    """The elements at whole positions, zeros outside."""
    index: Any = 0
    inside: Any = None
    for x, n in zip(at, sizes, strict=True):
        x = _placed(x, n, padding, align)
        good = (x >= 0) & (x <= n - 1)
        inside = good if inside is None else inside & good
        index = index * n + ar.cast(ar.where(good, x, 0), to=int64)
    shape = index.array.shape
    rows = contiguous(index).reshape(shape[0], 1, math.prod(index.array.shape[1:])).expand(shape[0], flat.array.shape[1], -1)
    values = ix.gather(flat, rows, dim=2).reshape(shape[0], flat.array.shape[1], *shape[1:])
    return ar.where(inside.unsqueeze(1), values, 0)


def _in_rows(grid: Any) -> Any:
    return grid.reshape(grid.shape[0], -1, 2)


def _sampler_body(input: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
    return _composed(input, grid, mode, padding, align)


def _sampler_kernel(input: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
    found = sampled(input, _in_rows(grid), mode == "nearest", padding, align)
    assert found is not None
    return found.reshape(*input.shape[:2], *grid.shape[1:3])


def _slope(operand: int, native: Any) -> Any:
    """The gradient of an operand; by way of the expression where it will be derived again."""

    def kernel(g: Any, input: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
        found = native(g.reshape(*g.shape[:2], -1), input, _in_rows(grid), mode == "nearest", padding, align)
        return found.reshape((input, grid)[operand].shape)

    def body(g: Any, input: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
        with enable_grad():
            made = _composed(input, grid, mode, padding, align)
            return gradients((made,), ((input, grid)[operand],), (g,), create_graph=True)[0]

    once = composite("grid_sampler_backward", body, operands=3, kernel=kernel)

    def run(g: Any, input: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
        return (body if modes.grad else once)(g, input, grid, mode=mode, padding=padding, align=align)

    return run


_input_slope, _grid_slope = _slope(0, sampled_input_gradient), _slope(1, sampled_grid_gradient)
_sampler = composite(
    "grid_sampler_2d",
    _sampler_body,
    operands=2,
    kernel=_sampler_kernel,
    node="GridSampler2DBackward0",
    input=lambda g, input, grid, mode, padding, align: _input_slope(g, input, grid, mode, padding, align),
    grid=lambda g, input, grid, mode, padding, align: _grid_slope(g, input, grid, mode, padding, align),
)


def _natively(input: Tensor, grid: Tensor, mode: str) -> bool:
    if interpreters or input.array.ndim != 4 or mode == "bicubic" or input.dtype is not grid.dtype:
        return False
    return input.dtype in (float32, float64) and bool(input.array.size and grid.array.size) and machine.available()


@appears_as(lambda x: f"GridSampler{x.array.ndim - 2}DBackward0", 2)
@in_single_precision
@refuses("bool integers")
def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Tensor:
    """`(N, C, H, W)` read at positions `(N, Ho, Wo, 2)` of (x, y) from -1 to 1: `(N, C, Ho, Wo)`; with a depth likewise.

    `mode` is "bilinear", "nearest" or (images only) "bicubic"; `padding_mode` "zeros", "border" or "reflection". Raises
    ValueError for other modes, RuntimeError for other shapes.
    """
    if mode not in ("bilinear", "nearest", "bicubic") or padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(text("grid-mode", mode=mode, padding=padding_mode))
    if align_corners is None:
        warn(text("grid-align"))
        align_corners = False
    shape, n = input.array.shape, input.array.ndim - 2
    if (
        n not in (2, 3)
        or grid.array.ndim != n + 2
        or grid.array.shape[-1] != n
        or grid.array.shape[0] != shape[0]
        or n == 3
        and mode == "bicubic"
    ):
        raise RuntimeError(text("grid-shape", input=list(shape), grid=list(grid.array.shape), mode=mode))
    if _natively(input, grid, mode):
        made: Tensor = _sampler(input, grid, mode=mode, padding=padding_mode, align=align_corners)
        return made
    return _composed(input, grid, mode, padding_mode, align_corners)


def _composed(input: Any, grid: Any, mode: str, padding_mode: str, align_corners: bool) -> Any:
    shape, n = input.array.shape, input.array.ndim - 2
    flat = contiguous(input).reshape(*shape[:2], math.prod(shape[2:]))
    sizes = shape[2:]
    where = []
    for i, size in enumerate(sizes):
        x = grid.select(-1, n - 1 - i)
        where.append((x + 1) * ((size - 1) / 2) if align_corners else (x + 1) * (size / 2) - 0.5)
    if mode == "nearest":
        return _read(
            flat,
            [fn.rounded(_placed(x, s, padding_mode, align_corners)) for x, s in zip(where, sizes, strict=True)],
            sizes,
            "zeros",
            align_corners,
        )
    if mode == "bilinear":
        where = [_placed(x, s, padding_mode, align_corners) for x, s in zip(where, sizes, strict=True)]
    corners, weights = [], []
    for x in where:
        base = fn.floor(x.detach())
        part = x - base
        corners.append([base, base + 1] if mode == "bilinear" else [base + k for k in range(-1, 3)])
        weights.append([1 - part, part] if mode == "bilinear" else cubic_weights(part))
    padding = "zeros" if mode == "bilinear" else padding_mode
    total: Any = None
    for choice in itertools.product(range(len(corners[0])), repeat=n):
        term = _read(flat, [c[k] for c, k in zip(corners, choice, strict=True)], sizes, padding, align_corners)
        for w, k in zip(weights, choice, strict=True):
            term = term * w[k].unsqueeze(1)
        total = term if total is None else total + term
    return total


@appears_as("AffineGridGeneratorBackward0")
def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """The positions that affine maps `(N, 2, 3)` or `(N, 3, 4)` give for an output `(N, C, H, W)` or `(N, C, D, H, W)`."""
    if align_corners is None:
        warn(text("grid-align"))
        align_corners = False
    sizes = tuple(int(s) for s in size)
    n = len(sizes) - 2
    if n not in (2, 3) or theta.array.shape != (sizes[0], n, n + 1):
        raise ValueError(text("affine-shape", theta=list(theta.array.shape), size=list(sizes)))
    lines = []
    for m in sizes[2:]:
        line = linspace(-1, 1, m, dtype=theta.dtype).array if m > 1 else np.zeros(1, theta.array.dtype)
        lines.append(line if align_corners else line * line.dtype.type(m - 1) / line.dtype.type(m))     # each step rounded, as there
    base = np.stack([*np.meshgrid(*lines, indexing="ij")[::-1], np.ones(sizes[2:], theta.array.dtype)], -1).reshape(1, -1, n + 1)
    points = constant(np.ascontiguousarray(base), theta.dtype)
    made: Any = matmul(points, theta.mT)
    return made.reshape(sizes[0], *sizes[2:], n)
