"""Names of torch.utils: data loading, checkpoints."""

from steepest.utils import checkpoint as checkpoint
from steepest.utils import data as data

__all__ = ["checkpoint", "data"]
