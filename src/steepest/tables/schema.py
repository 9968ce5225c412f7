"""What each column is and which task the target sets, judged on all rows by rules that can be read here.

A feature is a *number* (at least 90 % of its cells are; the others are taken as missing), a *category* (words that come again),
or it is set aside: an *identifier* (a name of each row), *text* (nearly every cell different), or *constant*. What is decided
is said in notes.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from steepest.errors import UserError, text
from steepest.tables import cells
from steepest.tables.reading import Table

if TYPE_CHECKING:
    import polars

__all__ = ["Column", "Schema", "judge", "target_values"]

NUMBER_SHARE = 0.9  # of the cells that are not missing, so many must be numbers for a column of numbers
FEW = 10  # so many different words are a category however few the rows
LONG = 20  # a column that counts 1, 2, 3 ... over at least so many rows is an identifier whatever its name
MOST_NAMED = 12  # columns in a note
CLASSES_OF_NUMBERS = 10  # whole numbers 0..k-1 or 1..k are classes up to so many, with as many rows for each on average

IDENTIFIER_NAME = re.compile(r"(^|[^A-Za-z])(id|ID|Id|no|No|index|key|uuid|guid)\.?$|[a-z]Id$|[a-zA-Z]ID$|编号|序号|学号|代码$")


@dataclass(frozen=True)
class Column:
    """A feature: its kind, how many values differ, how many cells are missing, and how many of these were no numbers."""

    name: str
    kind: str
    distinct: int
    missing: int
    unreadable: int = 0


@dataclass(frozen=True)
class Schema:
    """The table of a model: `names` are all its columns in order, `classes` the target's words (empty for a regression)."""

    names: tuple[str, ...]
    has_header: bool
    columns: tuple[Column, ...]
    target: str
    task: str
    classes: tuple[str, ...]

    @property
    def used(self) -> list[Column]:
        """The columns a model reads."""
        return [column for column in self.columns if column.kind in ("number", "category")]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Schema:
        return cls(
            tuple(fields["names"]),
            bool(fields["has_header"]),
            tuple(Column(**column) for column in fields["columns"]),
            str(fields["target"]),
            str(fields["task"]),
            tuple(fields["classes"]),
        )


def judge(table: Table, target: str, task: str = "auto") -> tuple[Schema, list[str]]:
    """The schema of `table` for predicting column `target`, and what there is to say about the columns.

    Rows without a target must be gone. Raises `UserError` where there is nothing to learn or nothing to learn from.
    """
    notes: list[str] = []
    task, classes = _judge_target(table, target, task, notes)
    columns = [_judge_column(table, name, notes) for name in table.names if name != target]
    if not any(column.kind in ("number", "category") for column in columns):
        # A column that merely counts, or names each row, is still better than none.
        columns = [_reprieved(table, column) for column in columns]
    schema = Schema(tuple(table.names), table.has_header, tuple(columns), target, task, classes)
    if not schema.used:
        raise UserError(text("table-no-features", source=table.source, target=target))
    gaps = [f"{column.name} {column.missing - column.unreadable}" for column in schema.used if column.missing > column.unreadable]
    if gaps:
        notes.append(text("table-missing-cells", columns=_few(gaps)))
    for kind in ("identifier", "text", "constant"):
        aside = [column.name for column in columns if column.kind == kind]
        if aside:
            notes.append(text(f"table-aside-{kind}", columns=_few(aside)))
    return schema, notes


def target_values(table: Table, schema: Schema) -> polars.Series:
    """The target `(rows,)` as floats: the number, or the number of its class. Null where missing or not among the classes."""
    import polars

    values = cells.words(table.frame[schema.target])
    if not schema.classes:
        return cells.numbers(values)
    numeric = cells.numbers(values)
    known = polars.Series(schema.classes, dtype=polars.String)
    if numeric.null_count() == values.null_count() and cells.numbers(known).null_count() == 0:
        # 1, 1.0 and 01 are one class where all classes are numbers
        return numeric.replace_strict(cells.numbers(known), polars.Series(range(len(known)), dtype=polars.Float64), default=None)
    return values.replace_strict(known, polars.Series(range(len(known)), dtype=polars.Float64), default=None)


