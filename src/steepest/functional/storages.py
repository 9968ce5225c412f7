"""The memory of tensors as users see it: bytes (`x.untyped_storage()`), and in older programs numbers (`x.storage()`).

A typed storage is a one-dimensional view of all of a storage's memory; it shares that with every tensor that lies there.
"""

import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.copying import rebuild_tensor
from steepest.core.device import CPU, device
from steepest.core.dtype import dtype, get_default_dtype, numpy_dtype
from steepest.core.modes import no_graph
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import to_array

__all__ = ["NAMES", "TYPED", "TypedStorage", "UNTYPED", "UntypedStorage", "is_storage"]

NAMES = {
    "FloatStorage": dtypes.float32, "DoubleStorage": dtypes.float64, "HalfStorage": dtypes.float16,
    "BFloat16Storage": dtypes.bfloat16, "LongStorage": dtypes.int64, "IntStorage": dtypes.int32, "ShortStorage": dtypes.int16,
    "CharStorage": dtypes.int8, "ByteStorage": dtypes.uint8, "BoolStorage": dtypes.bool_, "ComplexFloatStorage": dtypes.complex64,
    "ComplexDoubleStorage": dtypes.complex128,
}
"""PyTorch's classes of storages, each for one dtype."""
CASTS = {"double": dtypes.float64, "float": dtypes.float32, "half": dtypes.float16, "long": dtypes.int64, "int": dtypes.int32,
         "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool_, "bfloat16": dtypes.bfloat16,
         "complex_double": dtypes.complex128, "complex_float": dtypes.complex64}


