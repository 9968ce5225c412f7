"""The NumPy meaning of scalar mathematics, and the contract of the namespace `m` in every meaning.

A definition `lambda m, x: 1 / (1 + m.exp(-x))` may use the operators `+ - * / // % ** unary- abs < <= > >= == != & | ^ ~ << >>`
and the functions below, and nothing else. All values of a call have one dtype (conditions are bool); Python numbers take it.

- *NaN*: functions of NaN are NaN; comparisons with NaN are false, `ne` true. `minimum` and `maximum` give NaN if either is NaN,
  `fmin` and `fmax` the other one. `sign(NaN)` is 0. `where` chooses, it never computes with what it does not choose.
- *Zeros*: odd functions keep the zero's sign. Which of +0 and -0 `maximum` and `minimum` give is not specified.
- *Rounding*: `round` takes ties to even. `floor ceil trunc round` of integers are the identity. `fma` rounds once (floats).
- *Integers* wrap around (two's complement; `abs` of the least value is itself). A result of integer division by zero
  (`floor_divide remainder fmod`) is 0: who must report it looks at the divisor. `floor_divide` rounds down and `remainder` has
  the divisor's sign, `fmod` the dividend's; zero rests keep fmod's sign. `pow` with a negative exponent is 0 but for bases 1
  and -1.
- *Shifts*: by less than 0 or at least the width, `left_shift` gives 0, `right_shift` what shifting bit by bit would (0 or -1).
- *Floating division by zero* is IEEE's; `floor_divide(x, 0)` is x / 0.
- *Conversions*: `cast` to a narrower float rounds to nearest, ties to even; float to integer goes towards zero, and NaN or what
  lies outside the wide integer's range (int64 for int64 and uint8, else int32) becomes its least value, of which a narrower
  dtype takes the low bits; to bool: not equal to 0, so NaN is true. Integers to narrower ones take the low bits.
- *Powers* with a Python number 2, 3, 1/2, -1/2, -1, -2 are the products, roots and quotients that PyTorch takes.
- `erf erfc lgamma digamma` are expressions in `m` (`steepest.ops.special`), in float64 also for float32.
- Only in this meaning: complex dtypes, where NumPy defines the function, and `conj`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.ops import special

__all__ = ["NumPy"]

Array = Any


def _floating(x: Array) -> bool:
    return np.asarray(x).dtype.kind in "fc"


def _integer_divisor(b: Array) -> Array:
    """The divisor with 1 in the place of 0."""
    return np.where(np.equal(b, 0), np.asarray(1, np.asarray(b).dtype), b)


def _alike(a: Array, b: Array) -> tuple[Array, Array]:
    """Both as arrays of the dtype of the one that is not a Python number."""
    if isinstance(a, (bool, int, float, complex)):
        return np.asarray(a, np.asarray(b).dtype), np.asarray(b)
    if isinstance(b, (bool, int, float, complex)):
        return np.asarray(a), np.asarray(b, np.asarray(a).dtype)
    return np.asarray(a), np.asarray(b)


def _floor_divide(a: Array, b: Array) -> Array:
    a, b = _alike(a, b)
    if a.dtype.kind == "f":
        quotient = np.floor_divide(a, _integer_divisor(b))
        return np.where(b == 0, a / b, quotient)
    zero = b == 0
    minus = (b == -1) if a.dtype.kind == "i" else np.zeros_like(zero)
    quotient = np.floor_divide(a, np.where(zero | minus, np.asarray(1, b.dtype), b))
    return np.where(zero, np.asarray(0, a.dtype), np.where(minus, np.negative(a), quotient))


def _fmod(a: Array, b: Array) -> Array:
    a, b = _alike(a, b)
    if a.dtype.kind == "f":
        return np.fmod(a, b)
    rest = np.fmod(a, np.where((b == 0) | (b == -1), np.asarray(1, b.dtype), b) if a.dtype.kind == "i" else _integer_divisor(b))
    return np.where(b == 0, np.asarray(0, a.dtype), rest)


def _remainder(a: Array, b: Array) -> Array:
    a, b = _alike(a, b)
    rest = _fmod(a, b)
    return np.where((rest != 0) & ((rest < 0) != (b < 0)), rest + b, rest)


def _sign(x: Array) -> Array:
    x = np.asarray(x)
    if x.dtype.kind in "bc":
        return np.sign(x) if x.dtype.kind == "c" else x
    return np.subtract(x > 0, x < 0, dtype=x.dtype)


def _pow(x: Array, y: Array) -> Array:
    if isinstance(y, (int, float)) and not isinstance(y, bool):
        simple = _POWERS.get(y)
        if simple is not None and (_floating(x) or y in (2, 3)):
            return simple(x)
    x, y = _alike(x, y)
    if x.dtype.kind not in "iu":
        return np.power(x, y)
    negative = y < 0
    result = np.power(x, np.where(negative, np.asarray(0, y.dtype), y))
    inverse = np.where(x == 1, 1, np.where(x == -1, np.where(y % 2 == 0, 1, -1), 0)) if x.dtype.kind == "i" else result
    return np.where(negative, inverse.astype(x.dtype), result)


_POWERS: dict[float, Callable[[Array], Array]] = {
    2: lambda x: x * x,
    3: lambda x: x * x * x,
    0.5: np.sqrt,
    -0.5: lambda x: 1 / np.sqrt(x),
    -1: lambda x: 1 / x,
    -2: lambda x: 1 / (x * x),
}


def _whole(function: Callable[..., Array]) -> Callable[[Array], Array]:
    def rounding(x: Array) -> Array:
        return function(x) if _floating(x) else x

    return rounding


def _where(condition: Array, a: Array, b: Array) -> Array:
    a, b = _alike(a, b)
    condition = np.asarray(condition)
    return np.where(condition if condition.dtype == bool else condition != 0, a, b)


def _cast(x: Array, dtype: str) -> Array:
    x = np.asarray(x)
    if dtype == "bool":
        return x != 0
    if dtype == "bfloat16":
        return _to_bfloat16(x.astype(np.float32))
    if dtype == "float16":
        return np.where(np.abs(x) < 65520, x, np.sign(x) * np.float32(np.inf)).astype(np.float16).astype(np.float32)
    target = np.dtype(dtype)
    if x.dtype.kind != "f" or target.kind == "f":
        return x.astype(target)
    wide = np.dtype(np.int64 if target.name in ("int64", "uint8") else np.int32)
    limit = 2.0 ** (8 * wide.itemsize - 1)
    towards_zero = np.trunc(x)
    inside = (towards_zero >= -limit) & (towards_zero < limit)
    whole = np.where(inside, towards_zero, np.asarray(0, x.dtype)).astype(wide)
    return np.where(inside, whole, np.asarray(-(2 ** (8 * wide.itemsize - 1)), wide)).astype(target)


def _to_bfloat16(x: Array) -> Array:
    """float32 values rounded to bfloat16."""
    bits = np.atleast_1d(np.asarray(x, np.float32)).view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), np.float32(np.nan), rounded.view(np.float32).reshape(np.shape(x)))


def _fma(a: Array, b: Array, c: Array) -> Array:
    """a * b + c rounded once, where nothing over- or underflows on the way.

    Boldo and Melquiond (2008): Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd.
    """
    a, b = _alike(a, b)
    a, c = _alike(a, c)
    if a.dtype.kind != "f":
        return a * b + c
    if a.dtype == np.float32:
        product = np.multiply(a, b, dtype=np.float64)           # exact
        return _add_to_odd(product, c.astype(np.float64)).astype(np.float32)
    with np.errstate(all="ignore"):
        high, low = _two_product(a, b)
        t_high, t_low = _two_sum(c, low)
        v_high, v_low = _two_sum(high, t_high)
        result = v_high + _add_to_odd(t_low, v_low)
        plain = np.where(np.isinf(c) & np.isfinite(a) & np.isfinite(b), c, a * b + c)
    return np.where(np.isfinite(result), result, plain)


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def _two_product(a: Array, b: Array) -> tuple[Array, Array]:
    product = a * b

    def halves(x: Array) -> tuple[Array, Array]:
        scaled = x * 134217729.0
        high = scaled - (scaled - x)
        return high, x - high

    a_high, a_low = halves(a)
    b_high, b_low = halves(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _add_to_odd(a: Array, b: Array) -> Array:
    """a + b rounded to odd: inexact sums get the neighbour whose last bit is 1, so that rounding again is right."""
    total, rest = _two_sum(a, b)
    bits = np.asarray(total, np.float64).view(np.int64)
    step = np.where((rest > 0) == (total > 0), 1, -1)
    change = np.isfinite(rest) & (rest != 0) & (bits % 2 == 0)
    return np.where(change, bits + step, bits).view(np.float64)


def _double(function: Callable[..., Array]) -> Callable[[Array], Array]:
    """A function of float64 for float32 as well."""

    def computed(x: Array) -> Array:
        x = np.asarray(x)
        with np.errstate(all="ignore"):
            return np.asarray(function(NumPy, x.astype(np.float64))).astype(x.dtype)

    return computed


class NumPy:
    """The namespace `m` over NumPy arrays: `definition(NumPy, x)`."""

    add, subtract, multiply, divide, negative = np.add, np.subtract, np.multiply, np.true_divide, np.negative
    exp, exp2, expm1, log, log2, log10, log1p, sqrt = np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt
    sin, cos, tan, asin, acos, atan, atan2 = np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.arctan2
    sinh, cosh, tanh, asinh, acosh, atanh = np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh
    abs, copysign, nextafter, hypot, conj = np.absolute, np.copysign, np.nextafter, np.hypot, np.conjugate
    minimum, maximum, fmin, fmax = np.minimum, np.maximum, np.fmin, np.fmax
    isnan, isinf, isfinite, signbit = np.isnan, np.isinf, np.isfinite, np.signbit
    lt, le, gt, ge, eq, ne = np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal
    logical_and, logical_or, logical_not, logical_xor = np.logical_and, np.logical_or, np.logical_not, np.logical_xor
    bitwise_and, bitwise_or, bitwise_xor, bitwise_not = np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert
    left_shift, right_shift = np.left_shift, np.right_shift
    floor, ceil, trunc = (staticmethod(_whole(f)) for f in (np.floor, np.ceil, np.trunc))
    round = staticmethod(_whole(np.rint))
    sign, pow, where, cast, fma = (staticmethod(f) for f in (_sign, _pow, _where, _cast, _fma))
    floor_divide, remainder, fmod = (staticmethod(f) for f in (_floor_divide, _remainder, _fmod))
    erf, erfc, lgamma, digamma = (staticmethod(_double(f)) for f in (special.erf, special.erfc, special.lgamma, special.digamma))

    @staticmethod
    def rsqrt(x: Array) -> Array:
        return 1 / np.sqrt(x)
