"""`report(run)`: one self-contained HTML file about a run: what the doctor found, the pictures that apply, code and seed."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np

from steepest.core.modes import no_graph
from steepest.errors import text
from steepest.nn import Module
from steepest.version import __version__
from steepest.viz.curves import loss_curve
from steepest.viz.distributions import distribution
from steepest.viz.fits import fit
from steepest.viz.networks import draw_network, summary
from steepest.viz.objective import Objective
from steepest.viz.pages import Page, page_of
from steepest.viz.predictions import calibration, confusion, residuals
from steepest.viz.style import for_page, svg_of
from steepest.viz.subjects import Subject, WatchedSubject
from steepest.viz.surfaces import affordable, surface
from steepest.viz.tracing import as_array
from steepest.viz.watching import Watched

__all__ = ["Sections", "figure_in_page", "objective_in_page", "report"]

LARGEST_SURFACE, LONGEST_FORMULA, LONGEST_CAPTION, MOST_CLASSES = 300_000, 12_000, 320, 20


def report(run: Any, *, model: Module | None = None, data: tuple[Any, Any] | None = None, loss: Callable[..., Any] | None = None,
           findings: Sequence[Any] = (), code: str = "", seed: int | None = None, command: str = "", title: str = "") -> Page:
    """The report of a run as a page; `page.data` lists its parts.

    `run` is a history (anything that `loss_curve` takes), or a run that was watched. `model`, `data` `(x, y)` and `loss` add what can be
    drawn with them; `findings` are the doctor's. Parts that do not apply are left out. Raises ValueError where nothing is left.

    >>> page = steepest.viz.report({"loss": [2.0, 1.0]}, code="print('hello')", seed=0)
    >>> page.data
    ['loss', 'again']
    """
    subject = _subject(run, model, data, loss)
    made = Sections()
    part, sections = made.part, made.html
    if findings:
        part("findings", lambda: _findings(findings))
    part("loss", lambda: figure_in_page(loss_curve(subject.history)))
    part("surface", lambda: _surface(subject))
    part("fit", lambda: _fit(subject))
    part("predictions", lambda: _predictions(subject))
    part("network", lambda: figure_in_page(draw_network(subject.layers())))
    part("distribution", lambda: _distribution(subject))
    part("graph", lambda: f"<figure>{subject.graph().svg()}</figure>")
    part("formulas", lambda: _formulas(subject))
    part("summary", lambda: _summary(subject))
    if code or command or seed is not None:
        part("again", lambda: _again(code, seed, command))
    if not sections:
        raise ValueError(text("viz-report-nothing"))
    links = " · ".join(f'<a href="#{name}">{escape(text(f"viz-report-{name}"))}</a>' for name in sections)
    shown = title or subject.title or text("viz-report-title")
    return page_of(shown, f'<nav class="soft">{links}</nav>' + "".join(sections.values()), data=list(sections), style=STYLE, height=900)


class Sections:
    """Sections of a page by name; what does not apply to a run says so by an error and is left out."""

    def __init__(self) -> None:
        self.html: dict[str, str] = {}

    def part(self, name: str, make: Callable[[], str]) -> None:
        """One section more."""
        try:
            with for_page():
                content = make()
        except (ValueError, TypeError, RuntimeError, NotImplementedError, IndexError):
            return
        if content:
            self.html[name] = f'<section id="{name}"><h2>{escape(text(f"viz-report-{name}"))}</h2>{content}</section>'


STYLE = """
a { color: var(--c0); } .finding { border-left: 5px solid var(--faint); padding: .1rem 0 .1rem 1rem; margin: 1rem 0; }
.mistake { border-color: var(--c1); } .warning { border-color: var(--c4); } .finding h3 { margin: 0 0 .3rem; font-size: 1.05rem; }
figure > svg:not(.graph) { max-width: min(100%, 62rem); }
"""


def _subject(run: Any, model: Module | None, data: tuple[Any, Any] | None, loss: Callable[..., Any] | None) -> Subject:
    if isinstance(run, Subject):
        return run
    if isinstance(run, Watched):
        return WatchedSubject(run)
    return _Given(run, model, data, loss)


class _Given(Subject):
    """What a program handed over itself."""

    def __init__(self, run: Any, model: Module | None, data: tuple[Any, Any] | None, loss: Callable[..., Any] | None):
        self.history, self.model, self.data, self._loss = run, model, data, loss

    @property
    def objective(self) -> Objective:
        if self.model is None or self.data is None or self._loss is None:
            raise ValueError(text("viz-model-without-data"))
        return Objective.of_model(self.model, self.data, self._loss)

    def layers(self) -> Any:
        from steepest.viz.networks import layers_of

        if self.model is None:
            raise ValueError(text("viz-network-none"))
        return layers_of(self.model, self.data[0] if self.data is not None else None)

    def graph(self, step: int = 0) -> Any:
        from steepest.viz.graph_pictures import Graph
        from steepest.viz.graphs import read_graph

        model, data, loss = self.model, self.data, self._loss
        if model is None or data is None or loss is None:
            raise ValueError(text("viz-model-without-data"))
        return Graph(read_graph(lambda: loss(model(data[0]), data[1]), None, model))


def figure_in_page(figure: Any) -> str:
    """A figure as SVG in the page's colours, with its words."""
    words = figure.alt if len(figure.alt) <= LONGEST_CAPTION else figure.alt.partition(". ")[0] + "."
    return f"<figure>{svg_of(figure)}<figcaption>{escape(words)}</figcaption></figure>"


