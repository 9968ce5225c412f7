"""`torch.mps`, as programs ask for it: Apple's graphics processor is not used."""

from steepest.errors import outside

__all__ = ["device_count", "is_available"]
outside.explain(__name__)


def is_available() -> bool:
    """False: this package computes on the CPU."""
    return False


def device_count() -> int:
    """0."""
    return 0
