"""What a tensor tells of itself - shape, memory, kind - and new tensors that are like it."""

import itertools
from typing import Any

from steepest.core.copying import retyped
from steepest.core.device import CPU, STRIDED, device, layout, memory_format
from steepest.core.dtype import dtype as DType
from steepest.core.memory_order import RANKS, is_channels_last, strides_of
from steepest.core.size import Size
from steepest.core.storage import UNTRACKED, Storage
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional import creating, pointwise, shaping
from steepest.functional.legacy import construct
from steepest.functional.operands import sizes
from steepest.methods import conversion
from steepest.ops import views

__all__ = ["METHODS", "PROPERTIES"]


def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    return Size(self.array.shape) if dim is None else self.array.shape[shaping.wrap(dim, self.array.ndim)]


def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements lie between neighbours along each dimension, or along one."""
    strides = strides_of(self.array)
    return strides if dim is None else strides[dim]


def dim(self: Tensor) -> int:
    """The number of dimensions."""
    return self.array.ndim


def nelement(self: Tensor) -> int:
    """The number of elements."""
    return self.array.size


def element_size(self: Tensor) -> int:
    """The bytes of one element."""
    return self.array.itemsize


def nbytes(self: Tensor) -> int:
    """The bytes of all elements."""
    return self.array.nbytes


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie in memory in order, or in that of `memory_format`, without gaps."""
    if memory_format in RANKS:
        return self.array.ndim == RANKS[memory_format] and is_channels_last(self.array)
    return self.array.flags.c_contiguous


def storage_offset(self: Tensor) -> int:
    """Where in its storage the tensor begins, counted in elements."""
    return self.storage_cell.offset(self.array)


def data_ptr(self: Tensor) -> int:
    """The address of the first element."""
    address: int = self.array.__array_interface__["data"][0]
    return address


def untyped_storage(self: Tensor) -> Storage:
    """The memory that this tensor shares with its views."""
    return self.storage_cell


def is_floating_point(self: Tensor) -> bool:
    """Whether the dtype is a floating one."""
    return self.dtype.is_floating_point


def is_complex(self: Tensor) -> bool:
    """Whether the dtype is a complex one."""
    return self.dtype.is_complex


