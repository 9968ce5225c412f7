"""`torch.backends`: switches of other machines' libraries, accepted and without effect here."""

from steepest.backends import cudnn, mps

__all__ = ["cudnn", "mps"]
