"""What a user may pass where a tensor or a number is meant."""

import numbers
from typing import Any

import numpy as np

from steepest.core.tensor import Tensor, from_array

NUMBERS = (bool, int, float, complex)


def operand(x: Any) -> Any:
    """A tensor or Python number for `x`; NotImplemented where it is neither and cannot become one."""
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, (Tensor, *NUMBERS)):
        return x
    if isinstance(x, np.ndarray):
        return from_array(x)
    if isinstance(x, numbers.Number):
        return float(x)  # type: ignore[arg-type]
    return NotImplemented


def describe(x: Any) -> str:
    """The kind of a wrong argument, as an error names it."""
    module = type(x).__module__
    return type(x).__name__ if module == "builtins" else f"{module}.{type(x).__name__}"


def sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape given as several numbers or as one sequence."""
    if len(args) == 1 and not hasattr(args[0], "__index__"):
        args = tuple(args[0])
    return tuple([a if type(a) is int else a.__index__() for a in args])


def result_into(out: Tensor | None, value: Any) -> Any:
    """The value, written into `out=` where that is given."""
    if out is None:
        return value
    if out.array.shape != value.array.shape:
        out.resize_(value.array.shape)
    return out.copy_(value)
