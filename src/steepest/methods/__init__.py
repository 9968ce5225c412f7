"""The one table that puts operations on Tensor."""

from collections.abc import Callable, Iterator
from typing import Any

from steepest.autograd import gradients
from steepest.core import copying
from steepest.core import dtype as dtypes
from steepest.core.size import Size
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import creating, indexing, joining, linalg, pointwise, products, reducing, shaping
from steepest.functional.legacy import new_tensor
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.functional.operands import NUMBERS, operand, sizes
from steepest.methods import conversion, filling, inplace
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops.maps import Elementwise

FROM_FUNCTIONS: dict[Any, str] = {
    pointwise: " ".join([*pointwise.UNARY, *pointwise.BINARY, *pointwise.ALIASES])
    + " add sub div pow float_power clamp clamp_min clamp_max lerp addcmul addcdiv masked_fill nan_to_num round logit sgn positive isclose"
      " isposinf isneginf deg2rad rad2deg conj",
    reducing: "sum nansum mean nanmean prod all any amax amin aminmax max min argmax argmin var std logsumexp norm count_nonzero median"
              " numel equal allclose dist",
    shaping: "view reshape contiguous flatten unflatten ravel t transpose permute movedim squeeze unsqueeze expand expand_as broadcast_to"
             " narrow select diagonal unfold as_strided split chunk unbind swapaxes detach",
    indexing: "index_select gather scatter scatter_add index_add index_copy index_fill index_put take masked_select nonzero",
    joining: "tile repeat repeat_interleave flip fliplr flipud rot90 roll sort argsort msort topk kthvalue mode cumsum cumprod cummax cummin"
             " diff tril triu diag diag_embed diagflat unique unique_consecutive isin bincount histc quantile cov corrcoef cross renorm",
    linalg: "inverse det logdet slogdet cholesky qr matrix_power",
    products: "mm bmm mv dot outer matmul addmm addmv addbmm baddbmm addr inner kron trace",
}
"""Functions whose first argument is the tensor: the method has the function's name."""

BINARY_OPERATORS: dict[str, Elementwise] = {"add": ar.add, "sub": ar.sub, "mul": ar.mul, "truediv": ar.div, "floordiv": ar.floor_divide,
                                            "mod": ar.remainder, "and": ar.bitwise_and, "or": ar.bitwise_or, "xor": ar.bitwise_xor,
                                            "lshift": ar.bitwise_left_shift, "rshift": ar.bitwise_right_shift}
COMPARISONS: dict[str, Elementwise] = {"eq": ar.eq, "ne": ar.ne, "lt": ar.lt, "le": ar.le, "gt": ar.gt, "ge": ar.ge}
_direct = frozenset((*NUMBERS, Tensor))


def _operator(primitive: Elementwise) -> Callable[[Tensor, Any], Any]:
    def method(self: Tensor, other: Any) -> Any:
        if type(other) in _direct:
            return primitive(self, other)
        other = operand(other)
        return NotImplemented if other is NotImplemented else primitive(self, other)

    return method


