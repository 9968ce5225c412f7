"""`steepest train DATA.csv --target COLUMN`: from a table to a model, with a progress bar and a table of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
    optimizer: str = "auto",
    lr: str = "auto",
    epochs: int = 200,
    seed: int = 0,
    header: bool | None = None,
    out: Path | None = None,
) -> None:
    """Train a model on a CSV file; write model, history and report.

    Parameters
    ----------
    data
        The table: CSV with or without header, also gzip.
    target
        The column to predict: its name, or its position (1 is the first, -1 the last).
    task
        auto, regression, binary or multiclass.
    model
        linear, hidden widths such as 64-64, or auto: 64-64, unless the linear model is better on validation.
    optimizer
        auto (lbfgs for a linear model, else adamw), or one of adamw, adam, sgd, momentum, adagrad, rmsprop,
        adadelta, adamax, asgd, rprop, lbfgs.
    lr
        The learning rate, or auto: the best of four short runs by validation loss.
    epochs
        At most so many passes over the training rows; validation stops earlier.
    seed
        Decides the split, the first weights and the order of the rows.
    header
        Whether the first line names the columns; without this, the cells decide.
    out
        The folder for model.safetensors, history.csv and report.html; runs/NAME without this.
    """
    from steepest import tables
    from steepest.tables import reading

    if not target:
        shown = ", ".join(reading.read(data, header=header).names[:20])
        raise UserError(text("table-which-target", columns=shown))
    folder = out if out is not None else Path("runs") / data.name.split(".")[0]
    rate = _rate(lr)
    from steepest.cli import screen

    with screen.progress(epochs) as watch:
        result = tables.train(
            data,
            target,
            task=task,
            model=model,
            optimizer=optimizer,
            lr=rate,
            epochs=epochs,
            seed=seed,
            header=header,
            out=folder,
            watch=watch,
        )
    _show(result, folder)


def _rate(lr: str) -> float | None:
    if lr == "auto":
        return None
    try:
        return float(lr)
    except ValueError:
        raise UserError(text("train-lr-word", lr=lr)) from None


def _show(result: TrainResult, folder: Path) -> None:
    from steepest.cli import screen
    from steepest.tables import report

    console = screen.console()
    schema, about = result.schema, result.model.about
    rows = about["rows"]
    kinds = [column.kind for column in schema.columns]
    lines = [
        text(
            "report-problem",
            rows=sum(rows.values()),
            data=about["data"],
            numbers=kinds.count("number"),
            categories=kinds.count("category"),
        ),
        text(
            f"report-task-{schema.task}", target=schema.target, classes=len(schema.classes), shown=", ".join(schema.classes[:10])
        ),
        *(f"- {note}" for note in result.notes),
        text(f"train-ended-{result.run.ended}", epochs=len(result.run.history), best=result.run.best)
        + " "
        + text("report-seconds", seconds=f"{result.seconds:.1f}"),
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False)
    named = report.metric_rows(result.metrics, not schema.classes)
    console.print(text("report-results", rows=rows["test"]), markup=False, highlight=False)
    console.print(screen.metrics_table(named))
    files = ", ".join(str(path) for path in result.files.values())
    console.print(text("screen-wrote", files=files), markup=False, highlight=False, soft_wrap=True)
    command = report.shell(["python", "-m", "steepest", "predict", str(folder), "NEW.csv"])
    console.print(text("screen-predict-next", command=command), markup=False, highlight=False, soft_wrap=True)
