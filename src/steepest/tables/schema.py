"""What each column is and which task the target sets, judged on all rows by rules that can be read here.

A feature is a *number* (at least 90 % of its cells are; the others are taken as missing), a *date*, a *category* (words that come
again), or it is set aside: an *identifier* (a name of each row, or of what several rows belong to), *text* (most cells different),
*constant*, a *duplicate* of another column, or *ignored* on request. What is decided is said in notes.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from steepest.errors import UserError, text
from steepest.tables import cell_texts, cells
from steepest.tables.cells import PLAIN, Form
from steepest.tables.reading import Table, find_column

if TYPE_CHECKING:
    import polars

__all__ = ["KINDS", "USED", "Column", "Orders", "Schema", "judge", "judge_columns", "orders", "target_values", "without_strange_targets"]

NUMBER_SHARE = 0.9  # of the cells that are not missing, so many must be numbers (or days) for a column of them
FEW = 10  # so many different words are a category however few the rows
MANY = 50  # different values of a column with an identifier's name, from which on it names what rows belong to
FIRST_LEFT, MOST_LEFT_OUT = 20, 1.5  # where a count may begin whose first rows are gone, and how much wider than its rows it may be
LONG = 20  # a column that counts 1, 2, 3 ... over at least so many rows is an identifier whatever its name
MOST_NAMED = 12  # columns in a note
CLASSES_OF_NUMBERS = 10  # whole numbers 0..k-1 or 1..k are classes up to so many, with as many rows for each on average

IDENTIFIER_NAME = re.compile(r"(^|[^A-Za-z])(id|ID|Id|no|No|index|key|uuid|guid)\.?$|[a-z]Id$|[a-zA-Z]ID$|编号|序号|学号|代码$|工号")
UNNAMED = re.compile(r"^(column_1|Unnamed: 0)$")  # what a data frame's index is called in a file
DATE_NAME = re.compile(r"date|(^|_)day$|(^|_)dt$|time|日期|时间|日$|生日", re.IGNORECASE)
KINDS = {"number": "number", "category": "category", "date": "date", "text": "text", "id": "identifier"}
USED = ("number", "date", "category")
ASIDE = ("identifier", "text", "constant", "ignored")


@dataclass(frozen=True)
class Column:
    """A feature: its kind, how many values differ, how many cells are missing, and how many of these were no numbers.

    `form` is how its numbers are written (decimal sign, unit) or its days (their order, nothing); `same_as` names the column that
    a duplicate repeats.
    """

    name: str
    kind: str
    distinct: int
    missing: int
    unreadable: int = 0
    form: Form = PLAIN
    same_as: str = ""


@dataclass(frozen=True)
class Schema:
    """The table of a model: `names` are all its columns in order, `classes` the target's words (empty for a regression)."""

    names: tuple[str, ...]
    has_header: bool
    columns: tuple[Column, ...]
    target: str
    task: str
    classes: tuple[str, ...]
    target_form: Form = PLAIN

    @property
    def used(self) -> list[Column]:
        """The columns a model reads."""
        return [column for column in self.columns if column.kind in USED]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Schema:
        return cls(
            tuple(fields["names"]),
            bool(fields["has_header"]),
            tuple(Column(**{**column, "form": tuple(column["form"])}) for column in fields["columns"]),
            str(fields["target"]),
            str(fields["task"]),
            tuple(fields["classes"]),
            (str(fields["target_form"][0]), str(fields["target_form"][1])),
        )


@dataclass(frozen=True)
class Orders:
    """What the user says about columns: the kind of some by name, those to leave out, the decimal sign (empty: judged)."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    decimal: str = ""


def orders(table: Table, kinds: Mapping[str, str], ignore: Collection[str], decimal: str = "auto") -> Orders:
    """The user's words checked against the table; raises `UserError` for a column or a kind that is not there."""
    for kind in kinds.values():
        if kind not in KINDS:
            near = difflib.get_close_matches(kind, KINDS, n=1)
            raise UserError(text("train-kind", kind=kind, near=near[0] if near else "category", shown=", ".join(KINDS)))
    signs = {"auto": "", "point": ".", ".": ".", "comma": ",", ",": ","}
    if decimal not in signs:
        raise UserError(text("train-decimal", decimal=decimal))
    named = {find_column(table, name): KINDS[kind] for name, kind in kinds.items()}
    return Orders(named, frozenset(find_column(table, name) for name in ignore), signs[decimal])


