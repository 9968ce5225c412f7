"""The three tasks as rows: which loss trains them, how many outputs a network has, which numbers judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy

import steepest
from steepest import nn
from steepest.tables import metrics
from steepest.tables.metrics import Array, Metric

__all__ = ["TASKS", "Task"]


@dataclass(frozen=True)
class Task:
    """A row: the loss (a mean over rows), how many outputs, from outputs to what metrics take, the metrics."""

    name: str
    loss: Callable[[], nn.Module]
    outputs: Callable[[int], int]
    readable: Callable[[Array], Array]
    metrics: tuple[Metric, ...]

    def judge(self, truth: Array, predicted: Array) -> dict[str, float]:
        """The metrics by name."""
        return {metric.name: metric.value(truth, predicted) for metric in self.metrics}


def _probability(outputs: Array) -> Array:
    """(N, 1) logits to (N, 2) probabilities, without overflow for large logits."""
    ones = 0.5 * (1.0 + numpy.tanh(0.5 * outputs[:, 0]))
    return numpy.stack([1.0 - ones, ones], axis=1)


def _softmax(outputs: Array) -> Array:
    """(N, classes) logits to probabilities."""
    raised = numpy.exp(outputs - outputs.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


TASKS = {
    task.name: task
    for task in (
        Task("regression", nn.MSELoss, lambda classes: 1, lambda outputs: outputs[:, 0], (metrics.RMSE, metrics.MAE, metrics.R2)),
        Task(
            "binary",
            nn.BCEWithLogitsLoss,
            lambda classes: 1,
            _probability,
            (metrics.ACCURACY, metrics.LOG_LOSS, metrics.AUC, metrics.BALANCED_ACCURACY),
        ),
        Task(
            "multiclass",
            nn.CrossEntropyLoss,
            lambda classes: classes,
            _softmax,
            (metrics.ACCURACY, metrics.LOG_LOSS, metrics.BALANCED_ACCURACY),
        ),
    )
}


def target_tensor(task: Task, values: Array) -> steepest.Tensor:
    """The target as the task's loss wants it: class numbers `(N,)` for several classes, else floats `(N, 1)`."""
    if task.name == "multiclass":
        return steepest.from_numpy(values.astype(numpy.int64))
    return steepest.from_numpy(values.astype(numpy.float32)).view(-1, 1)
