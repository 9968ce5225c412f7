"""A file becomes a `Table` whose cells are all text; nothing is guessed about values here.

Separator and header are judged on the file, encoding and line ends are normalised, and whatever cannot be a table ends in one
sentence (`UserError`). Polars parses; where it refuses, or may have filled up a short line silently, the rows are walked once
more with the standard library's reader, which knows line numbers.
"""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy
from numpy.typing import NDArray

from steepest.errors import UserError, text
from steepest.tables import cell_texts, files

if TYPE_CHECKING:
    import polars

__all__ = ["Reading", "Table", "find_column", "from_frame", "read"]

SEPARATORS = (",", ";", "\t", "|")
RARE_SEPARATORS = ("，", "、", "^", "~", ":", "\x1f", "\x01", " ")  # only where they cut every line alike
UNITS_LOOKED_AT = 100  # different cells of a column whose units may tell that the first line is no header


@dataclass(frozen=True)
class Table:
    """Rows of text: `frame` holds one string column a name (null: an empty cell), in the file's order; `kept` are the places of its rows
    in the file where others were left out."""

    frame: polars.DataFrame
    source: str
    has_header: bool
    notes: tuple[str, ...] = ()
    kept: NDArray[numpy.int64] | None = None

    @property
    def names(self) -> list[str]:
        return self.frame.columns

    @property
    def rows(self) -> int:
        return self.frame.height

    def number(self, place: int) -> int:
        """The number, from 1 on, that the row at `place` has in the file."""
        return 1 + (place if self.kept is None else int(self.kept[place]))

    def only(self, rows: polars.Series) -> Table:
        """The rows for which the booleans `rows` are true."""
        kept = numpy.flatnonzero(rows.to_numpy())
        return replace(self, frame=self.frame.filter(rows), kept=kept if self.kept is None else self.kept[kept])


class Reading(TypedDict, total=False):
    """How to read a file, where it is not to be judged: header or none, encoding, separator, the sheet of an Excel file."""

    header: bool | None
    encoding: str
    separator: str
    sheet: str | None


def read(path: str | os.PathLike[str], *, known: Collection[str] = (), **how: Unpack[Reading]) -> Table:
    """The table in file `path`: CSV with any separator, also gzip; Excel (.xlsx); Parquet.

    `header=None` judges by the cells, unless the first line holds the `known` names: then it is a header.
    Raises `UserError` with one sentence for a file that is missing, empty, binary, ragged or of another format.
    """
    source = Path(path).name
    data = files.bytes_of(Path(path), source)
    kind = files.signature(data, source)
    if kind == "Parquet":
        return _checked(files.parquet(data, source), source, True, [])
    if kind == "xlsx":
        frame, notes = files.excel(data, source, how.get("sheet"))
    else:
        content, notes = files.decoded(data, source, how.get("encoding", "auto"))
        del data
        content, separator = _separated(content, how.get("separator", "auto"))
        frame = _parse(content, separator, source)
    first = [(cell or "").strip() for cell in frame.row(0)]
    header = how.get("header")
    if header is None:
        header = (bool(known) and set(known) <= set(first)) or _looks_like_header(frame)
    if header:
        names, renamed = _names(first)
        notes += renamed
        frame = frame.slice(1)
    else:
        names = [f"column_{position}" for position in range(1, frame.width + 1)]
    frame.columns = names
    return _checked(frame, source, header, notes)


def from_frame(frame: Any, source: str) -> Table:
    """The table in a data frame of polars or pandas (told by what it can do, so that neither need be there)."""
    import polars

    if not isinstance(frame, polars.DataFrame):
        if not (hasattr(frame, "columns") and hasattr(frame, "iloc")):
            raise UserError(text("table-no-frame", kind=type(frame).__name__))
        frame = polars.DataFrame([_series(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)])
    return _checked(files.as_text(frame, source), source, True, [])


def _series(name: str, column: Any) -> polars.Series:
    """A column of pandas as one of polars."""
    import polars

    if column.dtype.kind in "iufbM" if hasattr(column.dtype, "kind") and not hasattr(column.dtype, "categories") else False:
        values = column.to_numpy()
        if values.dtype.kind in "iufbM":
            return polars.Series(name, values)
    cells = [None if value is None or value != value else str(value) for value in column.tolist()]
    return polars.Series(name, cells, dtype=polars.String)


def _checked(frame: polars.DataFrame, source: str, header: bool, notes: list[str]) -> Table:
    import polars

    if frame.width > 1:  # a line without any cell is a blank line; in a table of one column it is a missing value
        frame = frame.filter(~polars.all_horizontal(polars.all().is_null()))
    if frame.height == 0:
        raise UserError(text("table-header-only", source=source))
    return Table(frame.rechunk(), source, header, tuple(notes))


def find_column(table: Table, wanted: str) -> str:
    """The name of the column that `wanted` means: its name, or a position from 1 (from the end: -1).

    Raises `UserError` that names the nearest column.
    """
    if wanted in table.names:
        return wanted
    if wanted.lstrip("+-").isdecimal():
        position = int(wanted)
        if 1 <= abs(position) <= len(table.names):
            return table.names[position - 1 if position > 0 else position]
        raise UserError(text("table-no-position", source=table.source, wanted=wanted, columns=len(table.names)))
    folded = {name.casefold(): name for name in reversed(table.names)}
    near = difflib.get_close_matches(wanted.strip().casefold(), folded, n=1, cutoff=0.5)
    shown = ", ".join(table.names[:12]) + (" ..." if len(table.names) > 12 else "")
    if near:
        raise UserError(text("table-no-column-near", source=table.source, wanted=wanted, near=folded[near[0]], columns=shown))
    raise UserError(text("table-no-column", source=table.source, wanted=wanted, columns=shown))