def judge(table: Table, target: str, task: str = "auto", said: Orders = Orders()) -> tuple[Schema, list[str]]:
    """The schema of `table` for predicting column `target`, and what there is to say about the columns.

    Rows without a target must be gone. Raises `UserError` where there is nothing to learn or nothing to learn from.
    """
    notes: list[str] = []
    form = _target_form(table, target, said, said.decimal or _usual_decimal(table), notes)
    task, classes = _judge_target(table, target, task, form)
    columns, more = judge_columns(table, said, target)
    if not any(column.kind in USED for column in columns):
        # A column that merely counts, or names each row, is still better than none.
        columns = tuple(_reprieved(table, column) for column in columns)
    schema = Schema(tuple(table.names), table.has_header, columns, target, task, classes, form)
    if not columns:
        raise UserError(text("table-only-target", source=table.source, target=target))
    if not schema.used:
        raise UserError(text("table-no-features", source=table.source, target=target))
    if not classes and _counts_rows(cells.numbers(cells.words(table.frame[target]), form), target):
        notes.append(text("table-target-identifier", target=target))
    return schema, [*notes, *more, *_notes(columns)]


def judge_columns(table: Table, said: Orders, target: str | None = None) -> tuple[tuple[Column, ...], list[str]]:
    """What each column but the target is, and how it was read."""
    notes: list[str] = []
    usual = said.decimal or _usual_decimal(table)
    columns: list[Column] = []
    seen: dict[int, list[str]] = {}
    for name in table.names:
        if name == target:
            continue
        if name in said.ignore:
            columns.append(Column(name, "ignored", 0, 0))
            continue
        column = _judge_column(table, name, said, usual, notes)
        if column.kind in USED:
            column = _unless_duplicate(table, column, seen)
        columns.append(column)
    return tuple(columns), notes


def _notes(columns: tuple[Column, ...]) -> list[str]:
    notes = []
    used = [column for column in columns if column.kind in USED]
    gaps = [f"{column.name} {column.missing - column.unreadable}" for column in used if column.missing > column.unreadable]
    if gaps:
        notes.append(text("table-missing-cells", columns=_few(gaps)))
    for kind in ASIDE:
        aside = [column.name for column in columns if column.kind == kind]
        if aside:
            notes.append(text(f"table-aside-{kind}", columns=_few(aside)))
    pooled = [f"{column.name} {column.distinct}" for column in used if column.kind == "category" and column.distinct > MANY]
    if pooled:
        notes.append(text("table-pooled", columns=_few(pooled), most=MANY))
    doubled = [f"{column.name} = {column.same_as}" for column in columns if column.kind == "duplicate"]
    if doubled:
        notes.append(text("table-aside-duplicate", columns=_few(doubled)))
    return notes


def target_values(table: Table, schema: Schema) -> polars.Series:
    """The target `(rows,)` as floats: the number, or the number of its class. Null where missing or not among the classes."""
    import polars

    values = cells.words(table.frame[schema.target])
    if not schema.classes:
        return cells.numbers(values, schema.target_form)
    numeric = cells.plain_numbers(values)
    known = polars.Series(schema.classes, dtype=polars.String)
    if numeric.null_count() == values.null_count() and cells.plain_numbers(known).null_count() == 0:
        # 1, 1.0 and 01 are one class where all classes are numbers
        places = polars.Series(range(len(known)), dtype=polars.Float64)
        return numeric.replace_strict(cells.plain_numbers(known), places, default=None)
    return values.replace_strict(known, polars.Series(range(len(known)), dtype=polars.Float64), default=None)


def _usual_decimal(table: Table) -> str:
    """What `1,234` means in this table where its own column cannot say: a comma that is a decimal sign elsewhere is one there."""
    for name in table.names:
        present = cells.words(table.frame[name]).drop_nulls()
        if present.str.contains(r"^[^A-Za-z]*\d[,，]\d").any() and cells.decimal_of(present) == ",":
            return ","
    return "."


