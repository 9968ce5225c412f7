"""Names of torch.utils.flop_counter."""

from steepest.errors import outside
from steepest.viz.flops import FlopCounterMode

__all__ = ["FlopCounterMode"]
outside.explain(__name__)
