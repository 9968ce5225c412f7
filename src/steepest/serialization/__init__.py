"""Saving and loading in PyTorch's file format, both ways, without running code from files."""

import os
from typing import IO, Any

from steepest.errors import outside
from steepest.serialization.loading import get_unsafe_globals_in_checkpoint, load
from steepest.serialization.saving import save
from steepest.serialization.unpickler import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "get_unsafe_globals_in_checkpoint",
    "load",
    "safe_globals",
    "save",
]
outside.explain(__name__)
DEFAULT_PROTOCOL = 2
FILE_LIKE = str | os.PathLike[str] | IO[bytes]
MAP_LOCATION: Any = Any
_settings: dict[str, Any] = {"crc32": True, "endianness": None, "mmap": None}


def get_crc32_options() -> bool:
    """What `set_crc32_options` was told last; True at first."""
    return bool(_settings["crc32"])


def set_crc32_options(compute_crc32: bool) -> None:
    """Accepted: the checksums of a file are always written and checked."""
    _settings["crc32"] = compute_crc32


def get_default_load_endianness() -> Any:
    """What `set_default_load_endianness` was told last; None at first."""
    return _settings["endianness"]


def set_default_load_endianness(endianness: Any) -> None:
    """Accepted: a file says itself in which order its bytes are."""
    _settings["endianness"] = endianness


def get_default_mmap_options() -> Any:
    """What `set_default_mmap_options` was told last."""
    return _settings["mmap"]


def set_default_mmap_options(flags: int) -> None:
    """Accepted: files are read as a whole."""
    _settings["mmap"] = flags
