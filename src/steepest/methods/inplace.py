"""In-place methods: `x.add_(y)` and its kind, the augmented operators, filling."""

from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.copying import contiguous_strides, rebuild_tensor
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import pointwise, shaping
from steepest.functional.creating import empty
from steepest.functional.early import alpha_first, numbers_first
from steepest.functional.operands import operand
from steepest.functional.pointwise import BINARY, UNARY
from steepest.functional.storages import is_storage
from steepest.functional.supporting import check_quotient, factor_of_product
from steepest.ops import arithmetic as ar
from steepest.ops.inplace import assign, fill_array, inplace_map, rewrite, turn
from steepest.ops.maps import Elementwise

__all__ = ["METHODS"]


def _unary(primitive: Elementwise) -> Callable[[Tensor], Tensor]:
    def method(self: Tensor) -> Tensor:
        return inplace_map(self, primitive, self)

    return method


def _binary(primitive: Elementwise) -> Callable[[Tensor, Any], Tensor]:
    def method(self: Tensor, other: Any) -> Tensor:
        return inplace_map(self, primitive, self, operand(other))

    return method


def _scaled(plain: Elementwise, scaled: Elementwise) -> Callable[..., Tensor]:
    def method(self: Tensor, other: Any, *early: Any, alpha: Any = 1) -> Tensor:
        if early:
            other, alpha = alpha_first(plain.name, other, *early)
        other = operand(other)
        return inplace_map(self, plain, self, other) if alpha == 1 else inplace_map(self, scaled, self, other, alpha)

    return method


def _div(self: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    if rounding_mode is None:
        return inplace_map(self, ar.div, self, operand(other))
    return rewrite(self, pointwise.div, other, rounding_mode=rounding_mode)


def _pow(self: Tensor, exponent: Any) -> Tensor:
    exponent = operand(exponent)
    if isinstance(exponent, Tensor) or exponent not in (2, 3) or self.dtype.category < dtypes.FLOATING:
        return rewrite(self, ar.pow, exponent)
    return inplace_map(self, ar.square if exponent == 2 else ar.cube, self)


def _lerp(self: Tensor, end: Tensor, weight: Any) -> Tensor:
    if isinstance(end, Tensor) and end.dtype is not self.dtype:
        raise RuntimeError(text("lerp-dtypes", a=self.dtype, b=end.dtype))
    return inplace_map(self, ar.lerp, self, end, operand(weight))


@numbers_first(3, "value")
def _addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    return inplace_map(self, ar.addcmul, self, tensor1, tensor2, factor_of_product(value, self, tensor1, tensor2))


@numbers_first(3, "value")
def _addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    check_quotient(tensor1, tensor2)
    return inplace_map(self, ar.addcdiv, self, tensor1, tensor2, value)


def _round(self: Tensor, *, decimals: int | None = None) -> Tensor:
    return rewrite(self, pointwise.round, decimals=decimals)


def _nan_to_num(self: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    return rewrite(self, pointwise.nan_to_num, nan, posinf, neginf)


def _clamp(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    return rewrite(self, pointwise.clamp, min, max)


def _clamp_min(self: Tensor, min: Any) -> Tensor:
    return _clamp(self, min=min)


def _clamp_max(self: Tensor, max: Any) -> Tensor:
    return _clamp(self, max=max)


def _copy(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """The elements of `src`, a tensor or a number, broadcast and converted, written over this tensor's."""
    return assign(self, src) if isinstance(src, Tensor) else fill_array(self, src)


def _zero(self: Tensor) -> Tensor:
    """Zero written over all elements."""
    return fill_array(self, 0)


def _fill(self: Tensor, value: Any) -> Tensor:
    """A number written over all elements."""
    if isinstance(value, Tensor) and value.array.ndim:
        raise RuntimeError(text("fill-value-not-scalar", ndim=value.array.ndim))
    return assign(self, value) if isinstance(value, Tensor) else fill_array(self, value)


def _masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    return rewrite(self, pointwise.masked_fill, mask, value)


def _augmented(method: Callable[..., Tensor]) -> Callable[[Tensor, Any], Tensor]:
    def augmented(self: Tensor, other: Any) -> Tensor:
        other = operand(other)
        return other if other is NotImplemented else method(self, other)

    return augmented


def _view_in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A method such as `squeeze_` that changes the shape of the tensor itself."""
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return turn(self, function, *args, **kwargs)

    return method


def _set(self: Tensor, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None) -> Tensor:
    """Make this tensor a view of the memory of `source`, a tensor or a storage; without one, empty."""
    if source is None:
        source = empty(0, dtype=self.dtype)
    elif is_storage(source):
        memory = source.untyped()
        size = (memory.nbytes() // self.array.itemsize - storage_offset,) if size is None else tuple(size)
        source = rebuild_tensor(memory, self.dtype, storage_offset, size, contiguous_strides(size) if stride is None else tuple(stride))
    self.array, self.dtype, self._storage, self.counter = source.array, source.dtype, source.storage_cell, source.version
    return self


def _subtract(self: Tensor, other: Any, *early: Any, alpha: Any = 1) -> Tensor:
    """`other` times `alpha` subtracted from this tensor; RuntimeError for bools."""
    if early:
        other, alpha = alpha_first("sub", other, *early)
    if type(other) is bool or self.dtype is dtypes.bool_ or getattr(other, "dtype", None) is dtypes.bool_:
        pointwise.sub(self, other)
    return _subtract_numbers(self, other, alpha=alpha)


_add, _subtract_numbers = _scaled(ar.add, ar.add_scaled), _scaled(ar.sub, ar.sub_scaled)
_multiply = _binary(ar.mul)
METHODS: dict[str, Any] = {
    **{f"{name}_": _unary(p) for name, p in UNARY.items() if p.gives == (None,)},
    **{f"{name}_": _binary(p) for name, p in BINARY.items()},
    "add_": _add, "sub_": _subtract, "mul_": _multiply, "div_": _div, "pow_": _pow, "clamp_": _clamp, "clip_": _clamp, "copy_": _copy,
    "clamp_min_": _clamp_min, "clamp_max_": _clamp_max, "zero_": _zero, "fill_": _fill, "masked_fill_": _masked_fill, "set_": _set,
    "multiply_": _multiply, "divide_": _div, "subtract_": _subtract, "true_divide_": _div, "negative_": _unary(ar.neg),
    "lerp_": _lerp, "addcmul_": _addcmul, "addcdiv_": _addcdiv, "round_": _round, "nan_to_num_": _nan_to_num,
    "squeeze_": _view_in_place(shaping.squeeze), "unsqueeze_": _view_in_place(shaping.unsqueeze), "t_": _view_in_place(shaping.t),
    "transpose_": _view_in_place(shaping.transpose), "swapaxes_": _view_in_place(shaping.transpose),
    "swapdims_": _view_in_place(shaping.transpose),
    "__iadd__": _augmented(_add), "__isub__": _augmented(_subtract), "__imul__": _augmented(_multiply),
    "__itruediv__": _augmented(_div), "__ipow__": _augmented(_pow),
    **{f"__i{name}__": _augmented(_binary(p)) for name, p in {
        "floordiv": ar.floor_divide, "mod": ar.remainder, "and": ar.bitwise_and, "or": ar.bitwise_or, "xor": ar.bitwise_xor,
        "lshift": ar.bitwise_left_shift, "rshift": ar.bitwise_right_shift}.items()},
}
for _name, _method in METHODS.items():
    if not _method.__doc__ and not _name.startswith("__"):
        _method.__doc__ = f"`{_name[:-1]}`, written over this tensor; returns the tensor."
