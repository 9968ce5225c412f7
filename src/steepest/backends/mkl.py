"""`torch.backends.mkl`: Intel's library; not used."""

import contextlib
from typing import Any

enabled = False
VERBOSE_OFF, VERBOSE_ON = 0, 1


def is_available() -> bool:
    """False."""
    return False


def verbose(enable: int) -> Any:
    """A `with` block, accepted: there are no calls to tell of."""
    return contextlib.nullcontext()
