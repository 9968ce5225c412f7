"""A trained model with all it needs to read a new table: what the model file holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from steepest import nn
from steepest.tables import networks
from steepest.tables.metrics import Array
from steepest.tables.preparing import Preparation
from steepest.tables.reading import Table
from steepest.tables.schema import Schema
from steepest.tables.tasks import TASKS

__all__ = ["TableModel"]


@dataclass
class TableModel:
    """Schema, preparation and network; `center` and `scale` bring a regression's output back to the target's unit.

    `metrics` are those of the test rows, by model (the baselines' too); `about` says how it was trained (seed, settings, rows).
    """

    schema: Schema
    preparation: Preparation
    hidden: list[int]
    network: nn.Sequential
    center: float = 0.0
    scale: float = 1.0
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def predict(self, table: Table) -> Array:
        """Predictions for the rows of `table`: `(N,)` in the target's unit, or probabilities `(N, classes)`."""
        return self.readable(networks.outputs(self.network, self.preparation.encode(table)))

    def readable(self, outputs: Array) -> Array:
        """From the network's outputs `(N, outputs)` to predictions."""
        return TASKS[self.schema.task].readable(outputs) * self.scale + self.center

    def labels(self, predicted: Array) -> list[str] | list[float]:
        """What the predictions say: the likeliest class's word, or the number."""
        if not self.schema.classes:
            return predicted.tolist()
        return [self.schema.classes[place] for place in predicted.argmax(axis=1)]

    @property
    def model(self) -> str:
        """`linear` or the widths, as `--model` takes them."""
        return "-".join(map(str, self.hidden)) or "linear"

    def weights(self) -> dict[str, numpy.ndarray]:
        return {name: value.numpy() for name, value in self.network.state_dict().items()}
