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
from steepest.tables.preparing import CategoryColumn, DateColumn, NumberColumn, Prepared
from steepest.tables.splitting import Rows
from steepest.tables.table_model import TableModel

__all__ = ["Dependence", "Growth", "Importance", "dependence"]

MOST_ROWS = 2000
TIMES = 5  # each column is dealt out so often
POINTS = 12  # of a number, evenly among its different values, beside its tenths
MOST_EACH = 24  # different values of a number, up to which each is a point
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


class Growth:
    """Gathers, test by test, how much the losses of tested rows grow when a column's cells are dealt out anew: each model is asked
    about rows that it never saw."""

    def __init__(self, seed: int = 0):
        self.draw = numpy.random.default_rng(seed)
        self.rows: dict[str, list[Array]] = {}

    def add(self, model: TableModel, matrix: NDArray[Any], test: Rows, truth: Array, tested: int) -> None:
        """Learn from the rows `test` of the prepared table `matrix` `(N, features)`, whose targets are `truth`; in all tests together
        there are `tested` rows, of which some thousand are asked about."""
        share = min(1.0, MOST_ROWS / tested)
        some = self.draw.permutation(len(test))[: max(1, round(share * len(test)))]
        asked, truth = matrix[test[some]].astype(numpy.float64), truth[some]
        before = _losses(model, asked, truth)
        for column, places in _places(model):
            grown = numpy.zeros(len(asked))
            for _ in range(TIMES):
                other = asked.copy()
                other[:, places] = self._dealt(matrix, test, len(asked))[:, places]
                grown += (_losses(model, other, truth) - before) / TIMES
            self.rows.setdefault(column.name, []).append(grown)

    def _dealt(self, matrix: NDArray[Any], test: Rows, count: int) -> NDArray[Any]:
        """Prepared rows to take cells from: tested rows in another order, or, where one row is tested at a time, any of the table."""
        if len(test) > 1:
            return matrix[test[self.draw.permutation(len(test))[:count]]]
        return matrix[self.draw.integers(len(matrix), size=count)]

    def importances(self) -> list[Importance]:
        """By column, the largest first."""
        found = []
        for name, parts in self.rows.items():
            grown = numpy.concatenate(parts)
            found.append(Importance(name, float(grown.mean()), 1.96 * float(grown.std()) / math.sqrt(len(grown))))
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
        values = _points(column, rows[:, places])
        names = []
        settings = column.at(numpy.array(values))
    means = []
    for setting in settings:
        other = rows.copy()
        other[:, places] = setting
        predicted = model.of_matrix(other)
        means.append(float((predicted if predicted.ndim == 1 else predicted[:, label]).mean()))
    return Dependence(name, values, names, means)


def _points(column: NumberColumn | DateColumn, features: Array) -> list[float]:
    """Where the prediction along a number is asked for: at each of few different values; else at its tenths, where most rows are, and
    evenly among its different values, where few are but much may change (a column that is 0 in most rows)."""
    known = features[:, -1] == 0 if column.indicator else numpy.ones(len(features), dtype=bool)
    exact = 5 - math.floor(math.log10(column.scale))  # decimals that the features' float32 holds
    seen = numpy.unique(numpy.round(features[known, 0] * column.scale + column.mean, exact))
    if len(seen) <= MOST_EACH:
        return seen.tolist()
    return sorted({*column.quantiles[1:-1], *numpy.quantile(seen, numpy.linspace(0, 1, POINTS), method="nearest").tolist()})


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
