"""`torch.backends.mkldnn`: oneDNN; not used."""

import contextlib
from typing import Any

from steepest.errors import outside

outside.explain(__name__)
enabled, deterministic, allow_tf32, fp32_precision = False, False, False, "none"


def is_available() -> bool:
    """False."""
    return False


def flags(enabled: bool = False, deterministic: bool = False, allow_tf32: bool = True, fp32_precision: str = "none") -> Any:
    """A `with` block, accepted."""
    return contextlib.nullcontext()


def set_flags(**options: Any) -> None:
    """Accepted."""
