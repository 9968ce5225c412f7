"""Elementwise rows: Bessel's and Airy's functions, by Chebyshev series (`series.py`) near zero and of their slowly varying factors far off.

NIST Handbook of Mathematical Functions, chapters 9 and 10. Near zeros of the oscillating ones the error is absolute.
"""

import math
from collections.abc import Sequence
from typing import Any

from steepest.ops import series
from steepest.ops.arithmetic import where
from steepest.ops.functions import sign
from steepest.ops.maps import Elementwise, elementwise

F = "float"
Value = Any
INFINITY, NAN = float("inf"), float("nan")
TWO_OVER_PI = 2 / math.pi


def chebyshev(t: Value, coefficients: Sequence[float]) -> Value:
    """`c0 / 2 + sum ck Tk(t)` by Clenshaw's recurrence."""
    twice = t + t
    one, two = t * 0 + coefficients[-1], t * 0
    for c in coefficients[-2:0:-1]:
        one, two = twice * one - two + c, one
    return t * one - two + 0.5 * coefficients[0]


# modified functions ---------------------------------------------------------------------------------------------------------------
def _scaled_i(m: Any, x: Value, near: Sequence[float], far: Sequence[float], order: int) -> Value:
    """exp(-|x|) I(x) for x >= 0."""
    inside, outside = m.minimum(x, 8.0), m.maximum(x, 8.0)
    first = chebyshev(inside * 0.25 - 1.0, near)
    return m.where(x <= 8.0, first * inside if order else first, chebyshev(16.0 / outside - 1.0, far) / m.sqrt(outside))


def _i0e(m: Any, x: Value) -> Value:
    return _scaled_i(m, m.abs(x), series.I0_NEAR, series.I0_FAR, 0)


def _i1e(m: Any, x: Value) -> Value:
    value = _scaled_i(m, m.abs(x), series.I1_NEAR, series.I1_FAR, 1)
    return m.where(x < 0.0, -value, value)


def _scaled_k(m: Any, x: Value, near: Sequence[float], far: Sequence[float], order: int) -> Value:
    """exp(x) K(x); infinite at 0, NaN below."""
    inside, outside = m.minimum(m.maximum(x, 1e-300 if order else 0.0), 2.0), m.maximum(x, 2.0)
    first = chebyshev(inside * inside * 0.5 - 1.0, near)
    growth = m.exp(inside) * (_i1e(m, inside) if order else _i0e(m, inside))
    first = first / inside + m.log(inside * 0.5) * growth if order else first - m.log(inside * 0.5) * growth
    value = m.where(x <= 2.0, first * m.exp(inside), chebyshev(4.0 / outside - 1.0, far) / m.sqrt(outside))
    return m.where(x > 0.0, value, m.where(m.eq(x, 0.0), INFINITY, NAN))


i0e: Elementwise = elementwise("i0e", _i0e, promote=F, node="SpecialI0EBackward0", x=lambda g, x, result: g * (i1e(x) - sign(x) * result),
                               refuses="complex")
i1e: Elementwise = elementwise("i1e", _i1e, promote=F, node="SpecialI1EBackward0", x=lambda g, x, result: g * where(
    x * x == 0, 0.5, i0e(x) - result * (sign(x) + 1 / where(x * x == 0, 1, x))), refuses="complex")
i0: Elementwise = elementwise("i0", lambda m, x: m.exp(m.abs(x)) * _i0e(m, x), promote=F, x=lambda g, x: g * i1(x), refuses="complex")
i1: Elementwise = elementwise("i1", lambda m, x: m.exp(m.abs(x)) * _i1e(m, x), promote=F, node="SpecialI1Backward0",
                              x=lambda g, x, result: g * where(x == 0, 0.5, i0(x) - result / where(x == 0, 1, x)), refuses="complex")
scaled_k0 = elementwise("scaled_modified_bessel_k0", lambda m, x: _scaled_k(m, x, series.K0_NEAR, series.K0_FAR, 0), promote=F,
                        refuses="halves complex")
scaled_k1 = elementwise("scaled_modified_bessel_k1", lambda m, x: _scaled_k(m, x, series.K1_NEAR, series.K1_FAR, 1), promote=F,
                        refuses="halves complex")
k0 = elementwise("modified_bessel_k0", lambda m, x: _scaled_k(m, x, series.K0_NEAR, series.K0_FAR, 0) * m.exp(-x), promote=F,
                 refuses="halves complex")
k1 = elementwise("modified_bessel_k1", lambda m, x: _scaled_k(m, x, series.K1_NEAR, series.K1_FAR, 1) * m.exp(-x), promote=F,
                 refuses="halves complex")


