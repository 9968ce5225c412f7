"""Dtypes that functions do not take: those for which PyTorch has no kernel on the CPU.

Elementwise operations say so in their rows (`refuses=`), other functions in a line over their definition, by the groups of
`core.dtype.GROUPS` or by the names of dtypes. `scripts/parity` compares with PyTorch's own lists.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from steepest.core import dtype as dtypes
from steepest.core.dtype import dtype, these
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["check_quotient", "factor_of_product", "refuse", "refuses"]

Function = TypeVar("Function", bound=Callable[..., Any])


def refuse(function: str, of: dtype, refused: frozenset[dtype]) -> None:
    """NotImplementedError where a function does not take a dtype."""
    if of in refused:
        raise NotImplementedError(text("operation-dtype", operation=function, dtypes=of))


def refuses(groups: str) -> Callable[[Function], Function]:
    """The function raises NotImplementedError where its first tensor has one of these dtypes."""
    refused = these(groups)

    def over(function: Function) -> Function:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            for x in args or kwargs.values():
                if isinstance(x, Tensor):
                    if x.dtype in refused:
                        refuse(function.__name__, x.dtype, refused)
                    break
            return function(*args, **kwargs)

        return run  # type: ignore[return-value]

    return over


def factor_of_product(value: Any, *tensors: Tensor) -> Any:
    """The `value` of `addcmul` as it multiplies these tensors. NotImplementedError where all are bools."""
    if all(x.dtype is dtypes.bool_ for x in tensors):
        raise NotImplementedError(text("operation-dtype", operation="addcmul", dtypes=tensors[0].dtype))
    return int(value) if all(x.dtype.category < dtypes.FLOATING for x in tensors) else value


def check_quotient(a: Tensor, b: Tensor) -> None:
    """RuntimeError unless one of what `addcdiv` divides is floating."""
    if a.dtype.category < dtypes.FLOATING and b.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("integer-addcdiv", a=a.dtype, b=b.dtype))
