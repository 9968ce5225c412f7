"""`torch.fx.passes`: walks over graphs."""

from steepest.errors import outside
from steepest.fx.passes import shape_prop

__all__ = ["shape_prop"]
outside.explain(__name__)
