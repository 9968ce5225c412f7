# Written by scripts/stubs.py; run that after adding an operation.
"""Tensor: a NumPy view of a storage, with what autograd needs to know about it."""

from builtins import bool as _bool, float as _float, int as _int, type as _type
from collections.abc import Callable, Iterator
from numpy import ndarray
from typing import Any, ClassVar, Self
from steepest.core.device import device as _device, layout as _layout
from steepest.core.dtype import dtype, dtype as _dtype
from steepest.core.hooks import RemovableHandle
from steepest.core.size import Size
from steepest.core.sparse import SparseTensor
from steepest.core.storage import Storage, Version
from steepest.functional.storages import TypedStorage

Array = ndarray[Any, Any]
refreshers: list[Any]

class Family:
    """Counts how often autograd has seen the content of a base replaced; shared by the base and its views.

    `turns` are the changes of the base's own shape: the stamp that each began, and the view that leads back to the shape
    before.
    """
    stamp: int
    turns: tuple[tuple[int, Any], ...]
    def __init__(self) -> None: ...

class Views:
    """How a tensor came from the base of its family: the view operations in their order.

    Views hold their base, the base does not hold them, so both are freed without the cycle collector.
    """
    base: Tensor
    family: Family
    steps: tuple[Any, ...]
    stamp: int
    made_without_grad: bool
    def __init__(self, of: Tensor, step: tuple[Any, Any], with_grad: bool) -> None: ...

