"""`torch.cpu`: the processor seen as a device, so that programs can ask it what they ask a graphics card."""

import contextlib
from typing import Any

from steepest.cpu import amp as amp
from steepest.errors import outside

outside.explain(__name__)
__all__ = ["Stream", "current_device", "current_stream", "device_count", "is_available", "is_initialized", "set_device", "stream",
           "synchronize"]


class Stream:
    """The order in which everything happens."""

    def __init__(self, priority: int = -1):
        self.priority = priority

    def wait_stream(self, stream: Any) -> None:
        """Nothing to wait for."""


def is_available() -> bool:
    """True."""
    return True


is_initialized = is_available


def device_count() -> int:
    """1."""
    return 1


def current_device() -> str:
    """The processor."""
    return "cpu"


def set_device(device: Any) -> None:
    """There is no other."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def current_stream(device: Any = None) -> Stream:
    """The only one."""
    return Stream()


def stream(stream: Any) -> Any:
    """A `with` block in which everything happens as outside."""
    return contextlib.nullcontext(stream)
