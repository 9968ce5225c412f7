"""Elementwise rows: the functions of analysis, rounding and special functions."""

import math
from functools import cache
from typing import Any

import numpy as np

from steepest.ops import special
from steepest.ops.arithmetic import conjugate, no_gradient, where
from steepest.ops.composites import Composite, composite
from steepest.ops.maps import Elementwise, elementwise
from steepest.ops.views import imag, real

F = "float"

# exponentials and powers ----------------------------------------------------------------------------------------------------------
exp = elementwise("exp", lambda m, x: m.exp(x), promote=F, x=lambda g, result: g * conjugate(result))
exp2 = elementwise("exp2", lambda m, x: m.exp2(x), promote=F, x=lambda g, result: g * conjugate(result * math.log(2)))
expm1 = elementwise("expm1", lambda m, x: m.expm1(x), promote=F, x=lambda g, result: g * conjugate(result + 1))
log = elementwise("log", lambda m, x: m.log(x), promote=F, x=lambda g, x: g / conjugate(x))
log2 = elementwise("log2", lambda m, x: m.log2(x), promote=F, x=lambda g, x: g / conjugate(x * 0.6931471805599453))
log10 = elementwise("log10", lambda m, x: m.log10(x), promote=F, x=lambda g, x: g / conjugate(x * 2.3025850929940456))
log1p = elementwise("log1p", lambda m, x: m.log1p(x), promote=F, node="Log1PBackward0", x=lambda g, x: g / conjugate(x + 1))
sqrt = elementwise("sqrt", lambda m, x: m.sqrt(x), promote=F, x=lambda g, result: g / conjugate(2 * result))
rsqrt = elementwise("rsqrt", lambda m, x: 1 / m.sqrt(x), promote=F, x=lambda g, result: -0.5 * g * conjugate(result * result * result))

# trigonometric and hyperbolic -----------------------------------------------------------------------------------------------------
sin = elementwise("sin", lambda m, x: m.sin(x), promote=F, x=lambda g, x: g * conjugate(cos(x)))
cos: Elementwise = elementwise("cos", lambda m, x: m.cos(x), promote=F, x=lambda g, x: g * conjugate(-sin(x)))
tan = elementwise("tan", lambda m, x: m.tan(x), promote=F, x=lambda g, result: g * conjugate(1 + result * result))
asin = elementwise("asin", lambda m, x: m.asin(x), promote=F, x=lambda g, x: g * conjugate(rsqrt(1 - x * x)))
acos = elementwise("acos", lambda m, x: m.acos(x), promote=F, x=lambda g, x: g * conjugate(-rsqrt(1 - x * x)))
atan = elementwise("atan", lambda m, x: m.atan(x), promote=F, x=lambda g, x: g / conjugate(x * x + 1))
sinh = elementwise("sinh", lambda m, x: m.sinh(x), promote=F, x=lambda g, x: g * conjugate(cosh(x)))
cosh: Elementwise = elementwise("cosh", lambda m, x: m.cosh(x), promote=F, x=lambda g, x: g * conjugate(sinh(x)))
tanh = elementwise("tanh", lambda m, x: m.tanh(x), promote=F, x=lambda g, result: (
    g * conjugate(1 - result * result) if result.dtype.is_complex else tanh_slope(g, result)))
tanh_slope: Elementwise = elementwise(
    "tanh_backward", lambda m, g, y: g * (1 - y * y), node="TanhBackwardBackward0",
    g=lambda gg, y: tanh_slope(gg, y), y=lambda gg, g, y: gg * g * (-2 * y))
asinh = elementwise("asinh", lambda m, x: m.asinh(x), promote=F, x=lambda g, x: g * conjugate(rsqrt(x * x + 1)))
acosh = elementwise("acosh", lambda m, x: m.acosh(x), promote=F, x=lambda g, x: g * acosh_slope(x))
atanh = elementwise("atanh", lambda m, x: m.atanh(x), promote=F, x=lambda g, x: g * conjugate(1 / (1 - x * x)))
atan2 = elementwise("atan2", lambda m, a, b: m.atan2(a, b), promote=F, a=lambda g, a, b: g * over_squares(b, a, b),
                    b=lambda g, a, b: g * over_squares(-a, a, b))
hypot = elementwise("hypot", lambda m, a, b: m.hypot(a, b), promote=F, a=lambda g, a, result: g * (a / result),
                    b=lambda g, b, result: g * (b / result), refuses="bool integers")

# magnitude and rounding -----------------------------------------------------------------------------------------------------------


class Absolute(Elementwise):
    """The absolute value, real also for complex numbers."""

    def __call__(self, *operands: Any, **params: Any) -> Any:
        (x,) = operands
        return absolute_complex(x) if x.dtype.is_complex else super().__call__(x)


absolute = Absolute("abs", lambda m, x: m.abs(x), {"x": lambda g, x: g * sign(x)}, "", "any", (None,), (), (), "bool")
sgn = elementwise("sgn", lambda m, x: m.sign(x), x=no_gradient)
sign: Elementwise = elementwise("sign", lambda m, x: m.sign(x), x=no_gradient, refuses="complex")
floor = elementwise("floor", lambda m, x: m.floor(x), x=no_gradient, refuses="bool")
ceil = elementwise("ceil", lambda m, x: m.ceil(x), x=no_gradient, refuses="bool")
trunc = elementwise("trunc", lambda m, x: m.trunc(x), x=no_gradient, refuses="bool")
rounded = elementwise("round", lambda m, x: m.round(x), x=no_gradient, refuses="bool complex")
rounded_decimals = elementwise("round_decimals", lambda m, x, scale: m.round(x * scale) / scale, node="RoundBackward1",
                               x=no_gradient, refuses="bool integers complex")
