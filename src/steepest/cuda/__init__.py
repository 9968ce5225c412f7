"""`torch.cuda`, as programs ask for it: there is none, and everything says so without failing."""

from typing import Any

from steepest.cuda import amp as amp
from steepest.errors import text


def is_available() -> bool:
    """False: this package computes on the CPU."""
    return False


def device_count() -> int:
    """0."""
    return 0


def is_initialized() -> bool:
    """False."""
    return False


def manual_seed(seed: int) -> None:
    """Nothing to seed."""


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Nothing to empty."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def memory_allocated(device: Any = None) -> int:
    """0."""
    return 0


max_memory_allocated = memory_reserved = memory_allocated


def current_device() -> int:
    """There is no current device: AssertionError with what to write instead."""
    raise AssertionError(text("no-cuda"))


def get_device_name(device: Any = None) -> str:
    """There is no device: AssertionError with what to write instead."""
    raise AssertionError(text("no-cuda"))


get_device_properties = set_device = get_device_name
