"""The operators: `a + b`, `2 - a`, `a < b`, `a @ b`, `a[i]`, `len(a)` and their kind."""

from collections.abc import Callable, Iterator
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.dtype import FLOATING
from steepest.core.overriding import stranger
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional import indexing, joining, pointwise, products
from steepest.functional.operands import NUMBERS, operand
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops.maps import Elementwise

__all__ = ["METHODS"]

BINARY: dict[str, Elementwise] = {"add": ar.add, "sub": ar.sub, "mul": ar.mul, "truediv": ar.div, "floordiv": ar.floor_divide,
                                  "mod": ar.remainder, "and": ar.bitwise_and, "or": ar.bitwise_or, "xor": ar.bitwise_xor,
                                  "lshift": ar.bitwise_left_shift, "rshift": ar.bitwise_right_shift}
COMPARISONS: dict[str, Elementwise] = {"eq": ar.eq, "ne": ar.ne, "lt": ar.lt, "le": ar.le, "gt": ar.gt, "ge": ar.ge}
_direct = frozenset((*NUMBERS, Tensor))


def _operator(primitive: Callable[[Any, Any], Any]) -> Callable[[Tensor, Any], Tensor]:
    def method(self: Tensor, other: Any) -> Tensor:
        if type(other) not in _direct:
            known = operand(other)
            if known is NotImplemented:
                result: Tensor = stranger(method, (self, other), {})
                return result
            other = known
        return primitive(self, other)

    return method


def _reflected(primitive: Callable[[Any, Any], Any]) -> Callable[[Tensor, Any], Tensor]:
    def method(self: Tensor, other: Any) -> Tensor:
        other = operand(other)
        return other if other is NotImplemented else primitive(other, self)

    return method


def _sub(self: Tensor, other: Any) -> Tensor:
    if self.dtype is dtypes.bool_ or type(other) is bool or getattr(other, "dtype", None) is dtypes.bool_:
        return pointwise.sub(self, other)
    return _plain_sub(self, other)


_plain_sub = _operator(ar.sub.bind)


def _rsub(self: Tensor, other: Any) -> Tensor:
    if self.dtype is dtypes.bool_ or type(other) is bool:
        return pointwise.sub(other, self)
    return _plain_rsub(self, other)


_plain_rsub = _reflected(ar.sub.bind)


def _rtruediv(self: Tensor, other: Any) -> Tensor:
    # PyTorch multiplies with the reciprocal, which rounds twice.
    other = operand(other)
    return other if other is NotImplemented else ar.mul(ar.reciprocal(self), other)


def _matmul(self: Tensor, other: Any) -> Tensor:
    return products.matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _rmatmul(self: Tensor, other: Any) -> Tensor:
    return products.matmul(other, self) if isinstance(other, Tensor) else NotImplemented


def _neg(self: Tensor) -> Tensor:
    return ar.neg(self)


def _pos(self: Tensor) -> Tensor:
    return self


def _abs(self: Tensor) -> Tensor:
    return fn.absolute(self)


def _invert(self: Tensor) -> Tensor:
    if self.dtype.category >= FLOATING:
        raise TypeError(text("invert-of-floats", dtype=self.dtype))
    return ar.bitwise_not(self)


def _len(self: Tensor) -> int:
    if self.array.ndim == 0:
        raise TypeError(text("len-of-0-dim"))
    return len(self.array)


def _iter(self: Tensor) -> Iterator[Tensor]:
    if self.array.ndim == 0:
        raise TypeError(text("iteration-of-0-dim"))
    return iter(self.unbind(0))  # the method: classes of programs have a say in it


def _reversed(self: Tensor) -> Tensor:
    return joining.flip(self, 0) if self.array.ndim else self


def _contains(self: Tensor, value: Any) -> bool:
    return bool((self == value).any())


def _hash(self: Tensor) -> int:
    return id(self)


METHODS: dict[str, Any] = {
    **{f"__{name}__": _operator(primitive.bind) for name, primitive in {**BINARY, **COMPARISONS}.items()},
    **{f"__r{name}__": _reflected(primitive.bind) for name, primitive in BINARY.items()},
    "__sub__": _sub, "__rtruediv__": _rtruediv, "__rsub__": _rsub, "__pow__": _operator(ar.pow), "__rpow__": _reflected(ar.pow),
    "__rdiv__": _rtruediv, "__matmul__": _matmul, "__rmatmul__": _rmatmul,
    "__neg__": _neg, "__pos__": _pos, "__abs__": _abs, "__invert__": _invert, "__len__": _len, "__iter__": _iter, "__hash__": _hash,
    "__contains__": _contains, "__reversed__": _reversed, "__getitem__": indexing.getitem, "__setitem__": indexing.setitem,
}
