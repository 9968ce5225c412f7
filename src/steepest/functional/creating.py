"""Making tensors: from data, filled, ranges."""

import ctypes
import math
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.device import PRESERVE
from steepest.core.dtype import asked, get_default_dtype, numpy_dtype
from steepest.core.dtype import dtype as DType
from steepest.core.fused import fma32, fma64
from steepest.core.memory_order import order_of
from steepest.core.promotion import held
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.by_example import by_example
from steepest.functional.neural.warning import warn
from steepest.functional.operands import result_into, sizes
from steepest.functional.supporting import refuse
from steepest.ops import creation
from steepest.ops.creation import constant, fill, iota


def check_device(device: Any) -> None:
    """Only the CPU is there; RuntimeError with a clear text otherwise."""
    if device is not None and str(device).split(":")[0] not in ("cpu", "meta"):
        raise RuntimeError(text("no-such-device", device=device))


def wanted(of: DType | None, out: Tensor | None) -> DType:
    """The dtype that is asked for, else that of `out=`, else the default one."""
    return asked(of) or (get_default_dtype() if out is None else out.dtype)


def finished(x: Tensor, requires_grad: bool, device: Any = None, out: Tensor | None = None) -> Tensor:
    """What every creation function does last."""
    if out is not None:
        return result_into(out, x)
    if device is not None:
        check_device(device)
    if requires_grad:
        x.requires_grad = True
    return x


def to_array(data: Any, of: DType | None) -> np.ndarray[Any, Any]:
    """A new array with the elements of `data`: numbers, nested sequences, arrays, tensors, columns of tables."""
    if isinstance(data, Tensor):
        return np.array(read(data), numpy_dtype(of) if of else None)
    if isinstance(data, (np.ndarray, np.generic)):
        kind = dtypes.from_numpy(np.asarray(data).dtype)
        return np.array(data, numpy_dtype(of or kind))
    if isinstance(data, (bool, int, float, complex)):
        return np.array(data, numpy_dtype(of or dtypes.of_number(data)))
    if hasattr(data, "__array__") and not isinstance(data, (list, tuple)):
        return to_array(np.asarray(data), of)
    if not isinstance(data, (list, tuple, range)) and not hasattr(data, "__len__"):
        raise RuntimeError(text("not-tensor-data", kind=type(data).__name__))
    nested = _plain(data)
    try:
        array = np.array(nested)
    except ValueError as problem:
        raise ValueError(text("ragged-data", problem=_ragged(nested))) from problem
    if array.dtype == object or array.dtype.kind in "USO":
        raise TypeError(text("not-tensor-data", kind=type(_first(nested)).__name__))
    if of is None:
        if array.size == 0 and array.dtype == np.float64 or array.dtype == np.float64 and not _has_numpy(data):
            of = get_default_dtype()
        elif array.dtype == np.complex128 and not _has_numpy(data):
            of = get_default_dtype().to_complex()
        else:
            of = dtypes.from_numpy(array.dtype)
    elif of.category == dtypes.INTEGER and array.dtype.kind == "i" and array.size and of.itemsize < 8:
        limits = np.iinfo(numpy_dtype(of))
        if array.max() > limits.max or array.min() < (limits.min or -limits.max):
            raise RuntimeError(text("number-overflow", value=int(array.max() if array.max() > limits.max else array.min()), dtype=of))
    return array.astype(numpy_dtype(of), copy=False)


def _plain(data: Any) -> Any:
    """Nested sequences with tensors replaced by their numbers."""
    if isinstance(data, Tensor):
        return read(data).tolist()
    if isinstance(data, (list, tuple)):
        return [_plain(x) if isinstance(x, (list, tuple, Tensor)) else x for x in data]
    return list(data) if isinstance(data, range) else data


def _has_numpy(data: Any) -> bool:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return isinstance(data, (np.ndarray, np.generic))


def _first(data: Any) -> Any:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return data


