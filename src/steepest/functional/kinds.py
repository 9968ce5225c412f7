"""What kind of thing a value is, and the dtype that floating-point tensors get unless told."""

from typing import Any

from steepest.core import dtype as dtypes
from steepest.core import printing
from steepest.core.tensor import Tensor


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating one."""
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is a complex one."""
    return input.dtype.is_complex


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element differs from zero."""
    return bool(input != 0)


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a tensor."""
    return isinstance(obj, Tensor)


def set_default_dtype(d: dtypes.dtype) -> None:
    """Set the dtype of floating-point tensors made from Python numbers; TypeError for other than floating types."""
    dtypes.set_default_dtype(d)
    printing.default_dtype_name = d.name
