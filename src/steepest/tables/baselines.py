"""What any model must beat: the mean or the majority of the training rows, a linear model solved to its minimum, and, where
scikit-learn is installed, boosted trees."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy
from numpy.typing import NDArray

import steepest
from steepest import Tensor, nn, optim
from steepest.tables.metrics import Array
from steepest.tables.tasks import Task

__all__ = ["has_trees", "linear", "logistic", "ridge", "simplest", "trees"]

ENOUGH_FOR_THREADS = 100_000  # rows
MOST_FOR_NEWTON, NEWTON_STEPS = 512, 50  # features; with more its matrix costs more than L-BFGS
PENALTY = 1.0  # on the squared weights, as half its sum beside the sum of losses over rows (scikit-learn's C = 1)


def simplest(truth: Array, classes: int, rows: int) -> Array:
    """The mean of `truth` `(N,)` for each of `rows`; for classes their shares `(rows, classes)`: the majority is likeliest."""
    if not classes:
        return numpy.full(rows, truth.mean())
    shares = numpy.bincount(truth.astype(numpy.int64), minlength=classes) / len(truth)
    return numpy.tile(shares, (rows, 1))


def ridge(matrix: NDArray[Any], targets: NDArray[Any]) -> tuple[Array, Array]:
    """Weights `(features, outputs)` and bias `(outputs,)` of the least squares with `PENALTY`, by the normal equations in float64."""
    with_one = numpy.concatenate([matrix, numpy.ones((len(matrix), 1))], axis=1, dtype=numpy.float64)
    penalty = numpy.full(with_one.shape[1], PENALTY)
    penalty[-1] = 1e-9
    weights = numpy.linalg.solve(with_one.T @ with_one + numpy.diag(penalty), with_one.T @ targets.astype(numpy.float64))
    return numpy.asarray(weights[:-1], numpy.float64), numpy.asarray(weights[-1], numpy.float64)


def logistic(matrix: NDArray[Any], targets: NDArray[Any], ones: float = 1.0) -> tuple[Array, Array]:
    """Weights `(features, 1)` and bias `(1,)` of the logistic regression with `PENALTY`, by Newton's method in float64 (iteratively
    reweighted least squares: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 4.4.1), its step
    halved while it does not help. A row of class 1 counts as `ones` rows."""
    with_one = numpy.concatenate([matrix, numpy.ones((len(matrix), 1))], axis=1, dtype=numpy.float64)
    counts = numpy.where(targets == 1, ones, 1.0)
    penalty = numpy.full(with_one.shape[1], PENALTY)
    penalty[-1] = 1e-9

    def loss(found: Array) -> float:
        logits = with_one @ found
        return float((counts * (numpy.logaddexp(0, logits) - targets * logits)).sum() + 0.5 * (penalty * found**2).sum())

    found = numpy.zeros(with_one.shape[1])
    least = loss(found)
    for _ in range(NEWTON_STEPS):
        chance = 0.5 * (1 + numpy.tanh(0.5 * (with_one @ found)))
        slope = with_one.T @ (counts * (chance - targets)) + penalty * found
        bend = (with_one * (counts * chance * (1 - chance))[:, None]).T @ with_one + numpy.diag(penalty)
        step = numpy.linalg.solve(bend, slope)
        share = 1.0
        while (now := loss(found - share * step)) > least and share > 1e-6:
            share *= 0.5
        if not now < least:
            break
        found = found - share * step
        least, gained = now, least - now
        if gained < 1e-10 * (1 + abs(least)):
            break
    return found[:-1, None], found[-1:]


def linear(task: Task, inputs: Tensor, targets: Tensor, outputs: int, criterion: nn.Module | None = None) -> nn.Sequential:
    """The linear (or logistic) model with a small penalty on the weights, at its minimum: a network of one Linear.

    A regression is solved by its normal equations, two classes by Newton's method, others (or with very many features) by L-BFGS (Liu
    and Nocedal 1989) with strong Wolfe line search on `criterion` (the task's own loss without it).
    """
    layer = nn.Linear(inputs.shape[1], outputs)
    network = nn.Sequential(layer)
    if task.name == "regression" or task.name == "binary" and inputs.shape[1] <= MOST_FOR_NEWTON:
        if task.name == "regression":
            weights, bias = ridge(inputs.numpy(), targets.numpy())
        else:
            more = getattr(criterion, "pos_weight", None)
            weights, bias = logistic(inputs.numpy(), targets.numpy()[:, 0], 1.0 if more is None else float(more.item()))
        solved = {"0.weight": weights.T, "0.bias": bias}
        network.load_state_dict({name: steepest.from_numpy(value.astype(numpy.float32)) for name, value in solved.items()})
        return network

    measured = criterion or task.loss()
    network.load_state_dict({name: steepest.zeros_like(value) for name, value in network.state_dict().items()})
    optimizer = optim.LBFGS(network.parameters(), max_iter=500, tolerance_grad=1e-5, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = measured(network(inputs), targets) + 0.5 * PENALTY / len(inputs) * (layer.weight**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return network


def has_trees() -> bool:
    """Whether scikit-learn is there."""
    return importlib.util.find_spec("sklearn") is not None


def trees(matrix: NDArray[Any], truth: Array, classes: int, new: NDArray[Any], seed: int) -> Array:
    """Predictions of scikit-learn's HistGradientBoosting with its usual settings, learnt from `matrix` and `truth`, for `new`."""
    import sklearn.ensemble  # before the limits, which hold for the thread pools that are loaded when they are set
    from threadpoolctl import threadpool_limits

    # Its threads wait by spinning, which costs more than they give where trees are small or the machine is shared.
    with threadpool_limits(limits=1 if len(matrix) < ENOUGH_FOR_THREADS else None, user_api="openmp"):
        return _trees(sklearn.ensemble, matrix, truth, classes, new, seed % 2**32)


def _trees(ensemble: Any, matrix: NDArray[Any], truth: Array, classes: int, new: NDArray[Any], seed: int) -> Array:
    if not classes:
        regressor = ensemble.HistGradientBoostingRegressor(random_state=seed).fit(matrix, truth)
        return numpy.asarray(regressor.predict(new), dtype=numpy.float64)
    found = numpy.zeros((len(new), classes))
    known = numpy.unique(truth).astype(numpy.int64)
    if len(known) == 1:
        found[:, known[0]] = 1
        return found
    classifier = ensemble.HistGradientBoostingClassifier(random_state=seed).fit(matrix, truth.astype(numpy.int64))
    found[:, known] = classifier.predict_proba(new)
    return found
