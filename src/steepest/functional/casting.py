"""What `autocast` changes: functions that compute in lower precision, in float32, or in the widest type among their operands.

Which function is of which kind says the decorator over it; the kinds are PyTorch's for the CPU. Inside such a function autocast is off.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from steepest.core import dtype as dtypes
from steepest.core.modes import modes
from steepest.core.tensor import Tensor

__all__ = ["as_given", "in_single_precision", "in_widest", "lowered", "lowers"]

Function = TypeVar("Function", bound=Callable[..., Any])


def lowers(function: Function) -> Function:
    """The function, which under autocast computes in its dtype."""
    return _under(function, lambda operands: modes.casting)


def in_single_precision(function: Function) -> Function:
    """The function, which under autocast computes in float32."""
    return _under(function, lambda operands: dtypes.float32)


def in_widest(function: Function) -> Function:
    """The function, which under autocast brings its operands to float32 if one of them has it, else to the lower dtype."""
    return _under(function, lambda operands: dtypes.float32 if any(x.dtype is dtypes.float32 for x in operands) else modes.casting)


def as_given(function: Function) -> Function:
    """The function, which autocast leaves alone, whatever it is made of."""
    return _under(function, lambda operands: None)


def _under(function: Function, dtype_for: Callable[[list[Tensor]], Any]) -> Function:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if modes.casting is None:
            return function(*args, **kwargs)
        to = dtype_for(list(_tensors((args, tuple(kwargs.values())))))
        if to is not None:
            args, kwargs = tuple([_converted(x, to) for x in args]), {k: _converted(x, to) for k, x in kwargs.items()}
        before, modes.casting = modes.casting, None
        try:
            return function(*args, **kwargs)
        finally:
            modes.casting = before

    return run  # type: ignore[return-value]


def _tensors(x: Any) -> Any:
    if isinstance(x, Tensor):
        yield x
    elif isinstance(x, (list, tuple)):
        for part in x:
            yield from _tensors(part)


def _converted(x: Any, to: Any) -> Any:
    if isinstance(x, Tensor):
        return lowered(x, to) if x.dtype.is_floating_point and x.dtype not in (to, dtypes.float64) else x
    return type(x)([_converted(part, to) for part in x]) if type(x) in (list, tuple) else x


kept: dict[tuple[int, bool], tuple[Tensor, Tensor]] = {}
"""Parameters and what they are in the lower dtype, while autocast is on: a weight that is used often is converted once."""


def lowered(x: Tensor, to: Any) -> Tensor:
    """The tensor in another floating dtype; parameters are converted once for a block of autocast."""
    keep = modes.keeps_casts and x.dtype is dtypes.float32 and to is modes.casting and x.requires_grad and x.is_leaf
    key = id(x), modes.grad
    if keep and key in kept:
        return kept[key][1]
    made: Tensor = x.to(to)
    if keep:
        kept[key] = x, made
    return made