def _judge_column(table: Table, name: str, said: Orders, usual: str, notes: list[str]) -> Column:
    values = cells.words(table.frame[name])
    missing = values.null_count()
    present = values.drop_nulls()
    distinct = present.n_unique()
    asked = said.kinds.get(name, "")
    if distinct == 0 or (distinct == 1 and not missing):
        return Column(name, "constant", distinct, missing)
    if asked in ("category", "text", "identifier"):
        return Column(name, asked, distinct, missing)
    if asked != "number":
        found = _judge_days(table, name, values, present, distinct, asked == "date", notes)
        if found is not None:
            return found
    is_code = present.str.contains(r"^0\d+$").any()  # leading zeros are kept by codes (zip), not by numbers
    if asked == "number" or not is_code:
        form = cells.number_form(values, said.decimal or cells.decimal_of(present, usual))
        unreadable = cells.numbers(present, form).null_count()
        if unreadable <= (1 - NUMBER_SHARE) * len(present) or (asked and unreadable < len(present)):
            numbers = cells.finite_numbers(values, form, table.number)
            notes += _reading_notes(table, name, values, numbers)
            kind = "number"
            if not asked and not missing and not unreadable and _counts_rows(numbers, name):
                kind = "identifier"
            return Column(name, kind, distinct, missing + unreadable, unreadable, form)
        if asked:
            raise UserError(text("table-kind-not-numbers", column=name, value=present[0]))
    if distinct > MANY and IDENTIFIER_NAME.search(name):
        return Column(name, "identifier", distinct, missing)
    if distinct == len(present) > 1 or (distinct > FEW and 2 * distinct > len(present)):
        has_sentences = present.str.contains(r"\s").mean() > 0.5  # type: ignore[operator]
        return Column(name, "text" if has_sentences or distinct < len(present) else "identifier", distinct, missing)
    return Column(name, "category", distinct, missing)


def _judge_days(
    table: Table, name: str, values: polars.Series, present: polars.Series, distinct: int, asked: bool, notes: list[str]
) -> Column | None:
    """The column as one of days, where it is one; bare numbers (20210304, Excel's 44259) are days only under a name that says so."""
    numeric = cells.plain_numbers(present)
    if numeric.null_count() <= (1 - NUMBER_SHARE) * len(present):
        whole = numeric.drop_nulls()
        low, high = float(whole.min()), float(whole.max())  # type: ignore[arg-type]
        if not asked and not (DATE_NAME.search(name) and (19000101 <= low <= high <= 21001231 or 20000 <= low <= high <= 60000)):
            return None
        tried: tuple[str, ...] = ("compact", "serial")
    elif asked or present.str.contains(r"\d.*[-/.年月 ,].*\d").mean() >= NUMBER_SHARE:  # type: ignore[operator]
        tried = ("ymd", "dmy", "mdy", "words")
    else:
        return None
    order, read = cells.order_of_days(present, tried)
    unreadable = len(present) - read
    if unreadable > (1 - NUMBER_SHARE) * len(present):
        if asked:
            raise UserError(text("table-kind-not-dates", column=name, value=present[0]))
        return None
    found = cells.days(values, order)
    first, last = _day_text(found.min()), _day_text(found.max())
    day = _day_text(cell_texts.day(present[0], order))
    example = "" if present[0].startswith(day) else text("table-days-example", example=present[0], day=day)
    notes.append(text("table-days-read", column=name, count=read, first=first, last=last, example=example))
    if unreadable:
        notes.append(_unreadable_note(table, name, values, found))
    return Column(name, "date", distinct, values.null_count() + unreadable, unreadable, (order, ""))


def _day_text(days: Any) -> str:
    return "-" if days is None else (datetime.datetime(1970, 1, 1) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def _unless_duplicate(table: Table, column: Column, seen: dict[int, list[str]]) -> Column:
    """The column, or that it is a duplicate of one before it."""
    values = cells.words(table.frame[column.name])
    key = int(values.hash(0).sum() or 0)
    for other in seen.setdefault(key, []):
        if cells.words(table.frame[other]).eq_missing(values).all():
            return Column(column.name, "duplicate", column.distinct, column.missing, same_as=other)
    seen[key].append(column.name)
    return column


def _reprieved(table: Table, column: Column) -> Column:
    if column.kind != "identifier":
        return column
    values = cells.words(table.frame[column.name]).drop_nulls()
    readable = cells.numbers(values).null_count() == 0
    return Column(column.name, "number" if readable else "identifier", column.distinct, column.missing)


def _counts_rows(numbers: polars.Series, name: str) -> bool:
    """Whole numbers that name rows: all different with an identifier's name, or counting 0, 1, 2 ... or 1, 2, 3 ... down the rows, of
    which some may be gone; or many, each for some rows, with an identifier's name."""
    if not (numbers == numbers.round()).all():
        return False
    if numbers.n_unique() < len(numbers):
        return bool(IDENTIFIER_NAME.search(name)) and numbers.n_unique() > MANY
    if IDENTIFIER_NAME.search(name):
        return True
    if len(numbers) < LONG:
        return False
    steps = numbers.diff().drop_nulls()
    if numbers[0] in (0, 1) and (steps == 1).all():
        return True
    # A count from which rows were taken out since, or whose rows were dealt anew where no one named it.
    low, high = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type]
    dense = 0 <= low <= FIRST_LEFT and high - low < MOST_LEFT_OUT * len(numbers)
    return dense and (bool((steps > 0).all()) or bool(UNNAMED.search(name)))


