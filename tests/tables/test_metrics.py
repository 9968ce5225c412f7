"""Expected values are worked out by hand as fractions; the areas under curves by counting pairs."""

import itertools
import math
import random

import numpy
import pytest

from steepest.tables.metrics import ACCURACY, AUC, BALANCED_ACCURACY, LOG_LOSS, MAE, R2, RMSE


def given(ones: list[float]) -> numpy.ndarray:
    """Probabilities (N, 2) from those of class 1."""
    return numpy.array([[1 - one, one] for one in ones])


def test_accuracies() -> None:
    truth = numpy.array([0, 0, 0, 1])
    predicted = given([0.1, 0.2, 0.9, 0.8])
    assert ACCURACY.value(truth, predicted) == 3 / 4
    assert BALANCED_ACCURACY.value(truth, predicted) == pytest.approx((2 / 3 + 1) / 2)
    assert ACCURACY.value(numpy.array([0.0, 1.0]), given([0.5, 0.5])) == 0.5  # of equals, the first


def test_balanced_accuracy_asks_only_for_classes_that_occur() -> None:
    predicted = numpy.array([[0.1, 0.8, 0.1], [0.2, 0.1, 0.7]])
    assert BALANCED_ACCURACY.value(numpy.array([1, 1]), predicted) == 0.5


def test_log_loss_is_the_mean_of_minus_log_and_stays_finite() -> None:
    truth = numpy.array([0, 1, 1])
    assert LOG_LOSS.value(truth, given([0.25, 0.5, 0.125])) == pytest.approx(-math.log(0.75 * 0.5 * 0.125) / 3)
    assert LOG_LOSS.value(numpy.array([1]), given([0.0])) == pytest.approx(15 * math.log(10))


def test_area_under_curve_counts_pairs() -> None:
    draw = random.Random(5)
    truth = [draw.randrange(2) for _ in range(60)]
    scores = [draw.randrange(10) / 10 for _ in truth]  # many equals
    pairs = [
        (a > b) + 0.5 * (a == b)
        for (a, one), (b, other) in itertools.product(zip(scores, truth), repeat=2)
        if one == 1 and other == 0
    ]
    assert AUC.value(numpy.array(truth), given(scores)) == pytest.approx(sum(pairs) / len(pairs))
    assert math.isnan(AUC.value(numpy.array([1, 1]), given([0.5, 0.6])))


def test_errors_of_a_regression() -> None:
    truth, predicted = numpy.array([1.0, 2.0, 3.0]), numpy.array([1.0, 4.0, 2.0])
    assert RMSE.value(truth, predicted) == pytest.approx(math.sqrt(5 / 3))
    assert MAE.value(truth, predicted) == 1
    assert R2.value(truth, predicted) == 1 - 5 / 2
    assert R2.value(truth, truth) == 1
    assert math.isnan(R2.value(numpy.array([2.0, 2.0]), numpy.array([1.0, 3.0])))
