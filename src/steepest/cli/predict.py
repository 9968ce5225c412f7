"""`steepest predict MODEL NEW.csv`: a trained model's answers for the rows of a new table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from steepest.cli.table_options import AS_IT_IS, HowToRead
from steepest.errors import text

__all__ = ["predict"]

SHOWN = 5


def predict(
    model: Path,
    data: Path,
    /,
    *,
    out: Annotated[Path | None, Parameter(alias="-o")] = None,
    how: HowToRead = AS_IT_IS,
) -> None:
    """Predict the rows of a table with a trained model.

    Parameters
    ----------
    model
        The folder that `steepest train` wrote, or its model.safetensors.
    data
        The table: columns are found by name; others, other orders, missing cells and the target are all allowed.
    out
        The CSV file to write; NAME-predictions.csv in the current folder without this.
    """
    from steepest import tables
    from steepest.cli import screen

    place = out if out is not None else Path(f"{data.name.split('.')[0]}-predictions.csv")
    result = tables.predict(model, data, out=place, **how.options)
    console = screen.console()
    for note in result.notes:
        console.print(f"- {note}")
    console.print(screen.frame_table(result.frame.select(result.answers), SHOWN))
    if result.metrics:
        caption = text("screen-predict-metrics", target=result.model.schema.target, rows=result.judged)
        console.print(caption)
        console.print(screen.metrics_table([(text("report-model"), result.metrics)]))
    console.print(text("screen-predicted", rows=result.frame.height, path=place), soft_wrap=True)
