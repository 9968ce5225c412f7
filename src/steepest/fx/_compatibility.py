"""A mark of PyTorch's on functions whose behaviour stays as it is."""

from collections.abc import Callable
from typing import TypeVar

__all__ = ["compatibility"]

Function = TypeVar("Function")


def compatibility(is_backward_compatible: bool) -> Callable[[Function], Function]:
    """A decorator that leaves a function as it is."""
    return lambda function: function