def elements(storage: Storage, of: dtype) -> Tensor:
    """All of a storage's memory as a tensor of one dimension."""
    return rebuild_tensor(storage, of, 0, (storage.nbytes() // numpy_dtype(of).itemsize,), (1,))


def made(args: tuple[Any, ...], of: dtype, kind: str) -> Storage:
    """The new memory that a constructor's arguments ask for: a size or a sequence of numbers."""
    if len(args) > 1:
        raise RuntimeError(text("storage-arguments", kind=kind, problem="Too many positional arguments"))
    if not args or isinstance(args[0], (int, np.integer)):
        return Storage(np.zeros(int(args[0]) if args else 0, numpy_dtype(of)))
    if not isinstance(args[0], Sequence) or isinstance(args[0], str):
        raise TypeError(text("storage-arguments", kind=kind, problem=f"Argument type not recognized: {type(args[0])}"))
    return Storage(np.ascontiguousarray(to_array(list(args[0]), of)))


# bytes ----------------------------------------------------------------------------------------------------------------------------
def byte_at(self: Storage, index: Any) -> Any:
    """One byte as a number; with a slice, a storage of a part of the memory."""
    if isinstance(index, slice):
        return Storage(self.flat.view(np.uint8)[index])
    return int(self.flat.view(np.uint8)[_place(index, self.nbytes(), UntypedStorage)])


def set_bytes(self: Storage, index: Any, value: Any) -> None:
    """Write one byte, or the bytes of a slice."""
    _write(elements(self, dtypes.uint8), index, value, UntypedStorage)


def copy_bytes(self: Storage, source: Any, non_blocking: bool | None = None) -> Storage:
    """Write the bytes of another storage of the same size over these; RuntimeError where the sizes differ."""
    other = source if isinstance(source, Storage) else source.untyped()
    if other.nbytes() != self.nbytes():
        raise RuntimeError(text("storage-sizes", own=self.nbytes(), source=other.nbytes()))
    elements(self, dtypes.uint8).copy_(elements(other, dtypes.uint8))
    return self


def fill_bytes(self: Storage, value: int) -> Storage:
    """Write one number over all bytes."""
    elements(self, dtypes.uint8).fill_(value)
    return self


def clone_bytes(self: Storage) -> Storage:
    """A copy in other memory."""
    return Storage(self.flat.copy())


def described(self: Storage) -> str:
    """The bytes, one a line."""
    shown = " " + "\n ".join(map(str, self.tolist()))
    return f"{shown}\n[torch.storage.UntypedStorage(device=cpu) of size {self.nbytes()}]"


def _resize(self: Any, size: int) -> Any:
    if size != self.size():
        raise RuntimeError(text("storage-not-resizable"))
    return self


UNTYPED: dict[str, Any] = {
    "__getitem__": byte_at, "__setitem__": set_bytes, "__repr__": described, "__copy__": clone_bytes, "clone": clone_bytes,
    "copy_": copy_bytes, "fill_": fill_bytes, "resize_": _resize, "resizable": lambda self: False, "element_size": lambda self: 1,
    "cpu": lambda self: self, "get_device": lambda self: -1, "is_shared": lambda self: False,
    "is_pinned": lambda self, device=None: False, "type": lambda self, dtype=None: "torch.storage.UntypedStorage",
    "share_memory_": lambda self: self, "__iter__": lambda self: iter(self.tolist()),
    "device": property(lambda self: CPU), "is_cuda": False, "is_sparse": False, "_cdata": property(lambda self: self.data_ptr()),
    **{name: (lambda self, of=of: TypedStorage(wrap_storage=Storage(elements(self, dtypes.uint8).to(of).clone().array),
                                               dtype=of, _internal=True)) for name, of in CASTS.items()},
}
"""What a storage offers beyond what the package itself uses."""


class _Untyped(type):
    """`UntypedStorage` is how users name and make storages; `isinstance` asks for the package's own."""

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Storage)

    def __call__(cls, *args: Any, device: Any = None) -> Storage:
        return made(args, dtypes.uint8, "UntypedStorage")


class UntypedStorage(metaclass=_Untyped):
    """Memory without a type: `UntypedStorage(16)` is 16 bytes of zeros; `x.untyped_storage()` the memory of a tensor."""

    @staticmethod
    def from_buffer(buffer: Any, byte_order: str = "native", *, dtype: dtype, count: int = -1, offset: int = 0) -> Storage:
        """A copy of the elements of type `dtype` in a buffer, whose bytes are in the order "native", "little" or "big"."""
        element = numpy_dtype(dtype)
        there = np.frombuffer(bytes(buffer), element, count, offset)
        swapped = byte_order not in ("native", sys.byteorder)
        return Storage(there.byteswap() if swapped else there.copy())

    @staticmethod
    def from_file(filename: str, shared: bool = False, nbytes: int = 0) -> Storage:
        """Memory of a file, written back where `shared`."""
        return Storage(np.memmap(filename, np.uint8, "r+" if shared else "c", shape=(nbytes,)), shared=True)


# numbers --------------------------------------------------------------------------------------------------------------------------
_warned: list[bool] = []


def warn() -> None:
    """PyTorch's warning of typed storages, once a process."""
    if not _warned:
        _warned.append(True)
        warnings.warn(text("typed-storage-deprecated"), UserWarning, stacklevel=3)


class TypedStorage:
    """Memory seen as numbers of one dtype: what `x.storage()` gives. Deprecated, as in PyTorch.

    >>> x = steepest.arange(4.0)
    >>> x.storage()[1] = 7; x
    tensor([0., 7., 2., 3.])
    """

    is_sparse = False
    is_cuda = False
    dtype: dtypes.dtype
    _dtype: dtypes.dtype = dtypes.float32

    def __new__(cls, *args: Any, wrap_storage: Storage | None = None, dtype: dtypes.dtype | None = None, device: Any = None,
                _internal: bool = False) -> "TypedStorage":
        if not _internal:
            warn()
        self = object.__new__(TypedStorage)
        of = dtype or (get_default_dtype() if cls is TypedStorage else cls._dtype)
        if wrap_storage is not None and args:
            raise RuntimeError(text("storage-arguments", kind=cls.__name__, problem="wrap_storage stands alone"))
        self.dtype = of
        self._untyped_storage = made(args, of, cls.__name__) if wrap_storage is None else wrap_storage
        return self

    _untyped_storage: Storage

    @property
    def _elements(self) -> Tensor:
        return elements(self._untyped_storage, self.dtype)

    def _with(self, storage: Storage) -> "TypedStorage":
        return TypedStorage(wrap_storage=storage, dtype=self.dtype, _internal=True)

    def untyped(self) -> Storage:
        """The memory without the type."""
        return self._untyped_storage

    def __len__(self) -> int:
        return self.size()

    def size(self) -> int:
        """How many numbers there are."""
        return self._untyped_storage.nbytes() // self.element_size()

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._untyped_storage.nbytes()

    def element_size(self) -> int:
        """The bytes of one number."""
        size: int = numpy_dtype(self.dtype).itemsize
        return size

    def data_ptr(self) -> int:
        """The address of the first number."""
        return self._untyped_storage.data_ptr()

    @property
    def device(self) -> device:
        """The CPU."""
        return CPU

    @property
    def _cdata(self) -> int:
        return self.data_ptr()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            raise RuntimeError(text("storage-slice"))
        return self._elements[_place(index, self.size(), TypedStorage)].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        _write(self._elements, index, value, TypedStorage)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def tolist(self) -> list[Any]:
        """The numbers as a list."""
        numbers: list[Any] = self._elements.tolist()
        return numbers

    def fill_(self, value: Any) -> "TypedStorage":
        """Write one number over all of them."""
        self._elements.fill_(value)
        return self

    def copy_(self, source: Any, non_blocking: bool | None = None) -> "TypedStorage":
        """Write the bytes of another storage of the same size over these."""
        copy_bytes(self._untyped_storage, source)
        return self

    def clone(self) -> "TypedStorage":
        """A copy in other memory."""
        return self._with(clone_bytes(self._untyped_storage))

    __copy__ = clone

    def __deepcopy__(self, memo: dict[int, Any]) -> "TypedStorage":
        own = self._untyped_storage
        return self._with(memo.setdefault(id(own), clone_bytes(own)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._untyped_storage, self.dtype)

    def cpu(self) -> "TypedStorage":
        """The same memory."""
        return self._with(self._untyped_storage)

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The name of PyTorch's class for this dtype; given such a class or its name, the numbers converted to its dtype."""
        if dtype is None:
            return f"torch.{self.pickle_storage_type()}"
        return self._to(NAMES[(dtype if isinstance(dtype, str) else dtype.__name__).removeprefix("torch.")])

    def pickle_storage_type(self) -> str:
        """The name of PyTorch's class of storages of this dtype."""
        return next(name for name, of in NAMES.items() if of is self.dtype)

    def _to(self, of: dtypes.dtype) -> "TypedStorage":
        return TypedStorage(wrap_storage=self._elements.to(of, copy=True).storage_cell, dtype=of, _internal=True)

    def resizable(self) -> bool:
        """False: tensors do not move in memory."""
        return False

    resize_ = _resize

    def get_device(self) -> int:
        """-1: the CPU."""
        return -1

    def is_shared(self) -> bool:
        """False: processes do not share memory."""
        return False

    def is_pinned(self, device: Any = None) -> bool:
        """False: there is no pinned memory."""
        return False

    def share_memory_(self) -> "TypedStorage":
        """The storage itself."""
        return self

    @classmethod
    def from_buffer(cls, buffer: Any, byte_order: str = "native", count: int = -1, offset: int = 0, *,
                    dtype: dtypes.dtype | None = None) -> "TypedStorage":
        """A copy of the numbers in a buffer, whose bytes are in the order "native", "little" or "big"."""
        of = dtype or (get_default_dtype() if cls is TypedStorage else cls._dtype)
        return TypedStorage(wrap_storage=UntypedStorage.from_buffer(buffer, byte_order, dtype=of, count=count, offset=offset), dtype=of)

    @classmethod
    def from_file(cls, filename: str, shared: bool = False, size: int = 0) -> "TypedStorage":
        """Numbers of a file, written back where `shared`."""
        of = get_default_dtype() if cls is TypedStorage else cls._dtype
        memory = UntypedStorage.from_file(filename, shared, size * numpy_dtype(of).itemsize)
        return TypedStorage(wrap_storage=memory, dtype=of)

    def __repr__(self) -> str:
        shown = " " + "\n ".join(map(str, self.tolist()))
        return f"{shown}\n[torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {self.size()}]"


for _name, _of in CASTS.items():
    def _cast(self: TypedStorage, of: dtype = _of) -> TypedStorage:
        return self._to(of)

    _cast.__doc__ = f"The numbers converted to {_of}, in other memory."
    setattr(TypedStorage, _name, _cast)


def _rebuild(storage: Storage, of: dtype) -> TypedStorage:
    return TypedStorage(wrap_storage=storage, dtype=of, _internal=True)


class _Typed(type):
    """`isinstance(s, torch.FloatStorage)` asks for the dtype."""

    def __instancecheck__(cls, x: object) -> bool:
        return type(x) is TypedStorage and x.dtype is cls._dtype  # type: ignore[attr-defined]


TYPED: dict[str, Any] = {name: _Typed(name, (TypedStorage,), {"_dtype": of, "dtype": of})
                         for name, of in NAMES.items()}


def is_storage(obj: Any) -> bool:
    """Whether an object is the memory of tensors, with or without a type."""
    return isinstance(obj, (Storage, TypedStorage))


def storage(self: Tensor) -> TypedStorage:
    """The memory that the tensor shares with its views, as numbers; deprecated."""
    warn()
    return TypedStorage(wrap_storage=self.storage_cell, dtype=self.dtype, _internal=True)


def typed_storage(self: Tensor) -> TypedStorage:
    """The same without the warning."""
    return TypedStorage(wrap_storage=self.storage_cell, dtype=self.dtype, _internal=True)


def storage_type(self: Tensor) -> Any:
    """PyTorch's class of storages for the tensor's dtype."""
    return TYPED[typed_storage(self).pickle_storage_type()]


METHODS = {"storage": storage, "_typed_storage": typed_storage, "storage_type": storage_type}


def _place(index: Any, size: int, kind: type) -> int:
    if not isinstance(index, int):
        raise RuntimeError(text("storage-index-kind", kind=kind, index=type(index)))
    if not -size <= index < size:
        raise IndexError(text("storage-index-range", index=index, size=size))
    return index % size


def _write(there: Tensor, index: Any, value: Any, kind: type) -> None:
    if not isinstance(index, (int, slice)):
        raise RuntimeError(text("storage-index-kind", kind=kind, index=type(index)))
    if is_storage(value):
        raise RuntimeError(text("storage-value-kind", kind=type(value)))
    with no_graph():
        there[index] = value
