"""What kind of thing a value is, and the dtype that floating-point tensors get unless told."""

from typing import Any

from steepest.core import dtype as dtypes
from steepest.core import printing
from steepest.core.tensor import Tensor
from steepest.errors import text


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


def set_default_tensor_type(t: Any) -> None:
    """`set_default_dtype` by a type such as `torch.DoubleTensor`, or its name."""
    name = t if isinstance(t, str) else t.__name__
    kinds = {"HalfTensor": "float16", "BFloat16Tensor": "bfloat16", "FloatTensor": "float32", "DoubleTensor": "float64"}
    kind = kinds.get(name.split(".")[-1])
    if kind is None or "cuda" in name:
        raise TypeError(text("default-tensor-type", name=name))
    set_default_dtype(getattr(dtypes, kind))


def set_default_dtype(d: dtypes.dtype) -> None:
    """Set the dtype of floating-point tensors made from Python numbers; TypeError for other than floating types."""
    dtypes.set_default_dtype(d)
    printing.default_dtype_name = d.name
