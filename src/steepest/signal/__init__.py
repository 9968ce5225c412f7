"""`torch.signal`."""

from steepest.signal import windows

__all__ = ["windows"]
