"""`SteepestRegressor` and `SteepestClassifier`: the same training behind scikit-learn's interface, for pipelines and searches.

Numbers in arrays, no column names needed. scikit-learn must be installed: `import steepest.tables.estimators` is where it is imported.
"""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

import steepest
from steepest.tables import bins, networks, settings, training
from steepest.tables.settings import AUTO, Settings
from steepest.tables.tasks import TASKS, Task, target_tensor

__all__ = ["SteepestClassifier", "SteepestRegressor"]

FEWEST_FOR_VALIDATION = 20  # rows; with fewer, all of them both train and validate


class _Estimator(BaseEstimator):
    """What both share: the constructor's settings, standardised inputs, averaged networks."""

    def __init__(
        self,
        model: str = "auto",
        optimizer: str = "auto",
        lr: float | str | None = None,
        epochs: int | None = None,
        random_state: int | None = 0,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.lr = lr
        self.epochs = epochs
        self.random_state = random_state

    def _learn(self, x: Any, task: Task, truth: Any, classes: int) -> None:
        hidden = networks.widths(self.model, len(x))
        optimizer = AUTO[not hidden] if self.optimizer == "auto" else self.optimizer
        if self.model == "auto":
            # An estimator is fitted many times (by searches, by scikit-learn's checks): on few rows it keeps the fixed rate.
            how = settings.recipe(len(x), optimizer, self.lr, self.epochs, classes=True)
        else:
            how = Settings(optimizer, settings.given_rate(self.lr), self.epochs or 200)
        self.mean_, self.scale_ = x.mean(axis=0), x.std(axis=0)
        self.scale_ = numpy.where(self.scale_ > 1e-12 * numpy.abs(x).max(axis=0, initial=1e-30), self.scale_, 1.0)
        matrix = self._prepared(x)
        self.bins_ = bins.fit(matrix, range(matrix.shape[1])) if how.bins and hidden else None
        matrix = self.bins_.widen(matrix) if self.bins_ else matrix
        targets = target_tensor(task, truth)
        draw = numpy.random.default_rng(self.random_state)
        before, threads = steepest.get_rng_state(), steepest.get_num_threads()
        steepest.set_num_threads(1)
        self.members_ = []
        try:
            steepest.manual_seed(int(draw.integers(2**62)))
            for _ in range(how.members):
                mixed = draw.permutation(len(matrix))
                fifth = len(matrix) // 5 if len(matrix) >= FEWEST_FOR_VALIDATION else 0
                learnt, validation = mixed[fifth:], mixed[:fifth] if fifth else mixed
                network = networks.build(hidden, matrix.shape[1], task.outputs(classes))
                parts = [(steepest.from_numpy(matrix[rows]), targets[steepest.from_numpy(rows)]) for rows in (learnt, validation)]
                training.train(network, task.loss(), parts[0], parts[1], how, int(draw.integers(2**31)))
                self.members_.append(network)
        finally:
            steepest.set_rng_state(before)
            steepest.set_num_threads(threads)

    def _prepared(self, x: Any) -> Any:
        return numpy.clip((x - self.mean_) / self.scale_, -1e6, 1e6).astype(numpy.float32)

    def _outputs(self, x: Any) -> Any:
        check_is_fitted(self)
        matrix = self._prepared(validate_data(self, x, reset=False, dtype=numpy.float64))
        return networks.outputs(self.members_, matrix, self.bins_)


class SteepestRegressor(RegressorMixin, _Estimator):
    """A regression of `y` `(N,)` on `X` `(N, features)`; `model` as `--model` takes it.

    >>> from steepest.tables.estimators import SteepestRegressor
    >>> SteepestRegressor(model="linear").fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).predict([[3.0]]).round(2)
    array([7.])
    """

    def fit(self, X: Any, y: Any) -> SteepestRegressor:
        """Learn from `X` `(N, features)` and `y` `(N,)`."""
        x, y = validate_data(self, X, y, dtype=numpy.float64, y_numeric=True)
        truth = numpy.asarray(y, numpy.float64)
        self.center_, self.spread_ = float(truth.mean()), float(truth.std()) or 1.0
        self._learn(x, TASKS["regression"], (truth - self.center_) / self.spread_, 0)
        return self

    def predict(self, X: Any) -> Any:
        """The prediction `(N,)` for each row."""
        return self._outputs(X)[:, 0] * self.spread_ + self.center_


class SteepestClassifier(ClassifierMixin, _Estimator):
    """A classification of `y` `(N,)` on `X` `(N, features)`; `model` as `--model` takes it."""

    def fit(self, X: Any, y: Any) -> SteepestClassifier:
        """Learn from `X` `(N, features)` and the classes `y` `(N,)`."""
        x, y = validate_data(self, X, y, dtype=numpy.float64)
        check_classification_targets(y)
        self.classes_, places = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds one class ({self.classes_[0]!r}): a classifier needs at least two")
        self._learn(x, self._task(), places.astype(numpy.float64), len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Any:
        """The probability `(N, classes)` of each class."""
        outputs = self._outputs(X)
        return self._task().readable(outputs)

    def predict(self, X: Any) -> Any:
        """The likeliest class `(N,)` of each row."""
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]

    def _task(self) -> Task:
        return TASKS["binary" if len(self.classes_) == 2 else "multiclass"]
