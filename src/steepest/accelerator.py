"""`torch.accelerator`, as programs ask for it: there is none."""

from typing import Any


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
