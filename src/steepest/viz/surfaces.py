"""The loss surface: contours with the path walked on them, and the same in three dimensions beside it.

With two parameters it is the real surface. With more it is a plane through the end of the path: spanned by the first two principal
components of the path (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 7), or by random directions whose
filters have the norms of the parameters' (section 4). How much of the path's movement the plane holds is written on the picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.objective import Objective
from steepest.viz.style import axes_of, current, described, new_figure, picture

__all__ = ["Grid", "affordable", "evaluate_grid", "objective_of", "surface"]

Array = np.ndarray[Any, Any]
POINTS_IN_MEMORY = 20_000_000  # numbers: the points of a grid over a large model are made a few at a time
SECONDS = 10.0
PATH_COLOUR, START, END = "#FF6A00", "#ffffff", "#FF6A00"


@dataclass
class Grid:
    """Losses `values[j, i]` at `a[i], b[j]`, coordinates in the plane; the path `(T, 2)` in it, and the share of movement shown.

    Of one parameter: losses `values[i]` at `a[i]`, and `b` spans the losses."""

    a: Array
    b: Array
    values: Array
    path: Array | None
    share: float | None
    labels: tuple[str, str]


@picture
def surface(loss: Any, parameters: Any = None, data: tuple[Any, Any] | None = None, *, path: Any = None, span: Any = None,
            resolution: int | None = None, plane: str = "pca", ax: Axes | None = None, title: str = "", seed: int = 0) -> Any:
    """Draw the surface of a loss; the figure, whose `data` is the grid with its values.

    `surface(f, start)` for a function of one vector or of several numbers; `surface(loss, model, (x, y))` for a model whose loss is
    `loss(model(x), y)`. `path` is `(T, n)`, one row of all parameters a step. `span` is the half width of the window, or
    `((a0, a1), (b0, b1))`; by default the window holds the path. `resolution` is the number of points along each side, by
    default up to 120, fewer where an evaluation is slow. `plane` is "pca" or "random", for more than two parameters.
    With `ax=` only the contours are drawn; of a single parameter it is the curve of the loss.
    Raises ValueError for an unknown plane or a path of another width; TypeError where the function gives no tensor.

    >>> figure = steepest.viz.surface(lambda x, y: x ** 2 + 4 * y ** 2, (1.0, 1.0), span=2, resolution=21)
    >>> float(figure.data.values.min())
    0.0
    """
    objective = objective_of(loss, parameters, data)
    grid = evaluate_grid(objective, path, span, resolution or affordable(objective), plane, seed)
    if grid.values.ndim == 1:
        figure, axes = axes_of(ax)
        _curve(axes, grid)
        if title or objective.words:
            axes.set_title(title or objective.words)
    elif ax is not None:
        figure = ax.figure
        _contours(ax, grid)
    else:
        figure = new_figure(11.5, 5.0)
        flat = figure.add_subplot(1, 2, 1)
        _contours(flat, grid)
        _solid(figure.add_subplot(1, 2, 2, projection="3d", computed_zorder=False), grid)
        said = title or objective.words
        if grid.share is not None:
            said = f"{said}\n{text('viz-plane-share', share=f'{grid.share:.1%}', parameters=objective.size)}".strip()
        if said:
            figure.suptitle(said, fontsize=13, x=0.02, ha="left")
    figure.data = grid
    return described(figure, _words(grid))


def affordable(objective: Objective) -> int:
    """So many points along each side that a grid takes about ten seconds at most, from 11 to 120."""
    objective.values(objective.start[None])
    begin = time.perf_counter()
    objective.values(objective.start[None])
    return int(np.clip(np.sqrt(SECONDS / (time.perf_counter() - begin)), 11, 120)) if objective.size > 100 else 120


def objective_of(loss: Any, parameters: Any = None, data: tuple[Any, Any] | None = None) -> Objective:
    """The objective that the arguments of `surface`, `race` and `explore` mean."""
    if isinstance(loss, Objective):
        return loss
    if isinstance(parameters, Module):
        if data is None:
            raise ValueError(text("viz-model-without-data"))
        return Objective.of_model(parameters, data, loss)
    if parameters is None:
        raise ValueError(text("viz-no-start"))
    if isinstance(parameters, (list, tuple)) and any(isinstance(p, Tensor) for p in parameters):
        parameters = np.concatenate([np.reshape(p.detach().array if isinstance(p, Tensor) else p, -1) for p in parameters])
    elif isinstance(parameters, Tensor):
        parameters = parameters.detach().array
    return Objective.of_function(loss, parameters)


def evaluate_grid(objective: Objective, path: Any = None, span: Any = None, resolution: int = 120, plane: str = "pca",
                  seed: int = 0) -> Grid:
    """The losses on a grid of the plane."""
    n = objective.size
    walked = None if path is None else np.asarray([np.asarray(p, np.float64).reshape(-1) for p in path])
    if walked is not None and (walked.ndim != 2 or walked.shape[1] != n):
        raise ValueError(text("viz-path-width", seen=walked.shape[-1], expected=n))
    if n == 1:
        return _line(objective, walked, span, resolution)
    share = None
    if n == 2:
        centre, directions, labels = np.zeros(2), np.eye(2), (objective.names * 2)[:2] if len(objective.names) < 2 else objective.names
        if len(objective.names) == 1:
            labels = [f"{objective.names[0]}[0]", f"{objective.names[0]}[1]"]
    else:
        centre, directions = _plane(objective, walked, plane, seed)
        labels = [text("viz-direction", number=1), text("viz-direction", number=2)]
    flat = None
    if walked is not None:
        flat = (walked - centre) @ np.linalg.pinv(directions)
        if n > 2:
            moved = ((walked - centre) ** 2).sum()
            share = float((((flat @ directions) ** 2).sum()) / moved) if moved else None
    (a0, a1), (b0, b1) = _window(flat, (objective.start - centre) @ np.linalg.pinv(directions), span)
    a, b = np.linspace(a0, a1, resolution), np.linspace(b0, b1, resolution)
    flat_grid = np.stack(np.meshgrid(a, b), -1).reshape(-1, 2)
    at_once = max(1, POINTS_IN_MEMORY // n)
    values = np.concatenate([objective.values(centre + part @ directions) for part in np.array_split(
        flat_grid, -(-len(flat_grid) // at_once))]).reshape(resolution, resolution)
    return Grid(a, b, values, flat, share, (labels[0], labels[1]))


def _line(objective: Objective, walked: Array | None, span: Any, resolution: int) -> Grid:
    """One parameter: its losses along a line."""
    points = objective.start[None] if walked is None else walked[np.isfinite(walked[:, 0])]
    if span is not None and np.ndim(span) > 0:
        low, high = (float(v) for v in np.reshape(span, -1)[:2])
    else:
        middle = float(points.min() + points.max()) / 2
        half = float(span) if span is not None else max(1.35 * float(np.ptp(points)) / 2, 1e-9)
        if half <= 1e-9:
            half = max(abs(middle), 1.0)
        low, high = middle - half * (1 if span is not None else 1.4), middle + half * (1 if span is not None else 1.4)
    a = np.linspace(low, high, max(resolution, 101))
    losses = objective.values(a[:, None])
    path = None if walked is None else np.stack([walked[:, 0], objective.values(walked)], 1)
    finite = losses[np.isfinite(losses)]
    margin = 0.06 * (float(np.ptp(finite)) or 1.0)
    b = np.array([finite.min() - margin, finite.max() + margin])
    return Grid(a, b, losses, path, None, (objective.names[0], text("viz-loss")))


def _curve(ax: Axes, grid: Grid) -> None:
    look = current()
    ax.plot(grid.a, grid.values, color=look.colour(0))
    if grid.path is not None:
        inside = grid.path[(grid.path[:, 0] >= grid.a[0]) & (grid.path[:, 0] <= grid.a[-1])]
        _walk(ax, inside if len(inside) else grid.path[:1])
    ax.set(xlim=(grid.a[0], grid.a[-1]), ylim=(grid.b[0], grid.b[-1]), xlabel=grid.labels[0], ylabel=grid.labels[1])


def _plane(objective: Objective, walked: Array | None, kind: str, seed: int) -> tuple[Array, Array]:
    """The centre and two directions `(2, n)`."""
    if kind not in ("pca", "random"):
        raise ValueError(text("viz-plane", seen=kind))
    if kind == "pca" and walked is not None and len(walked) > 2:
        centre = walked[-1]
        some = walked[np.linspace(0, len(walked) - 1, min(len(walked), 400)).astype(int)]
        _, sizes, directions = np.linalg.svd(some - centre, full_matrices=False)
        if len(sizes) > 1 and sizes[1] > 1e-9 * sizes[0] > 0:
            signs = np.sign((some[0] - centre) @ directions[:2].T)
            return centre, directions[:2] * np.where(signs == 0, 1, signs)[:, None]
    centre = objective.start if walked is None else walked[-1]
    return centre, np.stack([_filter_normalised(objective, centre, np.random.default_rng(seed + k)) for k in range(2)])


def _filter_normalised(objective: Objective, centre: Array, random: np.random.Generator) -> Array:
    """A random direction; each filter (row of a weight) as long as the parameters', biases left where they are."""
    out, at = np.zeros(objective.size), 0
    matrices = any(len(shape) > 1 for shape in objective.shapes)
    for size, shape in zip(objective.sizes, objective.shapes, strict=True):
        own = centre[at:at + size].reshape(shape[0] if len(shape) > 1 else 1, -1)
        if len(shape) > 1 or not matrices:
            drawn = random.standard_normal(own.shape)
            norm = np.linalg.norm(own, axis=1, keepdims=True)
            out[at:at + size] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True) * np.where(norm == 0, 1, norm)).reshape(-1)
        at += size
    return out


