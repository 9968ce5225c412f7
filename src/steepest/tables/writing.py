"""Files that are there whole or not at all: written beside their place, then put into it together.

All are complete on the disk before the first takes its place. Then a small list says that they are, each is moved, and the list goes: a
program that is killed between two moves leaves the list, and `finish` (before the folder is next read or written) makes the other moves.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from steepest.errors import UserError, text

__all__ = ["finish", "interrupts_held_back", "write_all"]

MOVES = ".steepest-moves"


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write the files; a stop at any moment leaves the old ones, or the new ones once `finish` was called.

    Raises `UserError` where a place cannot be written (no permission, no space, open in another program on Windows).
    """
    waiting: dict[Path, Path] = {}
    place = Path()
    try:
        for place in files:
            place.parent.mkdir(parents=True, exist_ok=True)
            finish(place.parent)
        for place, content in files.items():
            waiting[place] = _written(place, content)
        folder = place.parent
        if len(files) > 1 and all(place.parent == folder for place in files):
            moves = {waiting[place].name: place.name for place in files}
            os.replace(_written(folder / MOVES, json.dumps(moves).encode("utf-8")), folder / MOVES)
        for place in files:
            os.replace(waiting[place], place)
            del waiting[place]
    except OSError as error:
        raise UserError(text("table-cannot-write", path=place, reason=error.strerror or error)) from None
    finally:
        for left in waiting.values():
            left.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (place.parent / MOVES).unlink(missing_ok=True)


@contextlib.contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the end: a program stopped between two moves would leave old files beside new ones."""
    if threading.current_thread() is not threading.main_thread():  # where Python never raises it
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def finish(folder: Path) -> None:
    """Make the moves that a killed program had begun in `folder`; files that no list names are what it had not finished writing."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, ValueError):
        moves = json.loads((folder / MOVES).read_bytes())
        for partial, name in moves.items():
            with contextlib.suppress(FileNotFoundError):
                os.replace(folder / partial, folder / name)
        (folder / MOVES).unlink()


def _written(place: Path, content: bytes) -> Path:
    """A new file beside `place` that holds `content`, on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".partial", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":  # mkstemp makes files for the owner alone; a report is for others too
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