# oscillating functions ------------------------------------------------------------------------------------------------------------
def _wave(m: Any, x: Value, p: Sequence[float], q: Sequence[float], order: int) -> tuple[Value, Value]:
    """J and Y for x >= 8: `sqrt(2 / pi x) (P + i Q) exp(i (x - (2 order + 1) pi / 4))`."""
    t = 128.0 / (x * x) - 1.0
    real, imaginary = chebyshev(t, p), chebyshev(t, q) / x
    sine, cosine = m.sin(x), m.cos(x)
    turned = (cosine + sine, sine - cosine) if order == 0 else (sine - cosine, -(sine + cosine))
    scale = 1.0 / m.sqrt(math.pi * x)
    return scale * (real * turned[0] - imaginary * turned[1]), scale * (real * turned[1] + imaginary * turned[0])


def _near_and_far(m: Any, x: Value) -> tuple[Value, Value, Value]:
    near = m.minimum(x, 8.0)
    return near, near * near * 0.03125 - 1.0, m.maximum(x, 8.0)


def _j0(m: Any, x: Value) -> Value:
    _, t, far = _near_and_far(m, m.abs(x))
    return m.where(m.abs(x) <= 8.0, chebyshev(t, series.J0_NEAR), _wave(m, far, series.P0, series.Q0, 0)[0])


def _j1(m: Any, x: Value) -> Value:
    near, t, far = _near_and_far(m, m.abs(x))
    value = m.where(m.abs(x) <= 8.0, near * chebyshev(t, series.J1_NEAR), _wave(m, far, series.P1, series.Q1, 1)[0])
    return m.where(x < 0.0, -value, value)


def _y0(m: Any, x: Value) -> Value:
    near, t, far = _near_and_far(m, m.maximum(x, 0.0))
    inside = chebyshev(t, series.Y0_NEAR) + TWO_OVER_PI * m.log(near) * chebyshev(t, series.J0_NEAR)
    return _from_zero(m, x, m.where(x <= 8.0, inside, _wave(m, far, series.P0, series.Q0, 0)[1]))


def _y1(m: Any, x: Value) -> Value:
    near, t, far = _near_and_far(m, m.maximum(x, 0.0))
    inside = near * chebyshev(t, series.Y1_NEAR) + TWO_OVER_PI * (m.log(near) * near * chebyshev(t, series.J1_NEAR) - 1.0 / near)
    return _from_zero(m, x, m.where(x <= 8.0, inside, _wave(m, far, series.P1, series.Q1, 1)[1]))


def _from_zero(m: Any, x: Value, value: Value) -> Value:
    """The value where x is positive, negative infinity at 0, NaN below."""
    return m.where(x > 0.0, value, m.where(m.eq(x, 0.0), -INFINITY, NAN))


def _airy(m: Any, x: Value) -> Value:
    z = m.abs(x)
    zeta = z * m.sqrt(z) * (2 / 3)
    grown = m.maximum(zeta, 2 / 3 * 2.0**1.5)
    tail = chebyshev(2.0 * (2 / 3 * 2.0**1.5) / grown - 1.0, series.AIRY_TAIL) * m.exp(-grown) * 0.5
    tail = tail / m.sqrt(math.pi * m.sqrt(m.maximum(z, 2.0)))
    waved = m.maximum(zeta, 2 / 3 * 8.0**1.5)
    t = 2.0 * (2 / 3 * 8.0**1.5) ** 2 / (waved * waved) - 1.0
    wave = chebyshev(t, series.AIRY_F) * m.sin(waved + math.pi / 4) + chebyshev(t, series.AIRY_G) / waved * m.cos(waved + math.pi / 4)
    wave = wave / m.sqrt(math.pi * m.sqrt(m.maximum(z, 8.0)))
    held = m.minimum(m.maximum(x, -8.0), 2.0)
    inside = m.where(held >= 0.0, chebyshev(held - 1.0, series.AIRY_0_2), m.where(
        held >= -4.0, chebyshev(held * 0.5 + 1.0, series.AIRY_4_0), chebyshev(held * 0.5 + 3.0, series.AIRY_8_4)))
    return m.where(x > 2.0, tail, m.where(x < -8.0, wave, inside))


j0, j1 = elementwise("bessel_j0", _j0, promote=F,
                     refuses="halves complex"), elementwise("bessel_j1", _j1, promote=F, refuses="halves complex")
y0, y1 = elementwise("bessel_y0", _y0, promote=F,
                     refuses="halves complex"), elementwise("bessel_y1", _y1, promote=F, refuses="halves complex")
spherical_j0 = elementwise("spherical_bessel_j0", lambda m, x: m.where(
    m.abs(x) < 0.25, 1.0 - x * x * (1 / 6) * (1.0 - x * x * (1 / 20) * (1.0 - x * x * (1 / 42) * (1.0 - x * x * (1 / 72)))),
    m.where(m.isinf(x), 0.0, m.sin(x) / m.where(m.eq(x, 0.0), 1.0, x))), promote=F, refuses="halves complex")
airy = elementwise("airy_ai", _airy, promote=F, refuses="halves complex")
