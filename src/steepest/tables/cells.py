"""Columns of cells: missing, words, numbers, days. What a single cell says is decided in `cell_texts`, for training and prediction.

Plain numbers are read by polars; any other cell is read once for each different text in its column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from steepest.errors import UserError, text
from steepest.tables import cell_texts

if TYPE_CHECKING:
    import polars

__all__ = ["PLAIN", "Form", "days", "decimal_of", "finite_numbers", "number_form", "numbers", "order_of_days", "plain_numbers", "words"]

Form = tuple[str, str]
PLAIN: Form = (".", "")
LARGEST = 1e100  # beyond it squares are infinite in float64


def words(cells: polars.Series) -> polars.Series:
    """The cells without blanks around them; null where the cell says that nothing is known."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.is_in(list(cell_texts.MISSING)), None)


def plain_numbers(cells: polars.Series) -> polars.Series:
    """The `words` that are written as programs write numbers, as float64; null for all others."""
    import polars

    return cells.cast(polars.Float64, strict=False).fill_nan(None)


def numbers(cells: polars.Series, form: Form = PLAIN) -> polars.Series:
    """The `words` as float64, read in the column's `form`; null where a cell is missing or no number."""
    plain = plain_numbers(cells) if form[0] == "." else plain_numbers(cells.set(cells.str.contains(".", literal=True), None))
    return _filled(plain, cells, lambda cell: cell_texts.number(cell, form))


def days(cells: polars.Series, order: str) -> polars.Series:
    """The `words` as days since 1970-01-01; null where a cell is missing or no day written in `order`."""
    import polars

    return _filled(polars.Series(cells.name, [None], dtype=polars.Float64).new_from_index(0, len(cells)), cells,
                   lambda cell: cell_texts.day(cell, order))  # fmt: skip


def _filled(known: polars.Series, cells: polars.Series, read: Callable[[str], float | None]) -> polars.Series:
    import polars

    left = known.is_null() & cells.is_not_null()
    if not left.any():
        return known
    different = cells.filter(left).unique()
    values = polars.Series([read(cell) for cell in different], dtype=polars.Float64)
    if values.null_count() == len(values):
        return known
    return known.zip_with(~left, cells.replace_strict(different, values, default=None, return_dtype=polars.Float64))


def finite_numbers(cells: polars.Series, form: Form = PLAIN, number: Callable[[int], int] = lambda place: place + 1) -> polars.Series:
    """The `numbers`; raises `UserError` that names the first cell that is infinite or beyond 1e100, and its row by `number`."""
    found = numbers(cells, form)
    endless = (found.abs() > LARGEST).fill_null(False)
    if endless.any():
        row = int(endless.arg_max() or 0)
        raise UserError(text("table-infinite", column=cells.name, value=cells[row], row=number(row)))
    return found


def decimal_of(cells: polars.Series, otherwise: str = ".") -> str:
    """The decimal sign with which more cells are numbers; `otherwise` where both read the same cells."""
    marked = cells.filter(cells.str.contains(r"[,，.．].*\d")).unique()
    points, commas = ([cell_texts.measured(cell, sign) is not None for cell in marked].count(True) for sign in ".,")
    return otherwise if points == commas else "." if points > commas else ","


def number_form(cells: polars.Series, decimal: str = ".") -> Form:
    """The form of a column of `words`: the unit is the one that most of its cells with a unit have."""
    strange = cells.filter(plain_numbers(cells).is_null() & cells.is_not_null()).value_counts(name="rows")
    counts: dict[str, int] = {}
    for cell, rows in strange.iter_rows():
        found = cell_texts.measured(cell, decimal)
        if found is not None and found[1]:
            counts[found[1]] = counts.get(found[1], 0) + rows
    return decimal, max(sorted(counts), key=counts.__getitem__) if counts else ""


def order_of_days(cells: polars.Series, orders: tuple[str, ...] = ("ymd", "dmy", "mdy", "words")) -> tuple[str, int]:
    """The order that reads most of the present `words` as days, and how many it reads. Of `dmy` and `mdy`, which mostly read
    each other's, a point between the parts means the day first, a stroke the month first."""
    counted = cells.drop_nulls().value_counts(name="rows")
    present = counted.to_series(0).to_list()
    rows = counted["rows"].to_list()
    strokes = any("/" in cell for cell in present[:100])
    tried = sorted(orders, key=lambda order: order == ("dmy" if strokes else "mdy"))
    read = {
        order: sum(count for cell, count in zip(present, rows, strict=True) if cell_texts.day(cell, order) is not None)
        for order in tried
    }
    best = max(tried, key=read.__getitem__)
    return best, read[best]