rounded_tens = elementwise("round_tens", lambda m, x, scale: m.round(x / scale) * scale, node="RoundBackward1", x=no_gradient,
                           refuses="bool integers complex")
deg2rad = elementwise("deg2rad", lambda m, x: x * (math.pi / 180), promote=F, node="Deg2RadBackward0", x=lambda g: g * (math.pi / 180),
                      refuses="complex")
rad2deg = elementwise("rad2deg", lambda m, x: x * (180 / math.pi), promote=F, node="Rad2DegBackward0", x=lambda g: g * (180 / math.pi),
                      refuses="complex")
frac = elementwise("frac", lambda m, x: x - m.trunc(x), x=lambda g: g, refuses="integers")


@cache
def polygamma(n: int) -> Elementwise:
    """The n-th derivative of digamma, n from 1 on."""
    return elementwise("polygamma", lambda m, x: special.polygamma(m, n, x), promote=F, x=lambda g, x: g * polygamma(n + 1)(x),
                       refuses="complex")


# special functions ----------------------------------------------------------------------------------------------------------------
erf = elementwise("erf", lambda m, x: m.erf(x), promote=F, x=lambda g, x: g * (2 / math.sqrt(math.pi) * exp(-(x * x))), refuses="complex")
erfc = elementwise("erfc", lambda m, x: m.erfc(x), promote=F, x=lambda g, x: g * (-2 / math.sqrt(math.pi) * exp(-(x * x))),
                   refuses="complex")
lgamma = elementwise("lgamma", lambda m, x: m.lgamma(x), promote=F, x=lambda g, x: g * digamma(x), refuses="complex")
digamma: Elementwise = elementwise("digamma", lambda m, x: m.digamma(x), promote=F, x=lambda g, x: g * polygamma(1)(x), refuses="complex")
erfinv = elementwise("erfinv", special.erfinv, promote=F, x=lambda g, result: g * (exp(result * result) * (0.5 * math.sqrt(math.pi))),
                     refuses="complex")
logit = elementwise("logit", lambda m, x: m.log(x / (1 - x)), promote=F,
                    x=lambda g, x: where((x < 0) | (x > 1), float("nan"), g / (x * (1 - x))), refuses="complex")
sinc = elementwise("sinc", lambda m, x: m.where(m.eq(x, 0), x * 0 + 1, m.sin(math.pi * x) / (math.pi * x)), promote=F,
                   x=lambda g, x: where(x * x == 0, 0, g * conjugate(
                       (cos(math.pi * x) * (math.pi * x) - sin(math.pi * x)) / (math.pi * x * x))))


class LogAddExp(Elementwise):
    """log(exp a + exp b); of complex numbers by way of the one with the larger real part."""

    def __call__(self, *operands: Any, **params: Any) -> Any:
        a, b = operands
        if not (a.dtype.is_complex or b.dtype.is_complex):
            return super().__call__(a, b)
        first = real(a) >= real(b)
        high, low = where(first, a, b), where(first, b, a)
        return high + log1p(exp(low - high))


logaddexp = elementwise("logaddexp", lambda m, a, b: m.where(
    m.logical_and(m.isinf(a), m.eq(a, b)), a, m.maximum(a, b) + m.log1p(m.exp(-m.abs(a - b)))), promote=F, kind=LogAddExp,
    a=lambda g, a, b: g * (1 / (1 + exp(b - a))), b=lambda g, a, b: g * (1 / (1 + exp(a - b))), refuses="bool integers")
logaddexp2 = elementwise("logaddexp2", lambda m, a, b: m.where(
    m.logical_and(m.isinf(a), m.eq(a, b)), a, m.maximum(a, b) + m.log1p(m.exp2(-m.abs(a - b))) * (1 / math.log(2))), promote=F,
    node="Logaddexp2Backward0", a=lambda g, a, b: g * (1 / (1 + exp2(b - a))), b=lambda g, a, b: g * (1 / (1 + exp2(a - b))),
                         refuses="bool integers complex")
xlogy = elementwise("xlogy", lambda m, x, y: m.where(m.isnan(y), y, m.where(m.eq(x, 0), 0.0, x * m.log(y))), promote=F,
                    x=lambda g, x, y: g * where((x == 0) & (y <= 0), 0, log(y)), y=lambda g, x, y: g * (x / y), refuses="complex")
# complex numbers ------------------------------------------------------------------------------------------------------------------
absolute_complex = composite("abs", lambda x: hypot(real(x), imag(x)), operands=1, kernel=lambda x: np.asarray(np.abs(x)),
                             x=lambda g, x: g * direction(x))
direction: Composite = composite("sgn", lambda x: where(absolute_complex(x) == 0, 0, x / absolute_complex(x)), operands=1,
                      x=lambda g, x, result: where(absolute_complex(x) == 0, 0,
                                                   (g - real(conjugate(g) * result) * result) / absolute_complex(x)))


def acosh_slope(x: Any) -> Any:
    """`1 / sqrt(x^2 - 1)`; of complex numbers by two roots, whose cuts are those of acosh."""
    return conjugate(rsqrt(x + 1) * rsqrt(x - 1)) if x.dtype.is_complex else rsqrt(x * x - 1)


def over_squares(numerator: Any, a: Any, b: Any) -> Any:
    """`numerator / (a^2 + b^2)`, 0 at the origin."""
    squares = a * a + b * b
    return where(squares == 0, 0, numerator / squares)
