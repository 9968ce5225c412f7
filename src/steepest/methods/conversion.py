"""Methods that turn tensors into other things: NumPy arrays, Python numbers and lists, other dtypes, text."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import copying, printing
from steepest.core import dtype as dtypes
from steepest.core.device import PRESERVE, device
from steepest.core.dtype import dtype, numpy_dtype
from steepest.core.modes import modes
from steepest.core.reading import number, read
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.shaping import contiguous, to_dtype
from steepest.ops import views

__all__ = ["METHODS", "imag", "real", "resize"]


def item(self: Tensor) -> Any:
    """The only element as a Python number; RuntimeError where there are several."""
    if self.array.size != 1:
        raise RuntimeError(text("item-of-several", size=self.array.size))
    value = self.array.item()
    return number(self, float(value) if self.dtype is dtypes.bfloat16 else value)


def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers."""
    array = read(self)
    return array.astype(np.float32).tolist() if self.dtype is dtypes.bfloat16 else array.tolist()


def numpy(self: Tensor, *, force: bool = False) -> np.ndarray[Any, Any]:
    """A NumPy array that shares memory; RuntimeError for tensors that require gradients, unless `force` or while none are recorded."""
    if not force and modes.grad and self.requires_grad:
        raise RuntimeError(text("numpy-of-grad"))
    self.storage_cell.shared = True
    return read(self)


def _array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    array = numpy(self)
    return array.astype(dtype) if dtype is not None and array.dtype != dtype else array.copy() if copy else array


def _array_wrap(self: Tensor, array: np.ndarray[Any, Any], context: Any = None, return_scalar: bool = False) -> Tensor:
    return fresh(np.asarray(array), dtypes.from_numpy(np.asarray(array).dtype))


def _dlpack(self: Tensor, **options: Any) -> Any:
    """A DLPack capsule over the same memory; BufferError for tensors that require gradients."""
    if self.requires_grad:
        raise BufferError(text("dlpack-of-grad"))
    return numpy(self).__dlpack__(**{k: v for k, v in options.items() if v is not None and k != "stream"})


def _bool(self: Tensor) -> bool:
    if self.array.size != 1:
        raise RuntimeError(text("truth-of-several", size=self.array.size))
    return bool(read(self).item())


def _index(self: Tensor) -> int:
    if self.dtype.category >= dtypes.FLOATING or self.array.size != 1:
        raise TypeError(text("index-not-integer"))
    return int(read(self).item())


def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Converted to a dtype, a device (only "cpu") or to those of another tensor; itself where nothing changes."""
    wanted = dtypes.asked(kwargs.get("dtype"))
    copy = kwargs.get("copy", False)
    place = kwargs.get("device")
    for a in args:
        if isinstance(a, dtype):
            wanted = a
        elif isinstance(a, Tensor):
            wanted = a.dtype
        elif isinstance(a, (str, device)):
            place = a
        elif isinstance(a, type):
            wanted = dtypes.asked(a)
    if place is not None and device(place).type not in ("cpu",):
        raise RuntimeError(text("no-such-device", device=place))
    return in_format(to_dtype(self, wanted or self.dtype, copy), kwargs.get("memory_format"))


def in_format(x: Tensor, memory_format: Any) -> Tensor:
    """The tensor in a memory format; itself where it is in that, or None or `torch.preserve_format` was given."""
    return x if memory_format in (None, PRESERVE) else contiguous(x, memory_format)


def _to(kind: dtype) -> Callable[..., Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return in_format(to_dtype(self, kind), memory_format)

    method.__doc__ = f"Converted to {kind}."
    return method


def _type(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the tensor's type, or the tensor converted to a dtype, to a type such as `torch.LongTensor`, or to one's name."""
    if dtype is None:
        return f"torch.{dtypes.TYPE_NAMES[self.dtype.name]}"
    if dtype is Tensor:
        dtype = dtypes.get_default_dtype()
    if isinstance(dtype, (str, type)):
        name = dtype if isinstance(dtype, str) else f"torch.{dtype.__name__}"
        kind = next((k for k, v in dtypes.TYPE_NAMES.items() if name == f"torch.{v}"), None)
        if kind is None:
            raise ValueError(text("tensor-type-unknown", name=name if isinstance(dtype, str) else dtype.__name__))
        dtype = dtypes.named(kind)
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(text("tensor-type-kind", kind=type(dtype).__name__))
    return to_dtype(self, dtype)


