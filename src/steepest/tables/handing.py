"""What training hands on: the files of the folder, written together or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from steepest.tables import model_file, report, standing_alone
from steepest.tables.preparing import CategoryColumn, Preparation
from steepest.tables.result import TrainResult
from steepest.tables.training import Epoch, Run
from steepest.tables.writing import interrupts_held_back, write_all

__all__ = ["history_csv", "write"]

NAMES = {
    "model": model_file.NAME,
    "history": "history.csv",
    "report": "report.html",
    "train": "train.py",
    "predict": "predict.py",
}


def write(result: TrainResult, out: Path, anonymous: bool = False,
          draw: Callable[[TrainResult], Sequence[str]] = lambda result: ()) -> None:
    """Write all files into folder `out` and name them in `result.files`; `anonymous` models do not hold the categories' names. Ctrl-C
    meanwhile costs the pictures that `draw` gives, not the files: what was learnt is not lost so shortly before it is kept."""
    if anonymous:
        salt = secrets.token_hex(8)
        columns = (column.anonymous(salt) if isinstance(column, CategoryColumn) else column for column in result.model.preparation.columns)
        result.model = replace(result.model, preparation=Preparation(tuple(columns)))
    result.files = {kind: out / name for kind, name in NAMES.items()}
    try:
        drawn = draw(result)
    except KeyboardInterrupt:
        drawn = []
    with interrupts_held_back():
        contents = {
            "model": model_file.dump(result.model),
            "history": history_csv(result.runs),
            "report": report.page(result, out, drawn).encode("utf-8"),
            "train": standing_alone.train_program(result.model, result.plan).encode("utf-8"),
            "predict": standing_alone.predict_program().encode("utf-8"),
        }
        write_all({result.files[kind]: content for kind, content in contents.items()})


def history_csv(runs: list[Run]) -> bytes:
    """The history, a line an epoch of each network."""
    import polars

    columns = [name for name in Epoch.__dataclass_fields__ if name != "epoch"]
    types = {"network": polars.Int64, "epoch": polars.Int64, **dict.fromkeys(columns, polars.Float64)}
    rows = [
        (number, row.epoch, *(getattr(row, name) for name in columns)) for number, run in enumerate(runs, 1) for row in run.history
    ]
    frame = polars.DataFrame(rows, schema=types, orient="row").with_columns(polars.col("seconds").round(3))
    return frame.write_csv().encode("utf-8")
