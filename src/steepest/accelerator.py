"""`torch.accelerator`, as programs ask for it: there is none."""

import importlib
from typing import Any

from steepest.errors import outside
from steepest.functional.creating import check_device

outside.explain(__name__)


def is_available() -> bool:
    """False: this package computes on the CPU."""
    return False


def device_count() -> int:
    """0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None, so that programs choose the CPU."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def get_device_module(device: Any = None) -> Any:
    """The module of a device: `torch.cpu`, the one there is; RuntimeError for another."""
    if device is not None:
        check_device(device)
    return importlib.import_module("steepest.cpu")


def memory_allocated(device: Any = None) -> int:
    """0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def empty_cache() -> None:
    """Nothing to empty."""


reset_peak_memory_stats = reset_accumulated_memory_stats = empty_host_cache = empty_cache
