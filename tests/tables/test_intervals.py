"""Intervals against what they promise: over many draws, 95 of 100 hold the true value."""

import math

import numpy
import pytest

from steepest.tables.intervals import interval, standard_error
from steepest.tables.metrics import ACCURACY, MAE, RMSE


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    errors = numpy.random.default_rng(0).normal(size=2000) ** 2
    truth = numpy.zeros(2000)
    found = standard_error(MAE, truth, errors)
    assert found == pytest.approx(errors.std() / math.sqrt(2000), rel=0.3)


@pytest.mark.parametrize("rows", [30, 400])
def test_intervals_hold_the_true_value_as_often_as_they_say(rows: int) -> None:
    draw = numpy.random.default_rng(1)
    held = 0
    for _ in range(300):
        low, high = interval(RMSE, numpy.zeros(rows), draw.normal(size=rows))
        held += low <= 1 <= high
    assert 0.90 <= held / 300 <= 0.99


def test_accuracy_has_wilsons_interval() -> None:
    truth = numpy.zeros(10)
    predicted = numpy.stack([numpy.ones(10), numpy.zeros(10)], axis=1)
    low, high = interval(ACCURACY, truth, predicted)
    assert (low, high) == (pytest.approx(0.7225, abs=1e-4), pytest.approx(1))


def test_rows_of_one_group_make_wider_intervals() -> None:
    draw = numpy.random.default_rng(2)
    shared = numpy.repeat(draw.normal(size=40), 25)
    alone = interval(RMSE, numpy.zeros(1000), shared)
    grouped = interval(RMSE, numpy.zeros(1000), shared, numpy.repeat(numpy.arange(40), 25))
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_too_few_rows_have_no_interval() -> None:
    assert all(map(math.isnan, interval(RMSE, numpy.zeros(4), numpy.ones(4))))
