"""`train`: from a CSV file to a model, its numbers on rows it never saw, and the files that hold both."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

import steepest
from steepest.errors import UserError, text
from steepest.tables import baselines, cells, model_file, networks, preparing, reading, report, schema, splitting, training
from steepest.tables.metrics import Array
from steepest.tables.preparing import Preparation
from steepest.tables.reading import Table
from steepest.tables.schema import Schema
from steepest.tables.settings import AUTO, Settings
from steepest.tables.splitting import Split
from steepest.tables.table_model import TableModel
from steepest.tables.tasks import TASKS, Task, target_tensor
from steepest.tables.training import Epoch, Run
from steepest.tables.writing import write_all

__all__ = ["TrainResult", "train"]

FEWEST_ROWS = 5
TASK_NAMES = ("auto", *TASKS)


@dataclass
class TrainResult:
    """What `train` found. `metrics[who][name]` are test metrics of `model`, `linear` and `simplest`; `files` what was written."""

    model: TableModel
    metrics: dict[str, dict[str, float]]
    run: Run
    split: Split
    truth: Array
    predicted: Array
    notes: list[str]
    seconds: float
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        return self.model.schema


@dataclass(frozen=True)
class _Data:
    """The encoded table: matrix `(N, features)`, target `(N,)` in its own unit, and the target as the loss wants it."""

    matrix: numpy.ndarray
    truth: Array
    targets: steepest.Tensor

    def part(self, rows: numpy.ndarray) -> tuple[steepest.Tensor, steepest.Tensor]:
        return steepest.from_numpy(self.matrix[rows]), self.targets[steepest.from_numpy(rows)]


def train(
    data: str | os.PathLike[str],
    target: str,
    *,
    task: str = "auto",
    model: str = "auto",
    optimizer: str = "auto",
    lr: float | None = None,
    epochs: int = 200,
    seed: int = 0,
    header: bool | None = None,
    out: str | os.PathLike[str] | None = None,
    watch: Callable[[Epoch, Run], None] = lambda epoch, run: None,
) -> TrainResult:
    """Train a model that predicts column `target` of the CSV file `data`.

    `model` is `linear`, hidden widths such as `64-64`, or `auto`: 64-64, or the linear model where that has the smaller
    validation loss. `lr=None` takes the optimizer's usual rate for the size of the batches. With `out`, a folder gets
    model.safetensors, history.csv and report.html. Raises `steepest.errors.UserError` with one sentence for whatever in the
    file or the settings cannot work.

    >>> result = train(steepest.datasets.path("pima_diabetes"), "Outcome", epochs=1)
    >>> sorted(result.metrics)
    ['linear', 'model', 'simplest']
    """
    begin = time.perf_counter()
    if task not in TASK_NAMES:
        raise UserError(text("train-task", task=task, shown=", ".join(TASK_NAMES)))
    if not -(2**63) <= seed < 2**63:
        raise UserError(text("train-seed", seed=seed))
    hidden = networks.widths(model)
    settings = Settings(AUTO[not hidden] if optimizer == "auto" else optimizer, lr, epochs)

    table, name, notes = _rows_with_target(reading.read(data, header=header), target)
    judged, more = schema.judge(table, name, task)
    notes += more
    truth = schema.target_values(table, judged).to_numpy()
    before = steepest.get_rng_state()
    try:
        steepest.manual_seed(seed)
        split = splitting.split(_strata(truth, judged), _identity(table, judged), steepest.Generator().manual_seed(seed))
        if not len(split.validation) or not len(split.test):
            raise UserError(text("table-too-few-a-class", source=table.source, rows=table.rows, target=name))
        preparation = preparing.fit(judged, table, split.train)
        notes += _split_notes(split, table, judged)
        fitted, run, predicted_by = _fit(
            table, judged, preparation, truth, split, hidden, model == "auto", settings, seed, watch, notes
        )
    finally:
        steepest.set_rng_state(before)

    row = TASKS[judged.task]
    held = truth[split.test]
    metrics = {
        who: {metric.name: metric.value(held, predicted) for metric in row.metrics} for who, predicted in predicted_by.items()
    }
    fitted.metrics = metrics
    fitted.about = {
        "data": table.source,
        "rows": {part: len(getattr(split, part)) for part in splitting.PARTS},
        "seed": seed,
        "model": model,
        "trained": "-".join(map(str, hidden)) or "linear",
        "optimizer": settings.optimizer,
        "lr": run.lr,
        "epochs": settings.epochs,
        "best_epoch": run.best,
        "ended": run.ended,
    }
    result = TrainResult(fitted, metrics, run, split, held, predicted_by["model"], notes, time.perf_counter() - begin)
    if out is not None:
        _write(result, Path(out), Path(data), target, header)
    return result


def _rows_with_target(table: Table, target: str) -> tuple[Table, str, list[str]]:
    name = reading.find_column(table, target)
    present = cells.words(table.frame[name]).is_not_null()
    notes = list(table.notes)
    if not present.all():
        notes.append(text("table-rows-without-target", count=int((~present).sum()), target=name))
        table = Table(table.frame.filter(present), table.source, table.has_header, table.separator)
    if table.rows < FEWEST_ROWS:
        raise UserError(text("table-too-few-rows", source=table.source, rows=table.rows, target=name, fewest=FEWEST_ROWS))
    return table, name, notes


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


def _split_notes(split: Split, table: Table, judged: Schema) -> list[str]:
    notes = []
    repeated = table.rows - table.frame.select([column.name for column in judged.used] + [judged.target]).n_unique()
    if repeated:
        notes.append(text("table-equal-rows" if split.grouped else "table-equal-rows-many", count=repeated))
    if len(split.test) < 50:
        notes.append(text("table-small-test", rows=len(split.test)))
    return notes


def _fit(
    table: Table,
    judged: Schema,
    preparation: Preparation,
    truth: Array,
    split: Split,
    hidden: list[int],
    choose: bool,
    settings: Settings,
    seed: int,
    watch: Callable[[Epoch, Run], None],
    notes: list[str],
) -> tuple[TableModel, Run, dict[str, Array]]:
    """The model, how its training went, and what it and the baselines predict for the test rows."""
    task = TASKS[judged.task]
    center, scale = (
        (float(truth[split.train].mean()), float(truth[split.train].std()) or 1.0) if not judged.classes else (0.0, 1.0)
    )
    scaled = (truth - center) / scale
    data = _Data(preparation.encode(table), truth, target_tensor(task, scaled))
    outputs = task.outputs(len(judged.classes))

    straight = baselines.linear(task, data.matrix[split.train], data.part(split.train)[1], outputs)
    linear = TableModel(judged, preparation, [], straight, center, scale)
    fitted = TableModel(judged, preparation, hidden, networks.build(hidden, data.matrix.shape[1], outputs), center, scale)
    criterion, validation = task.loss(), data.part(split.validation)
    run = training.train(fitted.network, criterion, data.part(split.train), validation, settings, seed, watch)
    if run.ended == "diverged":
        notes.append(text("train-diverged", epoch=len(run.history), lr=run.lr, smaller=run.lr / 10))
    if choose:
        loss = _validation_loss(task, linear, data, split)
        if loss <= run.best_loss or math.isnan(run.best_loss):
            notes.append(text("train-linear-chosen", model=fitted.model, linear=f"{loss:.4g}", loss=f"{run.best_loss:.4g}"))
            fitted = linear
    test = data.matrix[split.test]
    predicted = {
        who: kind.readable(networks.outputs(kind.network, test)) for who, kind in (("model", fitted), ("linear", linear))
    }
    predicted["simplest"] = baselines.simplest(truth[split.train], len(judged.classes), len(split.test))
    return fitted, run, predicted


def _validation_loss(task: Task, model: TableModel, data: _Data, split: Split) -> float:
    inputs, targets = data.part(split.validation)
    with steepest.no_grad():
        return float(task.loss()(model.network(inputs), targets).item())


def _write(result: TrainResult, out: Path, data: Path, target: str, header: bool | None) -> None:
    names = {"model": model_file.NAME, "history": "history.csv", "report": "report.html"}
    result.files = {kind: out / name for kind, name in names.items()}
    again = command(result.model, data, target, header, out)
    page = report.page(
        result.model, result.run, result.split, result.truth, result.predicted, result.notes, again, result.seconds
    )
    contents = {"model": model_file.dump(result.model), "history": history_csv(result.run), "report": page.encode("utf-8")}
    write_all({result.files[kind]: content for kind, content in contents.items()})


def history_csv(run: Run) -> bytes:
    """The history, a line an epoch."""
    import polars

    columns: dict[str, Any] = {name: [getattr(row, name) for row in run.history] for name in Epoch.__dataclass_fields__}
    return polars.DataFrame(columns).with_columns(polars.col("seconds").round(3)).write_csv().encode("utf-8")


def command(model: TableModel, data: Path, target: str, header: bool | None, out: Path) -> list[str]:
    """The words of the command line that trains this model again."""
    about = model.about
    return [
        "python",
        "-m",
        "steepest",
        "train",
        str(data),
        "--target",
        target,
        "--task",
        model.schema.task,
        "--model",
        about["model"],
        "--optimizer",
        about["optimizer"],
        "--lr",
        repr(about["lr"]),
        "--epochs",
        str(about["epochs"]),
        "--seed",
        str(about["seed"]),
        "--out",
        str(out),
        *({True: ["--header"], False: ["--no-header"], None: []}[header]),
    ]