def _cuda(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """AssertionError: there is no CUDA device."""
    raise AssertionError(text("no-cuda"))


def node_name(x: Tensor) -> str | None:
    """The name that printing shows as grad_fn."""
    return None if x.grad_fn is None else x.node.name()


def _repr(self: Tensor) -> str:
    own = type(self).__module__.partition(".")[0] in ("steepest", "torch")     # which of them `steepest.as_torch` decides
    name = "tensor" if own else type(self).__name__
    return printing.tensor_text(read(self), self.dtype, requires_grad=self.requires_grad, grad_fn_name=node_name(self), name=name)


def _format(self: Tensor, specification: str) -> str:
    if self.dtype is dtypes.bfloat16 and self.array.ndim == 0:
        return format(item(self), specification)
    return printing.format_tensor(read(self), specification, repr(self), type(self).__name__)


def resize(self: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Give the tensor another shape in place, over its memory where that is large enough; new elements are zeros.

    RuntimeError where the tensor wants gradients.
    """
    if self.needs_grad:
        raise RuntimeError(text("resize-needs-grad"))
    if self.array.shape == shape:
        return self
    size = int(np.prod(shape))
    memory = self.storage_cell.flat[self.storage_cell.offset(self.array):]
    if memory.size < size or memory.dtype != self.array.dtype:
        flat = np.zeros(size, numpy_dtype(self.dtype))
        kept = memory[:size] if memory.dtype == self.array.dtype else self.array.reshape(-1)[:size]
        flat[: kept.size] = kept
        memory, self._storage = flat, None
    self.array = memory[:size].reshape(shape)
    return self


def real(x: Tensor) -> Tensor:
    """The real parts."""
    return views.real(x) if x.dtype.is_complex else x


def imag(x: Tensor) -> Tensor:
    """The imaginary parts; RuntimeError for real tensors."""
    if not x.dtype.is_complex:
        raise RuntimeError(text("imag-of-real", dtype=x.dtype))
    return views.imag(x)


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Converted to the dtype of `other`."""
    return to_dtype(self, other.dtype)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself: it is on the CPU."""
    return self


def pin_memory(self: Tensor) -> Tensor:
    """The tensor itself: without a CUDA device there is nothing to pin it for."""
    return self


def share_memory_(self: Tensor) -> Tensor:
    """The tensor itself; worker processes get a copy."""
    return self


def get_device(self: Tensor) -> int:
    """The number of the device: -1, the CPU."""
    return -1


def _int(self: Tensor) -> int:
    return int(item(self))


def _float(self: Tensor) -> float:
    return float(item(self))


def _complex(self: Tensor) -> complex:
    return complex(item(self))


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    return (1, 0)


def _reduce(self: Tensor, protocol: Any) -> Any:
    return copying.reduce_tensor(self)


METHODS: dict[str, Any] = {
    "item": item, "tolist": tolist, "numpy": numpy, "to": to, "type": _type, "type_as": type_as, "cpu": cpu, "cuda": _cuda,
    "pin_memory": pin_memory, "share_memory_": share_memory_, "get_device": get_device,
    **{name: _to(kind) for name, kind in {
        "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "bfloat16": dtypes.bfloat16, "long": dtypes.int64,
        "int": dtypes.int32, "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool_,
        "cfloat": dtypes.complex64, "cdouble": dtypes.complex128}.items()},
    "__bool__": _bool, "__index__": _index, "__int__": _int, "__float__": _float, "__complex__": _complex,
    "__repr__": _repr, "__format__": _format, "__array__": _array, "__array_wrap__": _array_wrap,
    "__dlpack__": _dlpack, "__dlpack_device__": _dlpack_device, "__deepcopy__": copying.deepcopy_tensor, "__reduce_ex__": _reduce,
}
