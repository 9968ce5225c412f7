"""`torch.backends.cudnn`: not there; its switches can be set."""

import contextlib
from typing import Any

from steepest.errors import outside

outside.explain(__name__)
enabled, benchmark, deterministic, allow_tf32, benchmark_limit = False, False, False, True, None
fp32_precision = "none"


def is_available() -> bool:
    """False."""
    return False


def is_acceptable(tensor: Any) -> bool:
    """False."""
    return False


def version() -> None:
    """None."""
    return None


def flags(enabled: bool = False, benchmark: bool = False, benchmark_limit: int = 10, deterministic: bool = False, allow_tf32: bool = True,
          **options: Any) -> Any:
    """A `with` block, accepted."""
    return contextlib.nullcontext()


def set_flags(**options: Any) -> None:
    """Accepted."""
