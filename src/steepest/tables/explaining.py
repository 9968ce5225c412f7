"""What a model leans on: permutation importance with intervals, and partial dependence.

Importance is how much the loss of a row grows on average when a column's cells are dealt out anew among the rows (Breiman, Random
Forests, 2001, section 10); its interval comes from the spread over the rows. Partial dependence is the mean prediction when a column is
set to one value in all rows (Friedman, Greedy Function Approximation, 2001, section 8.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from steepest.tables.metrics import Array
from steepest.tables.preparing import CategoryColumn, Prepared
from steepest.tables.table_model import TableModel

__all__ = ["Dependence", "Importance", "dependence", "importances"]

MOST_ROWS = 2000
TIMES = 5  # each column is dealt out so often
POINTS = 9  # of a number, at its tenths
MOST_VALUES = 8  # of a category
ROWS_OF_DEPENDENCE = 400


@dataclass(frozen=True)
class Importance:
    """How much the loss grows without the column, and half the width of its 95 % interval."""

    column: str
    grows: float
    half: float


@dataclass(frozen=True)
class Dependence:
    """The mean prediction (of a class: its probability) with the column at each of the values; names where it is a category."""

    column: str
    values: list[float]
    names: list[str]
    means: list[float]


def importances(model: TableModel, prepared: NDArray[Any], truth: Array, seed: int = 0) -> list[Importance]:
    """By column, the largest first. `prepared` `(N, features)` are rows, `truth` `(N,)` their targets."""
    draw = numpy.random.default_rng(seed)
    some = draw.permutation(len(prepared))[:MOST_ROWS]
    matrix, truth = prepared[some].astype(numpy.float64), truth[some]
    before = _losses(model, matrix, truth)
    found = []
    for column, places in _places(model):
        grown = numpy.zeros(len(matrix))
        for _ in range(TIMES):
            other = matrix.copy()
            other[:, places] = matrix[draw.permutation(len(matrix))][:, places]
            grown += (_losses(model, other, truth) - before) / TIMES
        found.append(Importance(column.name, float(grown.mean()), 1.96 * float(grown.std()) / math.sqrt(len(grown))))
    return sorted(found, key=lambda one: -one.grows)


def dependence(model: TableModel, matrix: NDArray[Any], name: str, label: int = -1) -> Dependence:
    """The partial dependence on column `name`, over some of the prepared rows; for classes of the probability of class `label`."""
    column, places = next((column, places) for column, places in _places(model) if column.name == name)
    rows = matrix[numpy.linspace(0, len(matrix) - 1, min(len(matrix), ROWS_OF_DEPENDENCE)).astype(int)].astype(numpy.float64)
    if isinstance(column, CategoryColumn):
        count = min(MOST_VALUES, len(column.values))
        values = [float(place) for place in range(count)]
        names = [f"#{place + 1}" if column.salt else column.values[place] for place in range(count)]
        settings = numpy.eye(len(places))[:count]
    else:
        values = sorted(set(column.quantiles[:: max(1, 10 // (POINTS + 1))]))
        names = []
        settings = column.at(numpy.array(values))
    means = []
    for setting in settings:
        other = rows.copy()
        other[:, places] = setting
        predicted = model.of_matrix(other)
        means.append(float((predicted if predicted.ndim == 1 else predicted[:, label]).mean()))
    return Dependence(name, values, names, means)


def _places(model: TableModel) -> list[tuple[Prepared, list[int]]]:
    found, begin = [], 0
    for column in model.preparation.columns:
        end = begin + len(column.features)
        found.append((column, list(range(begin, end))))
        begin = end
    return found


def _losses(model: TableModel, matrix: NDArray[numpy.float64], truth: Array) -> Array:
    """By row: absolute error in the target's unit, or -log of the probability of the true class."""
    predicted = model.of_matrix(matrix)
    if predicted.ndim == 1:
        return numpy.abs(predicted - truth)
    given = predicted[numpy.arange(len(truth)), truth.astype(numpy.int64)]
    return -numpy.log(numpy.clip(given, 1e-15, 1))
