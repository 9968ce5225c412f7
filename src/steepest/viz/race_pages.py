"""`race(...)`: the page that plays a race of optimizers, its table, and the sweep of learning rates behind it."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import text
from steepest.viz.objective import Objective
from steepest.viz.pages import Page, page_of, player_words, script, table_of
from steepest.viz.races import FUNCTIONS, RATES, RaceRun, run_race
from steepest.viz.style import MARKERS, current, described, for_page, new_figure, picture, svg_of
from steepest.viz.surfaces import Grid, affordable, evaluate_grid, shaped

__all__ = ["Race", "race"]

Array = np.ndarray[Any, Any]
WIDE = 560  # the side of the map in the page's units


def race(loss: Any, optimizers: Mapping[str, Any] | None = None, start: Any = None, data: tuple[Any, Any] | None = None, *,
         steps: int | None = None, level: float | None = None, rates: Sequence[float] = RATES) -> Race:
    """Race optimizers; each at the best of 16 learning rates from 1e-4 to 10, all shown; where all diverge, of 16 below these.

    `loss` is "himmelblau", "rosenbrock", "beale", "saddle" or "ravine", a function with its `start`, or a loss with a model as `start`
    and `data`. `optimizers` maps names to optimizer classes, to `(class, options)`, to a fixed learning rate, or to None; by default
    the ten of the course. The level that counts as arrived is, by default, a thousandth of the way above the least loss.
    Raises ValueError for an unknown name.

    >>> one = steepest.viz.race("ravine", {"SGD": None, "Adam": None}, steps=50)
    >>> [run.name for run in one.runs]
    ['SGD', 'Adam']
    """
    runs, objective, arrived = run_race(loss, optimizers, start, data, steps=steps, level=level, rates=rates)
    window = FUNCTIONS[loss.lower()].window if isinstance(loss, str) else None
    return Race(runs, objective, arrived, window, loss.capitalize() if isinstance(loss, str) else "")


class Race:
    """The result: `runs` in their order, `level`, `str` the table; `page()` plays it, `sweep()` shows the learning rates."""

    def __init__(self, runs: list[RaceRun], objective: Objective, level: float, window: Any, title: str):
        self.runs, self.objective, self.level, self.window, self.title = runs, objective, level, window, title

    @property
    def ranking(self) -> list[RaceRun]:
        """The runs, first come first."""
        return sorted(self.runs, key=lambda r: (r.steps is None, r.steps or 0, r.losses[-1] if np.isfinite(r.losses[-1]) else np.inf))

    def rows(self) -> tuple[list[str], list[list[str]]]:
        """The table: header and rows."""
        header = [text(f"viz-race-{k}") for k in ("name", "rate", "steps", "time", "final", "diverged")]
        rows = []
        for run in self.ranking:
            steps = str(run.steps) if run.steps is not None else text("viz-race-not", steps=len(run.losses) - 1)
            took = f"{1000 * run.seconds:.1f} ms" if run.steps is not None else "–"
            rows.append([run.name, f"{run.rate:.2g}", steps, took, f"{run.losses[-1]:.3g}", f"{sum(run.diverged)} / {len(run.rates)}"])
        return header, rows

    def __str__(self) -> str:
        header, rows = self.rows()
        widths = [max(len(r[k]) for r in [header, *rows]) for k in range(len(header))]
        lines = ["  ".join(c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True)))
                 for row in [header, *rows]]
        return "\n".join([text("viz-race-level", level=f"{self.level:.3g}"), *lines])

    __repr__ = __str__

    @property
    def alt(self) -> str:
        """What the race shows, in words."""
        first = self.ranking[0]
        return text("viz-alt-race", title=self.title or self.objective.words or text("viz-loss"), count=len(self.runs), first=first.name,
                    steps=first.steps if first.steps is not None else "–", level=f"{self.level:.3g}")

    @picture
    def sweep(self) -> Any:
        """The final loss against the learning rate, an optimizer a curve; the best rate marked."""
        look = current()
        figure = new_figure(7.4, 4.6)
        ax = figure.add_subplot()
        base = min(float(np.nanmin(np.where(np.isfinite(r.finals), r.finals, np.nan))) for r in self.runs if np.isfinite(r.finals).any())
        shift = base if base <= 0 else 0.0
        top = float(max(r.losses[0] for r in self.runs)) - shift
        least = max(1e-12, 1e-9 * top)
        for number, run in enumerate(self.runs):
            shown = np.clip(np.where(np.isfinite(run.finals), run.finals - shift, np.inf), least, 30 * top)
            ax.plot(run.rates, shown, label=run.name, marker=MARKERS[number % len(MARKERS)], markersize=4.5, **look.line(number))
            ax.plot([run.rate], [shown[run.best]], marker=MARKERS[number % len(MARKERS)], markersize=11, markerfacecolor="none",
                    color=look.colour(number))
        ax.set(xscale="log", yscale="log", xlabel=text("viz-learning-rate"),
               ylabel=text("viz-race-final") + (f" − ({shift:.3g})" if shift else ""))
        ax.axhline(max(self.level - shift, least), color=look.faint, linestyle=":", linewidth=1.4)
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        figure.data = {run.name: (run.rates, run.finals) for run in self.runs}
        return described(figure, text("viz-alt-sweep") + " " + " ".join(
            text("viz-alt-sweep-best", name=r.name, rate=f"{r.rate:.2g}", final=f"{r.losses[-1]:.3g}") for r in self.runs))

    def page(self, autoplay: bool = True) -> Page:
        """The page with the race, the losses, the table and the sweep."""
        grid, flat = self._map()
        with for_page():
            sweep = svg_of(self.sweep())
        header, rows = self.rows()
        hits, length = [r.steps for r in self.runs], len(self.runs[0].losses)
        end = length if None in hits else min(length, 2 * max(h for h in hits if h is not None) + 21)   # what comes later is all alike
        values = {
            "words": player_words(autoplay), "runs": [
                {"name": r.name, "path": np.round(self._units(grid, p[:end]), 1), "hit": r.steps,
                 "loss": [float(f"{v:.4g}") for v in r.losses[:end]]}
                for r, p in zip(self.runs, flat, strict=True)],
            "level": self.level, "wide": WIDE, "arrived": text("viz-race-arrived"),
        }  # fmt: skip
        share = f" {text('viz-plane-share', share=f'{grid.share:.1%}', parameters=self.objective.size)}" if grid.share is not None else ""
        head = f"{text('viz-race-title')}{': ' + self.title if self.title else ''}"
        body = (
            f'<p class="soft">{escape(self.objective.words)}{escape(share)}</p><p>{escape(self.alt)}</p><div id="controls"></div>'
            f'<div class="two"><figure><svg id="map" viewBox="0 0 {WIDE} {WIDE}" role="img" aria-label="{escape(self.alt, quote=True)}">'
            f'<image href="{background(grid)}" width="{WIDE}" height="{WIDE}" preserveAspectRatio="none"/></svg>'
            f"<figcaption>{escape(self._axes(grid))}</figcaption></figure>"
            f'<figure><svg id="losses" viewBox="0 0 {WIDE} {WIDE}" role="img" aria-label="{escape(text("viz-loss"))}"></svg>'
            f"<figcaption>{escape(text('viz-race-losses'))}</figcaption></figure></div>"
            f'<div class="controls" id="who" role="group" aria-label="{escape(text("viz-race-who"))}"></div>'
            + table_of(header, rows, text("viz-race-level", level=f"{self.level:.3g}"))
            + f"<h2>{escape(text('viz-race-sweep'))}</h2><p class='soft'>{escape(text('viz-race-fair', count=len(self.runs[0].rates)))}</p>"
            f"<figure>{sweep}</figure>")
        return page_of(head, body, code=script("player") + script("race"), values=values, data=self.runs, style=STYLE, height=900)

    def save(self, path: str | Path) -> Path:
        """Write the page; the path."""
        return self.page().save(path)

    def _repr_html_(self) -> str:
        return self.page(autoplay=False)._repr_html_()

    def _map(self) -> tuple[Grid, list[Array]]:
        """The surface under the race, and every path in its coordinates."""
        begin = self.runs[0].losses[0]
        shown = [r.path[np.isfinite(r.path).all(1) & np.isfinite(r.losses) & (r.losses <= max(begin, self.level) * 4 + abs(begin))]
                 for r in self.runs]
        together = np.concatenate([p if len(p) else self.objective.start[None] for p in shown])
        size = self.objective.size
        if size == 1:
            return evaluate_grid(self.objective, together), [np.stack([r.path[:, 0], r.losses], 1) for r in self.runs]
        end = min((r for r in self.runs if np.isfinite(r.losses[-1])), key=lambda r: r.losses[-1], default=self.runs[0])
        path = np.concatenate([together, end.path[-1:]])
        grid = evaluate_grid(self.objective, path, self.window, 120 if size <= 4 else min(60, affordable(self.objective)))
        if size == 2:
            return grid, [r.path for r in self.runs]
        centre, plane = path[-1], _directions(path, grid)
        return grid, [(r.path - centre) @ plane for r in self.runs]

    def _units(self, grid: Grid, path: Array) -> Array:
        x = (path[:, 0] - grid.a[0]) / (grid.a[-1] - grid.a[0]) * WIDE
        y = WIDE - (path[:, 1] - grid.b[0]) / (grid.b[-1] - grid.b[0]) * WIDE
        return np.clip(np.stack([x, y], 1), -5 * WIDE, 6 * WIDE)

    def _axes(self, grid: Grid) -> str:
        return text("viz-race-axes", a=grid.labels[0], a0=f"{grid.a[0]:.3g}", a1=f"{grid.a[-1]:.3g}", b=grid.labels[1],
                    b0=f"{grid.b[0]:.3g}", b1=f"{grid.b[-1]:.3g}")


def _directions(path: Array, grid: Grid) -> Array:
    """The map from all parameters to the plane that `evaluate_grid` chose for this path."""
    assert grid.path is not None
    inverse: Array = np.linalg.lstsq(path - path[-1], grid.path, rcond=None)[0]
    return inverse


def background(grid: Grid) -> str:
    """The contours as a picture for the page, quiet enough for ten coloured paths."""
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    if grid.values.ndim == 1:
        ax.plot(grid.a, grid.values, color="#7a8594", linewidth=2)
        ax.set(xlim=(grid.a[0], grid.a[-1]), ylim=(grid.b[0], grid.b[-1]))
        return _as_data(figure)
    height, _, _ = shaped(grid.values)
    ax.contourf(grid.a, grid.b, height, levels=np.linspace(0, 1, 22), cmap=colormaps["Greys_r"], alpha=0.45)
    ax.contour(grid.a, grid.b, height, levels=np.linspace(0, 1, 22)[1:-1], colors="#7a8594", linewidths=0.6)
    return _as_data(figure)


def _as_data(figure: Any) -> str:
    content = io.BytesIO()
    figure.savefig(content, format="png", transparent=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")


STYLE = """
#map, #losses { width: 100%; max-width: 36rem; height: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); }
#who label { display: inline-flex; gap: .35rem; align-items: center; margin-right: .6rem; }
.path { fill: none; stroke-width: 2.6; stroke-linejoin: round; } .head { stroke: var(--ground); stroke-width: 1.5; }
#map text, #losses text { font-size: 14px; fill: var(--ink); paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
"""
