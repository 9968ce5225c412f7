"""`torch.utils.hooks`: the handle of a hook."""

from steepest.core.hooks import RemovableHandle
from steepest.errors import outside

__all__ = ["RemovableHandle"]
outside.explain(__name__)