def is_signed(self: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    return self.dtype.is_signed


def view_as(self: Tensor, other: Tensor) -> Tensor:
    """A view with the shape of `other`."""
    result: Tensor = shaping.view(self, *other.array.shape)
    return result


def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The elements in the shape of `other`: a view where memory allows it, else a copy."""
    return shaping.reshape(self, *other.array.shape)


def where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """Elements of this tensor where `condition` holds, of `other` elsewhere."""
    result: Tensor = pointwise.where(condition, self, other)
    return result


def new(self: Tensor, *args: Any, size: Any = None, device: Any = None) -> Tensor:
    """`torch.Tensor(...)` with this tensor's dtype: of sizes, of data, or sharing memory with a tensor of this dtype."""
    return construct(args, self.dtype, size)


def new_tensor(self: Tensor, data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A new tensor with a copy of `data` and, unless given, this tensor's dtype."""
    return creating.tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def new_zeros(self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros with, unless given, this tensor's dtype."""
    return creating.zeros(*size, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def new_ones(self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones with, unless given, this tensor's dtype."""
    return creating.ones(*size, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def new_empty(self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose elements are yet to be written with, unless given, this tensor's dtype."""
    return creating.empty(*size, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def new_full(self: Tensor, size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """A tensor of shape `size` filled with a number with, unless given, this tensor's dtype."""
    return creating.full(size, fill_value, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def new_empty_strided(self: Tensor, size: Any, stride: Any, *, dtype: DType | None = None, device: Any = None,
                      requires_grad: bool = False, layout: Any = None, pin_memory: bool = False) -> Tensor:
    """A tensor whose elements are yet to be written, with given strides and, unless given, this tensor's dtype."""
    return creating.empty_strided(size, stride, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def is_same_size(self: Tensor, other: Tensor) -> bool:
    """Whether both tensors have one shape."""
    return self.array.shape == other.array.shape


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both are the same view of the same memory."""
    same = self.storage_cell is tensor.storage_cell and self.array.shape == tensor.array.shape
    return same and self.array.strides == tensor.array.strides and data_ptr(self) == data_ptr(tensor)


def is_nonzero(self: Tensor) -> bool:
    """Whether the only element differs from zero."""
    return bool(self != 0)


def dim_order(self: Tensor, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions from the one with the widest stride to the one with the narrowest.

    With `ambiguity_check` RuntimeError where other orders would do as well: sizes of 1, equal strides. A list of memory formats instead
    of True lets pass what lies in just one of them.
    """
    formats = ambiguity_check if isinstance(ambiguity_check, list) else []
    if not isinstance(ambiguity_check, (bool, list)) or not all(isinstance(each, memory_format) for each in formats):
        raise TypeError(text("dim-order-check", given=ambiguity_check))
    strides = stride(self)
    several = 1 in self.array.shape or any(a == b for a, b in itertools.pairwise(strides))
    if ambiguity_check and several and sum(is_contiguous(self, each) for each in formats) != 1:
        raise RuntimeError(text("dim-order-ambiguous"))
    return tuple(sorted(range(self.array.ndim), key=lambda d: -self.array.strides[d]))


def resize_(self: Tensor, *size: Any) -> Tensor:
    """Give the tensor another shape in place; new elements are zeros."""
    return conversion.resize(self, sizes(size))


def unnamed(self: Tensor) -> None:
    """None: tensors have no names."""


def to_dense(self: Tensor, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    """The tensor itself, which has all its elements."""
    return self if dtype is None else self.to(dtype)


def module_load(self: Tensor, other: Tensor, assign: bool = False) -> Tensor:
    """What a module keeps when `other` is loaded in the place of this tensor: this one filled, or with `assign` the other."""
    return other.detach() if assign else self.copy_(other).detach()


def as_subclass(self: Tensor, cls: type[Tensor]) -> Tensor:
    """The same tensor as an object of a subclass of `Tensor`, whose `__init__` is not called; gradients flow back."""
    return retyped(views.identity(self), cls)


def make_subclass(cls: type[Tensor], data: Tensor, require_grad: bool = False) -> Tensor:
    """An object of a subclass over the memory of `data`, outside the graph."""
    made = retyped(data.detach(), cls)
    made.requires_grad = require_grad
    return made


def transposed(self: Tensor) -> Tensor:
    """A view with the dimensions in reverse order."""
    return shaping.permute(self, *range(self.array.ndim)[::-1])


def _matrices(name: str, x: Tensor) -> None:
    if x.array.ndim == 1:
        raise RuntimeError(text("matrix-view-dims", name=name))


def matrix_transposed(self: Tensor) -> Tensor:
    """A view with the last two dimensions exchanged."""
    _matrices("mT", self)
    return shaping.transpose(self, -2, -1) if self.array.ndim else self


def adjoint(self: Tensor) -> Tensor:
    """The complex conjugate of the transposed matrix."""
    if self.array.ndim not in (0, 2):
        raise RuntimeError(text("adjoint-dims", ndim=self.array.ndim))
    return pointwise.conj(transposed(self))


def matrix_adjoint(self: Tensor) -> Tensor:
    """The last two dimensions exchanged, complex numbers conjugated."""
    _matrices("mH", self)
    return shaping.adjoint(self) if self.array.ndim else pointwise.conj(self)


def place(self: Tensor) -> device:
    """The device that holds the tensor: the CPU."""
    return CPU


def is_cpu(self: Tensor) -> bool:
    """Whether the tensor is on the CPU: always."""
    return True


def memory_layout(self: Tensor) -> layout:
    """How the elements are laid out: strided."""
    return STRIDED


def names(self: Tensor) -> tuple[None, ...]:
    """The names of the dimensions: none."""
    return (None,) * self.array.ndim


def is_inference(self: Tensor) -> bool:
    """Whether the tensor was made in inference mode."""
    return self.counter is UNTRACKED


def version_count(self: Tensor) -> int:
    """How often the memory was written in place; RuntimeError for tensors made in inference mode, which do not count."""
    if self.counter is UNTRACKED:
        raise RuntimeError(text("inference-version"))
    return self._version_count


def base(self: Tensor) -> Tensor | None:
    """The tensor that this one is a view of; None where it is none."""
    return None if self.view_of is None else self.view_of.base


def is_view(self: Tensor) -> bool:
    """Whether the tensor is a view of another one."""
    return self.view_of is not None


class Absent:
    """An attribute that a tensor has not: AttributeError with the reason why the name stays out.

    One for each name, since a `__getattr__` of the class would slow every other attribute (on Python 3.11).
    """

    def __init__(self, name: str):
        self.name = name

    def __get__(self, tensor: Any, kind: Any = None) -> Any:
        raise AttributeError(outside.told("torch.Tensor", self.name), name=self.name, obj=tensor)


def never(kind: str) -> Any:
    """The getter of a property that holds for no tensor here."""
    def getter(self: Tensor) -> bool:
        return False

    getter.__doc__ = f"Whether the tensor is {kind}: never."
    return getter


METHODS: dict[str, Any] = {
    **{name: Absent(name) for name in outside.listed("torch.Tensor")}, "_is_view": is_view,
    "as_subclass": as_subclass, "_make_subclass": staticmethod(make_subclass),
    "size": size, "stride": stride, "dim": dim, "ndimension": dim, "nelement": nelement, "element_size": element_size,
    "is_contiguous": is_contiguous, "storage_offset": storage_offset, "data_ptr": data_ptr,
    "_cdata": property(id, doc="A number that tells this tensor from others."), "untyped_storage": untyped_storage,
    "is_floating_point": is_floating_point, "is_complex": is_complex, "is_signed": is_signed,
    "is_shared": never("in memory shared between processes"), "is_pinned": never("in pinned memory"),
    "is_inference": is_inference, "view_as": view_as, "reshape_as": reshape_as, "where": where,
    "new": new,
    "new_tensor": new_tensor, "new_zeros": new_zeros, "new_ones": new_ones, "new_empty": new_empty, "new_empty_strided": new_empty_strided,
    "is_same_size": is_same_size, "is_set_to": is_set_to, "is_nonzero": is_nonzero, "dim_order": dim_order,
    "is_conj": never("conjugated later"), "is_neg": never("negated later"), "is_distributed": never("on several machines"),
    "is_coalesced": never("sparse"), "new_full": new_full,
    "resize_": resize_, "clone": shaping.clone_, "to_dense": to_dense, "module_load": module_load, "const_data_ptr": data_ptr,
}
PROPERTIES: dict[str, Any] = {
    **{f"is_{where}": never(f"on {what}") for where, what in (
        ("ipu", "an IPU"), ("maia", "a Maia device"), ("mtia", "an MTIA device"), ("vulkan", "a Vulkan device"), ("xla", "an XLA device"),
        ("xpu", "an Intel GPU"), ("sparse_csr", "rows that are compressed"))},
    "_base": base, "is_nested": never("made of tensors of several shapes"), "name": unnamed,
    "T": transposed, "mT": matrix_transposed, "mH": matrix_adjoint, "H": adjoint,
    "device": place, "layout": memory_layout, "itemsize": element_size,
    "nbytes": nbytes, "names": names, "real": conversion.real, "imag": conversion.imag, "_version": version_count,
    "is_cpu": is_cpu, "is_cuda": never("on a CUDA device"), "is_mps": never("on an Apple GPU"), "is_sparse": never("sparse"),
    "is_meta": never("without memory"), "is_quantized": never("quantized"), "is_mkldnn": never("in the layout of oneDNN"),
}
