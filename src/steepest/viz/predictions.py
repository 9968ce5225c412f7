"""How good predictions are: confusion matrix, calibration, residuals, and images with what the model said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from steepest.errors import text
from steepest.viz.style import axes_of, current, described, new_figure, picture
from steepest.viz.tracing import as_array

__all__ = ["calibration", "confusion", "images", "residuals"]

Array = np.ndarray[Any, Any]
SHARES = LinearSegmentedColormap.from_list("shares", [(0.1, 0.42, 0.72, 0.04), (0.1, 0.42, 0.72, 0.95)])
"""From nearly nothing to a blue on which white can be read, on a light ground and on a dark one."""


@picture
def confusion(truth: Any, predicted: Any, *, names: Sequence[str] | None = None, ax: Axes | None = None) -> Any:
    """The confusion matrix: a row a true class, a column a predicted one; `figure.data` is the matrix of counts.

    `predicted` are labels, or scores `(N, C)` of which the largest counts. Raises ValueError for different numbers of rows.

    >>> steepest.viz.confusion([0, 0, 1], [0, 1, 1]).data.tolist()
    [[1, 1], [0, 1]]
    """
    true, said = _labels(truth), _labels(predicted)
    if len(true) != len(said):
        raise ValueError(text("viz-rows-differ", x=len(true), y=len(said)))
    count = max(int(max(true.max(), said.max())) + 1, len(names or ()))
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (true, said), 1)
    look = current()
    figure, ax = axes_of(ax, 1.7 + 0.62 * max(count, 4), 1.3 + 0.55 * max(count, 4))
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    ax.imshow(share, cmap=SHARES, vmin=0, vmax=1, aspect="auto")
    for i in range(count):
        for j in range(count):
            if matrix[i, j] or count <= 12:
                ax.annotate(str(matrix[i, j]), (j, i), ha="center", va="center", fontsize=12 if count <= 12 else 8,
                            color="#ffffff" if share[i, j] > 0.55 else look.ink, fontweight="bold" if i == j else "normal")
    shown = list(names) if names is not None else [str(k) for k in range(count)]
    ax.set(xticks=range(count), yticks=range(count), xlabel=text("viz-predicted"), ylabel=text("viz-true"))
    long = max(map(len, shown)) > 8 or count > 6 and max(map(len, shown)) > 3
    ax.set_xticklabels(shown, rotation=45 if long else 0, ha="right" if long else "center")
    ax.set_yticklabels(shown)
    ax.grid(False)
    right = int(np.trace(matrix))
    ax.set_title(text("viz-confusion-title", right=right, of=len(true), share=f"{right / max(len(true), 1):.1%}"), color=look.ink)
    figure.data = matrix
    return described(figure, text("viz-alt-confusion", right=right, of=len(true)))


@picture
def calibration(truth: Any, probability: Any, *, bins: int = 10, ax: Axes | None = None) -> Any:
    """How often what was given a probability came true, in bins of equal width (Guo et al. 2017, section 2).

    `truth` are labels 0 and 1, `probability` those of the label 1. `figure.data` holds mean probability, share that came true and count of
    every bin that is not empty, and the expected calibration error. Raises ValueError for probabilities outside 0..1.
    """
    true, p = as_array(truth).reshape(-1), as_array(probability).reshape(-1)
    if p.min() < 0 or p.max() > 1:
        raise ValueError(text("viz-calibration-range", low=f"{p.min():.3g}", high=f"{p.max():.3g}"))
    place = np.minimum((p * bins).astype(int), bins - 1)
    kept = [k for k in range(bins) if (place == k).any()]
    said = np.array([p[place == k].mean() for k in kept])
    came = np.array([true[place == k].mean() for k in kept])
    count = np.array([(place == k).sum() for k in kept])
    error = float((count * np.abs(said - came)).sum() / len(p))
    look = current()
    figure, ax = axes_of(ax, 6.0, 5.0)
    ax.plot([0, 1], [0, 1], color=look.soft, linestyle="--", linewidth=1.4, label=text("viz-calibration-perfect"))
    ax.bar((np.array(kept) + 0.5) / bins, count / count.max() * 0.25, width=0.9 / bins, color=look.faint, alpha=0.35,
           label=text("viz-calibration-count"))
    ax.plot(said, came, color=look.colour(0), marker="o", markersize=7, label=text("viz-fit-model"))
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel=text("viz-calibration-said"), ylabel=text("viz-calibration-came"))
    ax.set_title(text("viz-calibration-title", error=f"{error:.3f}"))
    ax.legend(loc="upper left")
    figure.data = {"said": said, "came": came, "count": count, "error": error}
    return described(figure, text("viz-alt-calibration", error=f"{error:.3f}", bins=len(kept)))


@picture
def residuals(truth: Any, predicted: Any, *, ax: Axes | None = None) -> Any:
    """What is left: true minus predicted, over the prediction, and how it is spread; `figure.data` are the residuals.

    With `ax=` only the first of the two is drawn. Raises ValueError for different numbers of rows.
    """
    true, said = as_array(truth).reshape(-1), as_array(predicted).reshape(-1)
    if len(true) != len(said):
        raise ValueError(text("viz-rows-differ", x=len(true), y=len(said)))
    left = true - said
    look = current()
    beside = None
    if ax is None:
        figure: Any = new_figure(9.0, 4.2)
        ax, beside = figure.subplots(1, 2, width_ratios=(2, 1), sharey=True)
    else:
        figure = ax.figure
    assert ax is not None
    ax.axhline(0, color=look.soft, linewidth=1.4, linestyle="--")
    ax.plot(said, left, linestyle="", marker="o", markersize=6 if len(left) <= 300 else 3, alpha=0.65, color=look.colour(0),
            markeredgewidth=0)
    ax.set(xlabel=text("viz-fit-predicted"), ylabel=text("viz-residual"))
    if beside is not None:
        beside.hist(left, bins=min(40, max(8, len(left) // 8)), orientation="horizontal", color=look.colour(0), alpha=0.75)
        beside.axhline(left.mean(), color=look.colour(1), linewidth=1.6, label=text("viz-mean"))
        beside.set_xlabel(text("viz-count"))
        beside.xaxis.get_major_locator().set_params(integer=True)
        beside.legend()
    figure.data = left
    mean, spread = (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" for value in (left.mean(), left.std()))
    return described(figure, text("viz-alt-residuals", mean=mean, spread=spread, rows=f"{len(left):,}"))


@picture
def images(batch: Any, labels: Any = None, predictions: Any = None, *, names: Sequence[str] | None = None, most: int = 25) -> Any:
    """Images of a batch `(N, H, W)`, `(N, 1, H, W)` or `(N, 3, H, W)` with labels and predictions; wrong ones are framed and say both.

    `predictions` are labels or scores `(N, C)`. `figure.data` holds, of those shown, whether the prediction is right. Raises ValueError for
    other shapes.
    """
    pixels = as_array(batch)
    if pixels.ndim == 4 and pixels.shape[1] in (1, 3):
        pixels = pixels[:, 0] if pixels.shape[1] == 1 else np.moveaxis(pixels, 1, -1)
    if pixels.ndim != 3 and not (pixels.ndim == 4 and pixels.shape[-1] == 3):
        raise ValueError(text("viz-images-shape", shape=list(as_array(batch).shape)))
    true = None if labels is None else _labels(labels)
    said = None if predictions is None else _labels(predictions)
    shown = min(len(pixels), most)
    columns = min(shown, 8 if shown > 20 else 5)
    rows = -(-shown // columns)
    look = current()
    figure = new_figure(1.25 * columns + 0.3, 1.5 * rows + 0.2)
    low, high = float(pixels.min()), float(pixels.max())
    right: list[bool | None] = []

    def named(k: int) -> str:
        return names[k] if names is not None else str(k)

    for k in range(rows * columns):
        ax = figure.add_subplot(rows, columns, k + 1)
        ax.grid(False)
        ax.set(xticks=[], yticks=[])
        if k >= shown:
            ax.set_axis_off()
            continue
        ax.imshow((pixels[k] - low) / ((high - low) or 1), cmap="gray", vmin=0, vmax=1)
        correct = None if true is None or said is None else bool(true[k] == said[k])
        right.append(correct)
        title = "" if true is None and said is None else named((said if said is not None else true)[k])  # type: ignore[index]
        if correct is False:
            title = f"✗ {title} ({named(true[k])})"  # type: ignore[index]
        ax.set_title(title, fontsize=11, color=look.colour(1) if correct is False else look.ink, loc="center", fontweight="normal")
        for side in ax.spines.values():
            side.set(visible=correct is False, color=look.colour(1), linewidth=3)
    figure.data = right
    wrong = sum(r is False for r in right)
    return described(figure, text("viz-alt-images", count=shown, wrong=wrong) if true is not None and said is not None else text(
        "viz-alt-images-only", count=shown))


def _labels(given: Any) -> Array:
    """Labels as integers; of scores `(N, C)` the largest."""
    array = as_array(given)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(1)
    return array.reshape(-1).astype(np.int64)
