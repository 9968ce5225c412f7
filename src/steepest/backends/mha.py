"""`torch.backends.mha`: PyTorch's inference kernel of attention; there is none, and the switch can be set."""


def get_fastpath_enabled() -> bool:
    """False: attention is computed in one way."""
    return False


def set_fastpath_enabled(value: bool) -> None:
    """Accepted."""
