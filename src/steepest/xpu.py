"""`torch.xpu`, as programs ask for it: Intel's graphics processors are not used."""

from typing import Any

from steepest.errors import outside

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed", "manual_seed_all", "synchronize"]
outside.explain(__name__)


def is_available() -> bool:
    """False: this package computes on the CPU."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed."""


manual_seed_all = manual_seed


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def empty_cache() -> None:
    """Nothing to free."""
