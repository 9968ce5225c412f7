"""A trained model with all it needs to read a new table: what the model file holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy
from numpy.typing import NDArray

from steepest import nn
from steepest.tables import networks
from steepest.tables.bins import Bins
from steepest.tables.metrics import Array
from steepest.tables.preparing import Preparation
from steepest.tables.reading import Table
from steepest.tables.schema import Schema
from steepest.tables.tasks import TASKS

__all__ = ["Scale", "TableModel"]

LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class Scale:
    """How a regression's target is learnt: `(target - center) / scale`, of log(1 + target) where `log`; and the `bounds` that no
    prediction leaves (None: free)."""

    center: float = 0.0
    scale: float = 1.0
    log: bool = False
    bounds: tuple[float | None, float | None] = (None, None)

    def learnt(self, truth: Array) -> Array:
        """From the target's unit to what is learnt."""
        return ((numpy.log1p(truth) if self.log else truth) - self.center) / self.scale

    def readable(self, learnt: Array) -> Array:
        """From what is learnt to the target's unit."""
        value = learnt * self.scale + self.center
        if self.log:
            value = numpy.expm1(numpy.minimum(value, LARGEST_EXPONENT))
        return numpy.clip(value, *self.bounds) if self.bounds != (None, None) else value


@dataclass
class TableModel:
    """Schema, preparation and the networks whose outputs are averaged; `bins` widen the matrix before them (None: they read it as
    it is); a regression's `scale`; `temperature` divides the logits of classes, and of two classes the second is predicted from
    `threshold` on.

    `metrics` are those of the test rows, by model (the baselines' too), `intervals` their 95 % bounds; `about` says how it was
    trained (seed, settings, rows).
    """

    schema: Schema
    preparation: Preparation
    hidden: list[int]
    members: list[nn.Sequential]
    bins: Bins | None = None
    scale: Scale = Scale()
    temperature: float = 1.0
    threshold: float = 0.5
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    intervals: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def predict(self, table: Table) -> Array:
        """Predictions for the rows of `table`: `(N,)` in the target's unit, or probabilities `(N, classes)`."""
        return self.of_matrix(self.preparation.encode(table, numpy.float64))

    def of_matrix(self, matrix: NDArray[Any]) -> Array:
        """Predictions for prepared rows `(N, features)`."""
        return self.readable(networks.outputs(self.members, matrix, self.bins))

    def readable(self, outputs: Array) -> Array:
        """From the networks' outputs `(N, outputs)` to predictions."""
        if not self.schema.classes:
            return self.scale.readable(outputs[:, 0])
        return TASKS[self.schema.task].readable(outputs / self.temperature)

    def judge(self, truth: Array, predicted: Array, threshold: float | None = None) -> dict[str, float]:
        """The metrics by name; those that judge classes judge the ones that `labels` gives, or another `threshold`."""
        return TASKS[self.schema.task].judge(truth, predicted, self.threshold if threshold is None else threshold)

    def places(self, predicted: Array) -> NDArray[numpy.int64]:
        """The number of the class that probabilities `(N, classes)` predict."""
        if len(self.schema.classes) == 2:
            return (predicted[:, 1] >= self.threshold).astype(numpy.int64)
        return predicted.argmax(axis=1)

    def labels(self, predicted: Array) -> list[str] | list[float]:
        """What the predictions say: the class's word, or the number."""
        if not self.schema.classes:
            return predicted.tolist()
        return [self.schema.classes[place] for place in self.places(predicted)]

    @property
    def model(self) -> str:
        """`linear` or the widths, as `--model` takes them."""
        return "-".join(map(str, self.hidden)) or "linear"

    def weights(self) -> dict[str, NDArray[numpy.float32]]:
        """The layers by `member.layer.weight` and `.bias`."""
        return {
            f"{member}.{place}.{kind}": value.astype(numpy.float32)
            for member, network in enumerate(self.members)
            for place, pair in enumerate(networks.layers(network))
            for kind, value in zip(("weight", "bias"), pair, strict=True)
        }
