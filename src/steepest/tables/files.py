"""From a file of any usual format to cells of text: compression, encodings, Excel and Parquet; what cannot be read ends in a sentence."""

from __future__ import annotations

import datetime
import difflib
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.errors import UserError, text

if TYPE_CHECKING:
    import polars

__all__ = ["as_text", "bytes_of", "decoded", "excel", "parquet", "signature"]

# What a file starts with, and what it then is; the first two are read.
SIGNATURES = {
    b"PK\x03\x04": "xlsx",
    b"PAR1": "Parquet",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"SQLite format 3": "SQLite",
    b"\x93NUMPY": "npy",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "cp1252", "latin-1", "cp1251")

# Bytes below a blank that text has no use for (Ctrl-Z is left at the end by old editors).
CONTROL = bytes(b for b in range(32) if b not in (9, 10, 12, 13, 26))


def bytes_of(path: Path, source: str) -> bytes:
    """The file's bytes, unpacked where it is gzip."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except FileNotFoundError:
        raise UserError(text("table-missing-file", path=path)) from None
    except IsADirectoryError:
        raise UserError(text("table-is-folder", path=path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(text("table-broken-gzip", source=source)) from None
    except OSError as error:
        key = "table-is-folder" if path.is_dir() else "table-unreadable"  # Windows says "permission denied" for a folder
        raise UserError(text(key, path=path, reason=error.strerror or error)) from None


def signature(data: bytes, source: str) -> str:
    """`xlsx`, `Parquet`, or nothing for text; raises for a format that is not read."""
    kind = next((kind for begin, kind in SIGNATURES.items() if data.startswith(begin)), "") or _written_text(data)
    if kind not in ("", "xlsx", "Parquet"):
        raise UserError(text("table-other-format", source=source, kind=kind))
    return kind


def _written_text(data: bytes) -> str:
    """What text is that is written for programs: a page that came in the place of a download, or JSON; nothing for others."""
    head, tail = data[:300].removeprefix(b"\xef\xbb\xbf").lstrip().lower(), data[-300:].rstrip()
    if head.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    return "JSON" if head[:1] + tail[-1:] in (b"{}", b"[]") else ""


def decoded(data: bytes, source: str, encoding: str = "auto") -> tuple[bytes, list[str]]:
    """The text as UTF-8 bytes without a byte order mark, lines ended by line feeds; and what there is to say about its encoding."""
    notes: list[str] = []
    chosen = encoding
    if encoding == "auto":
        chosen = _judged(data)
        if chosen not in ("utf-8", "utf-8-sig"):
            notes.append(text("table-encoding", source=source, encoding=chosen.upper()))
    if not chosen.lower().startswith("utf-16") and len(data) != len(data.translate(None, CONTROL)):
        raise UserError(text("table-binary", source=source))
    try:
        if chosen != "utf-8":
            data = data.decode(chosen).encode("utf-8")
        else:
            data.decode("utf-8")
    except LookupError:
        near = difflib.get_close_matches(encoding.lower(), ENCODINGS, n=1)
        raise UserError(text("table-no-encoding", encoding=encoding, near=near[0] if near else "gb18030")) from None
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise UserError(text("table-not-decoded", source=source, line=line, encoding=chosen.upper())) from None
    if len(data) != len(data.translate(None, CONTROL)):
        raise UserError(text("table-binary", source=source))
    data = data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        raise UserError(text("table-empty", source=source))
    return data.lstrip(b"\n"), notes


def _judged(data: bytes) -> str:
    """The encoding: by its mark; UTF-8 where it is that; else GB18030 or, where pairs of high bytes are the exception, CP1252."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return encoding
    head = data[:4096]
    if len(head) > 3 and not len(data) % 2:  # UTF-16 without a mark: every second byte of Western text is 0
        for begin, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if head[begin::2].count(0) > 0.4 * len(head[begin::2]) and not head[1 - begin :: 2].count(0):
                return encoding
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        if len(head) != len(head.translate(None, CONTROL)):
            return "utf-8"  # binary: said by the caller
    try:
        wide = data.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    some = [character.encode("gb18030") for character in wide if character > "\x7f"][:10_000]
    return "gb18030" if sum(min(pair[1:]) >= 0xA1 for pair in some) > 0.5 * len(some) else "cp1252"


def parquet(data: bytes, source: str) -> polars.DataFrame:
    """The table of a Parquet file, as text."""
    import polars

    try:
        return as_text(polars.read_parquet(io.BytesIO(data)), source)
    except (polars.exceptions.PolarsError, OSError):
        raise UserError(text("table-broken-format", source=source, kind="Parquet")) from None


def as_text(frame: polars.DataFrame, source: str) -> polars.DataFrame:
    """Columns of any type as their text; empty cells are null."""
    import polars

    columns = []
    for column in frame.iter_columns():
        if column.dtype.is_nested() or column.dtype in (polars.Binary, polars.Object):
            raise UserError(text("table-nested", source=source, column=column.name, kind=column.dtype))
        if column.dtype.is_float():
            column = column.fill_nan(None)
        if isinstance(column.dtype, polars.Datetime):
            column = column.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
        columns.append(column.cast(polars.String).replace("", None))
    return polars.DataFrame(columns)


def excel(data: bytes, source: str, sheet: str | None = None) -> tuple[polars.DataFrame, list[str]]:
    """The rows of a sheet (without `sheet` the first one that holds any) as text, columns unnamed; and what there is to say."""
    import polars
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise UserError(text("table-no-sheet", source=source, sheet=sheet, sheets=", ".join(names)))
        rows: list[list[Any]] = []
        taken = ""
        for taken in [sheet] if sheet is not None else names:
            rows = book.get_sheet_by_name(taken).to_python(skip_empty_area=True)
            if rows:
                break
    except UserError:
        raise
    except Exception:  # whatever the reader stumbles over (no workbook inside the zip, a cut file, a password)
        raise UserError(text("table-broken-format", source=source, kind="Excel")) from None
    rows = [row for row in rows if any(cell != "" for cell in row)]
    if not rows:
        raise UserError(text("table-empty", source=source))
    notes = [text("table-sheet", source=source, sheet=taken, sheets=", ".join(names))] if len(names) > 1 and sheet is None else []
    cells = [[_cell(cell) for cell in row] for row in rows]
    width = max(map(len, cells))
    named = [f"column_{place}" for place in range(1, width + 1)]
    padded = [row + [None] * (width - len(row)) for row in cells]
    return polars.DataFrame(padded, schema=dict.fromkeys(named, polars.String), orient="row"), notes


def _cell(value: Any) -> str | None:
    """An Excel cell as text: whole numbers without a point, days without a time of midnight."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value) if value != "" else None

