"""scikit-learn's own checks of an estimator, and what it is for."""

import doctest

import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.datasets import load_diabetes, load_iris  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

from steepest.tables import SteepestClassifier, SteepestRegressor  # noqa: E402


@pytest.mark.parametrize("estimator", [SteepestRegressor, SteepestClassifier])
def test_scikit_learns_checks(estimator: type) -> None:
    check_estimator(estimator(model="linear"), on_skip=None)


def test_the_example_prints_what_it_says() -> None:
    from steepest.tables import estimators

    assert doctest.testmod(estimators).failed == 0


@pytest.mark.parametrize(("estimator", "data", "least"), [(SteepestRegressor, load_diabetes, 0.35), (SteepestClassifier, load_iris, 0.9)])
def test_the_recipe_learns(estimator: type, data, least: float) -> None:
    assert cross_val_score(estimator(lr=0.004), *data(return_X_y=True), cv=3).mean() > least
