"""In-place methods: `x.add_(y)` and its kind, the augmented operators, filling."""

from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional import pointwise, shaping
from steepest.functional.operands import operand
from steepest.functional.pointwise import BINARY, UNARY, sub
from steepest.ops import arithmetic as ar
from steepest.ops.inplace import assign, fill_array, inplace_map
from steepest.ops.maps import Elementwise

__all__ = ["METHODS"]


def _unary(primitive: Elementwise) -> Callable[[Tensor], Tensor]:
    return lambda self: inplace_map(self, primitive, self)


def _binary(primitive: Elementwise) -> Callable[[Tensor, Any], Tensor]:
    return lambda self, other: inplace_map(self, primitive, self, operand(other))


def _scaled(plain: Elementwise, scaled: Elementwise) -> Callable[..., Tensor]:
    def method(self: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
        other = operand(other)
        return inplace_map(self, plain, self, other) if alpha == 1 else inplace_map(self, scaled, self, other, alpha)

    return method


def _div(self: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    if rounding_mode is None:
        return inplace_map(self, ar.div, self, operand(other))
    return assign(self, pointwise.div(self, other, rounding_mode=rounding_mode))


def _pow(self: Tensor, exponent: Any) -> Tensor:
    exponent = operand(exponent)
    if isinstance(exponent, Tensor) or exponent not in (2, 3):
        return assign(self, ar.pow(self, exponent))
    return inplace_map(self, ar.square if exponent == 2 else ar.cube, self)


def _clamp(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    return assign(self, pointwise.clamp(self, min, max))


def _copy(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    return assign(self, src)


def _zero(self: Tensor) -> Tensor:
    return fill_array(self, 0)


def _fill(self: Tensor, value: Any) -> Tensor:
    return assign(self, value) if isinstance(value, Tensor) else fill_array(self, value)


def _masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    return assign(self, pointwise.masked_fill(self, mask, value))


def _augmented(method: Callable[..., Tensor]) -> Callable[[Tensor, Any], Any]:
    def augmented(self: Tensor, other: Any) -> Any:
        other = operand(other)
        return NotImplemented if other is NotImplemented else method(self, other)

    return augmented


def _view_in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A method such as `squeeze_` that changes the shape of the tensor itself."""
    def method(self: Tensor, *args: Any) -> Tensor:
        made = function(self, *args)
        self.array, self.node, self.needs_grad, self.output_nr = made.array, made.node, made.needs_grad, made.output_nr
        return self

    return method


def _set(self: Tensor, source: Tensor) -> Tensor:
    self.array, self.dtype, self._storage, self.counter = source.array, source.dtype, source.storage_cell, source.version
    return self


_add, _subtract = _scaled(ar.add, ar.add_scaled), _scaled(ar.sub, ar.sub_scaled)
_multiply = _binary(ar.mul)
METHODS: dict[str, Any] = {
    **{f"{name}_": _unary(p) for name, p in UNARY.items() if p.gives == (None,)},
    **{f"{name}_": _binary(p) for name, p in BINARY.items()},
    "add_": _add, "sub_": _subtract, "mul_": _multiply, "div_": _div, "pow_": _pow, "clamp_": _clamp, "clip_": _clamp, "copy_": _copy,
    "zero_": _zero, "fill_": _fill, "masked_fill_": _masked_fill, "set_": _set,
    "clamp_min_": lambda self, min: _clamp(self, min=min), "clamp_max_": lambda self, max: _clamp(self, max=max),
    "multiply_": _multiply, "divide_": _div, "subtract_": _subtract, "true_divide_": _div, "negative_": _unary(ar.neg),
    "lerp_": lambda self, end, weight: inplace_map(self, ar.lerp, self, end, operand(weight)),
    "addcmul_": lambda self, tensor1, tensor2, *, value=1: inplace_map(self, ar.addcmul, self, tensor1, tensor2, value),
    "addcdiv_": lambda self, tensor1, tensor2, *, value=1: inplace_map(self, ar.addcdiv, self, tensor1, tensor2, value),
    "round_": lambda self, *, decimals=0: assign(self, pointwise.round(self, decimals=decimals)),
    "nan_to_num_": lambda self, *args, **kwargs: assign(self, pointwise.nan_to_num(self, *args, **kwargs)),
    "squeeze_": _view_in_place(shaping.squeeze), "unsqueeze_": _view_in_place(shaping.unsqueeze), "t_": _view_in_place(shaping.t),
    "transpose_": _view_in_place(shaping.transpose), "swapaxes_": _view_in_place(shaping.transpose),
    "__iadd__": _augmented(_add), "__isub__": _augmented(lambda self, other: _subtract(self, other) if self.dtype.category else assign(self, sub(self, other))),
    "__imul__": _augmented(_multiply), "__itruediv__": _augmented(_div), "__ipow__": _augmented(_pow),
    "__ifloordiv__": _augmented(_binary(ar.floor_divide)), "__imod__": _augmented(_binary(ar.remainder)),
    "__iand__": _augmented(_binary(ar.bitwise_and)), "__ior__": _augmented(_binary(ar.bitwise_or)), "__ixor__": _augmented(_binary(ar.bitwise_xor)),
    "__ilshift__": _augmented(_binary(ar.bitwise_left_shift)), "__irshift__": _augmented(_binary(ar.bitwise_right_shift)),
}