def _ragged(data: Any) -> str:
    lengths = sorted({len(x) if isinstance(x, (list, tuple)) else 0 for x in data})
    return f"expected sequences of equal length, found lengths {lengths}"


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A new tensor with a copy of `data`; Python floats give the default dtype.

    Raises TypeError for what is not numeric, ValueError for nested sequences of unequal length.
    """
    dtype = asked(dtype)
    if isinstance(data, Tensor):
        warn(text("tensor-of-tensor"))
    array = to_array(data, dtype)
    if array.ndim and not array.flags.c_contiguous:
        array = np.ascontiguousarray(array)
    return finished(constant(array, dtype or dtypes.from_numpy(array.dtype)), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of `data` without copying where that is possible."""
    dtype = asked(dtype)
    if isinstance(data, Tensor):
        return data if dtype in (None, data.dtype) else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or numpy_dtype(dtype) == data.dtype):
        return from_array(data, shared=True)
    return tensor(data, dtype=dtype, device=device)


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None,
            requires_grad: bool | None = None) -> Tensor:
    """A tensor of an array, a buffer or nested sequences; `copy` False: only where memory is shared (ValueError), True: never shared."""
    dtype = asked(dtype)
    if copy is not False and not isinstance(obj, (Tensor, np.ndarray, bytes, bytearray, memoryview)) and not hasattr(obj, "__dlpack__"):
        return tensor(obj, dtype=dtype, device=device, requires_grad=bool(requires_grad))
    if isinstance(obj, Tensor):
        held = obj.detach() if requires_grad is False else obj
    elif isinstance(obj, np.ndarray):
        held = from_array(obj, shared=True)
    elif hasattr(obj, "__dlpack__"):
        held = from_dlpack(obj)
    elif isinstance(obj, (bytes, bytearray, memoryview)):
        held = frombuffer(obj, dtype=dtype or get_default_dtype())
    else:
        raise ValueError(text("asarray-of-sequence"))
    made = held if dtype in (None, held.dtype) else held.to(dtype)
    if copy is False and made is not held:
        raise ValueError(text("asarray-needs-copy", given=held.dtype, wanted=dtype))
    if copy and made is held:
        made = held.clone()
    return made.requires_grad_() if requires_grad and made.node is None else made


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares memory with a NumPy array; TypeError where that is not one."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(text("expected-ndarray", kind=type(ndarray).__name__))
    return from_array(ndarray, shared=True)


