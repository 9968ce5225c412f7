"""Files that are there whole or not at all: written beside their place, then put into it in one move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from steepest.errors import UserError, text

__all__ = ["write_all"]


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write each file; all are complete on the disk before the first takes its place, so that a stop leaves the old ones.

    Raises `UserError` where a place cannot be written (no permission, no space, open in another program on Windows).
    """
    waiting: dict[Path, Path] = {}
    place = Path()
    try:
        for place, content in files.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".partial", dir=place.parent)
            waiting[place] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if os.name == "posix":  # mkstemp makes files for the owner alone; a report is for others too
                umask = os.umask(0)
                os.umask(umask)
                os.chmod(name, 0o666 & ~umask)
        for place in files:
            os.replace(waiting[place], place)
            del waiting[place]
    except OSError as error:
        raise UserError(text("table-cannot-write", path=place, reason=error.strerror or error)) from None
    finally:
        for left in waiting.values():
            left.unlink(missing_ok=True)
