"""Machine code on disk: small files named by the hash of what they were made from, in the user's cache folder.

Several processes may read and write at once: an entry is written beside its place and moved there in one step. It begins with
the hash of its content, so that a damaged one is made anew. Where nothing can be written nothing is kept. `STEEPEST_CACHE`
names another folder, or is `off`.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["FORMAT", "LIMIT", "clear", "folder", "kept", "read", "write"]

FORMAT = "1"
LIMIT = 256 * 2**20
_SUFFIX = ".obj"
_written = 0


def folder() -> Path | None:
    """Where entries lie; None where none are kept."""
    chosen = os.environ.get("STEEPEST_CACHE", "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen)
    try:
        if sys.platform == "win32":
            root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            root = Path.home() / "Library" / "Caches"
        else:
            root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:        # no home
        return None
    return root / "steepest" / "native"


def read(key: str) -> bytes | None:
    """The entry of this key, or None."""
    place = folder()
    if place is None:
        return None
    path = place / (key + _SUFFIX)
    try:
        content = path.read_bytes()
    except OSError:
        return None
    code = content[32:]
    if hashlib.sha256(code).digest() != content[:32]:
        return None
    try:
        os.utime(path)      # the oldest go first when room is wanted
    except OSError:
        pass
    return code


def write(key: str, code: bytes) -> None:
    """Keep an entry; silently nothing where the folder cannot be written."""
    global _written
    place = folder()
    if place is None:
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=place)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(temporary, place / (key + _SUFFIX))
    except OSError:         # disk full; or on Windows another process has just opened the same entry
        _remove(Path(temporary))
        return
    if _written % 64 == 0:
        trim(place)
    _written += 1


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        pass


def _entries(place: Path) -> list[tuple[float, int, Path]]:
    """(last use, bytes, path) of each file of ours."""
    found = []
    try:
        with os.scandir(place) as listing:
            for item in listing:
                if item.name.endswith((_SUFFIX, ".tmp")):
                    try:
                        state = item.stat()
                    except OSError:
                        continue
                    found.append((state.st_mtime, state.st_size, Path(item.path)))
    except OSError:
        pass
    return found


def trim(place: Path, limit: int | None = None) -> None:
    """Remove the longest unused entries until three quarters of the limit are left, and what crashed writers left behind."""
    limit = LIMIT if limit is None else limit
    entries = sorted(_entries(place))
    for used, _, path in entries:
        if path.suffix == ".tmp" and used < time.time() - 3600:
            _remove(path)
    total = sum(size for _, size, _ in entries)
    if total <= limit:
        return
    for _, size, path in entries:
        _remove(path)
        total -= size
        if total <= limit * 3 // 4:
            break


def kept() -> tuple[int, int]:
    """How many entries there are, and their bytes."""
    place = folder()
    entries = _entries(place) if place is not None else []
    return len(entries), sum(size for _, size, _ in entries)


def clear() -> None:
    """Remove every entry."""
    place = folder()
    for _, _, path in _entries(place) if place is not None else []:
        _remove(path)