def _judge_column(table: Table, name: str, notes: list[str]) -> Column:
    values = cells.words(table.frame[name])
    missing = values.null_count()
    present = values.drop_nulls()
    distinct = present.n_unique()
    if distinct == 0 or (distinct == 1 and not missing):
        return Column(name, "constant", distinct, missing)
    numbers = cells.numbers(present)
    unreadable = numbers.null_count()
    is_code = present.str.contains(r"^0\d+$").any()  # leading zeros are kept by codes (zip), not by numbers
    if not is_code and unreadable <= (1 - NUMBER_SHARE) * len(present):
        cells.finite_numbers(values)
        if unreadable:
            notes.append(_unreadable_note(table, name, unreadable))
        kind = "identifier" if not missing and not unreadable and _counts_rows(numbers, name) else "number"
        return Column(name, kind, distinct, missing + unreadable, unreadable)
    if distinct == len(present) > 1 or (distinct > FEW and 2 * distinct > len(present)):
        has_sentences = present.str.contains(r"\s").mean() > 0.5  # type: ignore[operator]
        return Column(name, "text" if has_sentences or distinct < len(present) else "identifier", distinct, missing)
    return Column(name, "category", distinct, missing)


def _reprieved(table: Table, column: Column) -> Column:
    if column.kind != "identifier":
        return column
    values = cells.words(table.frame[column.name]).drop_nulls()
    readable = cells.numbers(values).null_count() == 0
    return Column(column.name, "number" if readable else "identifier", column.distinct, column.missing)


def _counts_rows(numbers: polars.Series, name: str) -> bool:
    """Whole numbers, all different, that have an identifier's name or count 0, 1, 2 ... or 1, 2, 3 ... down the rows."""
    if numbers.n_unique() < len(numbers) or not (numbers == numbers.round()).all():
        return False
    if IDENTIFIER_NAME.search(name):
        return True
    return len(numbers) >= LONG and numbers[0] in (0, 1) and bool((numbers.diff().drop_nulls() == 1).all())


def _judge_target(table: Table, target: str, task: str, notes: list[str]) -> tuple[str, tuple[str, ...]]:
    values = cells.words(table.frame[target])
    numbers = cells.numbers(values)
    distinct = values.n_unique()
    if (numbers.n_unique() if not numbers.has_nulls() else distinct) < 2:
        raise UserError(text("table-constant-target", target=target, value=values[0], rows=table.rows))
    numeric = not numbers.has_nulls()
    if numeric:
        cells.finite_numbers(values)
    if task == "regression" or (task == "auto" and numeric and not _numbers_are_classes(numbers)):
        if not numeric:
            row = int(numbers.is_null().arg_max() or 0)
            raise UserError(text("table-target-not-numbers", target=target, value=values[row], row=row + 1))
        return "regression", ()
    if numeric:
        order = numbers.unique().sort()
        classes = [_shortest(value) for value in order]
    else:
        classes = values.unique().sort().to_list()
    if len(classes) > max(FEW, table.rows / 2):
        raise UserError(text("table-target-not-classes", target=target, distinct=len(classes), rows=table.rows))
    if task == "binary" and len(classes) != 2:
        raise UserError(text("table-target-not-binary", target=target, distinct=len(classes), shown=", ".join(classes[:5])))
    return ("binary" if len(classes) == 2 and task != "multiclass" else "multiclass"), tuple(classes)


def _numbers_are_classes(numbers: polars.Series) -> bool:
    """Two different numbers; or whole numbers 0..k-1 or 1..k with k up to 10 and at least 10 k rows."""
    order = numbers.unique().sort().to_list()
    if len(order) == 2:
        return True
    small = len(order) <= CLASSES_OF_NUMBERS and len(numbers) >= 10 * len(order)
    return small and order[0] in (0, 1) and order == [order[0] + place for place in range(len(order))]


def _shortest(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _few(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" ... ({len(names)})" if len(names) > MOST_NAMED else "")


def _unreadable_note(table: Table, name: str, unreadable: int) -> str:
    values = cells.words(table.frame[name])
    strange = (values.is_not_null() & cells.numbers(values).is_null()).arg_true()
    examples = ", ".join(f"{row + 1} ({values[row]})" for row in strange[:3])
    return text("table-unreadable-cells", column=name, count=unreadable, examples=examples)
