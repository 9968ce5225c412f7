"""A value in a register, with Python's operators: `x * 2 + y` in a definition writes the instructions."""

# mypy: disable-error-code="no-any-return"
# What writes them, `m`, is made of such values.

from typing import Any

__all__ = ["Operand", "Value"]

Operand = Any       # a Value or a Python number


class Value:
    """A scalar (or vector of scalars) in a register; operators emit instructions, Python numbers take the value's dtype."""

    __slots__ = ("dtype", "m", "name")

    def __init__(self, m: Any, name: str, dtype: str) -> None:
        self.m, self.name, self.dtype = m, name, dtype

    def __repr__(self) -> str:
        return f"Value({self.name}, {self.dtype})"

    def __add__(self, other: Operand) -> "Value": return self.m.add(self, other)
    def __radd__(self, other: Operand) -> "Value": return self.m.add(other, self)
    def __sub__(self, other: Operand) -> "Value": return self.m.subtract(self, other)
    def __rsub__(self, other: Operand) -> "Value": return self.m.subtract(other, self)
    def __mul__(self, other: Operand) -> "Value": return self.m.multiply(self, other)
    def __rmul__(self, other: Operand) -> "Value": return self.m.multiply(other, self)
    def __truediv__(self, other: Operand) -> "Value": return self.m.divide(self, other)
    def __rtruediv__(self, other: Operand) -> "Value": return self.m.divide(other, self)
    def __floordiv__(self, other: Operand) -> "Value": return self.m.floor_divide(self, other)
    def __rfloordiv__(self, other: Operand) -> "Value": return self.m.floor_divide(other, self)
    def __mod__(self, other: Operand) -> "Value": return self.m.remainder(self, other)
    def __rmod__(self, other: Operand) -> "Value": return self.m.remainder(other, self)
    def __pow__(self, other: Operand) -> "Value": return self.m.pow(self, other)
    def __rpow__(self, other: Operand) -> "Value": return self.m.pow(other, self)
    def __neg__(self) -> "Value": return self.m.negative(self)
    def __pos__(self) -> "Value": return self
    def __abs__(self) -> "Value": return self.m.abs(self)
    def __invert__(self) -> "Value": return self.m.bitwise_not(self)
    def __and__(self, other: Operand) -> "Value": return self.m.bitwise_and(self, other)
    def __rand__(self, other: Operand) -> "Value": return self.m.bitwise_and(other, self)
    def __or__(self, other: Operand) -> "Value": return self.m.bitwise_or(self, other)
    def __ror__(self, other: Operand) -> "Value": return self.m.bitwise_or(other, self)
    def __xor__(self, other: Operand) -> "Value": return self.m.bitwise_xor(self, other)
    def __rxor__(self, other: Operand) -> "Value": return self.m.bitwise_xor(other, self)
    def __lshift__(self, other: Operand) -> "Value": return self.m.left_shift(self, other)
    def __rlshift__(self, other: Operand) -> "Value": return self.m.left_shift(other, self)
    def __rshift__(self, other: Operand) -> "Value": return self.m.right_shift(self, other)
    def __rrshift__(self, other: Operand) -> "Value": return self.m.right_shift(other, self)
    def __lt__(self, other: Operand) -> "Value": return self.m.lt(self, other)
    def __le__(self, other: Operand) -> "Value": return self.m.le(self, other)
    def __gt__(self, other: Operand) -> "Value": return self.m.gt(self, other)
    def __ge__(self, other: Operand) -> "Value": return self.m.ge(self, other)
    def __eq__(self, other: Operand) -> "Value": return self.m.eq(self, other)      # type: ignore[override]
    def __ne__(self, other: Operand) -> "Value": return self.m.ne(self, other)      # type: ignore[override]
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a definition cannot branch on a value: write m.where(condition, a, b)")
