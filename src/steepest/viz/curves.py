"""The loss curve: one or several runs, smoothed with the raw line behind, validation dashed, the learning rate below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from steepest.errors import text
from steepest.viz.style import axes_of, current, described, new_figure, picture
from steepest.viz.tracing import as_array

__all__ = ["loss_curve", "runs_of", "smoothed"]

Array = np.ndarray[Any, Any]
MOST_POINTS = 4000
RATES = ("lr", "learning_rate", "learning rate", "step_size")


@picture
def loss_curve(history: Any, *, log: bool | None = None, smooth: float | None = None, lr: Any = None, ax: Axes | None = None,
               title: str = "") -> Any:
    """Draw losses by step; the figure, whose `data` holds what is drawn.

    `history` is a list of losses, a dict name -> losses (a name with "val" is a validation loss and dashed, "lr" is drawn below), a
    dict run -> such a dict, or anything with such a `history`. `smooth` is the weight of the past in a moving average, 0 for none;
    by default 0.9 where a long curve is noisy (of the logarithms on a logarithmic scale). `log` scales the losses; by default where
    they span more than a factor 20.
    Raises ValueError for a history without numbers.

    >>> figure = steepest.viz.loss_curve({"loss": [4.0, 2.0, 1.0], "val_loss": [4.2, 2.5, 1.6]})
    >>> figure.data["loss"].tolist()
    [4.0, 2.0, 1.0]
    """
    curves, rates = runs_of(history)
    if lr is not None:
        rates = {"lr": as_array(lr).reshape(-1)}
    if not curves or not any(len(c) for c in curves.values()):
        raise ValueError(text("viz-empty-history"))
    below = None
    if ax is None and rates:
        figure: Any = new_figure(7.2, 5.4)
        ax, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    else:
        figure, ax = axes_of(ax)
    assert ax is not None
    finite = np.concatenate([c[np.isfinite(c)] for c in curves.values()])
    scaled = bool(log if log is not None else len(finite) and finite.min() > 0 and finite.max() > 20 * finite.min())
    _draw(ax, curves, smooth, scaled)
    if scaled:
        ax.set_yscale("log")
    ax.set_ylabel(text("viz-loss"))
    if title:
        ax.set_title(title)
    if len(curves) > 1 or any(c for c in curves if c not in ("loss", "")):
        ax.legend()
    if below is not None:
        for number, (name, values) in enumerate(rates.items()):
            below.plot(np.arange(len(values)), values, label=name, **current().line(number + len(curves)))
        below.set_ylabel(text("viz-learning-rate"))
        below.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4))
    (below or ax).set_xlabel(text("viz-step"))
    figure.data = {**curves, **rates}
    return described(figure, _words(curves))


def runs_of(history: Any) -> tuple[dict[str, Array], dict[str, Array]]:
    """Curves and learning rates by name, from whatever holds them."""
    if not isinstance(history, (Mapping, list, tuple, np.ndarray)) and hasattr(history, "history"):
        history = history.history
    if not isinstance(history, Mapping):
        return {"loss": as_array(history).reshape(-1)}, {}
    found: dict[str, Array] = {}
    for name, values in history.items():
        if isinstance(values, Mapping) or hasattr(values, "history"):
            curves, rates = runs_of(values)
            several = len(curves) > 1
            found |= {f"{name} {inner}" if several else str(name): v for inner, v in curves.items()}
            found |= {f"{name} {inner}": v for inner, v in rates.items()}
        else:
            array = as_array(values)
            if array.ndim == 1:
                found[str(name)] = array
    rates = {name: v for name, v in found.items() if name.split(" ")[-1].lower() in RATES}
    return {name: v for name, v in found.items() if name not in rates}, rates


def smoothed(values: Array, weight: float) -> Array:
    """The exponential moving average, corrected for its start as in Adam (Kingma and Ba 2015, section 3).

    >>> smoothed(np.array([1.0, 1.0, 4.0]), 0.5).round(3).tolist()
    [1.0, 1.0, 2.714]
    """
    out, mean, mass = np.empty(len(values)), 0.0, 0.0
    for i, value in enumerate(values):
        if np.isfinite(value):
            mean, mass = weight * mean + (1 - weight) * value, weight * mass + (1 - weight)
        out[i] = mean / mass if mass else np.nan
    return out


def thinned(values: Array, most: int = MOST_POINTS) -> tuple[Array, Array]:
    """Steps and values; of a long curve the least and the greatest value of each stretch, so that no spike is lost."""
    if len(values) <= most:
        return np.arange(len(values)), values
    at: list[int] = []
    for piece in np.array_split(np.arange(len(values)), most // 2):
        part = np.where(np.isfinite(values[piece]), values[piece], -np.inf)
        at += sorted({int(piece[0] + part.argmin()), int(piece[0] + part.argmax())})
    return np.array(at), values[at]


def is_noisy(values: Array) -> bool:
    """Whether a long curve turns so often that a mean is easier to read."""
    change = np.sign(np.diff(values[np.isfinite(values)]))
    return len(change) >= 100 and bool((change[1:] != change[:-1]).mean() > 0.3)


def _draw(ax: Axes, curves: dict[str, Array], smooth: float | None, log: bool) -> None:
    look, longest = current(), max(map(len, curves.values()))
    colours: dict[str, int] = {}
    for name, values in curves.items():
        validation = "val" in name.lower()
        stem = name.lower().replace("validation", "").replace("valid", "").replace("val", "").strip(" _-") or name
        number = colours.setdefault(stem, len(colours))
        style = look.line(number) | ({"linestyle": "--"} if validation else {})
        weight = smooth if smooth is not None else 0.9 if is_noisy(values) else 0.0
        at, shown = thinned(values)
        if weight:
            ax.plot(at, shown, color=style["color"], linewidth=0.8, alpha=0.3)
            at, shown = thinned(np.exp(smoothed(np.log(values), weight)) if log and np.nanmin(values) > 0 else smoothed(values, weight))
        marker: dict[str, Any] = {"marker": "o", "markersize": 4} if len(values) <= 12 else {}
        ax.plot(at, shown, label=name, **style, **marker)
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            ax.axvline(float(bad[0]), color=look.faint, linestyle=":", linewidth=1.4)
            early = bad[0] < 0.4 * longest          # then there is room on the right only
            ax.annotate(text("viz-not-finite", step=int(bad[0])), (float(bad[0]), 0.95), xycoords=("data", "axes fraction"),
                        xytext=(6 if early else -6, 0), textcoords="offset points", ha="left" if early else "right", color=look.soft)


def _words(curves: dict[str, Array]) -> str:
    said = []
    for name, values in curves.items():
        finite = values[np.isfinite(values)]
        if len(finite):
            said.append(text("viz-alt-curve", name=name, first=f"{finite[0]:.4g}", last=f"{finite[-1]:.4g}", steps=len(values),
                             least=f"{finite.min():.4g}"))
    return text("viz-alt-curves") + " " + " ".join(said)
