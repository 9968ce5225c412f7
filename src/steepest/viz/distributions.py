"""`distribution(model)`: how weights, activations and gradients are spread, layer by layer, and how that changes with time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from steepest.core.modes import no_graph
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.style import current, described, new_figure, picture
from steepest.viz.tracing import as_array

__all__ = ["distribution"]

Array = np.ndarray[Any, Any]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_LAYERS = 16


@picture
def distribution(model: Any, x: Any = None) -> Any:
    """The spread of a model's weights, of its layers' activations on `x`, and of its gradients where `backward()` has left some.

    In the place of a model, a mapping name -> array a layer, or name -> list of arrays (or an array with one row a step) over time. Drawn
    are the middle 90 % as a line, the middle half as a bar, the median as a mark; over time the same as bands. `figure.data` holds the
    quantiles. Raises ValueError where there is nothing to show.

    >>> figure = steepest.viz.distribution({"layer1": [0.0, 1.0, 2.0, 3.0, 4.0]})
    >>> figure.data["values"]["layer1"].round(2).tolist()
    [0.2, 1.0, 2.0, 3.0, 3.8]
    """
    if isinstance(model, Module):
        groups = {"weights": {n: p.detach().array for n, p in model.named_parameters()}}
        if x is not None:
            groups["activations"] = _activations(model, x)
        gradients = {n: p.grad.array for n, p in model.named_parameters() if p.grad is not None}
        if gradients:
            groups["gradients"] = gradients
    else:
        if not isinstance(model, Mapping) or not model:
            raise ValueError(text("viz-distribution-none"))
        over_time = {n: v for n, v in model.items() if _is_series(v)}
        if over_time:
            return _bands(over_time)
        groups = {"values": {n: as_array(v) for n, v in model.items()}}
    groups = {kind: dict(list(layers.items())[:MOST_LAYERS]) for kind, layers in groups.items() if layers}
    if not groups:
        raise ValueError(text("viz-distribution-none"))
    rows = max(len(layers) for layers in groups.values())
    figure = new_figure(max(6.4, 4.1 * len(groups)), max(2.6, 0.42 * rows + 1.3))
    figure.data = {}
    for k, (kind, layers) in enumerate(groups.items()):
        ax = figure.add_subplot(1, len(groups), k + 1)
        figure.data[kind] = {name: _quantiles(values) for name, values in layers.items()}
        _bars(ax, figure.data[kind])
        ax.set_title(text(f"viz-distribution-{kind}"))
    return described(figure, text("viz-alt-distribution") + " " + " ".join(
        text("viz-alt-distribution-layer", name=n, kind=text(f"viz-distribution-{kind}"), low=f"{q[0]:.3g}", high=f"{q[-1]:.3g}")
        for kind, layers in figure.data.items() for n, q in layers.items()))


def _quantiles(values: Any) -> Array:
    array = as_array(values).reshape(-1)
    array = array[np.isfinite(array)]
    return np.quantile(array, QUANTILES) if len(array) else np.full(len(QUANTILES), np.nan)


def _activations(model: Module, x: Any) -> dict[str, Array]:
    """The outputs of all modules that have no modules inside."""
    found: dict[str, Array] = {}
    handles = [m.register_forward_hook(lambda m, i, o, name=name: found.__setitem__(name or type(m).__name__, o.detach().array))
               for name, m in model.named_modules() if not list(m.children())]
    try:
        with no_graph():
            model(x if isinstance(x, Tensor) else np.asarray(x))
    finally:
        for handle in handles:
            handle.remove()
    return found


def _bars(ax: Any, layers: dict[str, Array]) -> None:
    look = current()
    for k, q in enumerate(layers.values()):
        ax.plot([q[0], q[4]], [k, k], color=look.colour(0), linewidth=1.6, zorder=2)
        ax.plot([q[1], q[3]], [k, k], color=look.colour(0), linewidth=9, solid_capstyle="butt", alpha=0.75, zorder=2)
        ax.plot([q[2]], [k], marker="|", markersize=15, markeredgewidth=2.5, color=look.colour(1), zorder=3)
    ax.set(yticks=range(len(layers)), ylim=(len(layers) - 0.4, -0.6))
    ax.set_yticklabels(list(layers))
    ax.axvline(0, color=look.faint, linewidth=1, zorder=1)
    ax.grid(axis="y", visible=False)
    ax.ticklabel_format(axis="x", style="sci", scilimits=(-3, 4))
    ax.locator_params(axis="x", nbins=5)


def _is_series(values: Any) -> bool:
    """Whether an array is given for every step."""
    if isinstance(values, (list, tuple)):
        return len(values) > 1 and all(np.ndim(as_array(v)) >= 1 for v in values)
    return np.ndim(as_array(values)) == 2


def _bands(layers: dict[str, Any]) -> Any:
    """One small picture a layer: the quantiles over time."""
    look = current()
    columns = min(3, len(layers))
    rows = -(-len(layers) // columns)
    figure = new_figure(3.6 * columns + 0.4, 2.5 * rows + 0.4)
    figure.data = {}
    for k, (name, series) in enumerate(layers.items()):
        q = np.array([_quantiles(v) for v in series])
        figure.data[name] = q
        ax = figure.add_subplot(rows, columns, k + 1)
        at = np.arange(len(q))
        ax.fill_between(at, q[:, 0], q[:, 4], color=look.colour(0), alpha=0.22, linewidth=0)
        ax.fill_between(at, q[:, 1], q[:, 3], color=look.colour(0), alpha=0.42, linewidth=0)
        ax.plot(at, q[:, 2], color=look.colour(1))
        ax.set_title(name, fontsize=12)
        if k >= len(layers) - columns:
            ax.set_xlabel(text("viz-step"))
        ax.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4))
    return described(figure, text("viz-alt-distribution") + " " + " ".join(
        text("viz-alt-distribution-time", name=n, first=f"{q[0, 2]:.3g}", last=f"{q[-1, 2]:.3g}") for n, q in figure.data.items()))
