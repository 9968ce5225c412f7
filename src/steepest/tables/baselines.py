"""What any model must beat: the mean or the majority of the training rows, and a linear model solved to its minimum."""

from __future__ import annotations

import numpy

import steepest
from steepest import Tensor, nn, optim
from steepest.tables.metrics import Array
from steepest.tables.tasks import Task

__all__ = ["linear", "simplest"]

PENALTY = 1.0  # on the squared weights, as half its sum beside the sum of losses over rows (scikit-learn's C = 1)


def simplest(truth: Array, classes: int, rows: int) -> Array:
    """The mean of `truth` `(N,)` for each of `rows`; for classes their shares `(rows, classes)`: the majority is likeliest."""
    if not classes:
        return numpy.full(rows, truth.mean())
    shares = numpy.bincount(truth.astype(numpy.int64), minlength=classes) / len(truth)
    return numpy.tile(shares, (rows, 1))


def linear(task: Task, inputs: Tensor, targets: Tensor, outputs: int) -> nn.Sequential:
    """The linear (or logistic) model with a small penalty on the weights, at its minimum: a network of one Linear.

    A regression is solved by its normal equations in float64, classes by L-BFGS (Liu and Nocedal 1989) with strong Wolfe line
    search.
    """
    layer = nn.Linear(inputs.shape[1], outputs)
    network = nn.Sequential(layer)
    if task.name == "regression":
        with_one = numpy.concatenate([inputs.numpy(), numpy.ones((len(inputs), 1))], axis=1, dtype=numpy.float64)
        penalty = numpy.full(with_one.shape[1], PENALTY)
        penalty[-1] = 1e-9
        weights = numpy.linalg.solve(
            with_one.T @ with_one + numpy.diag(penalty), with_one.T @ targets.numpy().astype(numpy.float64)
        )
        solved = {"0.weight": weights[:-1].T, "0.bias": weights[-1]}
        network.load_state_dict({name: steepest.from_numpy(value.astype(numpy.float32)) for name, value in solved.items()})
        return network

    criterion = task.loss()
    network.load_state_dict({name: steepest.zeros_like(value) for name, value in network.state_dict().items()})
    optimizer = optim.LBFGS(network.parameters(), max_iter=500, tolerance_grad=1e-5, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = criterion(network(inputs), targets) + 0.5 * PENALTY / len(inputs) * (layer.weight**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return network
