"""`explore(loss)`: two hundred learning rates at once, on one page with a slider: the path, the loss curve, where divergence begins.

Plain gradient descent on a quadratic with largest curvature λ converges for learning rates below 2/λ (Nesterov 2004, section 1.2.3;
Goh 2017, "Why Momentum Really Works"); the page draws that line with λ measured at the lowest point found.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import text
from steepest.viz.objective import Objective
from steepest.viz.pages import Page, page_of, script
from steepest.viz.race_pages import WIDE, background
from steepest.viz.surfaces import Grid, evaluate_grid, objective_of

__all__ = ["Exploration", "explore"]

Array = np.ndarray[Any, Any]
RATES, LONG, WIDER = 200, 1e8, 4


def explore(loss: Any, parameters: Any = None, data: tuple[Any, Any] | None = None, *, lr: tuple[float, float] | None = None,
            steps: int = 100, span: Any = None) -> Exploration:
    """Gradient descent with 200 learning rates, side by side; the page that shows them.

    The loss is given as to `surface`. `lr` is the smallest and the largest learning rate; by default from a hundredth of 2/λ, λ the
    curvature at the start, to one and a half times it, or to where it diverges. Raises ValueError where the range is not two positive
    numbers.

    >>> found = steepest.viz.explore(lambda w: (w[0] - 1) ** 2, [3.0], steps=20)
    >>> round(found.limit, 3)      # the second derivative is 2
    1.0
    """
    objective = objective_of(loss, parameters, data)
    curvature = abs(objective.curvature(objective.start))
    if lr is None:
        limit = 2 / curvature if curvature > 1e-12 else 1.0
        low, high = limit / 100, 1.5 * limit
        for _ in range(WIDER):  # until some rate diverges: the curvature on the way may be smaller than at the start
            ends = descend(objective, np.array([high]), steps)[1][[0, -1], 0]
            if not ends[1] <= ends[0]:
                break
            high *= 3
    else:
        low, high = float(lr[0]), float(lr[1])
        if not 0 < low < high:
            raise ValueError(text("viz-explore-range", low=low, high=high))
    rates = np.geomspace(low, high, RATES)
    paths, losses = descend(objective, rates, steps)
    ends = np.where(np.isfinite(losses[-1]), losses[-1], np.inf)
    best = paths[-1, int(ends.argmin())]
    at_end = abs(objective.curvature(best)) if np.isfinite(best).all() else curvature
    return Exploration(objective, rates, paths, losses, 2 / at_end if at_end > 1e-12 else float("inf"), span)


def descend(objective: Objective, rates: Array, steps: int) -> tuple[Array, Array]:
    """Paths `(steps + 1, K, n)` and losses `(steps + 1, K)` of gradient descent, a learning rate a row; one batch a step."""
    points = np.repeat(objective.start[None], len(rates), 0)
    paths, losses = [], []
    with np.errstate(all="ignore"):
        for _ in range(steps + 1):
            values, gradients = objective.gradients(points)
            paths.append(points)
            losses.append(values)
            points = np.clip(np.nan_to_num(points - rates[:, None] * gradients, nan=LONG, posinf=LONG, neginf=-LONG), -LONG, LONG)
    return np.stack(paths), np.stack(losses)


class Exploration:
    """What was found: `rates`, `losses` `(steps + 1, 200)`, `paths`, `limit` = 2/λ; `page()` shows it, `save(path)` writes it."""

    def __init__(self, objective: Objective, rates: Array, paths: Array, losses: Array, limit: float, span: Any):
        self.objective, self.rates, self.paths, self.losses, self.limit, self.span = objective, rates, paths, losses, limit, span

    @property
    def diverges_from(self) -> float | None:
        """The smallest learning rate whose loss ended above its start; None where none did."""
        ends = np.where(np.isfinite(self.losses[-1]), self.losses[-1], np.inf)
        above = np.flatnonzero(ends > self.losses[0] + 1e-9 * np.abs(self.losses[0]))
        return float(self.rates[above[0]]) if len(above) else None

    @property
    def best(self) -> float:
        """The learning rate with the lowest loss at the end."""
        return float(self.rates[int(np.where(np.isfinite(self.losses[-1]), self.losses[-1], np.inf).argmin())])

    @property
    def alt(self) -> str:
        """The exploration in words."""
        diverges = self.diverges_from
        return text("viz-alt-explore", best=f"{self.best:.3g}", limit=f"{self.limit:.3g}",
                    diverges=f"{diverges:.3g}" if diverges is not None else "–", low=f"{self.rates[0]:.3g}", high=f"{self.rates[-1]:.3g}")

    def page(self) -> Page:
        """The offline page with the slider."""
        grid, flat = self._map()
        x = (flat[..., 0] - grid.a[0]) / (grid.a[-1] - grid.a[0]) * WIDE
        y = WIDE - (flat[..., 1] - grid.b[0]) / (grid.b[-1] - grid.b[0]) * WIDE
        paths = np.clip(np.stack([x, y], -1), -4 * WIDE, 5 * WIDE).round(1).transpose(1, 0, 2)
        losses = [[float(f"{v:.4g}") for v in row] for row in self.losses.T]
        values = {"rates": [float(f"{r:.5g}") for r in self.rates], "paths": paths, "losses": losses, "limit": self.limit, "wide": WIDE,
                  "at": int(np.abs(self.rates - self.best).argmin()), "words": {k: text(f"viz-explore-{k}") for k in (
                      "rate", "final", "diverged", "limit", "oscillates")}}  # fmt: skip
        share = f" {text('viz-plane-share', share=f'{grid.share:.1%}', parameters=self.objective.size)}" if grid.share is not None else ""
        axes = text("viz-race-axes", a=grid.labels[0], a0=f"{grid.a[0]:.3g}", a1=f"{grid.a[-1]:.3g}", b=grid.labels[1],
                    b0=f"{grid.b[0]:.3g}", b1=f"{grid.b[-1]:.3g}")
        label = escape(self.alt, quote=True)
        body = (
            f"<p>{escape(self.alt)}</p><p class='soft'>{escape(text('viz-explore-how'))}{escape(share)}</p>"
            f'<div class="controls"><label for="rate">{escape(text("viz-learning-rate"))}</label>'
            f'<input id="rate" type="range" min="0" max="{RATES - 1}" step="1"><output id="said" for="rate"></output></div>'
            f'<div class="three"><figure><svg id="map" viewBox="0 0 {WIDE} {WIDE}" role="img" aria-label="{label}">'
            f'<image href="{background(grid)}" width="{WIDE}" height="{WIDE}" preserveAspectRatio="none"/></svg>'
            f"<figcaption>{escape(axes)}</figcaption></figure>"
            f'<figure><svg id="curve" viewBox="0 0 {WIDE} {WIDE}" role="img" aria-label="{escape(text("viz-loss"))}"></svg>'
            f"<figcaption>{escape(text('viz-explore-curve'))}</figcaption></figure>"
            f'<figure><svg id="ends" viewBox="0 0 {WIDE} {WIDE}" role="img" aria-label="{label}"></svg>'
            f"<figcaption>{escape(text('viz-explore-ends'))}</figcaption></figure></div>")
        return page_of(text("viz-explore-title"), body, code=script("explore"), values=values, data=self, style=STYLE, height=760)

    def save(self, path: str | Path) -> Path:
        """Write the page; the path."""
        return self.page().save(path)

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()

    def _map(self) -> tuple[Grid, Array]:
        begin = self.losses[0, 0]
        calm = np.isfinite(self.losses).all(0) & (self.losses.max(0) <= 2 * abs(begin) + 1)
        some = self.paths[:, calm if calm.any() else np.arange(RATES) < 1]
        walked = some.reshape(-1, self.objective.size)
        if self.objective.size == 1:
            return evaluate_grid(self.objective, walked), np.stack([self.paths[..., 0], self.losses], -1)
        if self.objective.size == 2:
            return evaluate_grid(self.objective, walked, self.span, 100), self.paths
        rate = int(np.abs(self.rates - self.best).argmin())
        path = self.paths[:, rate]
        grid = evaluate_grid(self.objective, path, self.span, 60)
        assert grid.path is not None
        inverse = np.linalg.lstsq(path - path[-1], grid.path, rcond=None)[0]
        return grid, (self.paths - path[-1]) @ inverse


STYLE = """
.three { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
.three svg { width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); }
svg text { font-size: 16px; fill: var(--ink); } #rate { min-width: 18rem; } .line { fill: none; stroke-width: 3; }
"""
