"""`predict`: a trained model answers for the rows of a new table, whatever the order of its columns."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy

from steepest.errors import UserError, text
from steepest.tables import cells, drift, model_file, reading
from steepest.tables.metrics import Array
from steepest.tables.preparing import CategoryColumn
from steepest.tables.reading import Reading, Table
from steepest.tables.schema import Schema, target_values
from steepest.tables.table_model import TableModel
from steepest.tables.writing import write_all

if TYPE_CHECKING:
    import polars

__all__ = ["PredictResult", "predict"]


@dataclass
class PredictResult:
    """`frame`: the new table's columns and behind them the `answers`: `prediction`, a probability a class and `note`.

    `metrics` are measured on the `judged` rows that hold the target.
    """

    model: TableModel
    frame: polars.DataFrame
    answers: list[str]
    predicted: Array
    metrics: dict[str, float] = field(default_factory=dict)
    judged: int = 0
    notes: list[str] = field(default_factory=list)
    file: Path | None = None


def predict(
    model: TableModel | str | os.PathLike[str],
    data: str | os.PathLike[str] | Any,
    *,
    out: str | os.PathLike[str] | None = None,
    **how: Unpack[Reading],
) -> PredictResult:
    """Predict the target for each row of `data`: a file, or a data frame of polars or pandas.

    `model` is a model file, the folder that `train` wrote, or a `TableModel`. Columns are found by name; the target, other
    columns, other orders, words never seen and missing cells are all allowed. With `out`, a CSV file is written. Raises
    `steepest.errors.UserError` where a needed column is missing or holds something else.

    >>> trained = steepest.tables.train(steepest.datasets.path("houses"), "price", model="linear", epochs=1)
    >>> predict(trained.model, steepest.datasets.path("houses")).answers
    ['prediction', 'note']
    """
    trained = model if isinstance(model, TableModel) else model_file.load(Path(model))
    schema = trained.schema
    if isinstance(data, (str, os.PathLike)):
        table = reading.read(data, known=[column.name for column in schema.used], **how)
    else:
        table = reading.from_frame(data, "data")
    table = _named(table, schema)
    predicted = trained.predict(table)
    noted, notes = _notes(trained, table)
    notes += drift.differences(trained, table)
    frame = _frame(trained, table, predicted, noted)
    result = PredictResult(trained, frame, frame.columns[len(table.names) :], predicted, notes=[*table.notes, *notes])
    if schema.target in table.names:
        truth = target_values(table, schema).to_numpy()
        known = ~numpy.isnan(truth)
        if known.any():
            result.judged = int(known.sum())
            result.metrics = trained.judge(truth[known], predicted[known])
    if out is not None:
        result.file = Path(out)
        # The mark at the begin is how Excel knows UTF-8.
        write_all({result.file: b"\xef\xbb\xbf" + _harmless(result.frame).write_csv().encode("utf-8")})
    return result


def _named(table: Table, schema: Schema) -> Table:
    """The table with the names the model knows, where only positions can tell; a sentence where a needed column is missing."""
    if not table.has_header and not schema.has_header:
        without_target = [name for name in schema.names if name != schema.target]
        if len(table.names) == len(without_target):
            table = replace(table, frame=table.frame.rename(dict(zip(table.names, without_target, strict=True))))
        elif len(table.names) != len(schema.names):
            raise UserError(text("table-other-width", source=table.source, seen=len(table.names), known=len(schema.names)))
    missing = [column.name for column in schema.used if column.name not in table.names]
    if not missing:
        return table
    if schema.has_header and not table.has_header:
        raise UserError(
            text("table-no-header", source=table.source, columns=", ".join(column.name for column in schema.used[:12]))
        )
    if len(missing) == 1:
        raise UserError(text("table-needed-column", source=table.source, column=missing[0]))
    raise UserError(text("table-needed-columns", source=table.source, columns=", ".join(missing[:12]), count=len(missing)))


def _notes(model: TableModel, table: Table) -> tuple[list[str | None], list[str]]:
    """A note for each row (mostly empty), and a sentence for each column that there is something to say about."""
    by_row: list[list[str]] = [[] for _ in range(table.rows)]
    sentences: list[str] = []
    kinds = {column.name: column.kind for column in model.schema.used}
    for name, strange in model.preparation.unseen(table).items():
        _note(f"{kinds[name]}", name, cells.words(table.frame[name]), numpy.flatnonzero(strange).tolist(), by_row, sentences)
    for column in model.preparation.columns:
        if isinstance(column, CategoryColumn) or not column.quantiles:
            continue
        values = cells.words(table.frame[column.name])
        read = column.read(values).to_numpy()
        rows = numpy.flatnonzero((read < column.quantiles[0]) | (read > column.quantiles[-1])).tolist()
        _note("range", column.name, values, rows, by_row, sentences)
    return ["; ".join(row) or None for row in by_row], sentences


def _note(key: str, name: str, values: polars.Series, rows: list[int], by_row: list[list[str]], sentences: list[str]) -> None:
    if not rows:
        return
    for row in rows:
        by_row[row].append(text(f"predict-note-{key}", column=name, value=values[row]))
    examples = ", ".join(list(dict.fromkeys(values[row] for row in rows[:100]))[:3])
    sentences.append(text(f"predict-unseen-{key}", column=name, count=len(rows), examples=examples))


FORMULA = r"^[=+\-@\t]"  # what a spreadsheet takes for the begin of a formula


def _harmless(frame: polars.DataFrame) -> polars.DataFrame:
    """The frame with an apostrophe before text cells that a spreadsheet would run as formulas; numbers are left as they are."""
    import polars

    def escaped(column: polars.Series) -> polars.Series:
        begins = column.str.contains(FORMULA).fill_null(False) & cells.plain_numbers(column).is_null()
        return column.zip_with(~begins, "'" + column) if begins.any() else column

    return polars.DataFrame([escaped(one) if one.dtype == polars.String else one for one in frame.iter_columns()])


def _frame(model: TableModel, table: Table, predicted: Array, noted: list[str | None]) -> polars.DataFrame:
    import polars

    answers: dict[str, polars.Series] = {"prediction": _answers(model, predicted)}
    for place, name in enumerate(model.schema.classes):
        answers[f"probability_{name}"] = polars.Series(predicted[:, place].round(6))
    answers["note"] = polars.Series(noted, dtype=polars.String)
    frame = table.frame
    for name, values in answers.items():
        free = name
        while free in frame.columns:
            free += "_"
        frame = frame.with_columns(values.alias(free))
    return frame


def _answers(model: TableModel, predicted: Array) -> polars.Series:
    """The classes' words, or numbers to the seven digits that the network's float32 holds."""
    import polars

    labels = polars.Series(model.labels(predicted))
    return labels if model.schema.classes else labels.round_sig_figs(7)
