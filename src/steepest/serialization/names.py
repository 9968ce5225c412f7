"""PyTorch's names in pickles, and what each one stands for here.

Writing needs only the names: a `Reference` is written as the name it holds, and nothing called `torch` has to exist.
Reading looks names up in `TABLE`; what is not in it is not known.
"""

import collections
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.copying import contiguous_strides, rebuild_tensor, with_class
from steepest.core.device import device
from steepest.core.dtype import dtype
from steepest.core.size import Size
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.storages import NAMES
from steepest.nn.parameter import Parameter

__all__ = ["REBUILD_PARAMETER", "REBUILD_PARAMETER_WITH_STATE", "REBUILD_SUBCLASS", "REBUILD_TENSOR", "Reference", "StorageType",
           "TABLE", "dtype_reference", "storage_reference"]


class Reference:
    """A global name to be written into a pickle as it stands."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name


class StorageType:
    """A class of storages in PyTorch, which tells the dtype of one; `of` is None where the dtype does not exist here."""

    __slots__ = ("name", "of")

    def __init__(self, name: str, of: dtype | None):
        self.name, self.of = name, of


ABSENT_STORAGES = ("QInt8Storage", "QInt32Storage", "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage", "ComplexHalfStorage")
ABSENT_DTYPES = ("uint16", "uint32", "uint64", "complex32", "float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz", "float8_e4m3fnuz",
                 "float8_e8m0fnu", "qint8", "qint32", "quint8", "quint4x2", "quint2x4")  # fmt: skip

REBUILD_TENSOR = Reference("torch._utils", "_rebuild_tensor_v2")
REBUILD_PARAMETER = Reference("torch._utils", "_rebuild_parameter")
REBUILD_PARAMETER_WITH_STATE = Reference("torch._utils", "_rebuild_parameter_with_state")
REBUILD_SUBCLASS = Reference("torch._tensor", "_rebuild_from_type_v2")
TENSOR = Reference("torch", "Tensor")
UNTYPED = Reference("torch.storage", "UntypedStorage")
SIZE = Reference("torch", "Size")
DEVICE = Reference("torch", "device")
ENCODE = Reference("_codecs", "encode")
_storage_references = {of: Reference("torch", name) for name, of in NAMES.items()}
_dtype_references = {of: Reference("torch", of.name) for of in dtypes.ALL}


def storage_reference(of: dtype) -> Reference:
    """The name of PyTorch's class for storages of this dtype."""
    return _storage_references[of]


def dtype_reference(of: dtype) -> Reference:
    """PyTorch's name of a dtype."""
    return _dtype_references[of]


class AbsentDtype:
    """A dtype of PyTorch's that does not exist here; using it is an error, meeting its name is none."""

    def __init__(self, name: str):
        self.name = name


def rebuild_v1(storage: Any, offset: int, shape: Sequence[int], strides: Sequence[int]) -> Tensor:
    storage = storage.untyped()
    return rebuild_tensor(storage, dtypes.from_numpy(storage.flat.dtype), offset, shape, strides)


def rebuild_v2(
    storage: Any,
    offset: int,
    shape: Sequence[int],
    strides: Sequence[int],
    requires_grad: bool,
    hooks: object,
    metadata: dict[str, bool] | None = None,
) -> Tensor:
    of = dtypes.from_numpy(storage.untyped().flat.dtype)
    return rebuild_v3(storage, offset, shape, strides, requires_grad, hooks, of, metadata)


def rebuild_v3(
    storage: Any,
    offset: int,
    shape: Sequence[int],
    strides: Sequence[int],
    requires_grad: bool,
    hooks: object,
    of: dtype | AbsentDtype,
    metadata: dict[str, bool] | None = None,
) -> Tensor:
    if isinstance(of, AbsentDtype):
        raise UnknownDtype(of.name)
    storage = storage.untyped()
    tensor = rebuild_tensor(storage, of, offset, shape, strides, requires_grad)
    # PyTorch marks these two lazily; here the values are written out.
    for mark, write_out in (("conj", np.conj), ("neg", np.negative)):
        if metadata and metadata.get(mark):
            array = np.ascontiguousarray(write_out(tensor.array))
            tensor = rebuild_tensor(Storage(array), of, 0, array.shape, contiguous_strides(array.shape), requires_grad)
    return tensor


class UnknownDtype(Exception):
    """The file holds a tensor of a dtype that does not exist here."""


def rebuild_parameter(data: Tensor, requires_grad: bool, hooks: object) -> Tensor:
    return Parameter(data, requires_grad)


def rebuild_parameter_with_state(data: Tensor, requires_grad: bool, hooks: object, state: Any) -> Tensor:
    return with_state(Parameter(data, requires_grad), state)


def rebuild_from_type_v2(function: Callable[..., Tensor], kind: Any, arguments: tuple[Any, ...], state: Any) -> Tensor:
    if function not in (rebuild_v1, rebuild_v2, rebuild_v3, rebuild_parameter) or not issubclass(kind, Tensor):
        raise pickle.UnpicklingError(text("unsafe-call", action="_rebuild_from_type_v2"))
    tensor = function(*arguments)
    return with_state(tensor if issubclass(type(tensor), kind) else with_class(tensor, kind), state)


def with_state(tensor: Tensor, state: Any) -> Tensor:
    """Give `tensor` the attributes that were set on it; a pair holds those of slots second."""
    plain, slots = state if isinstance(state, tuple) else (state, None)
    for attributes in (plain, slots):
        tensor.__dict__.update(attributes or {})
    return tensor


def bytes_of(content: str, encoding: str = "latin1") -> bytes:
    """What pickles of protocol 2 call to make bytes."""
    if encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise ValueError(f"encoding {encoding!r}")
    return content.encode(encoding)


def empty_bytes() -> bytes:
    """What pickles of protocol 2 call to make no bytes."""
    return b""


def bytearray_of(content: bytes = b"") -> bytearray:
    """`bytearray`, but not of a mere size, which would be any amount of memory."""
    return bytearray(bytes.join(b"", [content]))


TABLE: dict[str, Any] = {
    "collections.OrderedDict": collections.OrderedDict,
    "collections.Counter": collections.Counter,
    "builtins.set": set,
    "builtins.complex": complex,
    "builtins.bytearray": bytearray_of,
    "builtins.bytes": empty_bytes,
    "_codecs.encode": bytes_of,
    "torch.Size": Size,
    "torch.device": device,
    "torch.Tensor": Tensor,
    "torch.nn.parameter.Parameter": Parameter,
    "torch._utils._rebuild_tensor": rebuild_v1,
    "torch._utils._rebuild_tensor_v2": rebuild_v2,
    "torch._utils._rebuild_tensor_v3": rebuild_v3,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter_with_state,
    "torch._tensor._rebuild_from_type_v2": rebuild_from_type_v2,
    "torch.storage.UntypedStorage": StorageType("UntypedStorage", dtypes.uint8),
    **{f"torch.{name}": StorageType(name, of) for name, of in NAMES.items()},
    **{f"torch.{name}": StorageType(name, None) for name in ABSENT_STORAGES},
    **{f"torch.{of.name}": of for of in dtypes.ALL},
    **{f"torch.{name}": AbsentDtype(name) for name in ABSENT_DTYPES},
}
