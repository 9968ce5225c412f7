"""`fit(model, x, y)`: the data with what the model makes of it: a line or curve, a probability curve, decision regions."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from steepest.core.modes import no_graph
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.viz.style import MARKERS, axes_of, current, described, picture
from steepest.viz.tracing import as_array

__all__ = ["fit"]

Array = np.ndarray[Any, Any]
MOST_CLASSES = 10


@picture
def fit(model: Any, x: Any, y: Any, *, names: tuple[str, ...] | None = None, ax: Axes | None = None, resolution: int = 200) -> Any:
    """Draw data and fit; the figure, whose `data` holds what the model answers on the grid drawn.

    One input: points and the fitted curve; with labels 0 and 1 the probability curve and the line at 0.5. Two inputs: decision regions for
    labels, contours for numbers. More inputs: predicted against true. Outputs outside 0..1 for labels 0 and 1 are taken for logits.
    `names` are those of the inputs. Raises ValueError where x and y have different numbers of rows.

    >>> figure = steepest.viz.fit(lambda x: 2 * x, [[1.0], [2.0]], [[2.0], [4.1]])
    >>> bool(abs(figure.data["y"] - 2 * figure.data["x"]).max() < 1e-6)
    True
    """
    inputs = as_array(x)
    inputs = inputs.reshape(len(inputs), -1)
    truth = as_array(y)
    truth = truth.reshape(len(truth), -1)
    if len(inputs) != len(truth):
        raise ValueError(text("viz-rows-differ", x=len(inputs), y=len(truth)))
    figure, ax = axes_of(ax)
    labels = truth[:, 0] if truth.shape[1] == 1 else truth.argmax(1)
    classes = np.unique(labels)
    is_label = bool(np.all(labels == labels.round()) and len(classes) <= MOST_CLASSES and labels.min() >= 0)
    kind = x.dtype if isinstance(x, Tensor) else None
    given = names or tuple(f"x{k + 1}" if inputs.shape[1] > 1 else "x" for k in range(inputs.shape[1]))

    def answer(rows: Array) -> Array:
        with no_graph():
            tensor = from_array(rows.astype(np.float32))
            out = model(tensor.to(kind) if kind is not None else tensor)
        return as_array(out).reshape(len(rows), -1)

    if inputs.shape[1] == 1:
        figure.data = _curve(ax, inputs[:, 0], truth[:, 0], answer, is_label and set(classes) <= {0.0, 1.0}, given[0], resolution)
    elif inputs.shape[1] == 2:
        figure.data = _plane(ax, inputs, labels, answer, is_label, classes, given, resolution)
    else:
        figure.data = _against(ax, truth[:, 0], answer(inputs)[:, 0])
    return described(figure, _words(figure.data, given))


def _probabilities(values: Array) -> Array:
    """Outputs as probabilities; logits go through the sigmoid."""
    if values.min() >= 0 and values.max() <= 1:
        return values
    return 1 / (1 + np.exp(-values))


def _curve(ax: Axes, x: Array, y: Array, answer: Any, binary: bool, name: str, resolution: int) -> dict[str, Any]:
    look = current()
    margin = 0.08 * (float(np.ptp(x)) or 1.0)
    grid = np.linspace(x.min() - margin, x.max() + margin, resolution)
    values = answer(grid[:, None])[:, 0]
    data: dict[str, Any] = {"x": grid, "y": values}
    if binary:
        inner = _probabilities(np.concatenate([values, answer(x[:, None])[:, 0]]))
        values = data["y"] = inner[: len(grid)]
        ax.axhline(0.5, color=look.colour(1), linestyle="--", linewidth=1.6, label="0.5")
        crossing = np.flatnonzero(np.diff(values >= 0.5))
        data["boundary"] = [float(grid[i] + (grid[i + 1] - grid[i]) * (0.5 - values[i]) / (values[i + 1] - values[i])) for i in crossing]
        for at in data["boundary"]:
            ax.axvline(at, color=look.faint, linestyle=":", linewidth=1.6)
            rising = values[np.searchsorted(grid, at) - 1] < 0.5        # the number stands on the side where the curve is not
            ax.annotate(f"{at:.3g}", (at, 0.5), xytext=(6, -16 if rising else 8), textcoords="offset points", color=look.soft)
        ax.set_ylabel(text("viz-fit-probability"))
    else:
        ax.set_ylabel("y")
    ax.plot(x, y, linestyle="", marker="o", markersize=7 if len(x) <= 200 else 3.5, color=look.ink, alpha=0.85 if len(x) <= 200 else 0.4,
            label=text("viz-fit-data"), zorder=3)
    ax.plot(grid, values, color=look.colour(0), label=text("viz-fit-model"))
    ax.set_xlabel(name)
    ax.legend()
    return data


def _plane(ax: Axes, x: Array, labels: Array, answer: Any, is_label: bool, classes: Array, names: tuple[str, ...],
           resolution: int) -> dict[str, Any]:
    look = current()
    low, high = x.min(0), x.max(0)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    a, b = (np.linspace(low[k] - margin[k], high[k] + margin[k], resolution) for k in (0, 1))
    rows = np.stack(np.meshgrid(a, b), -1).reshape(-1, 2)
    values = answer(rows)
    data: dict[str, Any] = {"a": a, "b": b}
    if is_label:
        answers = (_probabilities(values[:, 0]) >= 0.5).astype(float) if values.shape[1] == 1 else values.argmax(1).astype(float)
        data["classes"] = answers.reshape(resolution, resolution)
        count = max(len(classes), int(answers.max()) + 1, 2)
        colours = [look.colour(k) for k in range(count)]            # whole colours, thinly: a page puts its own in their place
        ax.contourf(a, b, data["classes"], levels=np.arange(count + 1) - 0.5, colors=colours, alpha=0.28)
        ax.contour(a, b, data["classes"], levels=np.arange(count - 1) + 0.5, colors=look.soft, linewidths=1.4)
        for k, c in enumerate(classes):
            own = labels == c
            ax.plot(x[own, 0], x[own, 1], linestyle="", marker=MARKERS[k % len(MARKERS)], color=look.colour(int(c)), markersize=6,
                    markeredgecolor=look.ground, markeredgewidth=0.8, label=f"{c:g}")
        ax.legend(title=text("viz-fit-class"), frameon=True, facecolor=look.ground, edgecolor="none", framealpha=0.85)
    else:
        data["values"] = values[:, 0].reshape(resolution, resolution)
        ends = min(labels.min(), values.min()), max(labels.max(), values.max())
        drawn = ax.contourf(a, b, data["values"], levels=np.linspace(*ends, 21), cmap=look.ramp)
        drawn.set_rasterized(True)
        ax.scatter(x[:, 0], x[:, 1], c=labels, cmap=look.ramp, vmin=ends[0], vmax=ends[1], edgecolor="white", linewidth=1, s=42)
        ax.figure.colorbar(drawn, ax=ax).outline.set_visible(False)
    ax.grid(False)
    ax.set(xlabel=names[0], ylabel=names[1], xlim=(a[0], a[-1]), ylim=(b[0], b[-1]))
    return data


def _against(ax: Axes, truth: Array, predicted: Array) -> dict[str, Any]:
    look = current()
    ends = [min(truth.min(), predicted.min()), max(truth.max(), predicted.max())]
    ax.plot(ends, ends, color=look.soft, linewidth=1.4, linestyle="--", label=text("viz-fit-perfect"))
    ax.plot(truth, predicted, linestyle="", marker="o", color=look.colour(0), alpha=0.6, markersize=5)
    ax.set(xlabel=text("viz-fit-true"), ylabel=text("viz-fit-predicted"))
    ax.legend()
    return {"true": truth, "predicted": predicted}


def _words(data: dict[str, Any], names: tuple[str, ...]) -> str:
    if "boundary" in data:
        return text("viz-alt-fit-probability", name=names[0], at=", ".join(f"{b:.3g}" for b in data["boundary"]) or "–")
    if "x" in data:
        return text("viz-alt-fit-curve", name=names[0], first=f"{data['y'][0]:.3g}", last=f"{data['y'][-1]:.3g}",
                    low=f"{data['x'][0]:.3g}", high=f"{data['x'][-1]:.3g}")
    if "true" in data:
        return text("viz-alt-fit-against", error=f"{np.sqrt(np.mean((data['true'] - data['predicted']) ** 2)):.3g}")
    return text("viz-alt-fit-plane", a=names[0], b=names[1])
