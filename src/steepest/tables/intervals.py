"""How far a metric may be from what endless test rows would show: 95 % intervals.

Leave out a block of test rows, measure again, and let the blocks' spread tell the standard error: the delete-a-group jackknife
(Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11). Rows that belong together are left out together. A share
of rows (accuracy) has Wilson's interval, which holds for few rows and for shares near 0 and 1 (Wilson, 1927).
"""

from __future__ import annotations

import math

import numpy
from numpy.typing import NDArray

from steepest.tables.metrics import ACCURACY, Array, Metric

__all__ = ["Interval", "interval", "standard_error"]

BLOCKS = 50
Z = 1.959964  # the standard normal's 97.5 % point
FEWEST = 5  # test rows

Interval = tuple[float, float]


def standard_error(metric: Metric, truth: Array, predicted: Array, groups: NDArray[numpy.int64] | None = None) -> float:
    """Of `metric` on test rows `truth` `(N,)`; nan with fewer than five blocks."""
    dense = numpy.arange(len(truth)) if groups is None else numpy.unique(groups, return_inverse=True)[1]
    mixed = numpy.random.default_rng(0).permutation(int(dense.max()) + 1)[dense]
    blocks = mixed % min(BLOCKS, int(dense.max()) + 1)
    count = int(blocks.max()) + 1
    if count < FEWEST:
        return math.nan
    left = numpy.array([metric.value(truth[blocks != block], predicted[blocks != block]) for block in range(count)])
    left = left[numpy.isfinite(left)]
    return math.sqrt((count - 1) / count * float(((left - left.mean()) ** 2).sum())) if len(left) >= FEWEST else math.nan


def interval(metric: Metric, truth: Array, predicted: Array, groups: NDArray[numpy.int64] | None = None) -> Interval:
    """The 95 % interval of `metric`, `(nan, nan)` for fewer than five test rows."""
    if len(truth) < FEWEST:
        return math.nan, math.nan
    value = metric.value(truth, predicted)
    if metric is ACCURACY and groups is None:
        rows = len(truth)
        middle = (value + Z**2 / (2 * rows)) / (1 + Z**2 / rows)
        half = Z / (1 + Z**2 / rows) * math.sqrt(value * (1 - value) / rows + Z**2 / (4 * rows**2))
        return middle - half, middle + half
    error = standard_error(metric, truth, predicted, groups)
    low, high = value - Z * error, value + Z * error
    return max(low, metric.least), min(high, metric.most)
