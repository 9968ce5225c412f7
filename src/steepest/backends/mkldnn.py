"""`torch.backends.mkldnn`: oneDNN; not used."""

enabled = False


def is_available() -> bool:
    """False."""
    return False
