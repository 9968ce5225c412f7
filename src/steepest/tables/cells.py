"""What a cell says: missing, a number or a word. The one place that decides it, for training and for prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

__all__ = ["MISSING", "numbers", "words"]

# Written for "not known", beside the empty cell.
MISSING = ("", "?", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null", "无", "-")


def words(cells: polars.Series) -> polars.Series:
    """The cells without blanks around them; null where the cell says that nothing is known."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.is_in(MISSING), None)


def numbers(cells: polars.Series) -> polars.Series:
    """The `words` as float64; null where a cell is missing or no number. Infinities stay, for the caller to refuse."""
    import polars

    return cells.cast(polars.Float64, strict=False).fill_nan(None)
