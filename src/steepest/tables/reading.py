"""A CSV file becomes a `Table` whose cells are all text; nothing is guessed about values here.

Separator and header are judged on the file, encoding and line ends are normalised, and whatever cannot be a table ends in one
sentence (`UserError`). Polars parses; where it refuses, or may have filled up a short line silently, the rows are walked once
more with the standard library's reader, which knows line numbers.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import os
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.errors import UserError, text

if TYPE_CHECKING:
    import polars

__all__ = ["Table", "find_column", "read"]

SEPARATORS = (",", ";", "\t", "|")

# What a file that is no CSV file starts with, and what it then is.
SIGNATURES = {
    b"PK\x03\x04": "xlsx / zip",
    b"\xd0\xcf\x11\xe0": "xls",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"SQLite format 3": "SQLite",
    b"\x93NUMPY": "npy",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x28\xb5\x2f\xfd": "zstd",
}

# Bytes below a blank that text has no use for (Ctrl-Z is left at the end by old editors).
CONTROL = bytes(b for b in range(32) if b not in (9, 10, 12, 13, 26))


@dataclass(frozen=True)
class Table:
    """Rows of text: `frame` holds one string column a name (null: an empty cell), in the file's order."""

    frame: polars.DataFrame
    source: str
    has_header: bool
    separator: str
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return self.frame.columns

    @property
    def rows(self) -> int:
        return self.frame.height


def read(path: str | os.PathLike[str], *, header: bool | None = None, known: Collection[str] = ()) -> Table:
    """The table in the CSV file `path` (gzip too).

    `header=None` judges by the cells, unless the first line holds the `known` names: then it is a header.
    Raises `UserError` with one sentence for a file that is missing, empty, binary, not UTF-8 or ragged.
    """
    import polars

    source = Path(path).name
    content = _content(Path(path), source)
    separator = _separator(content)
    frame = _parse(content, separator, source)
    first = [(cell or "").strip() for cell in frame.row(0)]
    if header is None:
        header = (bool(known) and set(known) <= set(first)) or _looks_like_header(frame)
    notes: list[str] = []
    if header:
        names, notes = _names(first)
        frame = frame.slice(1)
    else:
        names = [f"column_{position}" for position in range(1, frame.width + 1)]
    frame.columns = names
    if frame.width > 1:  # a line without any cell is a blank line; in a table of one column it is a missing value
        frame = frame.filter(~polars.all_horizontal(polars.all().is_null()))
    if frame.height == 0:
        raise UserError(text("table-header-only", source=source))
    return Table(frame.rechunk(), source, header, separator, tuple(notes))


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


def _content(path: Path, source: str) -> bytes:
    """The file's text as UTF-8 bytes without a byte order mark, lines ended by line feeds."""
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise UserError(text("table-missing-file", path=path)) from None
    except IsADirectoryError:
        raise UserError(text("table-is-folder", path=path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(text("table-broken-gzip", source=source)) from None
    except OSError as error:
        key = "table-is-folder" if path.is_dir() else "table-unreadable"  # Windows says "permission denied" for a folder
        raise UserError(text(key, path=path, reason=error.strerror or error)) from None
    kind = next((kind for signature, kind in SIGNATURES.items() if data.startswith(signature)), None)
    if kind:
        raise UserError(text("table-other-format", source=source, kind=kind))
    if len(data) != len(data.translate(None, CONTROL)):
        raise UserError(text("table-binary", source=source))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(text("table-not-utf8", source=source, line=line)) from None
    data = data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        raise UserError(text("table-empty", source=source))
    return data.lstrip(b"\n")


def _separator(content: bytes) -> str:
    """The separator that cuts most lines into as many cells as the first; of equals the one with most; else a comma."""
    lines = content[:65536].decode("utf-8", errors="ignore").split("\n")
    head = "\n".join(lines[: min(50, max(1, len(lines) - 1))])

    def agreement(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=separator) if row]
        return (round(widths.count(widths[0]) / len(widths), 1), widths[0]) if widths[0] > 1 else (0.0, 1)

    return max(SEPARATORS, key=agreement)


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
    import polars

    first = [(cell or "").strip() for cell in frame.row(0)]
    rest = frame.slice(1, 10_000)
    is_number = [polars.Series([cell]).cast(polars.Float64, strict=False)[0] is not None for cell in first]
    words_over_numbers = numbers_over_numbers = 0
    for column, number in zip(rest.iter_columns(), is_number, strict=True):
        cells = column.drop_nulls()
        readable = cells.str.strip_chars().cast(polars.Float64, strict=False).is_not_null().sum()
        if readable > len(cells) / 2:
            numbers_over_numbers += number
            words_over_numbers += not number
    if words_over_numbers or numbers_over_numbers:
        return words_over_numbers > numbers_over_numbers
    repeated = any(cell and (column == cell).any() for column, cell in zip(rest.iter_columns(), first, strict=True))
    return not any(is_number) and all(first) and len(set(first)) == len(first) and not repeated


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
