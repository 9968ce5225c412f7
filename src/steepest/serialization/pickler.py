"""Writing the structure of a file: a pickle whose tensors are given by PyTorch's names.

Everything but tensors is written as Python writes it (protocol 2, as PyTorch by default). The standard library's pickler
in Python is used, since the one in C insists on importing every name that it writes.
"""

import io
import pickle
from collections import OrderedDict
from typing import Any

import numpy as np

from steepest.core.copying import place
from steepest.core.device import device
from steepest.core.dtype import dtype, numpy_dtype, uint8
from steepest.core.size import Size
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.storages import TypedStorage
from steepest.methods.conversion import read
from steepest.nn.parameter import Parameter
from steepest.serialization.names import (
    DEVICE,
    ENCODE,
    REBUILD_PARAMETER,
    REBUILD_PARAMETER_WITH_STATE,
    REBUILD_SUBCLASS,
    REBUILD_TENSOR,
    SIZE,
    TENSOR,
    UNTYPED,
    Reference,
    dtype_reference,
    storage_reference,
)

__all__ = ["pickled"]

# The stubs of the standard library do not know the methods of this class.
PythonPickler: Any = pickle._Pickler


class StorageKey:
    """A storage's place in the file; PyTorch's persistent id is made of it."""

    __slots__ = ("identifier",)

    def __init__(self, identifier: tuple[Any, ...]):
        self.identifier = identifier


class TensorPickler(PythonPickler):
    """A pickler that gives tensors PyTorch's names and collects the storages they lie in."""

    def __init__(self, file: io.BytesIO, protocol: int):
        super().__init__(file, protocol)
        self.storages: list[Storage] = []
        self.keys: dict[int, StorageKey] = {}
        self.dtypes: dict[int, dtype] = {}

    def persistent_id(self, obj: Any) -> Any:
        return obj.identifier if type(obj) is StorageKey else None

    def save_call(self, obj: Any, reference: Reference, arguments: tuple[Any, ...]) -> None:
        """Write `obj` as the result of calling `reference`."""
        self.save(reference)
        self.save(arguments)
        self.write(pickle.REDUCE)
        self.memoize(obj)

    def save_tensor(self, obj: Tensor) -> None:
        read(obj)
        offset, shape, strides = place(obj)
        values: tuple[Any, ...] = (self.key(obj.storage_cell, obj.dtype), offset, shape, strides, obj.requires_grad, OrderedDict())
        if obj.__dict__:
            self.save_call(obj, REBUILD_SUBCLASS, (REBUILD_TENSOR, TENSOR, values, obj.__dict__))
        else:
            self.save_call(obj, REBUILD_TENSOR, values)

    def save_parameter(self, obj: Any) -> None:
        arguments: tuple[Any, ...] = (obj.data, obj.requires_grad, OrderedDict())
        if obj.__dict__:
            self.save_call(obj, REBUILD_PARAMETER_WITH_STATE, (*arguments, obj.__dict__))
        else:
            self.save_call(obj, REBUILD_PARAMETER, arguments)

    def save_device(self, obj: device) -> None:
        self.save_call(obj, DEVICE, (obj.type,) if obj.index is None else (obj.type, obj.index))

    def save_size(self, obj: Size) -> None:
        self.save_call(obj, SIZE, (tuple(obj),))

    def save_bytes_for_torch(self, obj: bytes) -> None:
        # As Python writes them in protocol 2, PyTorch's `weights_only` refuses them.
        if obj or self.proto > 2:
            self.save_bytes(obj)
        else:
            self.save_call(obj, ENCODE, ("", "latin1"))

    def save_dtype(self, obj: dtype) -> None:
        self.save(dtype_reference(obj))

    def save_reference(self, obj: Reference) -> None:
        self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        self.memoize(obj)

    def save_typed(self, obj: TypedStorage) -> None:
        self.save(self.key(obj.untyped(), obj.dtype))

    def save_untyped(self, obj: Storage) -> None:
        self.save(self.key(obj, uint8, UNTYPED))

    def key(self, storage: Storage, of: dtype, kind: Reference | None = None) -> StorageKey:
        """The key of a storage, which holds numbers of type `of`; storages are numbered as they are met."""
        if storage.nbytes():
            first = self.dtypes.setdefault(storage.address, of)
            if first is not of:
                raise RuntimeError(text("save-two-dtypes", first=first, second=of))
        if id(storage) not in self.keys:
            count = storage.nbytes() // numpy_dtype(of).itemsize
            self.keys[id(storage)] = StorageKey(("storage", kind or storage_reference(of), str(len(self.storages)), "cpu", count))
            self.storages.append(storage)
        return self.keys[id(storage)]

    dispatch = {
        **PythonPickler.dispatch,
        Tensor: save_tensor,
        Parameter: save_parameter,
        Size: save_size,
        device: save_device,
        bytes: save_bytes_for_torch,
        dtype: save_dtype,
        Reference: save_reference,
        TypedStorage: save_typed,
        Storage: save_untyped,
    }


def pickled(obj: object, protocol: int) -> tuple[bytes, list[Any]]:
    """The pickle of `obj`, and the bytes of the storages that its tensors lie in, in the order of their keys."""
    buffer = io.BytesIO()
    pickler = TensorPickler(buffer, protocol)
    pickler.dump(obj)
    return buffer.getvalue(), [storage.flat.view(np.uint8).data for storage in pickler.storages]
