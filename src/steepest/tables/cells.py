"""What a cell says: missing, a number or a word. The one place that decides it, for training and for prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steepest.errors import UserError, text

if TYPE_CHECKING:
    import polars

__all__ = ["MISSING", "finite_numbers", "numbers", "words"]

LARGEST = 1e100  # beyond it squares are infinite in float64

# Written for "not known", beside the empty cell.
MISSING = ("", "?", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null", "无", "-")


def words(cells: polars.Series) -> polars.Series:
    """The cells without blanks around them; null where the cell says that nothing is known."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.is_in(MISSING), None)


def numbers(cells: polars.Series) -> polars.Series:
    """The `words` as float64; null where a cell is missing or no number."""
    import polars

    return cells.cast(polars.Float64, strict=False).fill_nan(None)


def finite_numbers(cells: polars.Series) -> polars.Series:
    """The `numbers`; raises `UserError` that names the first cell that is infinite or beyond 1e100."""
    found = numbers(cells)
    endless = (found.abs() > LARGEST).fill_null(False)
    if endless.any():
        row = int(endless.arg_max() or 0)
        raise UserError(text("table-infinite", column=cells.name, value=cells[row], row=row + 1))
    return found