def _findings(findings: Sequence[Any]) -> str:
    parts = []
    for f in findings:
        get = f.get if isinstance(f, dict) else lambda name, f=f: getattr(f, name, None)
        line = f" · {text('viz-report-line', line=get('line'))}" if get("line") else ""
        quoted = f"<pre>{escape(str(get('quoted')))}</pre>" if get("quoted") else ""
        change = f"<pre>{escape(str(get('change')))}</pre>" if get("change") else ""
        severity = str(get("severity"))
        parts.append(f'<div class="finding {escape(severity)}"><h3>{escape(text("viz-report-" + severity))}: {escape(str(get("rule")))}'
                     f"{escape(line)}</h3>{quoted}<p>{escape(str(get('evidence')))}</p><p class='soft'>{escape(str(get('why')))}</p>"
                     f"{change}</div>")
    return "".join(parts)


def _surface(subject: Subject) -> str:
    return objective_in_page(subject.objective, subject.path, 80)


def objective_in_page(objective: Objective, path: Any, finest: int) -> str:
    """The surface of a loss, at most so fine."""
    if objective.size > LARGEST_SURFACE:
        return ""
    return figure_in_page(surface(objective, path=path, resolution=min(finest, affordable(objective))))


def _known(subject: Subject) -> tuple[Any, Any, Any]:
    if subject.model is None or subject.data is None:
        raise ValueError(text("show-no-model"))
    return subject.model, *subject.data


def _fit(subject: Subject) -> str:
    model, x, y = _known(subject)
    if as_array(x).reshape(len(x), -1).shape[1] > 2:
        return ""
    return figure_in_page(fit(model, x, y))


def _predictions(subject: Subject) -> str:
    """Confusion and calibration for classes, residuals for numbers."""
    model, x, y = _known(subject)
    training = model.training
    model.eval()
    try:
        with no_graph():
            out = as_array(model(x))
    finally:
        model.train(training)
    truth = as_array(y)
    rows = out.reshape(len(out), -1)
    whole = bool(np.all(truth == truth.round())) and truth.size == len(truth)
    if rows.shape[1] > 1 and whole and rows.shape[1] <= MOST_CLASSES:
        return figure_in_page(confusion(truth.reshape(-1), rows))
    if rows.shape[1] != 1 or truth.size != len(truth):
        return ""
    if whole and set(np.unique(truth)) <= {0.0, 1.0}:
        p = rows[:, 0] if rows.min() >= 0 and rows.max() <= 1 else 1 / (1 + np.exp(-rows[:, 0]))
        return figure_in_page(confusion(truth.reshape(-1), p >= 0.5)) + figure_in_page(calibration(truth.reshape(-1), p))
    return figure_in_page(residuals(truth, rows))


def _distribution(subject: Subject) -> str:
    if subject.model is None:
        return ""
    return figure_in_page(distribution(subject.model, subject.data[0] if subject.data is not None else None))


def _formulas(subject: Subject) -> str:
    said = str(subject.derive())
    return f"<pre>{escape(said)}</pre>" if len(said) <= LONGEST_FORMULA else ""


def _summary(subject: Subject) -> str:
    model, x, _ = _known(subject)
    return f"<pre>{escape(str(summary(model, x)))}</pre>"


def _again(code: str, seed: int | None, command: str) -> str:
    facts = [f"steepest {__version__}", f"Python {platform.python_version()}", f"NumPy {np.__version__}", platform.machine()]
    if seed is not None:
        facts.insert(0, text("viz-report-seed", seed=seed))
    return (f"<p>{escape(' · '.join(facts))}</p>" + (f"<pre>{escape(command)}</pre>" if command else "")
            + (f"<details><summary>{escape(text('viz-report-code'))}</summary><pre>{escape(code)}</pre></details>" if code else ""))
