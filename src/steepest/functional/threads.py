"""How many threads the package may use."""

import os

from steepest.core.modes import modes
from steepest.errors import text
from steepest.lower import openblas


def set_num_threads(n: int) -> None:
    """Use at most `n` threads in native code and matrix products; RuntimeError below 1."""
    if n < 1:
        raise RuntimeError(text("threads-below-one", n=n))
    modes.threads = n
    openblas.set_threads(n)


def get_num_threads() -> int:
    """The number of threads that native code may use."""
    return modes.threads or os.cpu_count() or 1


def set_num_interop_threads(n: int) -> None:
    """Accepted; operations run one after the other."""


def get_num_interop_threads() -> int:
    """One: operations run one after the other."""
    return 1


_flags: dict[str, object] = {"deterministic": False, "warn_only": False, "precision": "highest", "warn_always": False}
"""What programs have set; nothing depends on it here."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted; all operations are deterministic."""
    _flags.update(deterministic=bool(mode), warn_only=bool(mode and warn_only))


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was given."""
    return bool(_flags["deterministic"])


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether `use_deterministic_algorithms` was given `warn_only`."""
    return bool(_flags["warn_only"])


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Accepted: "default", "warn" or "error", or 0 to 2."""
    level = {"default": 0, "warn": 1, "error": 2}.get(debug_mode, debug_mode) if isinstance(debug_mode, str) else debug_mode
    use_deterministic_algorithms(level != 0, warn_only=level == 1)


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2."""
    return 0 if not _flags["deterministic"] else 1 if _flags["warn_only"] else 2


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted; products of float32 are computed in float32."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(text("matmul-precision", precision=precision))
    _flags["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was given."""
    return str(_flags["precision"])


def set_warn_always(b: bool) -> None:
    """Accepted; Python's own warning filters decide."""
    _flags["warn_always"] = bool(b)


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was given."""
    return bool(_flags["warn_always"])


def set_flush_denormal(mode: bool) -> bool:
    """False: denormal numbers are kept."""
    return False