def _target_form(table: Table, target: str, said: Orders, usual: str, notes: list[str]) -> Form:
    values = cells.words(table.frame[target])
    if not cells.plain_numbers(values).has_nulls() and said.decimal != ",":
        return PLAIN
    form = cells.number_form(values, said.decimal or cells.decimal_of(values.drop_nulls(), usual))
    numbers = cells.numbers(values, form)
    if not numbers.has_nulls():
        notes += _reading_notes(table, target, values, numbers)
    return form


def without_strange_targets(table: Table, target: str, task: str, said: Orders) -> tuple[Table, list[str]]:
    """The table without the few rows whose target is no number where the others are numbers, and what there is to say of them. A column of
    few different values is left as it is: there a word is a class like the numbers."""
    if task not in ("auto", "regression"):
        return table, []
    values = cells.words(table.frame[target])
    form = _target_form(table, target, said, said.decimal or _usual_decimal(table), [])
    numbers = cells.numbers(values, form)
    strange = numbers.is_null() & values.is_not_null()
    few = 0 < int(strange.sum()) < (1 - NUMBER_SHARE) * len(values)
    if not few or (task == "auto" and _numbers_are_classes(numbers.drop_nulls())):
        return table, []
    return table.only(~strange), [_unreadable_note(table, target, values, numbers, "table-strange-targets")]


def _judge_target(table: Table, target: str, task: str, form: Form) -> tuple[str, tuple[str, ...]]:
    values = cells.words(table.frame[target])
    numbers = cells.numbers(values, form)
    distinct = values.n_unique()
    if (numbers.n_unique() if not numbers.has_nulls() else distinct) < 2:
        raise UserError(text("table-constant-target", target=target, value=values[0], rows=table.rows))
    numeric = not numbers.has_nulls()
    if numeric:
        cells.finite_numbers(values, form, table.number)
    if task == "regression" or (task == "auto" and numeric and not _numbers_are_classes(numbers)):
        if not numeric:
            row = int(numbers.is_null().arg_max() or 0)
            raise UserError(text("table-target-not-numbers", target=target, value=values[row], row=table.number(row)))
        return "regression", ()
    if not cells.plain_numbers(values).has_nulls():
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


def _reading_notes(table: Table, name: str, values: polars.Series, numbers: polars.Series) -> list[str]:
    """What was changed: the cells that only this reading makes numbers, and those that are none; counts, rows, three examples."""
    plain = cells.plain_numbers(values)
    changed = numbers.is_not_null() & (plain.is_null() | (plain != numbers).fill_null(False))
    notes = []
    if changed.any():
        shown = []
        for row in changed.arg_true():
            example = f"{values[row]} → {numbers[row]:.10g}"
            if example not in shown:
                shown.append(example)
            if len(shown) == 3:
                break
        rows = ", ".join(str(table.number(row)) for row in changed.arg_true()[:3])
        notes.append(text("table-cells-read", column=name, count=int(changed.sum()), examples="; ".join(shown), rows=rows))
    if (values.is_not_null() & numbers.is_null()).any():
        notes.append(_unreadable_note(table, name, values, numbers))
    return notes


def _unreadable_note(
    table: Table, name: str, values: polars.Series, read: polars.Series, key: str = "table-unreadable-cells"
) -> str:
    strange = (values.is_not_null() & read.is_null()).arg_true()
    examples = ", ".join(f"{table.number(row)} ({values[row]})" for row in strange[:3])
    return text(key, column=name, count=len(strange), examples=examples)
