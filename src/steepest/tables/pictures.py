"""The report's pictures as SVG text that takes the page's colours, in the light and in the dark."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy

from steepest.tables.metrics import Array
from steepest.tables.training import Epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["calibration", "dependence", "importance", "loss_curve", "predicted_against_true"]

# matplotlib draws with these colours; in the SVG each becomes the page's own.
INK, FIRST, SECOND, FAINT, GRID = "#010101", "#020202", "#030303", "#040404", "#050505"
COLOURS = {INK: "currentColor", FIRST: "var(--first)", SECOND: "var(--second)", FAINT: "var(--faint)", GRID: "var(--line)"}
MOST_POINTS = 2000
TICKS = 5  # on an axis of numbers, whose labels would else run into each other
FEW_VALUES = 8  # of a column, which the axis then names one by one
LARGE = 10_000  # from here on numbers on an axis are written with commas; years are smaller


def loss_curve(history: Sequence[Epoch], best: int, words: dict[str, str]) -> str:
    """Training and validation loss by epoch; a line at the epoch that was kept. `words`: epoch, loss, train, validation, best."""
    with _axes((7.2, 3.4)) as (axes, written):
        epochs = [row.epoch for row in history]
        look: Any = {"marker": "o", "markersize": 4} if len(epochs) <= FEW_VALUES else {}
        axes.plot(epochs, [row.train_loss for row in history], color=FIRST, label=words["train"], **look)
        axes.plot(epochs, [row.validation_loss for row in history], color=SECOND, linestyle="--", label=words["validation"], **look)
        axes.locator_params(axis="x", integer=True)
        if best:
            axes.axvline(best, color=FAINT, linewidth=1.2, linestyle=":", label=f"{words['best']} ({best})")
        losses = numpy.array([loss for row in history for loss in (row.train_loss, row.validation_loss)])
        if numpy.isfinite(losses).all() and losses.min() > 0 and losses.max() > 20 * losses.min():
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
        axes.set_xlabel(words["epoch"])
        axes.set_ylabel(words["loss"])
        axes.legend(frameon=False)
    return written[0]


def predicted_against_true(truth: Array, predicted: Array, words: dict[str, str]) -> str:
    """A point a row, and the line on which a perfect prediction lies. `words`: true, predicted, perfect."""
    if len(truth) > MOST_POINTS:
        some = numpy.linspace(0, len(truth) - 1, MOST_POINTS).astype(int)
        truth, predicted = truth[some], predicted[some]
    with _axes((5.2, 4.6)) as (axes, written):
        ends = [min(truth.min(), predicted.min()), max(truth.max(), predicted.max())]
        axes.plot(ends, ends, color=INK, linewidth=1, label=words["perfect"])
        look: Any = {"markersize": 3.5, "alpha": 0.45} if len(truth) > 300 else {"markersize": 6, "alpha": 0.7}
        axes.plot(truth, predicted, linestyle="", marker="o", markeredgewidth=0, color=FIRST, **look)
        axes.locator_params(nbins=TICKS)
        axes.set_xlabel(words["true"])
        axes.set_ylabel(words["predicted"])
        axes.legend(frameon=False)
    return written[0]


def importance(names: Sequence[str], grows: Sequence[float], halves: Sequence[float], words: dict[str, str]) -> str:
    """A bar a column, the largest on top, with its interval. `words`: grows."""
    with _axes((7.2, 0.6 + 0.32 * len(names))) as (axes, written):
        places = list(range(len(names)))[::-1]
        axes.barh(places, grows, color=FIRST, height=0.62)
        axes.errorbar(grows, places, xerr=halves, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5)
        axes.locator_params(axis="x", nbins=TICKS)
        axes.set_yticks(places, [_short(name) for name in names])
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(words["grows"])
    return written[0]


def dependence(values: Sequence[float], names: Sequence[str], means: Sequence[float], column: str, days: bool, words: str) -> str:
    """The mean prediction along a number, or a point for each of some `names` (a bar would have to begin at 0)."""
    with _axes((3.6, 2.7)) as (axes, written):
        if names:
            places = list(range(len(names)))[::-1]
            axes.plot(means, places, color=FIRST, linestyle="", marker="o", markersize=7)
            axes.set_yticks(places, [_short(name, 16) for name in names])
            axes.set_ylim(-0.6, len(names) - 0.4)
            axes.margins(x=0.12)
            axes.locator_params(axis="x", nbins=TICKS - 1 if max(map(abs, means)) < LARGE else 2)
            axes.set_xlabel(_short(words, 30))
            axes.set_ylabel(_short(column, 26))
        else:
            axes.plot(values, means, color=FIRST, marker="o", markersize=4)
            axes.locator_params(axis="x", nbins=TICKS)
            axes.set_xlabel(_short(column, 34))
            axes.set_ylabel(_short(words, 26))
        if days:
            ticks = numpy.linspace(values[0], values[-1], 4)
            axes.set_xticks(ticks, [str(numpy.datetime64("1970-01-01") + int(tick)) for tick in ticks], fontsize=8)
        elif not names and len(values) <= FEW_VALUES:
            axes.set_xticks(values, [f"{value:g}" for value in values])
    return written[0]


def calibration(said: Sequence[float], true: Sequence[float], words: dict[str, str]) -> str:
    """The share that was true against the probability that was said, in bins. `words`: said, true, perfect."""
    with _axes((5.2, 4.2)) as (axes, written):
        axes.plot([0, 1], [0, 1], color=INK, linewidth=1, label=words["perfect"])
        axes.plot(said, true, color=FIRST, marker="o", markersize=5)
        axes.set_xlabel(words["said"])
        axes.set_ylabel(words["true"])
        axes.legend(frameon=False)
    return written[0]


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


@contextmanager
def _axes(size: tuple[float, float]) -> Iterator[tuple[Axes, list[str]]]:
    """Axes to draw on; afterwards the list holds the SVG. No window, no pyplot, none of the user's settings changed."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of its cache folder where the home is read-only
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "steepest",
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.edgecolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "font.size": 10.5,
        "axes.formatter.useoffset": False,
        "axes.unicode_minus": False,
        "axes.axisbelow": True,
        "font.family": "sans-serif",
        "text.parse_math": False,  # a $ in a column's name is a dollar
        "axes.grid": True,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
    }
    written: list[str] = []
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the page's fonts draw the text, not matplotlib's
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        yield axes, written
        for axis in (axes.xaxis, axes.yaxis):
            if LARGE <= max(map(abs, axis.get_view_interval())) < 1e12:
                axis.set_major_formatter(lambda value, place: f"{value:,.0f}")
        content = io.StringIO()
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = content.getvalue()
    svg = svg[svg.index("<svg") :]
    for drawn, shown in COLOURS.items():
        svg = svg.replace(drawn, shown)
    written.append(svg)
