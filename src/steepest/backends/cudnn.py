"""`torch.backends.cudnn`: not there; its switches can be set."""

enabled, benchmark, deterministic = False, False, False


def is_available() -> bool:
    """False."""
    return False


def version() -> None:
    """None."""
    return None
