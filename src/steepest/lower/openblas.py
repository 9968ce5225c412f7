"""The OpenBLAS inside NumPy's wheel, where there is one: its threads obey the package's setting."""

import ctypes
import functools
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["library", "set_threads", "threads"]

SUFFIXES = ("64_", "")
PREFIXES = ("scipy_", "")


@functools.cache
def library() -> Any:
    """The loaded library; None where NumPy uses another BLAS (Accelerate on macOS, a distribution's own)."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            try:
                return ctypes.CDLL(str(path))
            except OSError:
                continue
    return None


def function(name: str) -> Any:
    """`openblas_<name>` under whichever prefix and suffix the build gives it; None where it is not there."""
    found = library()
    names = (f"{prefix}openblas_{name}{suffix}" for prefix in PREFIXES for suffix in SUFFIXES)
    return next((getattr(found, n) for n in names if found is not None and hasattr(found, n)), None)


def set_threads(n: int) -> None:
    """Use at most `n` threads in matrix products; nothing happens where another BLAS is used."""
    setter = function("set_num_threads")
    if setter is not None:
        setter(ctypes.c_int(n))


def threads() -> int | None:
    """The threads that matrix products may use; None where another BLAS is used."""
    getter = function("get_num_threads")
    return None if getter is None else int(getter())
