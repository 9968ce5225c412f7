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

    def judge(self, truth: Array, predicted: Array, threshold: float = 0.5) -> dict[str, float]:
        """The metrics by name; of two classes the second is predicted from `threshold` on."""
        return {metric.name: metric.value(truth, self.seen(metric, predicted, threshold)) for metric in self.metrics}

    def seen(self, metric: Metric, predicted: Array, threshold: float) -> Array:
        """The predictions as `metric` takes them: where it asks for the class, moved so that the threshold lies at one half."""
        if self.name != "binary" or threshold == 0.5 or not metric.of_labels:
            return predicted
        one = predicted[:, 1]
        moved = numpy.where(one < threshold, 0.5 * one / threshold, 0.5 + 0.5 * (one - threshold) / (1 - threshold))
        moved = numpy.where(one >= threshold, numpy.nextafter(moved, 1), moved)
        return numpy.stack([1 - moved, moved], axis=1)

    def criterion(self, weights: Array | None = None) -> nn.Module:
        """The loss, a mean over rows; with `weights` a class (`(classes,)`) counts so much."""
        if weights is None:
            return self.loss()
        if self.name == "binary":
            return nn.BCEWithLogitsLoss(pos_weight=steepest.tensor([weights[1] / weights[0]], dtype=steepest.float32))
        return nn.CrossEntropyLoss(weight=steepest.tensor(weights.tolist(), dtype=steepest.float32))


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
