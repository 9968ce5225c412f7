"""A table made ready to be learnt: the split, the encoded matrix and the target, in one place for the model and its baselines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

import steepest
from steepest.errors import UserError, text
from steepest.tables import networks, preparing, splitting
from steepest.tables.metrics import Array
from steepest.tables.preparing import Preparation
from steepest.tables.reading import Table
from steepest.tables.schema import Schema, target_values
from steepest.tables.splitting import Split
from steepest.tables.table_model import TableModel
from steepest.tables.tasks import TASKS, Task, target_tensor

__all__ = ["Work", "prepare"]


@dataclass(frozen=True)
class Work:
    """A table ready to be learnt: matrix `(N, features)`, target `(N,)` in its own unit, and as the loss wants it."""

    schema: Schema
    split: Split
    preparation: Preparation
    matrix: numpy.ndarray
    truth: Array
    center: float
    scale: float
    targets: steepest.Tensor

    @property
    def task(self) -> Task:
        return TASKS[self.schema.task]

    @property
    def outputs(self) -> int:
        return self.task.outputs(len(self.schema.classes))

    def part(self, rows: numpy.ndarray) -> tuple[steepest.Tensor, steepest.Tensor]:
        return steepest.from_numpy(self.matrix[rows]), self.targets[steepest.from_numpy(rows)]

    def model(self, hidden: list[int], network: steepest.nn.Sequential) -> TableModel:
        return TableModel(self.schema, self.preparation, hidden, network, self.center, self.scale)

    def test_predictions(self, model: TableModel) -> Array:
        return model.readable(networks.outputs(model.network, self.matrix[self.split.test]))


def prepare(table: Table, judged: Schema, seed: int) -> Work:
    """Split the rows, fit the preparation on the training rows and encode all. Raises `UserError` where a part would be empty."""
    truth = target_values(table, judged).to_numpy()
    generator = steepest.Generator()
    generator.manual_seed(seed)
    split = splitting.split(_strata(truth, judged), _identity(table, judged), generator)
    if not len(split.validation) or not len(split.test):
        raise UserError(text("table-too-few-a-class", source=table.source, rows=table.rows, target=judged.target))
    preparation = preparing.fit(judged, table, split.train)
    center, scale = 0.0, 1.0
    if not judged.classes:
        learnt = truth[split.train]
        center, scale = float(learnt.mean()), float(learnt.std()) or 1.0
    targets = target_tensor(TASKS[judged.task], (truth - center) / scale)
    return Work(judged, split, preparation, preparation.encode(table), truth, center, scale, targets)


def _strata(truth: Array, judged: Schema) -> numpy.ndarray:
    """Class numbers, or for a regression tenths of the target (fewer where a tenth would hold under 10 rows)."""
    if judged.classes:
        return truth.astype(numpy.int64)
    count = max(1, min(10, len(truth) // 10))
    rank = numpy.argsort(numpy.argsort(truth, kind="stable"), kind="stable")
    return rank * count // len(truth)


def _identity(table: Table, judged: Schema) -> numpy.ndarray:
    """A number for each row, the same for rows that are equal in target and all columns the model reads."""
    frame = table.frame.select([column.name for column in judged.used] + [judged.target])
    return frame.hash_rows(seed=0).rank("dense").to_numpy().astype(numpy.int64)
