"""Functions of PyTorch's compiled part whose names begin with an underscore, and that packages call all the same."""

from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.functional.creating import arange, tensor
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.functional.segments import segment_reduce

__all__ = ["FUNCTIONS"]

CASTS = {"Byte": dtypes.uint8, "Char": dtypes.int8, "Short": dtypes.int16, "Int": dtypes.int32, "Long": dtypes.int64,
         "Half": dtypes.float16, "Float": dtypes.float32, "Double": dtypes.float64}


def _shape_as_tensor(input: Tensor) -> Tensor:
    """The sizes as a vector."""
    return tensor(list(input.shape), dtype=dtypes.int64)


def _dim_arange(like: Tensor, dim: int) -> Tensor:
    """0 to the size of a dimension, less one."""
    return arange(like.shape[dim])


def _softmax(input: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """Softmax; `half_to_float` is of other devices."""
    return softmax(input, dim)


def _log_softmax(input: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """The logarithm of softmax; `half_to_float` is of other devices."""
    return log_softmax(input, dim)


def _softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:
    """The gradient of softmax by its result."""
    weighted = grad_output * output
    made: Tensor = (weighted - output * weighted.sum(dim, keepdim=True)).to(input_dtype)
    return made


def _log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:
    """The gradient of the logarithm of softmax by its result."""
    made: Tensor = (grad_output - output.exp() * grad_output.sum(dim, keepdim=True)).to(input_dtype)
    return made


def _cast(to: dtypes.dtype) -> Callable[..., Tensor]:
    def cast(input: Tensor, non_blocking: bool = False) -> Tensor:
        return input.to(to)

    cast.__doc__ = f"Converted to {to}."
    return cast


FUNCTIONS: dict[str, Callable[..., Any]] = {f"_cast_{name}": _cast(to) for name, to in CASTS.items()} | {
    f.__name__: f for f in (_shape_as_tensor, _dim_arange, _softmax, _log_softmax, _softmax_backward_data, _log_softmax_backward_data)} | {
    "_segment_reduce": segment_reduce}
