"""Tables with something wrong, no two alike: cut, of another format, ragged, of bytes that are no text, or with nothing to learn."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable

import polars

__all__ = ["DAMAGES", "malformed"]


def rows(draw: random.Random, count: int = 40) -> list[str]:
    return [f"{draw.gauss(0, 1):.3f},{draw.choice('xyz')},{draw.choice(['yes', 'no'])}" for _ in range(count)]


def table(lines: list[str], head: str = "a,b,label") -> bytes:
    return "\n".join([head, *lines]).encode() + b"\n"


def good(draw: random.Random) -> bytes:
    return table(rows(draw))


def line_damaged(draw: random.Random, change: Callable[[str], str]) -> bytes:
    lines = rows(draw)
    place = draw.randrange(len(lines))
    lines[place] = change(lines[place])
    return table(lines)


def frame(draw: random.Random) -> polars.DataFrame:
    return polars.DataFrame({"a": [draw.random() for _ in range(30)], "label": [draw.choice(["yes", "no"]) for _ in range(30)]})


def parquet(made: polars.DataFrame) -> bytes:
    held = io.BytesIO()
    made.write_parquet(held)
    return held.getvalue()


def archive(draw: random.Random) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(f"file{draw.random()}.txt", good(draw))
    return held.getvalue()


def cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) // 4, len(content) - 8)]


def words(draw: random.Random) -> list[str]:
    return [f"{draw.random()}w w" for _ in range(40)]


DAMAGES: dict[str, Callable[[random.Random], bytes]] = {
    "only part of the header": lambda draw: f"{draw.choice('abcdef')}{draw.randrange(1000)},b,la".encode(),
    "only the header": lambda draw: f"a{draw.random()},label\n".encode(),
    "four rows": lambda draw: table(rows(draw, 4)),
    "a cut gzip": lambda draw: cut(gzip.compress(good(draw)), draw),
    "a gzip of noise": lambda draw: gzip.compress(b"\0" + draw.randbytes(300)),
    "a gzip of nothing": lambda draw: gzip.compress(b"", mtime=draw.randrange(10**6)),
    "a broken archive": lambda draw: b"PK\x03\x04" + draw.randbytes(50),
    "an archive that is no workbook": archive,
    "a broken Parquet": lambda draw: b"PAR1" + good(draw),
    "a cut Parquet": lambda draw: cut(parquet(frame(draw)), draw),
    "a Parquet with lists": lambda draw: parquet(frame(draw).with_columns(b=polars.Series([[draw.random()] for _ in range(30)]))),
    "an old Excel file": lambda draw: bytes.fromhex("d0cf11e0a1b11ae1") + draw.randbytes(200),
    "a picture": lambda draw: b"\x89PNG\r\n\x1a\n" + draw.randbytes(200),
    "a PDF": lambda draw: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + draw.randbytes(200),
    "a database": lambda draw: b"SQLite format 3\0" + draw.randbytes(200),
    "a page": lambda draw: f"<html><body><p>{draw.random()}</p>\n<p>not found</p></body></html>\n".encode(),
    "JSON": lambda draw: f'{{"a": {draw.random()},\n "label": [1, 2]}}\n'.encode(),
    "noise": lambda draw: draw.randbytes(200),
    "zero bytes in a cell": lambda draw: good(draw) + f"{draw.random()}\0,x,yes\n".encode(),
    "bytes of no encoding": lambda draw: good(draw) + f"{draw.random()},\xff\xff\x81,yes\n".encode("latin-1"),
    "half of UTF-16": lambda draw: b"\xff\xfe" + good(draw),
    "blank lines": lambda draw: b"\n" * draw.randrange(1, 500),
    "separators alone": lambda draw: b"," * draw.randrange(2, 500) + b"\n",
    "a cell too many": lambda draw: line_damaged(draw, lambda line: line + ",more"),
    "a cell too few": lambda draw: line_damaged(draw, lambda line: line.rpartition(",")[0]),
    "an open quote": lambda draw: line_damaged(draw, lambda line: '"' + line),
    "an infinity": lambda draw: line_damaged(draw, lambda line: draw.choice(["inf", "-inf"]) + line[line.index(",") :]),
    "a number beyond all squares": lambda draw: line_damaged(draw, lambda line: f"{draw.randrange(1, 9)}e300" + line[line.index(",") :]),
    "no target column": lambda draw: table(rows(draw), "a,b,c"),
    "nothing but the target": lambda draw: "\n".join(["label", *draw.choices(["yes", "no"], k=draw.randrange(20, 99))]).encode(),
    "one class": lambda draw: good(draw).replace(b"yes", b"no"),
    "a target without values": lambda draw: table([line.rpartition(",")[0] + "," for line in rows(draw)]),
    "a target of different words": lambda draw: table([f"{line[:5].strip(',')},x,{word}" for line, word in zip(rows(draw), words(draw))]),
    "free text alone": lambda draw: table([f"{word},{draw.choice('yn')}" for word in words(draw)], "a,label"),
}


def malformed(number: int) -> bytes:
    """The table of `number`, by turns with each damage."""
    return list(DAMAGES.values())[number % len(DAMAGES)](random.Random(number))
