"""`train`: from a CSV file to a model, its numbers on rows it never saw, and the files that hold both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import steepest
from steepest.errors import UserError, text
from steepest.tables import baselines, cells, model_file, networks, reading, report, schema, splitting, training
from steepest.tables.metrics import Array
from steepest.tables.reading import Table
from steepest.tables.schema import Schema
from steepest.tables.settings import AUTO, Settings
from steepest.tables.splitting import Split
from steepest.tables.table_model import TableModel
from steepest.tables.tasks import TASKS
from steepest.tables.training import Epoch, Run
from steepest.tables.work import Work, prepare
from steepest.tables.writing import write_all

__all__ = ["TrainResult", "train"]

FEWEST_ROWS = 5
TOO_GOOD, ENOUGH_TO_DOUBT = 0.999, 20  # R2 or AUC on at least so many test rows, at which a leak is more likely than luck
FEWEST_FOR_NETWORK = 30  # training rows; with fewer, `auto` is the linear model
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

    `model` is `linear`, hidden widths such as `64-64`, or `auto`: 64-64, unless the linear model has the smaller validation loss
    or rows are few. `optimizer="auto"` is L-BFGS for a linear model, else AdamW; `lr=None` is chosen by short runs. With `out`,
    a folder gets model.safetensors, history.csv and report.html. Raises `steepest.errors.UserError` with one sentence for
    whatever in the file or the settings cannot work.

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
    before = steepest.get_rng_state()
    try:
        steepest.manual_seed(seed)
        work = prepare(table, judged, seed)
        notes += _split_notes(work.split, table, judged)
        if model == "auto" and len(work.split.train) < FEWEST_FOR_NETWORK:
            notes.append(text("train-few-rows", rows=len(work.split.train), model=networks.AUTO))
            hidden, settings = [], replace(settings, optimizer=AUTO[True] if optimizer == "auto" else optimizer)
        learnt, validated = work.part(work.split.train), work.part(work.split.validation)
        linear = work.model([], baselines.linear(work.task, *learnt, work.outputs))
        fitted = work.model(hidden, networks.build(hidden, work.matrix.shape[1], work.outputs))
        run = training.train(fitted.network, work.task.loss(), learnt, validated, settings, seed, watch)
        chosen = _choose(linear, fitted, run, work, notes) if model == "auto" and hidden else fitted
    finally:
        steepest.set_rng_state(before)

    if run.ended == "diverged":
        notes.append(text("train-diverged", epoch=len(run.history), lr=run.lr, smaller=run.lr / 10))
    predicted = {
        "model": work.test_predictions(chosen),
        "linear": work.test_predictions(linear),
        "simplest": baselines.simplest(work.truth[work.split.train], len(judged.classes), len(work.split.test)),
    }
    held = work.truth[work.split.test]
    chosen.metrics = {who: work.task.judge(held, values) for who, values in predicted.items()}
    if len(held) >= ENOUGH_TO_DOUBT and max(chosen.metrics["model"].get(metric, 0) for metric in ("R2", "AUC")) > TOO_GOOD:
        notes.append(text("train-too-good", target=name))
    chosen.about = {
        "data": table.source,
        "rows": {part: len(getattr(work.split, part)) for part in splitting.PARTS},
        "seed": seed,
        "model": model,
        "trained": fitted.model,
        "optimizer": settings.optimizer,
        "lr": run.lr,
        "epochs": settings.epochs,
        "best_epoch": run.best,
        "ended": run.ended,
    }
    seconds = time.perf_counter() - begin
    result = TrainResult(chosen, chosen.metrics, run, work.split, held, predicted["model"], notes, seconds)
    if out is not None:
        _write(result, Path(out), Path(data), target, header)
    return result


def _choose(linear: TableModel, fitted: TableModel, run: Run, work: Work, notes: list[str]) -> TableModel:
    """The network where it beats the linear model on validation, else the linear model and a note."""
    loss = training.loss_on(linear.network, work.task.loss(), work.part(work.split.validation))
    if loss > run.best_loss:
        return fitted
    notes.append(text("train-linear-chosen", model=fitted.model, linear=f"{loss:.4g}", loss=f"{run.best_loss:.4g}"))
    return linear


def _rows_with_target(table: Table, target: str) -> tuple[Table, str, list[str]]:
    name = reading.find_column(table, target)
    present = cells.words(table.frame[name]).is_not_null()
    notes = list(table.notes)
    if not present.all():
        notes.append(text("table-rows-without-target", count=int((~present).sum()), target=name))
        table = replace(table, frame=table.frame.filter(present))
    if table.rows < FEWEST_ROWS:
        raise UserError(text("table-too-few-rows", source=table.source, rows=table.rows, target=name, fewest=FEWEST_ROWS))
    return table, name, notes


def _split_notes(split: Split, table: Table, judged: Schema) -> list[str]:
    notes = []
    repeated = table.rows - table.frame.select([column.name for column in judged.used] + [judged.target]).n_unique()
    if repeated:
        notes.append(text("table-equal-rows" if split.grouped else "table-equal-rows-many", count=repeated))
    if len(split.test) < 50:
        notes.append(text("table-small-test", rows=len(split.test)))
    return notes


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

    columns = [name for name in Epoch.__dataclass_fields__ if name != "epoch"]
    types = {"epoch": polars.Int64, **dict.fromkeys(columns, polars.Float64)}
    rows = [(row.epoch, *(getattr(row, name) for name in columns)) for row in run.history]
    frame = polars.DataFrame(rows, schema=types, orient="row").with_columns(polars.col("seconds").round(3))
    return frame.write_csv().encode("utf-8")


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
