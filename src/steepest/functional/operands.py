"""What a user may pass where a tensor or a number is meant."""

import numbers
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import numpy as np

from steepest.core.modes import modes
from steepest.core.overriding import stranger
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.keywords import call_again

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
    if len(args) == 1:
        if type(args[0]) is int:
            return args
        if not hasattr(args[0], "__index__"):
            args = tuple(args[0])
    return tuple([a if type(a) is int else a.__index__() for a in args])


def result_into(out: Any, value: Any, exact: bool = False) -> Any:
    """The value, written into `out=` where that is given; several results into as many tensors.

    Raises RuntimeError where a gradient is wanted, and where the dtype of `out` cannot hold the value.
    """
    if out is None:
        return value
    if isinstance(value, tuple):
        return type(value)([result_into(o, v) for o, v in zip(out, value, strict=True)])
    if not isinstance(out, Tensor):
        raise TypeError(text("out-not-tensor", kind=describe(out)))
    if value.needs_grad or modes.grad and out.requires_grad:
        raise RuntimeError(text("out-with-gradient"))
    if exact and value.dtype is not out.dtype:
        raise RuntimeError(text("out-exact-dtype", result=value.dtype, target=out.dtype))
    if value.dtype.category > out.dtype.category:
        raise RuntimeError(text("out-dtype", result=value.dtype, target=out.dtype))
    if out.array.shape != value.array.shape:
        out.resize_(value.array.shape)
    return out.copy_(value)


def with_out(function: Callable[..., Any], exact: bool = False) -> Callable[..., Any]:
    """A function that also takes `out=`, a tensor (or several) to write its result into; `exact` where the dtypes must be equal."""
    def written(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        try:
            value = function(*args, **kwargs)
        except (AttributeError, TypeError):
            value = stranger(written, args, kwargs)
            if value is not NotImplemented:
                return value
            value = call_again(function, function.__name__, args, kwargs)
        if out is None:
            return value
        for o, v in zip(out, value) if isinstance(value, tuple) else ((out, value),):
            if exact and isinstance(o, Tensor) and o.dtype is not v.dtype:
                raise RuntimeError(text("out-exact-dtype", result=v.dtype, target=o.dtype))
        return result_into(out, value)

    update_wrapper(written, function)
    written.takes_out = True  # type: ignore[attr-defined]
    return written
