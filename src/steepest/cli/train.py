"""`steepest train DATA.csv --target COLUMN`: from a table to a model, with a progress bar and a table of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from steepest.cli.table_options import AS_IT_IS, AS_JUDGED, NOTHING, HowToRead, Silenced, WhatColumnsAre
from steepest.errors import UserError, text

if TYPE_CHECKING:
    from steepest.tables import TrainResult

__all__ = ["train"]

def train(
    data: Path,
    /,
    *,
    target: str = "",
    task: str = "auto",
    model: str = "auto",
    metric: str = "auto",
    time: str | None = None,
    group: str | None = None,
    folds: int = 0,
    columns: WhatColumnsAre = AS_JUDGED,
    class_weight: str = "none",
    optimizer: str = "auto",
    lr: str | None = None,
    epochs: int | None = None,
    seed: int = 0,
    how: HowToRead = AS_IT_IS,
    anonymous: Annotated[bool, Parameter(negative="")] = False,
    silence: Silenced = NOTHING,
    out: Path | None = None,
) -> None:
    """Train a model on a table; write model, history, report and two programs.

    Parameters
    ----------
    data
        The table: CSV with any separator, with or without header, also gzip; Excel (.xlsx); Parquet.
    target
        The column to predict: its name, or its position (1 is the first, -1 the last).
    task
        auto, regression, binary or multiclass.
    model
        linear, hidden widths such as 64-64, or auto: several networks averaged, unless the linear model is better on validation.
    metric
        The metric that stands first: r2, rmse, mae, accuracy, log-loss, auc, balanced-accuracy.
    time
        A column of days or numbers that orders the rows: the latest fifth is the test.
    group
        A column whose equal cells name rows that belong together: they stay on one side of every split.
    folds
        1: a fifth of the rows is the test; more: cross-validation; without this, the number of rows decides.
    class_weight
        none, or balanced: rare classes count more in training (their probabilities are then too large).
    optimizer
        auto (lbfgs for a linear model, else adamw), or one of adamw, adam, sgd, momentum, adagrad, rmsprop,
        adadelta, adamax, asgd, rprop, lbfgs.
    lr
        The learning rate, or auto: the best of some by the validation loss of short runs. Without this the same, but
        for --model auto with classes and fewer than 2,000 rows to learn from, where the rate is fixed.
    epochs
        Passes over the rows: at most so many; without this, 200 at most or what the recipe of auto says.
    seed
        Decides the split, the first weights and the order of the rows.
    anonymous
        The files do not hold the names of categories.
    silence
        A rule of the doctor that is not to speak; may be given several times.
    out
        The folder for the files; runs/NAME without this.
    """
    from steepest import tables
    from steepest.tables import reading

    if not target:
        shown = ", ".join(reading.read(data, **how.options).names[:20])
        raise UserError(text("table-which-target", columns=shown))
    folder = out if out is not None else Path("runs") / data.name.split(".")[0]
    from steepest.cli import screen
    from steepest.viz import trained

    with screen.progress() as (watch, stage):
        result = tables.train(
            data,
            target,
            task=task,
            model=model,
            metric=metric,
            time=time,
            group=group,
            folds=folds,
            kinds=columns.kinds,
            ignore=columns.ignore,
            decimal=columns.decimal,
            class_weight=class_weight,
            optimizer=optimizer,
            lr=lr,
            epochs=epochs,
            seed=seed,
            out=folder,
            anonymous=anonymous,
            silence=silence,
            watch=watch,
            stage=stage,
            draw=trained.sections,
            **how.options,
        )
    _show(result, folder)


def _show(result: TrainResult, folder: Path) -> None:
    from steepest.cli import screen
    from steepest.tables import report

    console = screen.console()
    schema, about = result.schema, result.model.about
    kinds = [column.kind for column in schema.columns]
    counts = {"numbers": kinds.count("number"), "categories": kinds.count("category"), "dates": kinds.count("date")}
    lines = [
        text("report-problem", rows=about["rows"], data=about["data"], **counts),
        report.task_words(schema),
        report.plan_words(about),
        *(f"- {note}" for note in result.notes),
        *([report.network_words(result.model)] if result.run.history else []),
        text(f"train-ended-{result.run.ended}", epochs=result.run.epochs, best=result.run.best)
        + " "
        + text("report-seconds", seconds=f"{result.seconds:.1f}"),
    ]
    for line in lines:
        console.print(line)
    for finding in result.findings:
        if finding.severity != "note":
            console.print(f"! {report.finding_words(finding)}")
    named = report.metric_rows(result.metrics, not schema.classes)
    console.print(text("report-results", rows=about["tested"]))
    console.print(screen.metrics_table(named))
    for line in [*report.verdicts(result.model), *report.interval_words(result.model)]:
        console.print(line)
    files = ", ".join(path.name for path in result.files.values())
    console.print(text("screen-wrote", files=files, folder=folder), soft_wrap=True)
    console.print(text("screen-report", report=result.files["report"]), soft_wrap=True)
    command = report.shell(["python", "-m", "steepest", "predict", str(folder), "NEW.csv"])
    console.print(text("screen-predict-next", command=command), soft_wrap=True)
