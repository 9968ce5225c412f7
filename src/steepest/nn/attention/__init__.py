"""`torch.nn.attention`: which kernel attention may use; here there is one, and the choice is accepted."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from steepest.errors import outside

__all__ = ["SDPBackend", "sdpa_kernel"]
outside.explain(__name__)


class SDPBackend(IntEnum):
    """PyTorch's kernels of `scaled_dot_product_attention`."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[None]:
    """Accepted: results do not depend on the kernel."""
    yield
