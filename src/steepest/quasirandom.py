"""`torch.quasirandom`."""

from steepest.errors import outside
from steepest.functional.sobol.engine import SobolEngine

__all__ = ["SobolEngine"]
outside.explain(__name__)
