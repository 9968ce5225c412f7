"""PyTorch's older name of a tensor: `Variable(x, requires_grad=True)`, and `isinstance(x, Variable)`."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import outside

__all__ = ["Variable"]
outside.explain(__name__)


class _Kind(type):
    """Every tensor is a Variable."""

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Tensor)

    def __call__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Tensor:
        x: Tensor = data.detach()
        x.requires_grad = requires_grad
        return x


class Variable(metaclass=_Kind):
    """A tensor over the memory of `data`, with or without gradients.

    >>> from steepest.autograd.variable import Variable
    >>> Variable(steepest.ones(1), requires_grad=True)
    tensor([1.], requires_grad=True)
    """