def _window(path: Array | None, start: Array, span: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    if span is not None and np.ndim(span) == 2:
        (a0, a1), (b0, b1) = span
        return (float(a0), float(a1)), (float(b0), float(b1))
    points = start[None] if path is None else path[np.isfinite(path).all(1)]
    if not len(points):
        points = start[None]
    if span is not None:
        middle = points[-1]
        return tuple((float(m - span), float(m + span)) for m in middle)  # type: ignore[return-value]
    low, high = points.min(0), points.max(0)
    half = np.maximum((high - low) / 2, 0.0)
    half = np.maximum(half, max(half.max() * 0.55, 1e-9)) if half.max() > 0 else np.maximum(np.abs(start), 1.0)
    middle = (low + high) / 2
    return tuple((float(m - 1.35 * h), float(m + 1.35 * h)) for m, h in zip(middle, half, strict=True))  # type: ignore[return-value]


def shaped(values: Array) -> tuple[Array, Callable[[Array], Array], float]:
    """Losses brought to 0..1 so that the valley shows: a power of the height above the lowest point; also the map and the power."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(np.quantile(finite, 0.985))) if len(finite) else (0.0, 1.0)
    width = (high - low) or 1.0
    middle = float(np.clip((np.median(finite) - low) / width, 1e-3, 0.5)) if len(finite) else 0.5
    power = float(np.clip(np.log(0.5) / np.log(middle), 0.22, 1.0))

    def bring(z: Array) -> Array:
        height = np.clip((np.asarray(z, np.float64) - low) / width, 0, 1)
        return np.where(np.isfinite(z), height, 1.0) ** power

    return bring(values), bring, power


def _contours(ax: Axes, grid: Grid) -> None:
    look = current()
    height, _, power = shaped(grid.values)
    finite = grid.values[np.isfinite(grid.values)]
    low, high = float(finite.min()), float(np.quantile(finite, 0.985))
    drawn = ax.contourf(grid.a, grid.b, height, levels=np.linspace(0, 1, 25), cmap=look.ramp)
    drawn.set_rasterized(True)
    ax.contour(grid.a, grid.b, height, levels=np.linspace(0, 1, 13)[1:-1], colors="white", linewidths=0.5, alpha=0.45)
    bar = ax.figure.colorbar(drawn, ax=ax, pad=0.02, ticks=np.linspace(0, 1, 6))
    bar.ax.set_yticklabels([f"{low + (high - low) * t ** (1 / power):.3g}" for t in np.linspace(0, 1, 6)])
    bar.ax.set_title(text("viz-loss"), fontsize=11, loc="left", fontweight="normal")
    bar.outline.set_visible(False)
    ax.grid(False)
    if grid.path is not None:
        _walk(ax, grid.path)
    ax.set(xlim=(grid.a[0], grid.a[-1]), ylim=(grid.b[0], grid.b[-1]), xlabel=grid.labels[0], ylabel=grid.labels[1])


def _walk(ax: Axes, path: Array, height: Array | None = None) -> None:
    """The path as a line with a light edge, its start a star, its end a ring."""
    edge = [withStroke(linewidth=4, foreground="white")]
    axes = [path[:, 0], path[:, 1]] + ([] if height is None else [height])
    dots: dict[str, Any] = {"marker": "o", "markersize": 3} if len(path) <= 60 else {}
    ax.plot(*axes, color=PATH_COLOUR, linewidth=2, path_effects=edge, zorder=5, label=text("viz-path"), **dots)
    ax.plot(*[a[:1] for a in axes], marker="*", markersize=15, color=START, markeredgecolor="#1d2430", linestyle="", zorder=6,
            label=text("viz-start"))
    ax.plot(*[a[-1:] for a in axes], marker="o", markersize=9, color=END, markeredgecolor="#1d2430", linestyle="", zorder=6,
            label=text("viz-end"))
    if height is None:
        ax.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none")


def _solid(ax: Any, grid: Grid) -> None:
    look = current()
    every = max(1, len(grid.a) // 60)
    a, b = np.meshgrid(grid.a[::every], grid.b[::every])
    some = grid.values[::every, ::every]
    finite = grid.values[np.isfinite(grid.values)]
    top = float(np.quantile(finite, 0.985))
    z = np.minimum(np.where(np.isfinite(some), some, top), top)
    _, bring, _ = shaped(grid.values)
    ax.plot_surface(a, b, z, facecolors=matplotlib.colormaps[look.ramp](bring(z)), rstride=1, cstride=1, linewidth=0,
                    antialiased=False, shade=False, rasterized=True, zorder=1)  # fmt: skip
    if grid.path is not None:
        inside = grid.path[(grid.path[:, 0] >= grid.a[0]) & (grid.path[:, 0] <= grid.a[-1])
                           & (grid.path[:, 1] >= grid.b[0]) & (grid.path[:, 1] <= grid.b[-1])]
        if len(inside):
            _walk(ax, inside, np.minimum(_interpolated(grid, inside), top) + 0.015 * (top - float(finite.min())))
    ax.set(xlabel=grid.labels[0], ylabel=grid.labels[1])
    ax.set_title(text("viz-loss"), fontsize=12, loc="right", fontweight="normal")
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis.line.set_color(look.faint)
        axis._axinfo["grid"]["color"] = look.grid
        axis.set_major_locator(MaxNLocator(4))
        axis.labelpad = 6 if all(label.isascii() for label in grid.labels) else 12     # Chinese labels stand upright, across their axis
    ax.view_init(38, -62)
    ax.set_box_aspect((1, 1, 0.72), zoom=0.95)


def _interpolated(grid: Grid, points: Array) -> Array:
    """The surface's height at points of the plane, between the points of the grid."""
    i = np.clip(np.searchsorted(grid.a, points[:, 0]) - 1, 0, len(grid.a) - 2)
    j = np.clip(np.searchsorted(grid.b, points[:, 1]) - 1, 0, len(grid.b) - 2)
    u = (points[:, 0] - grid.a[i]) / (grid.a[i + 1] - grid.a[i])
    v = (points[:, 1] - grid.b[j]) / (grid.b[j + 1] - grid.b[j])
    z = grid.values
    out: Array = (z[j, i] * (1 - u) + z[j, i + 1] * u) * (1 - v) + (z[j + 1, i] * (1 - u) + z[j + 1, i + 1] * u) * v
    return out


def _words(grid: Grid) -> str:
    values = np.where(np.isfinite(grid.values), grid.values, np.inf)
    if values.ndim == 1:
        said = text("viz-alt-line", a=grid.labels[0], a0=f"{grid.a[0]:.3g}", a1=f"{grid.a[-1]:.3g}", least=f"{values.min():.4g}",
                    at=f"{grid.a[values.argmin()]:.3g}")
        if grid.path is not None:
            said += " " + text("viz-alt-line-path", first=f"{grid.path[0, 0]:.4g}", last=f"{grid.path[-1, 0]:.4g}",
                               points=len(grid.path))
        return said
    j, i = np.unravel_index(values.argmin(), values.shape)
    said = text("viz-alt-surface", a=grid.labels[0], b=grid.labels[1], least=f"{values[j, i]:.4g}", at_a=f"{grid.a[i]:.3g}",
                at_b=f"{grid.b[j]:.3g}", a0=f"{grid.a[0]:.3g}", a1=f"{grid.a[-1]:.3g}", b0=f"{grid.b[0]:.3g}", b1=f"{grid.b[-1]:.3g}")
    if grid.path is not None:
        first, last = grid.path[0], grid.path[-1]
        said += " " + text("viz-alt-path", a0=f"{first[0]:.3g}", b0=f"{first[1]:.3g}", a1=f"{last[0]:.3g}", b1=f"{last[1]:.3g}",
                           points=len(grid.path))
    if grid.share is not None:
        said += " " + text("viz-alt-share", share=f"{grid.share:.1%}")
    return said