class Tensor:
    """A multi-dimensional array of one dtype that can record how it was computed."""
    array: ndarray[Any, Any]
    dtype: _dtype
    needs_grad: _bool
    node: Any
    output_nr: _int
    view_of: Views | None
    hooks: Any
    counter: Version | None
    _storage: Storage | None
    _family: Family | None
    _grad: Tensor | None
    level: ClassVar[Any]
    @property
    def H(self) -> Tensor:
        """The complex conjugate of the transposed matrix."""
    @property
    def T(self) -> Tensor:
        """A view with the dimensions in reverse order."""
    @property
    def _base(self) -> Tensor | None:
        """The tensor that this one is a view of; None where it is none."""
    @property
    def _cdata(self) -> Any:
        """Return the identity of an object.

        This is guaranteed to be unique among simultaneously existing objects.
        (CPython uses the object's memory address.)
        """
    @property
    def _version(self) -> _int:
        """How often the memory was written in place; RuntimeError for tensors made in inference mode, which do not count."""
    @property
    def _version_count(self) -> _int: ...
    @property
    def data(self) -> Tensor:
        """The same memory outside the graph, with a version counter of its own."""
    @data.setter
    def data(self, value: Tensor) -> None: ...
    @property
    def device(self) -> _device:
        """The device that holds the tensor: the CPU."""
    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have summed up; None before the first."""
    @grad.setter
    def grad(self, value: Tensor | None) -> None: ...
    @property
    def grad_fn(self) -> Any:
        """The graph node that computed this tensor; None for leaves."""
    @property
    def imag(self) -> Tensor:
        """The imaginary parts; RuntimeError for real tensors."""
    @property
    def is_cpu(self) -> _bool:
        """Whether the tensor is on the CPU: always."""
    @property
    def is_cuda(self) -> _bool:
        """Whether the tensor is on a CUDA device: never."""
    @property
    def is_ipu(self) -> _bool:
        """Whether the tensor is on an IPU: never."""
    @property
    def is_leaf(self) -> _bool:
        """True for tensors that no recorded operation computed."""
    @property
    def is_maia(self) -> _bool:
        """Whether the tensor is on a Maia device: never."""
    @property
    def is_meta(self) -> _bool:
        """Whether the tensor is without memory: never."""
    @property
    def is_mkldnn(self) -> _bool:
        """Whether the tensor is in the layout of oneDNN: never."""
    @property
    def is_mps(self) -> _bool:
        """Whether the tensor is on an Apple GPU: never."""
    @property
    def is_mtia(self) -> _bool:
        """Whether the tensor is on an MTIA device: never."""
    @property
    def is_nested(self) -> _bool:
        """Whether the tensor is made of tensors of several shapes: never."""
    @property
    def is_quantized(self) -> _bool:
        """Whether the tensor is quantized: never."""
    @property
    def is_sparse(self) -> _bool:
        """Whether the tensor is sparse: never."""
    @property
    def is_sparse_csr(self) -> _bool:
        """Whether the tensor is on rows that are compressed: never."""
    @property
    def is_vulkan(self) -> _bool:
        """Whether the tensor is on a Vulkan device: never."""
    @property
    def is_xla(self) -> _bool:
        """Whether the tensor is on an XLA device: never."""
    @property
    def is_xpu(self) -> _bool:
        """Whether the tensor is on an Intel GPU: never."""
    @property
    def itemsize(self) -> _int:
        """The bytes of one element."""
    @property
    def layout(self) -> _layout:
        """How the elements are laid out: strided."""
    @property
    def mH(self) -> Tensor:
        """The last two dimensions exchanged, complex numbers conjugated."""
    @property
    def mT(self) -> Tensor:
        """A view with the last two dimensions exchanged."""
    @property
    def name(self) -> None:
        """None: tensors have no names."""
    @property
    def names(self) -> tuple[None, ...]:
        """The names of the dimensions: none."""
    @property
    def nbytes(self) -> _int:
        """The bytes of all elements."""
    @property
    def ndim(self) -> _int:
        """The number of dimensions."""
    @property
    def real(self) -> Tensor:
        """The real parts."""
    @property
    def requires_grad(self) -> _bool:
        """Whether gradients are wanted for this tensor, or for the one that it is a view of."""
    @requires_grad.setter
    def requires_grad(self, wanted: _bool) -> None: ...
    @property
    def retains_grad(self) -> _bool:
        """Whether `retain_grad` was called on this computed tensor."""
    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
    @property
    def storage_cell(self) -> Storage:
        """The storage that this tensor views."""
    @property
    def version(self) -> Version:
        """The counter of in-place writes that this tensor shares with its views."""
    def __abs__(self) -> Tensor: ...
    def __add__(self, other: Any) -> Tensor: ...
    def __and__(self, other: Any) -> Tensor: ...
    def __array__(self, dtype: Any = None, copy: _bool | None = None) -> ndarray[Any, Any]: ...
    __array_priority__: _int
    def __array_wrap__(self, array: ndarray[Any, Any], context: Any = None, return_scalar: _bool = False) -> Tensor: ...
    def __bool__(self) -> _bool: ...
    def __complex__(self) -> complex: ...
    def __contains__(self, value: Any) -> _bool: ...
    def __deepcopy__(self, memo: dict[_int, Any]) -> Tensor:
        """A copy with memory of its own, the gradient and all attributes copied too; called through `copy.deepcopy`.

        Raises RuntimeError for a tensor that an operation computed: its graph would be lost without a word.
        """
    def __dlpack__(self, **options: Any) -> Any:
        """A DLPack capsule over the same memory; BufferError for tensors that require gradients."""
    def __dlpack_device__(self) -> tuple[_int, _int]: ...
    def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __float__(self) -> _float: ...
    def __floordiv__(self, other: Any) -> Tensor: ...
    def __format__(self, specification: str) -> str: ...
    def __ge__(self, other: Any) -> Tensor: ...
    def __getitem__(self, key: Any) -> Tensor:
        """A view for integers, slices, None and Ellipsis; a copy of picked elements for lists, integer tensors and masks."""
    def __gt__(self, other: Any) -> Tensor: ...
    def __hash__(self) -> _int: ...
    def __iadd__(self, other: Any) -> Tensor: ...
    def __iand__(self, other: Any) -> Tensor: ...
    def __ifloordiv__(self, other: Any) -> Tensor: ...
    def __ilshift__(self, other: Any) -> Tensor: ...
    def __imod__(self, other: Any) -> Tensor: ...
    def __imul__(self, other: Any) -> Tensor: ...
    def __index__(self) -> _int: ...
    def __int__(self) -> _int: ...
    def __invert__(self) -> Tensor: ...
    def __ior__(self, other: Any) -> Tensor: ...
    def __ipow__(self, other: Any) -> Tensor: ...
    def __irshift__(self, other: Any) -> Tensor: ...
    def __isub__(self, other: Any) -> Tensor: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    def __itruediv__(self, other: Any) -> Tensor: ...
    def __ixor__(self, other: Any) -> Tensor: ...
    def __le__(self, other: Any) -> Tensor: ...
    def __len__(self) -> _int: ...
    def __lshift__(self, other: Any) -> Tensor: ...
    def __lt__(self, other: Any) -> Tensor: ...
    def __matmul__(self, other: Any) -> Tensor: ...
    def __mod__(self, other: Any) -> Tensor: ...
    def __mul__(self, other: Any) -> Tensor: ...
    def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __neg__(self) -> Tensor: ...
    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def __or__(self, other: Any) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __pow__(self, other: Any) -> Tensor: ...
    def __radd__(self, other: Any) -> Tensor: ...
    def __rand__(self, other: Any) -> Tensor: ...
    def __rdiv__(self, other: Any) -> Tensor: ...
    def __reduce_ex__(self, protocol: Any) -> Any: ...
    def __repr__(self) -> str: ...
    def __reversed__(self) -> Tensor: ...
    def __rfloordiv__(self, other: Any) -> Tensor: ...
    def __rlshift__(self, other: Any) -> Tensor: ...
    def __rmatmul__(self, other: Any) -> Tensor: ...
    def __rmod__(self, other: Any) -> Tensor: ...
    def __rmul__(self, other: Any) -> Tensor: ...
    def __ror__(self, other: Any) -> Tensor: ...
    def __rpow__(self, other: Any) -> Tensor: ...
    def __rrshift__(self, other: Any) -> Tensor: ...
    def __rshift__(self, other: Any) -> Tensor: ...
    def __rsub__(self, other: Any) -> Tensor: ...
    def __rtruediv__(self, other: Any) -> Tensor: ...
    def __rxor__(self, other: Any) -> Tensor: ...
    def __setitem__(self, key: Any, value: Any) -> None:
        """Write into the elements that `key` picks."""
    def __sub__(self, other: Any) -> Tensor: ...
    def __truediv__(self, other: Any) -> Tensor: ...
    def __xor__(self, other: Any) -> Tensor: ...
    def _is_view(self) -> _bool:
        """Whether the tensor is a view of another one."""
    def _make_subclass(self, data: Tensor, require_grad: _bool = False) -> Tensor:
        """An object of a subclass over the memory of `data`, outside the graph."""
    def _typed_storage(self) -> TypedStorage:
        """The same without the warning."""
    def abs(self, *, out: Tensor | None = None) -> Tensor:
        """`abs` of every element; the result has the shape of `input`."""
    def abs_(self) -> Tensor:
        """`abs`, written over this tensor; returns the tensor."""
    def absolute(self, *, out: Tensor | None = None) -> Tensor:
        """`abs` of every element; the result has the shape of `input`."""
    def absolute_(self, *other: Any) -> Tensor:
        """`abs` written over this tensor."""
    def acos(self, *, out: Tensor | None = None) -> Tensor:
        """`acos` of every element; the result has the shape of `input`."""
    def acos_(self) -> Tensor:
        """`acos`, written over this tensor; returns the tensor."""
    def acosh(self, *, out: Tensor | None = None) -> Tensor:
        """`acosh` of every element; the result has the shape of `input`."""
    def acosh_(self) -> Tensor:
        """`acosh`, written over this tensor; returns the tensor."""
    def add(self, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
        """`input + alpha * other`, broadcast."""
    def add_(self, other: Any, *early: Any, alpha: Any = 1) -> Tensor:
        """`add`, written over this tensor; returns the tensor."""
    def addbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * sum over the batch of batch1 @ batch2`."""
    def addbmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`addbmm` written over this tensor."""
    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`; RuntimeError where integers are divided."""
    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`addcdiv`, written over this tensor; returns the tensor."""
    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`; of integers the value is one, too."""
    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
        """`addcmul`, written over this tensor; returns the tensor."""
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (mat1 @ mat2)`."""
    def addmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`addmm` written over this tensor."""
    def addmv(self, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (mat @ vec)`."""
    def addmv_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`addmv` written over this tensor."""
    def addr(self, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * outer(vec1, vec2)`."""
    def addr_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`addr` written over this tensor."""
    def adjoint(self) -> Tensor:
        """The last two dimensions exchanged, complex numbers conjugated."""
    def all(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """Whether all elements are true."""
    def allclose(self, other: Tensor, rtol: _float = 1e-05, atol: _float = 1e-08, equal_nan: _bool = False) -> _bool:
        """Whether all elements are close: `|input - other| <= atol + rtol * |other|`."""
    def amax(self, dim: Any = ..., keepdim: _bool = False) -> Tensor:
        """The largest element over `dim`; equal ones share the gradient."""
    def amin(self, dim: Any = ..., keepdim: _bool = False) -> Tensor:
        """The smallest element over `dim`; equal ones share the gradient."""
    def aminmax(self, *, dim: Any = None, keepdim: _bool = False) -> Any:
        """Smallest and largest element."""
    def angle(self) -> Tensor:
        """The argument of complex numbers; of real ones 0 or pi."""
    def any(self, dim: Any = None, keepdim: _bool = False) -> Tensor:
        """Whether any element is true."""
    def apply_(self, callable: Callable[[Any], Any]) -> Tensor:
        """Replace every element by `callable(element)`, in Python: slow."""
    def arccos(self, *, out: Tensor | None = None) -> Tensor:
        """`acos` of every element; the result has the shape of `input`."""
    def arccos_(self, *other: Any) -> Tensor:
        """`acos` written over this tensor."""
    def arccosh(self, *, out: Tensor | None = None) -> Tensor:
        """`acosh` of every element; the result has the shape of `input`."""
    def arccosh_(self, *other: Any) -> Tensor:
        """`acosh` written over this tensor."""
    def arcsin(self, *, out: Tensor | None = None) -> Tensor:
        """`asin` of every element; the result has the shape of `input`."""
    def arcsin_(self, *other: Any) -> Tensor:
        """`asin` written over this tensor."""
    def arcsinh(self, *, out: Tensor | None = None) -> Tensor:
        """`asinh` of every element; the result has the shape of `input`."""
    def arcsinh_(self, *other: Any) -> Tensor:
        """`asinh` written over this tensor."""
    def arctan(self, *, out: Tensor | None = None) -> Tensor:
        """`atan` of every element; the result has the shape of `input`."""
    def arctan2(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`atan2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def arctan2_(self, *other: Any) -> Tensor:
        """`atan2` written over this tensor."""
    def arctan_(self, *other: Any) -> Tensor:
        """`atan` written over this tensor."""
    def arctanh(self, *, out: Tensor | None = None) -> Tensor:
        """`atanh` of every element; the result has the shape of `input`."""
    def arctanh_(self, *other: Any) -> Tensor:
        """`atanh` written over this tensor."""
    def argmax(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The index of the largest element, the first one where several are equal."""
    def argmin(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The index of the smallest element, the first one where several are equal."""
    def argsort(self, dim: _int = -1, descending: _bool = False, stable: _bool = False) -> Tensor:
        """The indices that sort along `dim`."""
    def argwhere(self) -> Tensor:
        """The indices of the elements that are not zero, one row each."""
    def as_strided(self, size: Any, stride: Any, storage_offset: _int | None = None) -> Tensor:
        """The storage seen with given sizes and strides; RuntimeError where they lead out of it."""
    def as_strided_(self, size: Any, stride: Any, storage_offset: _int | None = None) -> Tensor:
        """Give the tensor itself other sizes and strides over its memory."""
    def as_strided_scatter(self, src: Tensor, size: Any, stride: Any, storage_offset: _int | None = None) -> Tensor:
        """A copy of `input` and of the memory around it with `src` written over a view with given sizes and strides."""
    def as_subclass(self, cls: _type[Tensor]) -> Tensor:
        """The same tensor as an object of a subclass of `Tensor`, whose `__init__` is not called; gradients flow back."""
    def asin(self, *, out: Tensor | None = None) -> Tensor:
        """`asin` of every element; the result has the shape of `input`."""
    def asin_(self) -> Tensor:
        """`asin`, written over this tensor; returns the tensor."""
    def asinh(self, *, out: Tensor | None = None) -> Tensor:
        """`asinh` of every element; the result has the shape of `input`."""
    def asinh_(self) -> Tensor:
        """`asinh`, written over this tensor; returns the tensor."""
    def atan(self, *, out: Tensor | None = None) -> Tensor:
        """`atan` of every element; the result has the shape of `input`."""
    def atan2(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`atan2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def atan2_(self, other: Any) -> Tensor:
        """`atan2`, written over this tensor; returns the tensor."""
    def atan_(self) -> Tensor:
        """`atan`, written over this tensor; returns the tensor."""
    def atanh(self, *, out: Tensor | None = None) -> Tensor:
        """`atanh` of every element; the result has the shape of `input`."""
    def atanh_(self) -> Tensor:
        """`atanh`, written over this tensor; returns the tensor."""
    def backward(self, gradient: Any = None, retain_graph: _bool | None = None, create_graph: _bool = False,
                 inputs: Any = None) -> None:
        """Sum the gradient of this tensor with respect to the leaves into their `.grad`; see `torch.autograd.backward`."""
    def baddbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        """`beta * input + alpha * (batch1 @ batch2)`."""
    def baddbmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`baddbmm` written over this tensor."""
    def bernoulli(self, p: Any = None, *, generator: Any = None, out: Any = None) -> Tensor:
        """Ones with the probabilities that `input` holds (or with `p`), else zeros."""
    def bernoulli_(self, p: Any = 0.5, *, generator: Any = None) -> Tensor:
        """Ones with probability `p`, a number or a tensor, else zeros."""
    def bfloat16(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.bfloat16."""
    def bincount(self, weights: Tensor | None = None, minlength: _int = 0) -> Tensor:
        """How often each of 0, 1, 2 ... occurs, or the sums of the weights."""
    def bitwise_and(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_and` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def bitwise_and_(self, other: Any) -> Tensor:
        """`bitwise_and`, written over this tensor; returns the tensor."""
    def bitwise_left_shift(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_left_shift` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of
        them."""
    def bitwise_left_shift_(self, other: Any) -> Tensor:
        """`bitwise_left_shift`, written over this tensor; returns the tensor."""
    def bitwise_not(self, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_not` of every element; the result has the shape of `input`."""
    def bitwise_not_(self) -> Tensor:
        """`bitwise_not`, written over this tensor; returns the tensor."""
    def bitwise_or(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_or` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def bitwise_or_(self, other: Any) -> Tensor:
        """`bitwise_or`, written over this tensor; returns the tensor."""
    def bitwise_right_shift(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_right_shift` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of
        them."""
    def bitwise_right_shift_(self, other: Any) -> Tensor:
        """`bitwise_right_shift`, written over this tensor; returns the tensor."""
    def bitwise_xor(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`bitwise_xor` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def bitwise_xor_(self, other: Any) -> Tensor:
        """`bitwise_xor`, written over this tensor; returns the tensor."""
    def bmm(self, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
        """The products of matrices `(b, n, m)` and `(b, m, p)`."""
    def bool(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.bool."""
    def broadcast_to(self, size: Any) -> Tensor:
        """Expanded to `size`."""
    def byte(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.uint8."""
    def cauchy_(self, *args: _float, generator: Any = None, **kwargs: _float) -> Tensor:
        """Numbers of the cauchy distribution."""
    def cdouble(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.complex128."""
    def ceil(self, *, out: Tensor | None = None) -> Tensor:
        """`ceil` of every element; the result has the shape of `input`."""
    def ceil_(self) -> Tensor:
        """`ceil`, written over this tensor; returns the tensor."""
    def cfloat(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.complex64."""
    def char(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.int8."""
    def cholesky(self, *, upper: _bool = False) -> Tensor:
        """The lower (or upper) factor L of `L L^H`; LinAlgError where A is not positive definite."""
    def cholesky_inverse(self, upper: _bool = False) -> Tensor:
        """The inverse of A from its Cholesky factor."""
    def cholesky_solve(self, L: Tensor, upper: _bool = False) -> Tensor:
        """X with `A X = B` from the Cholesky factor of A."""
    def chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """At most `chunks` pieces of equal size (the last may be smaller)."""
    def clamp(self, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
        """Every element held between `min` and `max`, numbers or tensors, either of which may be None."""
    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        """`clamp`, written over this tensor; returns the tensor."""
    def clamp_max(self, max: Any) -> Tensor:
        """Every element, at most `max`."""
    def clamp_max_(self, max: Any) -> Tensor:
        """`clamp_max`, written over this tensor; returns the tensor."""
    def clamp_min(self, min: Any) -> Tensor:
        """Every element, at least `min`."""
    def clamp_min_(self, min: Any) -> Tensor:
        """`clamp_min`, written over this tensor; returns the tensor."""
    def clip(self, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
        """Every element held between `min` and `max`, numbers or tensors, either of which may be None."""
    def clip_(self, min: Any = None, max: Any = None) -> Tensor:
        """`clamp`, written over this tensor; returns the tensor."""
    def clone(self, *, memory_format: Any = None) -> Tensor:
        """A copy with memory of its own; gradients flow through."""
    def conj(self) -> Tensor:
        """The complex conjugate."""
    def conj_physical(self) -> Tensor:
        """The complex conjugate."""
    def conj_physical_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`conj_physical` written over this tensor."""
    def const_data_ptr(self) -> _int:
        """The address of the first element."""
    def contiguous(self, memory_format: Any = None) -> Tensor:
        """The tensor itself if its elements lie in the order of their indices, or that of `memory_format`, else a copy that
        does."""
    def copy_(self, src: Any, non_blocking: _bool = False) -> Tensor:
        """The elements of `src`, a tensor or a number, broadcast and converted, written over this tensor's."""
    def copysign(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`copysign` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def copysign_(self, other: Any) -> Tensor:
        """`copysign`, written over this tensor; returns the tensor."""
    def corrcoef(self) -> Tensor:
        """The correlation matrix of variables in rows."""
    def cos(self, *, out: Tensor | None = None) -> Tensor:
        """`cos` of every element; the result has the shape of `input`."""
    def cos_(self) -> Tensor:
        """`cos`, written over this tensor; returns the tensor."""
    def cosh(self, *, out: Tensor | None = None) -> Tensor:
        """`cosh` of every element; the result has the shape of `input`."""
    def cosh_(self) -> Tensor:
        """`cosh`, written over this tensor; returns the tensor."""
    def count_nonzero(self, dim: Any = None) -> Tensor:
        """How many elements differ from zero."""
    def cov(self, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
        """The covariance matrix of variables in rows; columns count `fweights` times and weigh `aweights`."""
    def cpu(self, memory_format: Any = None) -> Tensor:
        """The tensor itself: it is on the CPU."""
    def cross(self, other: Tensor, dim: _int = -1) -> Tensor:
        """The cross product of vectors of three elements along `dim`."""
    def cuda(self, *args: Any, **kwargs: Any) -> Tensor:
        """AssertionError: there is no CUDA device."""
    def cummax(self, dim: _int) -> Any:
        """Running maximum along `dim` and its index."""
    def cummin(self, dim: _int) -> Any:
        """Running minimum along `dim` and its index."""
    def cumprod(self, dim: _int, *, dtype: Any = None) -> Tensor:
        """Partial products along `dim`."""
    def cumprod_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`cumprod` written over this tensor."""
    def cumsum(self, dim: _int, *, dtype: Any = None) -> Tensor:
        """Partial sums along `dim`."""
    def cumsum_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`cumsum` written over this tensor."""
    def data_ptr(self) -> _int:
        """The address of the first element."""
    def deg2rad(self, *, out: Tensor | None = None) -> Tensor:
        """`deg2rad` of every element; the result has the shape of `input`."""
    def deg2rad_(self) -> Tensor:
        """`deg2rad`, written over this tensor; returns the tensor."""
    def det(self) -> Tensor:
        """The determinant of square matrices."""
    def detach(self) -> Tensor:
        """The same memory outside the graph; in-place changes of one are seen in the other and by the version check."""
    def detach_(self) -> Tensor:
        """Cut this tensor off the graph."""
    def diag(self, diagonal: _int = 0) -> Tensor:
        """The diagonal of a matrix, or a matrix with a vector as its diagonal."""
    def diag_embed(self, offset: _int = 0, dim1: _int = -2, dim2: _int = -1) -> Tensor:
        """Matrices with the last dimension as their diagonals."""
    def diagflat(self, offset: _int = 0) -> Tensor:
        """A matrix with all elements as its diagonal."""
    def diagonal(self, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """The diagonal of two dimensions, as the last dimension of a view."""
    def diagonal_scatter(self, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """A copy of `input` with `src` written over a diagonal."""
    def diff(self, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
        """Differences of neighbours along `dim`, `n` times, after other tensors were put before and behind."""
    def digamma(self, *, out: Tensor | None = None) -> Tensor:
        """`digamma` of every element; the result has the shape of `input`."""
    def digamma_(self) -> Tensor:
        """`digamma`, written over this tensor; returns the tensor."""
    def dim(self) -> _int:
        """The number of dimensions."""
    def dim_order(self, ambiguity_check: Any = False) -> tuple[_int, ...]:
        """The dimensions from the one with the widest stride to the one with the narrowest.

        With `ambiguity_check` RuntimeError where other orders would do as well: sizes of 1, equal strides. A list of
        memory formats instead
        of True lets pass what lies in just one of them.
        """
    def dist(self, other: Tensor, p: _float = 2) -> Tensor:
        """The p-norm of the difference."""
    def div(self, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
        """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""
    def div_(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        """`div`, written over this tensor; returns the tensor."""
    def divide(self, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
        """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""
    def divide_(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        """`div`, written over this tensor; returns the tensor."""
    def dot(self, tensor: Tensor) -> Tensor:
        """The sum of the products of two vectors."""
    def double(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.float64."""
    def dsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along the third dimension."""
    def element_size(self) -> _int:
        """The bytes of one element."""
    def eq(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`eq` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def eq_(self, other: Any) -> Tensor:
        """`eq`, written over this tensor; returns the tensor."""
    def equal(self, other: Tensor) -> _bool:
        """Whether two tensors have the same shape and elements."""
    def erf(self, *, out: Tensor | None = None) -> Tensor:
        """`erf` of every element; the result has the shape of `input`."""
    def erf_(self) -> Tensor:
        """`erf`, written over this tensor; returns the tensor."""
    def erfc(self, *, out: Tensor | None = None) -> Tensor:
        """`erfc` of every element; the result has the shape of `input`."""
    def erfc_(self) -> Tensor:
        """`erfc`, written over this tensor; returns the tensor."""
    def erfinv(self, *, out: Tensor | None = None) -> Tensor:
        """`erfinv` of every element; the result has the shape of `input`."""
    def erfinv_(self) -> Tensor:
        """`erfinv`, written over this tensor; returns the tensor."""
    def exp(self, *, out: Tensor | None = None) -> Tensor:
        """`exp` of every element; the result has the shape of `input`."""
    def exp2(self, *, out: Tensor | None = None) -> Tensor:
        """`exp2` of every element; the result has the shape of `input`."""
    def exp2_(self) -> Tensor:
        """`exp2`, written over this tensor; returns the tensor."""
    def exp_(self) -> Tensor:
        """`exp`, written over this tensor; returns the tensor."""
    def expand(self, *size: Any) -> Tensor:
        """Dimensions of size 1 repeated without copying; -1 keeps a size."""
    def expand_as(self, other: Tensor) -> Tensor:
        """Expanded to the shape of `other`."""
    def expm1(self, *, out: Tensor | None = None) -> Tensor:
        """`expm1` of every element; the result has the shape of `input`."""
    def expm1_(self) -> Tensor:
        """`expm1`, written over this tensor; returns the tensor."""
    def exponential_(self, *args: _float, generator: Any = None, **kwargs: _float) -> Tensor:
        """Numbers of the exponential distribution."""
    def fill_(self, value: Any) -> Tensor:
        """A number written over all elements."""
    def fill_diagonal_(self, fill_value: Any, wrap: _bool = False) -> Tensor:
        """A number written over the main diagonal `x[i, i, ...]`; with `wrap` again after every full square of a tall matrix.

        RuntimeError for vectors, and for more than two dimensions of different sizes.
        """
    def fix(self, *, out: Tensor | None = None) -> Tensor:
        """`trunc` of every element; the result has the shape of `input`."""
    def fix_(self, *other: Any) -> Tensor:
        """`trunc` written over this tensor."""
    def flatten(self, start_dim: _int = 0, end_dim: _int = -1) -> Tensor:
        """Dimensions `start_dim` to `end_dim` as one."""
    def flip(self, *given: Any, dims: Any = ...) -> Tensor:
        """The entries along `dims` in reverse order (a copy)."""
    def fliplr(self) -> Tensor:
        """Columns in reverse order."""
    def flipud(self) -> Tensor:
        """Rows in reverse order."""
    def float(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.float32."""
    def float_power(self, exponent: Any) -> Tensor:
        """`input ** exponent` computed in float64, or in complex128 where one of them is complex."""
    def float_power_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`float_power` written over this tensor."""
    def floor(self, *, out: Tensor | None = None) -> Tensor:
        """`floor` of every element; the result has the shape of `input`."""
    def floor_(self) -> Tensor:
        """`floor`, written over this tensor; returns the tensor."""
    def floor_divide(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`floor_divide` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def floor_divide_(self, other: Any) -> Tensor:
        """`floor_divide`, written over this tensor; returns the tensor."""
    def fmax(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`fmax` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def fmax_(self, other: Any) -> Tensor:
        """`fmax`, written over this tensor; returns the tensor."""
    def fmin(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`fmin` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def fmin_(self, other: Any) -> Tensor:
        """`fmin`, written over this tensor; returns the tensor."""
    def fmod(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`fmod` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def fmod_(self, other: Any) -> Tensor:
        """`fmod`, written over this tensor; returns the tensor."""
    def frac(self, *, out: Tensor | None = None) -> Tensor:
        """`frac` of every element; the result has the shape of `input`."""
    def frac_(self) -> Tensor:
        """`frac`, written over this tensor; returns the tensor."""
    def frexp(self) -> tuple[Tensor, Tensor]:
        """Mantissas of magnitude in [1/2, 1) and integer exponents of 2."""
    def gather(self, dim: _int, index: Tensor, *, sparse_grad: _bool = False) -> Tensor:
        """`out[i][j] = input[index[i][j]][j]` for dim 0 and so on; IndexError where an index lies outside."""
    def gcd(self, other: Tensor) -> Tensor:
        """The greatest common divisor of integers."""
    def gcd_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`gcd` written over this tensor."""
    def ge(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`ge` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def ge_(self, other: Any) -> Tensor:
        """`ge`, written over this tensor; returns the tensor."""
    def geometric_(self, *args: _float, generator: Any = None, **kwargs: _float) -> Tensor:
        """Numbers of the geometric distribution."""
    def geqrf(self) -> Any:
        """Householder's vectors below the diagonal of R, and their factors."""
    def ger(self, vec2: Tensor) -> Tensor:
        """All products of the elements of two vectors, `(n, m)`."""
    def get_device(self) -> _int:
        """The number of the device: -1, the CPU."""
    def greater(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`gt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def greater_(self, *other: Any) -> Tensor:
        """`gt` written over this tensor."""
    def greater_equal(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`ge` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def greater_equal_(self, *other: Any) -> Tensor:
        """`ge` written over this tensor."""
    def gt(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`gt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def gt_(self, other: Any) -> Tensor:
        """`gt`, written over this tensor; returns the tensor."""
    def half(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.float16."""
    def hardshrink(self, lambd: _float = 0.5) -> Tensor:
        """`x` where `|x| > lambd`, else 0."""
    def heaviside(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`heaviside` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def heaviside_(self, other: Any) -> Tensor:
        """`heaviside`, written over this tensor; returns the tensor."""
    def histc(self, bins: _int = 100, min: _float = 0, max: _float = 0) -> Tensor:
        """The numbers of elements in `bins` equal intervals from `min` to `max` (the extrema if both are 0)."""
    def histogram(self, bins: Any = 100, *, range: Any = None, weight: Tensor | None = None, density: _bool = False) -> Any:
        """How many elements lie in each interval, and the intervals' edges; `bins` is their number or their edges."""
    def hsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along the second dimension, vectors along their only one."""
    def hypot(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`hypot` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def hypot_(self, other: Any) -> Tensor:
        """`hypot`, written over this tensor; returns the tensor."""
    def i0(self, *, out: Tensor | None = None) -> Tensor:
        """`i0` of every element; the result has the shape of `input`."""
    def i0_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`i0` written over this tensor."""
    def igamma(self, other: Tensor) -> Tensor:
        """The lower incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""
    def igamma_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`igamma` written over this tensor."""
    def igammac(self, other: Tensor) -> Tensor:
        """The upper incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""
    def igammac_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`igammac` written over this tensor."""
    def index_add(self, dim: _int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
        """`input` with the entries of `source` added at `index` along a dimension."""
    def index_add_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`index_add` written over this tensor."""
    def index_copy(self, dim: _int, index: Tensor, source: Tensor) -> Tensor:
        """`input` with the entries of `source` written at `index` along a dimension."""
    def index_copy_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`index_copy` written over this tensor."""
    def index_fill(self, dim: _int, index: Tensor, value: Any) -> Tensor:
        """`input` with a number written at `index` along a dimension."""
    def index_fill_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`index_fill` written over this tensor."""
    def index_put(self, indices: tuple[Tensor, ...], values: Tensor, accumulate: _bool = False) -> Tensor:
        """`input` with `values` written (or added) at the elements that `indices` pick together; RuntimeError where the dtypes
        differ."""
    def index_put_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`index_put` written over this tensor."""
    def index_reduce(self, dim: _int, index: Tensor, source: Tensor, reduce: str, *, include_self: _bool = True) -> Tensor:
        """`input` with the entries of `source` combined at `index` along a dimension by "prod", "mean", "amax" or "amin"."""
    def index_reduce_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`index_reduce` written over this tensor."""
    def index_select(self, dim: _int, index: Tensor) -> Tensor:
        """Entries at `index` along a dimension."""
    def inner(self, other: Tensor) -> Tensor:
        """Products summed over the last dimensions of both."""
    def int(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.int32."""
    def inverse(self) -> Tensor:
        """The inverse of square matrices; LinAlgError for singular ones."""
    def is_coalesced(self) -> _bool:
        """Whether the tensor is sparse: never."""
    def is_complex(self) -> _bool:
        """Whether the dtype is a complex one."""
    def is_conj(self) -> _bool:
        """Whether the tensor is conjugated later: never."""
    def is_contiguous(self, memory_format: Any = None) -> _bool:
        """Whether the elements lie in memory in order, or in that of `memory_format`, without gaps."""
    def is_distributed(self) -> _bool:
        """Whether the tensor is on several machines: never."""
    def is_floating_point(self) -> _bool:
        """Whether the dtype is a floating one."""
    def is_inference(self) -> _bool:
        """Whether the tensor was made in inference mode."""
    def is_neg(self) -> _bool:
        """Whether the tensor is negated later: never."""
    def is_nonzero(self) -> _bool:
        """Whether the only element differs from zero."""
    def is_pinned(self) -> _bool:
        """Whether the tensor is in pinned memory: never."""
    def is_same_size(self, other: Tensor) -> _bool:
        """Whether both tensors have one shape."""
    def is_set_to(self, tensor: Tensor) -> _bool:
        """Whether both are the same view of the same memory."""
    def is_shared(self) -> _bool:
        """Whether the tensor is in memory shared between processes: never."""
    def is_signed(self) -> _bool:
        """Whether the dtype has negative numbers."""
    def isclose(self, other: Tensor, rtol: _float = 1e-05, atol: _float = 1e-08, equal_nan: _bool = False) -> Tensor:
        """Where `|input - other| <= atol + rtol * |other|`."""
    def isfinite(self, *, out: Tensor | None = None) -> Tensor:
        """`isfinite` of every element; the result has the shape of `input`."""
    def isin(self, test_elements: Any, *, assume_unique: _bool = False, invert: _bool = False) -> Tensor:
        """Where an element occurs (with `invert`: does not) among `test_elements`."""
    def isinf(self, *, out: Tensor | None = None) -> Tensor:
        """`isinf` of every element; the result has the shape of `input`."""
    def isnan(self, *, out: Tensor | None = None) -> Tensor:
        """`isnan` of every element; the result has the shape of `input`."""
    def isneginf(self) -> Tensor:
        """Where an element is negative infinity."""
    def isposinf(self) -> Tensor:
        """Where an element is positive infinity."""
    def isreal(self) -> Tensor:
        """Where the imaginary part is zero."""
    def istft(self, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None,
              center: _bool = True, normalized: _bool = False, onesided: _bool | None = None, length: _int | None = None,
              return_complex: _bool = False) -> Tensor:
        """The signal whose `stft` this is; RuntimeError where the windows do not cover it."""
    def item(self) -> Any:
        """The only element as a Python number; RuntimeError where there are several."""
    def kron(self, other: Tensor) -> Tensor:
        """The Kronecker product; of tensors with unequal numbers of dimensions the smaller one counts as one with dimensions of
        size 1."""
    def kthvalue(self, k: _int, dim: _int = -1, keepdim: _bool = False) -> Any:
        """The k-th smallest element along `dim` and its index."""
    def lcm(self, other: Tensor) -> Tensor:
        """The least common multiple of integers."""
    def lcm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`lcm` written over this tensor."""
    def ldexp(self, other: Tensor, *, out: Tensor | None = None) -> Tensor:
        """`input * 2 ** other`."""
    def ldexp_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`ldexp` written over this tensor."""
    def le(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`le` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def le_(self, other: Any) -> Tensor:
        """`le`, written over this tensor; returns the tensor."""
    def lerp(self, end: Tensor, weight: Any) -> Tensor:
        """`input + weight * (end - input)`."""
    def lerp_(self, end: Tensor, weight: Any) -> Tensor:
        """`lerp`, written over this tensor; returns the tensor."""
    def less(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`lt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def less_(self, *other: Any) -> Tensor:
        """`lt` written over this tensor."""
    def less_equal(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`le` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def less_equal_(self, *other: Any) -> Tensor:
        """`le` written over this tensor."""
    def lgamma(self, *, out: Tensor | None = None) -> Tensor:
        """`lgamma` of every element; the result has the shape of `input`."""
    def lgamma_(self) -> Tensor:
        """`lgamma`, written over this tensor; returns the tensor."""
    def log(self, *, out: Tensor | None = None) -> Tensor:
        """`log` of every element; the result has the shape of `input`."""
    def log10(self, *, out: Tensor | None = None) -> Tensor:
        """`log10` of every element; the result has the shape of `input`."""
    def log10_(self) -> Tensor:
        """`log10`, written over this tensor; returns the tensor."""
    def log1p(self, *, out: Tensor | None = None) -> Tensor:
        """`log1p` of every element; the result has the shape of `input`."""
    def log1p_(self) -> Tensor:
        """`log1p`, written over this tensor; returns the tensor."""
    def log2(self, *, out: Tensor | None = None) -> Tensor:
        """`log2` of every element; the result has the shape of `input`."""
    def log2_(self) -> Tensor:
        """`log2`, written over this tensor; returns the tensor."""
    def log_(self) -> Tensor:
        """`log`, written over this tensor; returns the tensor."""
    def log_normal_(self, *args: _float, generator: Any = None, **kwargs: _float) -> Tensor:
        """Numbers of the log-normal distribution."""
    def log_softmax(self, dim: _int | None = None, _stacklevel: _int = 3, dtype: Any = None) -> Tensor:
        """`log(softmax(x))` along `dim`, computed without loss of small probabilities."""
    def logaddexp(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`logaddexp` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def logaddexp2(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`logaddexp2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def logaddexp2_(self, other: Any) -> Tensor:
        """`logaddexp2`, written over this tensor; returns the tensor."""
    def logaddexp_(self, other: Any) -> Tensor:
        """`logaddexp`, written over this tensor; returns the tensor."""
    def logcumsumexp(self, dim: _int) -> Tensor:
        """`log(cumsum(exp(x)))` along `dim`."""
    def logdet(self) -> Tensor:
        """The logarithm of the determinant; NaN where that is negative."""
    def logical_and(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`logical_and` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def logical_and_(self, other: Any) -> Tensor:
        """`logical_and`, written over this tensor; returns the tensor."""
    def logical_not(self, *, out: Tensor | None = None) -> Tensor:
        """`logical_not` of every element; the result has the shape of `input`."""
    def logical_not_(self) -> Tensor:
        """`logical_not` written over this tensor."""
    def logical_or(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`logical_or` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def logical_or_(self, other: Any) -> Tensor:
        """`logical_or`, written over this tensor; returns the tensor."""
    def logical_xor(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`logical_xor` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def logical_xor_(self, other: Any) -> Tensor:
        """`logical_xor`, written over this tensor; returns the tensor."""
    def logit(self, eps: _float | None = None) -> Tensor:
        """`log(x / (1 - x))`, x held in [eps, 1 - eps] where `eps` is given."""
    def logit_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`logit` written over this tensor."""
    def logsumexp(self, dim: Any, keepdim: _bool = False) -> Tensor:
        """`log(sum(exp(x)))` over `dim`, computed without overflow."""
    def long(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.int64."""
    def lt(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`lt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def lt_(self, other: Any) -> Tensor:
        """`lt`, written over this tensor; returns the tensor."""
    def lu(self, pivot: _bool = True, get_infos: _bool = False) -> Any:
        """As `lu_factor`, with `get_infos` as `lu_factor_ex`."""
    def lu_solve(self, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
        """X with `A X = b` from the compact factors of A."""
    def map_(self, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
        """Replace every element by `callable(element, element of tensor)`, in Python: slow."""
    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """`input` with `value` where the boolean `mask` holds."""
    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """`masked_fill`, written over this tensor; returns the tensor."""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """`input` with the elements of `source`, one after another, where `mask` holds."""
    def masked_scatter_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`masked_scatter` written over this tensor."""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements where `mask` holds, in one dimension."""
    def matmul(self, other: Tensor, *, out: Tensor | None = None) -> Tensor:
        """The matrix product: vectors count as a row or a column, dimensions before the last two are broadcast."""
    def matrix_exp(self) -> Tensor:
        """The matrix exponential by scaling, Taylor's polynomial of degree 18 and squaring (Bader, Blanes and Casas, 2019)."""
    def matrix_power(self, n: _int) -> Tensor:
        """The n-th power of square matrices; negative ones through the inverse."""
    def max(self, dim: Any = None, keepdim: _bool = False) -> Any:
        """The largest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise maximum."""
    def maximum(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`maximum` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def maximum_(self, other: Any) -> Tensor:
        """`maximum`, written over this tensor; returns the tensor."""
    def mean(self, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None) -> Tensor:
        """The mean over `dim`; RuntimeError for integers."""
    def median(self, dim: _int | None = None, keepdim: _bool = False) -> Any:
        """The lower median; with `dim`, `(values, indices)`. NaN where there is one."""
    def min(self, dim: Any = None, keepdim: _bool = False) -> Any:
        """The smallest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise minimum."""
    def minimum(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`minimum` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def minimum_(self, other: Any) -> Tensor:
        """`minimum`, written over this tensor; returns the tensor."""
    def mm(self, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
        """The product of matrices `(n, m)` and `(m, p)`."""
    def mode(self, dim: _int = -1, keepdim: _bool = False) -> Any:
        """The most frequent element along `dim` (the smallest of several) and the index of its last occurrence."""
    def module_load(self, other: Tensor, assign: _bool = False) -> Tensor:
        """What a module keeps when `other` is loaded in the place of this tensor: this one filled, or with `assign` the other."""
    def moveaxis(self, source: Any, destination: Any) -> Tensor:
        """Dimensions moved to other places, the rest keeping their order."""
    def movedim(self, source: Any, destination: Any) -> Tensor:
        """Dimensions moved to other places, the rest keeping their order."""
    def msort(self) -> Tensor:
        """Sorted along the first dimension."""
    def mul(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`mul` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def mul_(self, other: Any) -> Tensor:
        """`mul`, written over this tensor; returns the tensor."""
    def multinomial(self, num_samples: _int, replacement: _bool = False, *, generator: Any = None) -> Tensor:
        """Indices drawn with the weights of each row."""
    def multiply(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`mul` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def multiply_(self, other: Any) -> Tensor:
        """`mul`, written over this tensor; returns the tensor."""
    def mv(self, vec: Tensor) -> Tensor:
        """The product of a matrix `(n, m)` and a vector `(m)`."""
    def mvlgamma(self, p: _int) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`; RuntimeError where `input` is not above `(p - 1) /
        2`."""
    def mvlgamma_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`mvlgamma` written over this tensor."""
    def nan_to_num(self, nan: _float = 0.0, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """NaN and infinities replaced by numbers, the largest finite ones unless given."""
    def nan_to_num_(self, nan: _float = 0.0, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """`nan_to_num`, written over this tensor; returns the tensor."""
    def nanmean(self, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None) -> Tensor:
        """The mean of the elements that are not NaN."""
    def nanmedian(self, dim: _int | None = None, keepdim: _bool = False) -> Any:
        """The lower median of the elements that are not NaN; with `dim`, `(values, indices)`."""
    def nanquantile(self, q: Any, dim: _int | None = None, keepdim: _bool = False, *, interpolation: str = 'linear') -> Tensor:
        """Quantiles of the elements that are not NaN."""
    def nansum(self, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None) -> Tensor:
        """The sum with NaN counted as zero."""
    def narrow(self, dim: _int, start: Any, length: _int) -> Tensor:
        """`length` entries from `start` along `dim`, as a view."""
    def narrow_copy(self, *args: Any, **kwargs: Any) -> Any:
        """A copy of what `narrow` shows."""
    def ndimension(self) -> _int:
        """The number of dimensions."""
    def ne(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`ne` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def ne_(self, other: Any) -> Tensor:
        """`ne`, written over this tensor; returns the tensor."""
    def neg(self, *, out: Tensor | None = None) -> Tensor:
        """`neg` of every element; the result has the shape of `input`."""
    def neg_(self) -> Tensor:
        """`neg`, written over this tensor; returns the tensor."""
    def negative(self, *, out: Tensor | None = None) -> Tensor:
        """`neg` of every element; the result has the shape of `input`."""
    def negative_(self) -> Tensor:
        """`negative`, written over this tensor; returns the tensor."""
    def nelement(self) -> _int:
        """The number of elements."""
    def new(self, *args: Any, size: Any = None, device: Any = None) -> Tensor:
        """`torch.Tensor(...)` with this tensor's dtype: of sizes, of data, or sharing memory with a tensor of this dtype."""
    def new_empty(self, *size: Any, dtype: _dtype | None = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
        """A tensor whose elements are yet to be written with, unless given, this tensor's dtype."""
    def new_empty_strided(self, size: Any, stride: Any, *, dtype: _dtype | None = None, device: Any = None,
                          requires_grad: _bool = False, layout: Any = None, pin_memory: _bool = False) -> Tensor:
        """A tensor whose elements are yet to be written, with given strides and, unless given, this tensor's dtype."""
    def new_full(self, size: Any, fill_value: Any, *, dtype: _dtype | None = None, device: Any = None,
                 requires_grad: _bool = False) -> Tensor:
        """A tensor of shape `size` filled with a number with, unless given, this tensor's dtype."""
    def new_ones(self, *size: Any, dtype: _dtype | None = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
        """A tensor of ones with, unless given, this tensor's dtype."""
    def new_tensor(self, data: Any, *, dtype: _dtype | None = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
        """A new tensor with a copy of `data` and, unless given, this tensor's dtype."""
    def new_zeros(self, *size: Any, dtype: _dtype | None = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
        """A tensor of zeros with, unless given, this tensor's dtype."""
    def nextafter(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`nextafter` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def nextafter_(self, other: Any) -> Tensor:
        """`nextafter`, written over this tensor; returns the tensor."""
    def nonzero(self, *, as_tuple: _bool = False) -> Any:
        """The indices of the elements that are not zero, `(n, ndim)` or a tuple of vectors."""
    def nonzero_static(self, *, size: _int, fill_value: _int = -1) -> Tensor:
        """The first `size` rows of `nonzero`, filled up with `fill_value`."""
    def norm(self, p: Any = 'fro', dim: Any = None, keepdim: _bool = False, dtype: Any = None) -> Tensor:
        """The p-norm over `dim` (of all elements if None); "fro" is the 2-norm, "nuc" the sum of singular values."""
    def normal_(self, mean: _float = 0.0, std: _float = 1.0, *, generator: Any = None) -> Tensor:
        """Normal numbers."""
    def not_equal(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`ne` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def not_equal_(self, *other: Any) -> Tensor:
        """`ne` written over this tensor."""
    def numel(self) -> _int:
        """The number of elements."""
    def numpy(self, *, force: _bool = False) -> ndarray[Any, Any]:
        """A NumPy array that shares memory; RuntimeError for tensors that require gradients, unless `force` or while none are
        recorded."""
    def orgqr(self, tau: Tensor) -> Tensor:
        """The first columns of the product of Householder's reflections `1 - tau v v^H`."""
    def ormqr(self, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False) -> Tensor:
        """The product of `other` and the Q of Householder's vectors."""
    def outer(self, vec2: Tensor) -> Tensor:
        """All products of the elements of two vectors, `(n, m)`."""
    def permute(self, *dims: Any) -> Tensor:
        """The dimensions in another order."""
    def pin_memory(self) -> Tensor:
        """The tensor itself: without a CUDA device there is nothing to pin it for."""
    def pinverse(self, rcond: _float = 1e-15) -> Tensor:
        """The Moore-Penrose pseudo-inverse."""
    def polygamma(self, n: _int) -> Tensor:
        """The n-th derivative of digamma."""
    def polygamma_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`polygamma_of` written over this tensor."""
    def positive(self) -> Tensor:
        """The tensor itself; RuntimeError for bool tensors."""
    def pow(self, exponent: Any, *, out: Tensor | None = None) -> Tensor:
        """`input ** exponent`, broadcast; one of them may be a number."""
    def pow_(self, exponent: Any) -> Tensor:
        """`pow`, written over this tensor; returns the tensor."""
    def prelu(self, weight: Tensor) -> Tensor:
        """`x` where positive, else `weight * x` with one weight, or one for each channel (dimension 1) (He et al. 2015)."""
    def prod(self, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None) -> Tensor:
        """The product over one dimension, or of all elements."""
    def put(self, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
        """`input` with `source` written (or added) at positions counted over all elements."""
    def put_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`put` written over this tensor."""
    def qr(self, some: _bool = True) -> Any:
        """`Q R = input`; with `some` only the columns of Q that are needed."""
    def quantile(self, q: Any, dim: _int | None = None, keepdim: _bool = False, *, interpolation: str = 'linear') -> Tensor:
        """Quantiles along `dim`, between neighbours by "linear", "lower", "higher", "midpoint" or "nearest"; NaN where there is
        one."""
    def rad2deg(self, *, out: Tensor | None = None) -> Tensor:
        """`rad2deg` of every element; the result has the shape of `input`."""
    def rad2deg_(self) -> Tensor:
        """`rad2deg`, written over this tensor; returns the tensor."""
    def random_(self, *bounds: _int | None, generator: Any = None, **named: _int | None) -> Tensor:
        """Integers: below one bound, from the first (`from`) up to the second (`to`), or over the dtype's whole range."""
    def ravel(self) -> Tensor:
        """All elements in one dimension, next to one another."""
    def reciprocal(self, *, out: Tensor | None = None) -> Tensor:
        """`reciprocal` of every element; the result has the shape of `input`."""
    def reciprocal_(self) -> Tensor:
        """`reciprocal`, written over this tensor; returns the tensor."""
    def register_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """Call `hook(grad)` when the gradient of this tensor is known; what it returns replaces the gradient."""
    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call `hook(tensor)` after a gradient was added to this leaf's `.grad`."""
    def relu(self, *, out: Tensor | None = None) -> Tensor:
        """`relu` of every element; the result has the shape of `input`."""
    def relu_(self) -> Tensor:
        """`relu`, written over this tensor; returns the tensor."""
    def remainder(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`remainder` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def remainder_(self, other: Any) -> Tensor:
        """`remainder`, written over this tensor; returns the tensor."""
    def renorm(self, p: _float, dim: _int, maxnorm: _float) -> Tensor:
        """Entries along `dim` scaled down so that their p-norm is at most `maxnorm`."""
    def renorm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`renorm` written over this tensor."""
    def repeat(self, *repeats: Any) -> Tensor:
        """Copies along every dimension; there may be more dimensions than the tensor has."""
    def repeat_interleave(self, repeats: Any = None, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
        """Every entry several times in a row; of one tensor alone, which are numbers of times, every index so often.

        >>> torch.repeat_interleave(torch.tensor([1, 2, 3]))
        tensor([0, 1, 1, 2, 2, 2])
        """
    def requires_grad_(self, requires_grad: _bool = True) -> Tensor:
        """Say whether gradients are wanted; returns the tensor."""
    def reshape(self, *shape: Any) -> Tensor:
        """The elements in another shape: a view where memory allows it, else a copy."""
    def reshape_as(self, other: Tensor) -> Tensor:
        """The elements in the shape of `other`: a view where memory allows it, else a copy."""
    def resize_(self, *size: Any) -> Tensor:
        """Give the tensor another shape in place; new elements are zeros."""
    def resize_as_(self, the_template: Tensor) -> Tensor:
        """Give the tensor the shape of another one."""
    def resolve_conj(self) -> Tensor:
        """The tensor itself: conjugation is never put off here."""
    def resolve_neg(self) -> Tensor:
        """The tensor itself: conjugation is never put off here."""
    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in `.grad`."""
    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        """Entries moved along dimensions, those pushed off the end coming in at the beginning."""
    def rot90(self, k: _int = 1, dims: Any = ...) -> Tensor:
        """Rotated by 90 degrees `k` times in the plane of two dimensions."""
    def round(self, *, decimals: _int | None = None) -> Tensor:
        """Every element rounded, halves to even, to `decimals` places; NotImplementedError for integers where these are given."""
    def round_(self, *, decimals: _int | None = None) -> Tensor:
        """`round`, written over this tensor; returns the tensor."""
    def rsqrt(self, *, out: Tensor | None = None) -> Tensor:
        """`rsqrt` of every element; the result has the shape of `input`."""
    def rsqrt_(self) -> Tensor:
        """`rsqrt`, written over this tensor; returns the tensor."""
    def scatter(self, dim: _int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None) -> Tensor:
        """`out[index[i][j]][j] = src[i][j]` for dim 0 and so on, elsewhere `input`; `reduce` is None, "add" or "multiply"."""
    def scatter_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`scatter` written over this tensor."""
    def scatter_add(self, dim: _int, index: Tensor, src: Tensor) -> Tensor:
        """`input` with `src` added at `index`."""
    def scatter_add_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`scatter_add` written over this tensor."""
    def scatter_reduce(self, dim: _int, index: Tensor, src: Tensor, reduce: str, *, include_self: _bool = True) -> Tensor:
        """`input` with `src` combined at `index` by "sum", "prod", "mean", "amax" or "amin"; without `include_self` from `src`
        alone.

        Raises RuntimeError for other names.
        """
    def scatter_reduce_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`scatter_reduce` written over this tensor."""
    def select(self, dim: _int, index: _int) -> Tensor:
        """The entry `index` along `dim`, which goes."""
    def select_scatter(self, src: Tensor, dim: _int, index: _int) -> Tensor:
        """A copy of `input` with `src` as the entry `index` along `dim`."""
    def set_(self, source: Any = None, storage_offset: _int = 0, size: Any = None, stride: Any = None) -> Tensor:
        """Make this tensor a view of the memory of `source`, a tensor or a storage; without one, empty."""
    def sgn(self) -> Tensor:
        """The sign; for complex numbers `x / |x|`."""
    def sgn_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`sgn` written over this tensor."""
    def share_memory_(self) -> Tensor:
        """The tensor itself; worker processes get a copy."""
    def short(self, memory_format: Any = None) -> Tensor:
        """Converted to torch.int16."""
    def sigmoid(self, *, out: Tensor | None = None) -> Tensor:
        """`sigmoid` of every element; the result has the shape of `input`."""
    def sigmoid_(self) -> Tensor:
        """`sigmoid`, written over this tensor; returns the tensor."""
    def sign(self, *, out: Tensor | None = None) -> Tensor:
        """`sign` of every element; the result has the shape of `input`."""
    def sign_(self) -> Tensor:
        """`sign`, written over this tensor; returns the tensor."""
    def signbit(self, *, out: Tensor | None = None) -> Tensor:
        """`signbit` of every element; the result has the shape of `input`."""
    def sin(self, *, out: Tensor | None = None) -> Tensor:
        """`sin` of every element; the result has the shape of `input`."""
    def sin_(self) -> Tensor:
        """`sin`, written over this tensor; returns the tensor."""
    def sinc(self, *, out: Tensor | None = None) -> Tensor:
        """`sinc` of every element; the result has the shape of `input`."""
    def sinc_(self) -> Tensor:
        """`sinc`, written over this tensor; returns the tensor."""
    def sinh(self, *, out: Tensor | None = None) -> Tensor:
        """`sinh` of every element; the result has the shape of `input`."""
    def sinh_(self) -> Tensor:
        """`sinh`, written over this tensor; returns the tensor."""
    def size(self, dim: _int | None = None) -> Any:
        """The shape, or the size of one dimension."""
    def slice_scatter(self, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None,
                      step: _int = 1) -> Tensor:
        """A copy of `input` with `src` written over a slice along `dim`."""
    def slogdet(self) -> Any:
        """Sign and logarithm of the absolute value of the determinant, under the older type's name."""
    def softmax(self, dim: _int | None = None, _stacklevel: _int = 3, dtype: Any = None) -> Tensor:
        """`exp(x) / sum(exp(x))` along `dim`.

        >>> torch.nn.functional.softmax(torch.tensor([[0.0, 0.0]]), dim=1)
        tensor([[0.5000, 0.5000]])
        """
    def sort(self, dim: _int = -1, descending: _bool = False, stable: _bool = False) -> Any:
        """`(values, indices)` in order along `dim`; equal elements keep their order; NaN counts as largest."""
    def split(self, split_size_or_sections: Any, dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of one size (the last may be smaller) or of given sizes, as views."""
    def split_with_sizes(self, split_sizes: Any, dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of the given sizes."""
    def sqrt(self, *, out: Tensor | None = None) -> Tensor:
        """`sqrt` of every element; the result has the shape of `input`."""
    def sqrt_(self) -> Tensor:
        """`sqrt`, written over this tensor; returns the tensor."""
    def square(self, *, out: Tensor | None = None) -> Tensor:
        """`square` of every element; the result has the shape of `input`."""
    def square_(self) -> Tensor:
        """`square`, written over this tensor; returns the tensor."""
    def squeeze(self, dim: Any = None) -> Tensor:
        """Without the dimensions of size 1, or without those of `dim` that have size 1."""
    def squeeze_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`squeeze`, written over this tensor; returns the tensor."""
    def std(self, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *, correction: Any = None) -> Tensor:
        """The standard deviation over `dim`, divided by n - correction (1 unless given)."""
    def stft(self, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None,
             center: _bool = True, pad_mode: str = 'reflect', normalized: _bool = False, onesided: _bool | None = None,
             return_complex: _bool | None = None, align_to_window: _bool | None = None) -> Tensor:
        """Transforms of windowed frames of signals `(L)` or `(B, L)`: `(..., frequencies, frames)`."""
    def storage(self) -> TypedStorage:
        """The memory that the tensor shares with its views, as numbers; deprecated."""
    def storage_offset(self) -> _int:
        """Where in its storage the tensor begins, counted in elements."""
    def storage_type(self) -> Any:
        """PyTorch's class of storages for the tensor's dtype."""
    def stride(self, dim: _int | None = None) -> Any:
        """How many elements lie between neighbours along each dimension, or along one."""
    def sub(self, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
        """`input - alpha * other`, broadcast; RuntimeError for bool tensors."""
    def sub_(self, other: Any, *early: Any, alpha: Any = 1) -> Tensor:
        """`other` times `alpha` subtracted from this tensor; RuntimeError for bools."""
    def subtract(self, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
        """`input - alpha * other`, broadcast; RuntimeError for bool tensors."""
    def subtract_(self, other: Any, *early: Any, alpha: Any = 1) -> Tensor:
        """`other` times `alpha` subtracted from this tensor; RuntimeError for bools."""
    def sum(self, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None) -> Tensor:
        """The sum over `dim` (all dimensions if None); integers are summed as int64."""
    def sum_to_size(self, *size: Any) -> Tensor:
        """Summed over the dimensions along which a tensor of shape `size` would be broadcast to this one."""
    def svd(self, some: _bool = True, compute_uv: _bool = True) -> Any:
        """`U diag(S) V^H = input`; with `some` only the columns that are needed."""
    def swapaxes(self, axis0: _int, axis1: _int) -> Tensor:
        """Two dimensions exchanged."""
    def swapaxes_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`swapaxes`, written over this tensor; returns the tensor."""
    def swapdims(self, axis0: _int, axis1: _int) -> Tensor:
        """Two dimensions exchanged."""
    def swapdims_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`swapdims`, written over this tensor; returns the tensor."""
    def t(self) -> Tensor:
        """The transpose of a matrix; vectors are returned as they are."""
    def t_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`t`, written over this tensor; returns the tensor."""
    def take(self, index: Tensor) -> Tensor:
        """Elements at positions counted over all elements."""
    def take_along_dim(self, indices: Tensor, dim: _int | None = None) -> Tensor:
        """As `gather`, the indices broadcast."""
    def tan(self, *, out: Tensor | None = None) -> Tensor:
        """`tan` of every element; the result has the shape of `input`."""
    def tan_(self) -> Tensor:
        """`tan`, written over this tensor; returns the tensor."""
    def tanh(self, *, out: Tensor | None = None) -> Tensor:
        """`tanh` of every element; the result has the shape of `input`."""
    def tanh_(self) -> Tensor:
        """`tanh`, written over this tensor; returns the tensor."""
    def tensor_split(self, indices_or_sections: Any, dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of nearly equal size, or cut at the given places; views. RuntimeError for numbers without a dimension."""
    def tile(self, *dims: Any) -> Tensor:
        """Copies along every dimension."""
    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """Converted to a dtype, a device (only "cpu") or to those of another tensor; itself where nothing changes."""
    def to_dense(self, dtype: Any = None, *, masked_grad: _bool | None = None) -> Tensor:
        """The tensor itself, which has all its elements."""
    def to_sparse(self, sparse_dim: _int | None = None, *, layout: Any = None, blocksize: Any = None,
                  dense_dim: _int | None = None) -> SparseTensor:
        """The entries that are not zero."""
    def to_sparse_coo(self, sparse_dim: _int | None = None, *, layout: Any = None, blocksize: Any = None,
                      dense_dim: _int | None = None) -> SparseTensor:
        """The entries that are not zero."""
    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
    def topk(self, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True) -> Any:
        """The `k` largest (or smallest) elements along `dim` and their indices."""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""
    def transpose(self, dim0: _int, dim1: _int) -> Tensor:
        """Two dimensions exchanged."""
    def transpose_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`transpose`, written over this tensor; returns the tensor."""
    def triangular_solve(self, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False) -> Any:
        """The solution of `A x = b` for triangular A, and A."""
    def tril(self, diagonal: _int = 0) -> Tensor:
        """The lower triangle of matrices, zeros above `diagonal`."""
    def tril_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`tril` written over this tensor."""
    def triu(self, diagonal: _int = 0) -> Tensor:
        """The upper triangle of matrices, zeros below `diagonal`."""
    def triu_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`triu` written over this tensor."""
    def true_divide(self, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
        """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""
    def true_divide_(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        """`div`, written over this tensor; returns the tensor."""
    def trunc(self, *, out: Tensor | None = None) -> Tensor:
        """`trunc` of every element; the result has the shape of `input`."""
    def trunc_(self) -> Tensor:
        """`trunc`, written over this tensor; returns the tensor."""
    def type(self, dtype: Any = None, non_blocking: _bool = False) -> Any:
        """The name of the tensor's type, or the tensor converted to a dtype, to a type such as `torch.LongTensor`, or to one's
        name."""
    def type_as(self, other: Tensor) -> Tensor:
        """Converted to the dtype of `other`."""
    def unbind(self, dim: _int = 0) -> tuple[Tensor, ...]:
        """The entries along a dimension."""
    def unflatten(self, dim: _int, sizes_: Any) -> Tensor:
        """Dimension `dim` as several."""
    def unfold(self, dimension: _int, size: _int, step: _int) -> Tensor:
        """Windows of `size` along a dimension, every `step`, as a last dimension."""
    def uniform_(self, a: _float = 0.0, b: _float = 1.0, *, generator: Any = None) -> Tensor:
        """Uniform numbers from [a, b)."""
    def unique(self, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False,
               dim: _int | None = None) -> Any:
        """The different elements in order; also where each element went and how often each occurs."""
    def unique_consecutive(self, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None) -> Any:
        """Runs of equal elements taken as one; with `dim` of equal entries along it."""
    def unsafe_chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """Copies of what `chunk` shows."""
    def unsafe_split(self, split_size: Any, dim: _int = 0) -> tuple[Tensor, ...]:
        """Copies of what `split` shows."""
    def unsafe_split_with_sizes(self, split_size: Any, dim: _int = 0) -> tuple[Tensor, ...]:
        """Copies of what `split` shows."""
    def unsqueeze(self, dim: _int) -> Tensor:
        """With a new dimension of size 1 at `dim`."""
    def unsqueeze_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`unsqueeze`, written over this tensor; returns the tensor."""
    def untyped_storage(self) -> Storage:
        """The memory that this tensor shares with its views."""
    def var(self, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *, correction: Any = None) -> Tensor:
        """The variance over `dim`, divided by n - correction (1 unless given)."""
    def vdot(self, other: Tensor) -> Tensor:
        """As `dot`, the first vector conjugated."""
    def view(self, *size: Any) -> Tensor:
        """A view with another shape (one size may be -1), or of another dtype; RuntimeError where memory does not allow it."""
    def view_as(self, other: Tensor) -> Tensor:
        """A view with the shape of `other`."""
    def vsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Split along the first dimension."""
    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Elements of this tensor where `condition` holds, of `other` elsewhere."""
    def xlogy(self, other: Any, *, out: Tensor | None = None) -> Tensor:
        """`xlogy` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""
    def xlogy_(self, other: Any) -> Tensor:
        """`xlogy`, written over this tensor; returns the tensor."""
    def zero_(self) -> Tensor:
        """Zero written over all elements."""

def refresh(x: Tensor) -> None:
    """Bring a view's place in the graph up to date after its base was written in place."""

def loose(x: Tensor) -> bool:
    """Whether x is a view without a place in the graph though its base has one: made without gradients, or before the base wanted
    them."""

def fresh(array: ndarray[Any, Any], of: dtype) -> Tensor:
    """A tensor over `array` that nothing else knows of."""

def _fresh(array: ndarray[Any, Any], of: dtype) -> Tensor:
    """As `fresh`, for programs that enter inference mode: what is made in it says so."""

def mark_inference() -> None:
    """From now on tensors made in inference mode say so; programs that never enter it have not to look."""

def alias(array: ndarray[Any, Any], of: Tensor, same_version: bool = True) -> Tensor:
    """A tensor over `array`, which lies in the storage of `of`; outside the graph."""

def from_array(array: Any, requires_grad: bool = False, shared: bool = False) -> Tensor:
    """A tensor that views `array` without copying; `shared` where the user keeps the array.

    Raises TypeError for NumPy dtypes that tensors do not have, ValueError for negative strides.
    """
