"""How many threads the package may use."""

import os

from steepest.errors import text
from steepest.lower import openblas

_threads = 0


def set_num_threads(n: int) -> None:
    """Use at most `n` threads in native code and matrix products; RuntimeError below 1."""
    global _threads
    if n < 1:
        raise RuntimeError(text("threads-below-one", n=n))
    _threads = n
    openblas.set_threads(n)


def get_num_threads() -> int:
    """The number of threads that native code may use."""
    return _threads or os.cpu_count() or 1


def set_num_interop_threads(n: int) -> None:
    """Accepted; operations run one after the other."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted; all operations are deterministic."""


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted; products of float32 are computed in float32."""
