"""Names of torch.utils: data loading, checkpoints."""

from steepest.errors import outside
from steepest.utils import checkpoint as checkpoint
from steepest.utils import data as data
from steepest.utils import deterministic as deterministic
from steepest.utils import dlpack as dlpack
from steepest.utils import hooks as hooks
from steepest.utils.swapping import swap_tensors

__all__ = ["checkpoint", "data", "deterministic", "dlpack", "hooks", "swap_tensors"]
outside.explain(__name__)
