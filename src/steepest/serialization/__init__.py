"""Saving and loading in PyTorch's file format, both ways, without running code from files."""

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