def _reflected(primitive: Elementwise) -> Callable[[Tensor, Any], Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = operand(other)
        return NotImplemented if other is NotImplemented else primitive(other, self)

    return method


def _sub(self: Tensor, other: Any) -> Any:
    if self.dtype is dtypes.bool_ or type(other) is bool or getattr(other, "dtype", None) is dtypes.bool_:
        return pointwise.sub(self, other)
    return _plain_sub(self, other)


_plain_sub = _operator(ar.sub)


def _pow(self: Tensor, exponent: Any) -> Any:
    exponent = operand(exponent)
    return NotImplemented if exponent is NotImplemented else ar.pow(self, exponent)


def _rpow(self: Tensor, base: Any) -> Any:
    base = operand(base)
    return NotImplemented if base is NotImplemented else ar.pow(base, self)


def _matmul(self: Tensor, other: Any) -> Any:
    return products.matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _len(self: Tensor) -> int:
    if self.array.ndim == 0:
        raise TypeError(text("len-of-0-dim"))
    return len(self.array)


def _iter(self: Tensor) -> Iterator[Tensor]:
    if self.array.ndim == 0:
        raise TypeError(text("iteration-of-0-dim"))
    return iter(shaping.unbind(self))


def _size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    return Size(self.array.shape) if dim is None else self.array.shape[shaping.wrap(dim, self.array.ndim)]


def _stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements lie between neighbours along each dimension, or along one."""
    strides = tuple(s // self.array.itemsize for s in self.array.strides)
    return strides if dim is None else strides[dim]


def _transposed(self: Tensor) -> Tensor:
    return shaping.permute(self, *range(self.array.ndim)[::-1])


METHODS: dict[str, Any] = {
    "__sub__": _sub, "__pow__": _pow, "__rpow__": _rpow, "__matmul__": _matmul, "__neg__": lambda self: ar.neg(self),
    "__pos__": lambda self: self, "__abs__": lambda self: fn.absolute(self), "__invert__": lambda self: pointwise.bitwise_not(self),  # type: ignore[attr-defined]
    "__len__": _len, "__iter__": _iter, "__hash__": lambda self: id(self), "__rmatmul__": lambda self, other: NotImplemented,
    "softmax": softmax, "log_softmax": log_softmax, "__getitem__": indexing.getitem, "__setitem__": indexing.setitem, "size": _size, "stride": _stride, "dim": lambda self: self.array.ndim, "ndimension": lambda self: self.array.ndim,
    "nelement": lambda self: self.array.size, "clone": shaping.clone_, "element_size": lambda self: self.array.itemsize,
    "is_contiguous": lambda self, memory_format=None: self.array.flags.c_contiguous,
    "storage_offset": lambda self: self.storage_cell.offset(self.array),
    "data_ptr": lambda self: self.array.__array_interface__["data"][0],
    "is_floating_point": lambda self: self.dtype.is_floating_point, "is_complex": lambda self: self.dtype.is_complex,
    "is_signed": lambda self: self.dtype.is_signed, "view_as": lambda self, other: shaping.view(self, *other.array.shape),
    "reshape_as": lambda self, other: shaping.reshape(self, *other.array.shape), "where": lambda self, condition, other: pointwise.where(condition, self, other),
    "new_tensor": lambda self, data, *, dtype=None, device=None, requires_grad=False: creating.tensor(data, dtype=dtype or self.dtype, requires_grad=requires_grad),
    "new_zeros": lambda self, *size, dtype=None, device=None, requires_grad=False: creating.zeros(*size, dtype=dtype or self.dtype, requires_grad=requires_grad),
    "new_ones": lambda self, *size, dtype=None, device=None, requires_grad=False: creating.ones(*size, dtype=dtype or self.dtype, requires_grad=requires_grad),
    "new_empty": lambda self, *size, dtype=None, device=None, requires_grad=False: creating.zeros(*size, dtype=dtype or self.dtype, requires_grad=requires_grad),
    "new_full": lambda self, size, fill_value, *, dtype=None, device=None, requires_grad=False: creating.full(
        size, fill_value, dtype=dtype or self.dtype, requires_grad=requires_grad),
    "resize_": lambda self, *shape: conversion.resize(self, sizes(shape)),
}
PROPERTIES: dict[str, Any] = {
    "T": _transposed, "mT": lambda self: shaping.transpose(self, -2, -1), "device": lambda self: conversion.CPU, "is_cuda": lambda self: False,
    "is_sparse": lambda self: False, "layout": lambda self: conversion.STRIDED, "itemsize": lambda self: self.array.itemsize,
    "nbytes": lambda self: self.array.nbytes, "is_meta": lambda self: False, "is_quantized": lambda self: False,
    "real": lambda self: conversion.real(self), "imag": lambda self: conversion.imag(self), "_version": lambda self: self._version_count,
    "is_mkldnn": lambda self: False, "names": lambda self: (None,) * self.array.ndim, "H": lambda self: pointwise.conj(_transposed(self)),
}


def install() -> None:
    """Put everything on the class."""
    for module, names in FROM_FUNCTIONS.items():
        for name in names.split():
            setattr(Tensor, name, getattr(module, name))
    for name, primitive in BINARY_OPERATORS.items():
        setattr(Tensor, f"__{name}__", _operator(primitive))
        setattr(Tensor, f"__r{name}__", _reflected(primitive))
    for name, primitive in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _operator(primitive))
    for table in (METHODS, conversion.METHODS, inplace.METHODS, filling.METHODS, gradients.METHODS):
        for name, function in table.items():
            setattr(Tensor, name, function)
    for properties in (PROPERTIES, conversion.PROPERTIES, gradients.PROPERTIES):
        for name, getter in properties.items():
            setattr(Tensor, name, getter if isinstance(getter, property) else property(getter))
    Tensor.__new__ = new_tensor  # type: ignore[assignment]
    Storage.__reduce__ = copying.reduce_storage  # type: ignore[method-assign]
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]


install()