def _separated(content: bytes, asked: str = "auto") -> tuple[bytes, str]:
    """The content, and the separator that cuts most lines into as many cells as the first; of equals the one with most; else a
    comma. Runs of blanks that cut every line alike, and separators that are no single byte, are replaced."""
    if asked != "auto":
        separator = {"tab": "\t", "\\t": "\t", "space": " "}.get(asked, asked)
        if len(separator) != 1 or separator in '"\n':
            raise UserError(text("table-no-separator", separator=asked))
    else:
        separator = _judged_separator(content)
    if separator == " ":
        lines = content.decode("utf-8").split("\n")
        return "\n".join(_joined(line.split()) for line in lines).encode("utf-8"), ","
    if len(separator.encode("utf-8")) > 1:
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=separator)
        return "\n".join(_joined(row) for row in rows).encode("utf-8"), ","
    return content, separator


def _joined(row: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell for cell in row)


def _judged_separator(content: bytes) -> str:
    lines = content[:65536].decode("utf-8", errors="ignore").split("\n")
    head = "\n".join(lines[: min(50, max(1, len(lines) - 1))])

    def agreement(separator: str) -> tuple[float, int]:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        widths = [len(row) for row in rows if row] if separator != " " else [len(line.split()) for line in head.split("\n") if line]
        return (round(widths.count(widths[0]) / len(widths), 1), widths[0]) if widths[0] > 1 else (0.0, 1)

    usual = max(SEPARATORS, key=agreement)
    if agreement(usual)[0] > 0 or len(lines) < 4:
        return usual
    rare = max(RARE_SEPARATORS, key=agreement)
    return rare if agreement(rare)[0] == 1 and (rare != " " or _numbers_in(head)) else usual


def _numbers_in(head: str) -> bool:
    """Whether most words of most lines are numbers: blanks between words of a sentence separate no columns."""
    lines = [line.split() for line in head.split("\n")[1:] if line.strip()]
    return sum(2 * sum(cell_texts.measured(word) is not None for word in line) > len(line) for line in lines) > len(lines) / 2


def _parse(content: bytes, separator: str, source: str) -> polars.DataFrame:
    import polars

    try:
        frame = polars.read_csv(io.BytesIO(content), has_header=False, infer_schema=False, separator=separator)
    except (polars.exceptions.ComputeError, polars.exceptions.NoDataError):
        frame = None
    # Polars fills up lines that are too short with nulls, as it writes empty cells: only then is it worth looking again.
    if frame is not None and not frame.to_series(-1).has_nulls():
        return frame
    rows = list(_checked_rows(content, separator, source))
    if frame is None:
        frame = polars.DataFrame(rows, schema=[f"column_{i}" for i in range(len(rows[0]))], orient="row")
        frame = frame.with_columns(polars.all().replace("", None))
    return frame


def _checked_rows(content: bytes, separator: str, source: str) -> Iterator[list[str]]:
    """The file's rows, each of the first one's length; the first line that is not so ends in a sentence that names it."""
    lines = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=separator, strict=True)
    width, begin = 0, 1
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    try:
        for row in lines:
            width = width or len(row)
            if row and len(row) != width:
                raise UserError(text("table-ragged", source=source, line=begin, cells=len(row), width=width))
            if row:
                yield row
            begin = lines.line_num + 1
    except csv.Error:
        raise UserError(text("table-quotes", source=source, line=begin)) from None


def _looks_like_header(frame: polars.DataFrame) -> bool:
    """Whether the first row names the columns: it holds words over columns of numbers, and no number over any.

    Where no column holds numbers, a first row of different words that do not come again below is a header.
    """
    first = [(cell or "").strip() for cell in frame.row(0)]
    rest = frame.slice(1, 10_000)
    is_number = []
    words_over_numbers = numbers_over_numbers = 0
    for column, cell in zip(rest.iter_columns(), first, strict=True):
        cells = column.drop_nulls().str.strip_chars()
        readable, units = _readable(cells)
        here = cell_texts.measured(cell) or cell_texts.measured(cell, ",")
        number = here is not None and here[1] in units
        is_number.append(number)
        if readable > len(cells) / 2:
            numbers_over_numbers += number
            words_over_numbers += not number
    if words_over_numbers or numbers_over_numbers:
        return words_over_numbers > numbers_over_numbers
    repeated = any(cell and (column == cell).any() for column, cell in zip(rest.iter_columns(), first, strict=True))
    return not any(is_number) and all(first) and len(set(first)) == len(first) and not repeated


def _readable(cells: polars.Series) -> tuple[int, set[str]]:
    """How many of the cells are numbers, and the units among them (plain numbers have the empty one)."""
    import polars

    plain = cells.cast(polars.Float64, strict=False).is_not_null()
    count, units = int(plain.sum()), {""}
    strange = cells.filter(~plain)
    some = strange.unique(maintain_order=True).head(UNITS_LOOKED_AT)
    found = [cell_texts.measured(cell) or cell_texts.measured(cell, ",") for cell in some]
    units |= {one[1] for one in found if one is not None}
    if len(some):
        count += round(len(strange) * sum(one is not None for one in found) / len(some))
    return count, units


def _names(first: list[str]) -> tuple[list[str], list[str]]:
    """Column names that are different and not empty, and what had to be changed for that."""
    names: list[str] = []
    notes: list[str] = []
    for position, cell in enumerate(first, start=1):
        name, count = cell or f"column_{position}", 1
        while name in names:
            count += 1
            name = f"{cell or 'column'}_{count}"
        if name != cell:
            notes.append(text("table-column-renamed", position=position, cell=cell, name=name))
        names.append(name)
    return names, notes
