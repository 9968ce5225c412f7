"""`torch.backends.mps`: not there."""

from steepest.errors import outside

outside.explain(__name__)


def is_available() -> bool:
    """False."""
    return False


def is_built() -> bool:
    """False."""
    return False


def is_macos13_or_newer(minor: int = 0) -> bool:
    """False, as nothing is built that would ask."""
    return False
