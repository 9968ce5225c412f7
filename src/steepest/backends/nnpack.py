"""`torch.backends.nnpack`: not used."""

import contextlib
from typing import Any

from steepest.errors import outside

outside.explain(__name__)


def is_available() -> bool:
    """False."""
    return False


def flags(enabled: bool = False) -> Any:
    """A `with` block, accepted."""
    return contextlib.nullcontext()


def set_flags(_enabled: bool) -> None:
    """Accepted."""
