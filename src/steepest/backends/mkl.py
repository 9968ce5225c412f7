"""`torch.backends.mkl`: Intel's library; not used."""

enabled = False


def is_available() -> bool:
    """False."""
    return False
