"""The older name of a tensor, where PyTorch has it, too."""

from steepest.autograd import Variable
from steepest.errors import outside

__all__ = ["Variable"]
outside.explain(__name__)
