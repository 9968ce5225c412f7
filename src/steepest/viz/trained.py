"""What the network of a trained table looks like: sections of the report that `steepest train` writes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

import steepest
from steepest.errors import text
from steepest.tables.tasks import target_tensor
from steepest.viz.distributions import distribution
from steepest.viz.networks import draw_network, layers_of
from steepest.viz.objective import Objective
from steepest.viz.pages import DARK, LIGHT
from steepest.viz.predictions import residuals
from steepest.viz.reports import Sections, figure_in_page, objective_in_page

if TYPE_CHECKING:
    from steepest.tables.result import TrainResult

__all__ = ["sections"]

MOST_ROWS = 500
"""Of so many test rows the loss and the activations are drawn."""
FINEST, MOST_NAMES = 41, 12


def sections(result: TrainResult) -> list[str]:
    """Residuals of a regression, the loss around the trained weights, the network, and how its numbers are spread."""
    made = Sections()
    if not result.schema.classes:
        made.part("residuals", lambda: figure_in_page(residuals(result.truth, result.predicted)))
    network, inputs, targets = _first_network(result)
    criterion = result.work.task.criterion(result.work.weights)
    made.part("surface", lambda: objective_in_page(Objective.of_model(network, (inputs, targets), criterion), None, FINEST))
    made.part("network", lambda: figure_in_page(draw_network(layers_of(network, inputs), names=_names(result))))
    made.part("distribution", lambda: figure_in_page(distribution(network, inputs)))
    if not made.html:
        return []
    members = len(result.model.members)
    about = f"<p class='soft'>{escape(text('viz-report-first-network', members=members))}</p>" if members > 1 else ""
    return [_colours(), about, *made.html.values()]


def _first_network(result: TrainResult) -> tuple[Any, Any, Any]:
    """The first of the networks with rows that it was tested on, and their targets as it learnt them."""
    model = result.model
    rows = result.rows[np.linspace(0, len(result.rows) - 1, min(len(result.rows), MOST_ROWS)).astype(int)]
    matrix = result.matrix[rows]
    wide = matrix if model.bins is None else model.bins.widen(matrix)
    truth = result.work.truth[rows]
    learnt = truth if result.schema.classes else model.scale.learnt(truth)
    return model.members[0], steepest.from_numpy(np.ascontiguousarray(wide)), target_tensor(result.work.task, learnt)


def _names(result: TrainResult) -> list[str] | None:
    """What the inputs are called, where each is a feature of the table and there is room for its name."""
    features = list(result.model.preparation.features)
    return features if result.model.bins is None and len(features) <= MOST_NAMES else None


def _colours() -> str:
    """The curves' colours, which the tables' page does not define."""
    light, dark = (";".join(part for part in theme.split(";") if part.startswith("--c")) for theme in (LIGHT, DARK))
    return f"<style>:root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}</style>"
