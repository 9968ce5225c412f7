"""Arguments as in PyTorch's early days, numbers before tensors: `x.addcmul_(0.1, a, b)` for `x.addcmul_(a, b, value=0.1)`.

PyTorch still takes them, with a warning, and optimizers in packages of that time have them.
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["alpha_first", "numbers_first"]


def _arranged(name: str, given: tuple[Any, ...], operands: int, names: tuple[str, ...]) -> tuple[list[Any], dict[str, Any]]:
    """The operands, and the numbers by their names as keywords; TypeError where the arguments are neither of now nor of then."""
    numbers = [a for a in given if isinstance(a, (int, float, complex))]
    rest = [a for a in given if not isinstance(a, (int, float, complex))]
    if len(rest) != operands or not 0 < len(numbers) <= len(names) or not isinstance(given[-1], Tensor):
        raise TypeError(text("early-arguments", name=name, kinds=", ".join(type(a).__name__ for a in given),
                             keywords=", ".join(f"{n}=" for n in names)))
    warnings.warn(text("early-order", name=name, keywords=", ".join(f"{n}=" for n in names)), stacklevel=4)
    return rest, dict(zip(names, numbers, strict=False))


def numbers_first(operands: int, *names: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """A decorator: more positional arguments than operands are numbers, the keywords `names` in this order, that stand before tensors."""

    def decorate(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Tensor:
            if len(args) <= operands:
                return function(*args, **kwargs)
            tensors, numbers = _arranged(function.__name__.strip("_"), args, operands, names)
            return function(*tensors, **numbers, **kwargs)

        return call

    return decorate


def alpha_first(name: str, *given: Any) -> tuple[Any, Any]:
    """The operand and the factor of `x.add(factor, operand)`; its callers are too busy to be wrapped."""
    (operand,), numbers = _arranged(name, given, 1, ("alpha",))
    return operand, numbers["alpha"]
