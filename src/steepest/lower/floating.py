"""What the functions of this layer share: the two floating formats, polynomials, and numbers held as a sum of two."""

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["FORMATS", "INFINITY", "NAN", "Format", "Scalars", "Value", "in_double", "polynomial", "power_of_two", "two_product"]

# The namespace `m` over LLVM and its values (`lower.scalar`), which is built on these functions and so cannot be imported here.
Scalars = Any
Value = Any

INFINITY, NAN = float("inf"), float("nan")


class Format:
    """What differs between float32 and float64."""

    def __init__(self, dtype: str, whole: str, mantissa: int, bias: int, log2_high: float, log2_low: float) -> None:
        self.dtype, self.whole, self.mantissa, self.bias = dtype, whole, mantissa, bias
        self.magic = 1.5 * 2.0**mantissa          # adding it rounds to an integer
        self.log2_high, self.log2_low = log2_high, log2_low     # log(2) in two: the high part times an exponent is exact
        self.least_normal = 2.0 ** (1 - bias)


FORMATS = {
    "float32": Format("float32", "int32", 23, 127, 0.693145751953125, 1.4286068203094173e-06),
    "float64": Format("float64", "int64", 52, 1023, 0.6931471805598903, 5.497923018708371e-14),
}


def polynomial(m: Scalars, x: Value, coefficients: Sequence[float]) -> Value:
    """sum c[k] x^k by Horner's rule."""
    result = m.constant(coefficients[-1], x.dtype)
    for c in reversed(coefficients[:-1]):
        result = m.muladd(result, x, c)
    return result


def power_of_two(m: Scalars, n: Value, dtype: str) -> Value:
    """2^n for an integer n in the range of normal numbers."""
    form = FORMATS[dtype]
    return m.from_bits(m.shift_left_bits(n + form.bias, form.mantissa))


def two_product(m: Scalars, a: Value, b: Value) -> tuple[Value, Value]:
    """a * b as a sum of two floating numbers, exactly."""
    product = a * b
    return product, m.fma(a, b, -product)


def in_double(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function written for float64, for float32 as well: its error there is half a unit in the last place and a little."""

    def computed(m: Scalars, *xs: Value) -> Value:
        dtype = xs[0].dtype
        return m.cast(function(m, *(m.cast(x, "float64") for x in xs)), dtype)

    computed.__name__, computed.__doc__ = function.__name__, function.__doc__
    return computed
