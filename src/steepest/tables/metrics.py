"""The numbers that judge predictions, each with its exact definition, in float64.

For regression, `truth` and `predicted` are `(N,)`. For classes, `truth` holds class numbers `(N,)` and `predicted` probabilities
`(N, classes)`; the class predicted is the likeliest, the first of equals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

__all__ = ["ACCURACY", "AUC", "Array", "BALANCED_ACCURACY", "LOG_LOSS", "MAE", "METRICS", "Metric", "R2", "RMSE"]

Array = NDArray[numpy.float64]


@dataclass(frozen=True)
class Metric:
    """A row: the key it is stored under, its function, which way is better, whether it has the target's unit, its
    bounds, and whether it judges the class that is predicted alone."""

    name: str
    value: Callable[[Array, Array], float]
    larger_is_better: bool
    has_unit: bool = False
    least: float = 0.0
    most: float = 1.0
    of_labels: bool = False


def accuracy(truth: Array, predicted: Array) -> float:
    """Share of rows whose likeliest class is the true one."""
    return float(numpy.mean(predicted.argmax(axis=1) == truth))


def balanced_accuracy(truth: Array, predicted: Array) -> float:
    """Mean over the classes that occur in `truth` of the share of their rows that is found."""
    found = predicted.argmax(axis=1) == truth
    return float(numpy.mean([found[truth == label].mean() for label in numpy.unique(truth)]))


def log_loss(truth: Array, predicted: Array) -> float:
    """Mean of -log(probability given to the true class), in nats; probabilities are held within 1e-15 and 1 - 1e-15."""
    given = predicted[numpy.arange(len(truth)), truth.astype(numpy.int64)]
    return float(-numpy.mean(numpy.log(numpy.clip(given, 1e-15, 1 - 1e-15))))


def area_under_curve(truth: Array, predicted: Array) -> float:
    """Chance that a row of class 1 is given more than one of class 0, equals counting half; nan without both classes.

    Mann and Whitney, On a test of whether one of two random variables is stochastically larger than the other, 1947.
    """
    scores = predicted[:, 1]
    positive = truth == 1
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, place, count = numpy.unique(scores, return_inverse=True, return_counts=True)
    rank = (numpy.cumsum(count) - (count - 1) / 2)[place]  # equal scores share their mean rank
    return float((rank[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def root_mean_square_error(truth: Array, predicted: Array) -> float:
    """Square root of the mean squared difference, in the target's unit."""
    return float(numpy.sqrt(numpy.mean((predicted - truth) ** 2)))


def mean_absolute_error(truth: Array, predicted: Array) -> float:
    """Mean absolute difference, in the target's unit."""
    return float(numpy.mean(numpy.abs(predicted - truth)))


def r_squared(truth: Array, predicted: Array) -> float:
    """1 - (squared differences) / (squared differences of the judged rows' own mean); nan where those rows are all equal."""
    spread = numpy.sum((truth - truth.mean()) ** 2)
    return float(1 - numpy.sum((predicted - truth) ** 2) / spread) if spread > 0 else float("nan")


ACCURACY = Metric("accuracy", accuracy, True, of_labels=True)
BALANCED_ACCURACY = Metric("balanced accuracy", balanced_accuracy, True, of_labels=True)
LOG_LOSS = Metric("log loss", log_loss, False, most=float("inf"))
AUC = Metric("AUC", area_under_curve, True)
RMSE = Metric("RMSE", root_mean_square_error, False, True, most=float("inf"))
MAE = Metric("MAE", mean_absolute_error, False, True, most=float("inf"))
R2 = Metric("R2", r_squared, True, least=float("-inf"))

METRICS = {metric.name: metric for metric in (ACCURACY, BALANCED_ACCURACY, LOG_LOSS, AUC, RMSE, MAE, R2)}
