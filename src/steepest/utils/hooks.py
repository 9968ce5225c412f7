"""`torch.utils.hooks`: the handle of a hook."""

from steepest.core.hooks import RemovableHandle

__all__ = ["RemovableHandle"]