def frombuffer(buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A vector over the memory of a Python buffer, without copying."""
    dtype = asked(dtype)
    try:
        array = np.frombuffer(buffer, numpy_dtype(dtype), count, offset)
    except ValueError:
        raise ValueError(text("frombuffer", length=memoryview(buffer).nbytes, count=count, itemsize=dtype.itemsize)) from None
    return finished(from_array(array, shared=True), requires_grad)


class _Capsule:
    """A bare DLPack capsule, as libraries handed it on before arrays had methods for it."""

    def __init__(self, capsule: Any):
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0                 # the CPU


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor that shares memory with an array of any library that speaks DLPack, on the CPU; or with what a capsule holds."""
    if hasattr(ext_tensor, "__dlpack__"):
        return from_array(np.from_dlpack(ext_tensor), shared=True)
    return from_array(_writable(np.from_dlpack(_Capsule(ext_tensor))), shared=True)


def _writable(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same memory, to be written as well: a bare capsule does not say whether it may be, and PyTorch's may."""
    if array.flags.writeable or not array.flags.c_contiguous or not array.size:
        return array
    memory: Any = (ctypes.c_byte * array.nbytes).from_address(array.ctypes.data)
    memory.held = array             # which keeps the memory alive
    made: np.ndarray[Any, Any] = np.frombuffer(memory, array.dtype).reshape(array.shape)
    return made


def scalar_tensor(s: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A 0-dim tensor."""
    dtype = asked(dtype)
    return finished(fill(shape=(), value=s, dtype=dtype or get_default_dtype()), requires_grad, device)


def empty_strided(size: Any, stride: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
                  pin_memory: bool = False) -> Tensor:
    """A tensor whose elements are yet to be written, with given strides (here they are zeros)."""
    dtype = asked(dtype)
    of = dtype or get_default_dtype()
    shape, strides = sizes((size,)), sizes((stride,))
    span = 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) if math.prod(shape) else 0
    memory = np.zeros(max(span, 0), numpy_dtype(of))
    array = np.lib.stride_tricks.as_strided(memory, shape, [s * memory.itemsize for s in strides])
    return finished(constant(array, of), requires_grad, device)


def empty_permuted(size: Any, physical_layout: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
                   requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A tensor whose elements are yet to be written, its dimensions in another order in memory (here they are zeros)."""
    shape, order = sizes((size,)), sizes((physical_layout,))
    if sorted(order) != list(range(len(shape))):
        raise RuntimeError(text("empty-permuted", size=list(shape), layout=list(order)))
    strides, step = [0] * len(shape), 1
    for d in reversed(order):
        strides[d], step = step, step * max(shape[d], 1)
    return empty_strided(shape, strides, dtype=dtype, device=device, requires_grad=requires_grad)


def full(size: Any, fill_value: Any, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
         requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A tensor of shape `size` filled with a number."""
    dtype = asked(dtype)
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    of = dtype or (dtypes.of_number(fill_value) if out is None else out.dtype)
    shape = sizes((size,)) if not isinstance(size, int) else (size,)
    return finished(fill(shape=shape, value=fill_value, dtype=of), requires_grad, device, out)


def zeros(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
          pin_memory: bool = False, names: Any = None) -> Tensor:
    """A tensor of zeros."""
    return finished(fill(shape=sizes(size), value=0, dtype=wanted(dtype, out)), requires_grad, device, out)


def ones(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
         pin_memory: bool = False, names: Any = None) -> Tensor:
    """A tensor of ones."""
    return finished(fill(shape=sizes(size), value=1, dtype=wanted(dtype, out)), requires_grad, device, out)


def empty(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
          pin_memory: bool = False, memory_format: Any = None) -> Tensor:
    """A tensor whose elements are yet to be written (here they are zeros)."""
    order = memory_format and order_of(memory_format, len(sizes(size)))
    if order:
        return finished(fill(shape=sizes(size), value=0, dtype=wanted(dtype, out), order=order), requires_grad, device, out)
    return zeros(*size, out=out, dtype=dtype, device=device, requires_grad=requires_grad)


def from_file(filename: str, shared: bool | None = None, size: int | None = 0, *, dtype: Any = None, layout: Any = None, device: Any = None,
              requires_grad: bool = False) -> Tensor:
    """The first `size` elements of a file of plain numbers; with `shared` the tensor is the file, which is made long enough."""
    dtype = asked(dtype)
    of = dtype or get_default_dtype()
    kind, count = np.dtype(numpy_dtype(of)), int(size or 0)
    if shared:
        with open(filename, "ab") as file:
            missing = count * kind.itemsize - file.tell()
            if missing > 0:
                file.write(bytes(missing))
        return finished(constant(np.memmap(filename, kind, "r+", shape=(count,)), of), requires_grad, device)
    found = np.fromfile(filename, kind, count)
    if found.size < count:
        raise RuntimeError(text("file-too-short", name=filename, have=found.size, wanted=count))
    return finished(constant(found, of), requires_grad, device)


def _filled(input: Tensor, value: Any, of: Any, memory_format: Any) -> Tensor:
    value = value.item() if isinstance(value, Tensor) else value
    if memory_format in (None, PRESERVE):
        return creation.full_like(input, value, of or input.dtype)
    order = order_of(memory_format, input.array.ndim)
    if order:
        return fill(shape=input.array.shape, value=value, dtype=of or input.dtype, order=order)
    return creation.full(input.array.shape, value, of or input.dtype)


def _like(name: str, value: Any) -> Any:
    def function(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
                 memory_format: Any = None) -> Tensor:
        dtype = asked(dtype)
        return finished(_filled(input, value, dtype, memory_format), requires_grad, device)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"A tensor of {'ones' if value else 'zeros'} with the shape and, unless given, the dtype of `input`."
    return function


zeros_like, ones_like, empty_like = _like("zeros_like", 0), _like("ones_like", 1), _like("empty_like", 0)


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
              memory_format: Any = None) -> Tensor:
    """A tensor filled with a number, with the shape and, unless given, the dtype of `input`."""
    dtype = asked(dtype)
    return finished(_filled(input, fill_value, dtype, memory_format), requires_grad, device)


NOT_IN_ORDER = dtypes.these("bool complex")


def arange(start: Any = 0, end: Any = None, step: Any = 1, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
           requires_grad: bool = False) -> Tensor:
    """`start`, `start + step`, ... up to but not including `end`; int64 unless an argument is a float."""
    dtype = asked(dtype)
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, (Tensor, np.generic)) else x for x in (start, end, step))
    if dtype is not None:
        refuse("arange", dtype, NOT_IN_ORDER)
    if step == 0:
        raise RuntimeError(text("arange-step-zero"))
    if any(isinstance(x, float) and not math.isfinite(x) for x in (start, end)):
        raise RuntimeError(text("range-too-large", start=start, end=end, step=step))
    if (end - start) * step < 0:
        raise RuntimeError(text("arange-bounds", start=start, end=end, step=step))
    if dtype is None and out is not None:
        dtype = out.dtype
    if dtype is None:
        dtype = get_default_dtype() if any(isinstance(x, float) for x in (start, end, step)) else dtypes.int64
    if dtype.category == dtypes.INTEGER and int(step) == 0:
        raise ValueError(text("arange-step-zero"))
    if dtype is dtypes.int64:
        start, end, step = int(start), int(end), int(step)
    if not abs((end - start) / step) < 2**62:
        raise RuntimeError(text("range-too-large", start=start, end=end, step=step))
    n = math.ceil((end - start) / step)
    if dtype.category == dtypes.INTEGER:        # as many as of the numbers given, which then are whole ones
        start, step = int(start), int(step)
    vectors = {"vectors": True} if dtype.is_floating_point else {}
    return finished(iota(start=start, step=step, size=n, dtype=dtype, **vectors), requires_grad, device, out)


def range_(start: Any = 0, end: Any = None, step: Any = 1, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`start`, `start + step`, ... up to and including `end`."""
    dtype = asked(dtype)
    n = int((end - start) / step) + 1
    return finished(iota(start=start, step=step, size=n, dtype=dtype or get_default_dtype()), requires_grad)


@by_example
def linspace(start: Any, end: Any, steps: int, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances."""
    if isinstance(steps, float):
        raise TypeError(text("steps-float", steps=steps))
    steps = int(steps)
    if steps < 0:
        raise RuntimeError(text("steps-negative", steps=steps))
    if any(isinstance(x, Tensor) and x.array.ndim for x in (start, end)):
        raise RuntimeError(text("range-of-vectors"))
    of = wanted(dtype, out)
    if of.is_complex:
        return finished(constant(np.linspace(complex(start), complex(end), steps).astype(numpy_dtype(of)), of), requires_grad, device, out)
    start, end = (float(int(x)) if of.category < dtypes.FLOATING else float(x) for x in (start, end))
    kind = np.float64 if of.category < dtypes.FLOATING else numpy_dtype(of)
    array = _evenly(start, end, steps, kind) if steps != 1 else np.asarray([start], kind)
    return finished(constant(array.astype(numpy_dtype(of)), of), requires_grad, device, out)


def _evenly(start: float, end: float, steps: int, kind: Any) -> Any:
    """The numbers of `linspace`: the first half counted from the start, the second from the end, each rounded as PyTorch rounds it."""
    low, high, last = (np.asarray(x, kind) for x in (start, end, steps - 1))
    step = (high - low) / last
    half = steps // 2
    up, down = np.arange(half).astype(kind), np.arange(steps - 1 - half, -1, -1).astype(kind)
    if step.dtype == np.float32:
        parts = fma32(up, step, low), fma32(down, -step, high)
    elif step.dtype == np.float64:
        parts = fma64(up, float(step), float(low)), fma64(down, -float(step), float(high))
    else:
        parts = low + step * up, high - step * down
    return np.concatenate(parts).astype(kind)


@by_example
def logspace(start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """`steps` numbers from `base ** start` to `base ** end`."""
    if isinstance(steps, float):
        raise TypeError(text("steps-float", steps=steps))
    dtype = asked(dtype)
    of, steps = dtype or get_default_dtype(), int(steps)
    if steps < 0:
        raise RuntimeError(text("steps-negative", steps=steps))
    kind: Any = complex if of.is_complex else float
    if of.category < dtypes.FLOATING:              # the ends are integers, too
        start, end = int(start), int(end)
    if of in dtypes.HALVES:
        start, end = held(start, of).item(), held(end, of).item()
    powers = np.power(kind(base), np.linspace(kind(start), kind(end), steps))
    return finished(constant(powers.astype(numpy_dtype(of)), of), requires_grad, device)


def eye(n: int, m: int | None = None, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
        requires_grad: bool = False) -> Tensor:
    """The identity matrix."""
    for name, value in (("n", n), ("m", m)):
        if value is not None and value < 0:
            raise RuntimeError(text("size-negative", name=name, value=value))
    of = wanted(dtype, out)
    return finished(constant(np.eye(n, m, dtype=numpy_dtype(of)), of), requires_grad, device, out)
