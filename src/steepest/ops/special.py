"""Special functions as expressions over the namespace `m`, for float64: one formula for NumPy and for native code.

Coefficients come from `scripts/polynomials.py`; the largest errors, measured against 40 digits, are in
`tests/lower/test_mathematics.py`.
"""

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["digamma", "erf", "erfc", "erfcx", "erfinv", "lgamma", "polygamma"]

Value = Any
INFINITY, NAN = float("inf"), float("nan")

# erf(x) = x + x q(x^2) for |x| <= 1/2
_ERF = (0.12837916709551256, -0.3761263890318301, 0.11283791670885894, -0.026866170619749063, 0.005223977157498557,
        -0.0008548278602713445, 0.00012052396091148062, -1.482197146221387e-05, 1.4480141382145365e-06)
# erfc(x) = exp(-x^2) q(t) / (1 + 2 x) with t = (x - 4) / (x + 4) for x >= 1/2
_ERFC = (1.2329951186255526, -0.13962111684056241, 0.01537965210261282, 0.06809705425463337, -0.10103906603592538,
         0.09373283500126399, -0.06633036582123933, 0.03716751548105322, -0.016197733946302917, 0.005031970549475458,
         -0.0007577740854782331, -0.00019926010236474693, 0.0001506251695622979, -2.4386582903881267e-05,
         -1.123165361917377e-05, 5.680173639592594e-06, 3.103381750472351e-07, -7.826392496990415e-07, 5.7762201387302605e-08,
         7.442109596938194e-08, -8.852469330789558e-09)
# lgamma(x) = (x - 1) (x - 2) q(x - 3/2) for 1 <= x <= 2
_LGAMMA = (0.4831289505409809, -0.1459598959143068, 0.06291140107457348, -0.03130848750082188, 0.01679709863020048,
           -0.00942562246354999, 0.005446457891699652, -0.0032120735169766687, 0.0019229149710744099, -0.0011644260293274874,
           0.0007115389858697246, -0.00043785078060099724, 0.0002711324903966584, -0.00017003170406613334,
           0.00010637982419673715, -6.061656069996396e-05, 3.951913736008285e-05, -4.404918208238173e-05, 1.984501266351623e-05,
           2.0464811971709534e-05, 6.765420188768675e-06, -2.8931210525354192e-05)
# Stirling's series: B(2k) / (2k (2k - 1)), and for its derivative B(2k) / (2k)
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
_STIRLING_SLOPE = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """sum c[k] x^k by Horner's rule."""
    result = x * coefficients[-1] + coefficients[-2]
    for c in coefficients[-3::-1]:
        result = result * x + c
    return result


def _erfc_tail(m: Any, x: Value) -> Value:
    """erfc of x >= 1/2; W. J. Cody's way of squaring: exp(-x^2) = exp(-h^2) exp(-(x - h)(x + h)) with few digits in h."""
    x = m.minimum(x, 30.0)
    h = m.cast(m.cast(x, "float32"), "float64")
    weight = m.exp(-h * h) * m.exp(-(x - h) * (x + h))
    return weight * (polynomial((x - 4.0) / (x + 4.0), _ERFC) / (x * 2.0 + 1.0))


def erf(m: Any, x: Value) -> Value:
    """The error function; Shepherd and Laframboise (1981): Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in [0, inf)."""
    size = m.abs(x)
    near = x + x * polynomial(x * x, _ERF)
    return m.where(size <= 0.5, near, m.copysign(1.0 - _erfc_tail(m, m.maximum(size, 0.5)), x))


def erfc(m: Any, x: Value) -> Value:
    """1 - erf(x), accurate where it is small."""
    size = m.abs(x)
    tail = _erfc_tail(m, m.maximum(size, 0.5))
    near = 1.0 - (x + x * polynomial(x * x, _ERF))
    return m.where(size <= 0.5, near, m.where(x > 0.0, tail, 2.0 - tail))


def erfcx(m: Any, x: Value) -> Value:
    """exp(x^2) erfc(x), which stays finite where erfc vanishes."""
    size = m.abs(x)
    tail = m.maximum(size, 0.5)
    far = polynomial((tail - 4.0) / (tail + 4.0), _ERFC) / (tail * 2.0 + 1.0)
    held = m.minimum(size, 27.0)
    square = m.exp(held * held)
    near = m.exp(size * size) * (1.0 - (x + x * polynomial(x * x, _ERF)))
    above = m.where(m.eq(x, INFINITY), 0.0, far)
    return m.where(size <= 0.5, near, m.where(x > 0.0, above, m.where(size > 26.7, INFINITY, 2.0 * square - far)))


def _sine_of_pi(m: Any, x: Value) -> Value:
    """|sin(pi x)|, 0 at integers."""
    f = m.abs(x - m.round(x))
    return m.sin(f * math.pi)


def _lgamma_positive(m: Any, x: Value) -> Value:
    """log(gamma(x)) for x > 0: shifted to [1, 2] below 8, Stirling's series from there."""
    k = m.minimum(m.floor(x) - 1.0, 6.0)                 # x - k lies in [1, 2)
    y = m.where(x < 8.0, x, 1.5)
    k = m.where(x < 8.0, k, 0.0)
    product = m.where(k < 0.0, x, 1.0)
    for i in range(1, 7):
        product = m.where(k >= i, product * (y - i), product)
    middle = ((y - (k + 1.0)) * (y - (k + 2.0))) * polynomial(y - (k + 1.5), _LGAMMA)
    logarithm = m.log(product)
    small = m.where(k < 0.0, middle - logarithm, middle + logarithm)
    z = m.where(x < 8.0, 8.0, x)
    inverse = 1.0 / z
    series = polynomial(inverse * inverse, _STIRLING) * inverse
    large = (z - 0.5) * (m.log(z) - 1.0) + (series + (0.5 * math.log(2 * math.pi) - 0.5))
    return m.where(x < 8.0, small, m.where(x < INFINITY, large, x))


def lgamma(m: Any, x: Value) -> Value:
    """log |gamma(x)|. Near its zeros at negative x the error is absolute, about 1e-15."""
    size = m.abs(x)
    positive = _lgamma_positive(m, size)
    reflected = math.log(math.pi) - m.log(size * _sine_of_pi(m, size)) - positive
    pole = m.logical_and(x <= 0.0, m.eq(m.floor(x), x))
    return m.where(pole, INFINITY, m.where(x < 0.0, reflected, positive))


def digamma(m: Any, x: Value) -> Value:
    """The derivative of log gamma, by recurrence up to 10 and its asymptotic series. Near its zeros the error is absolute."""
    y = m.where(x < 0.0, 1.0 - x, x)
    y = m.where(x == 0.0, 1.0, y)
    shifted, total = y, m.where(y == y, 0.0, y)
    for _ in range(10):
        below = shifted < 10.0
        total = m.where(below, total - 1.0 / shifted, total)
        shifted = m.where(below, shifted + 1.0, shifted)
    inverse = 1.0 / shifted
    square = inverse * inverse
    series = m.where(shifted < INFINITY, m.log(shifted) - 0.5 * inverse - square * polynomial(square, _STIRLING_SLOPE), shifted)
    positive = total + series
    f = x - m.round(x)
    reflected = positive - math.pi * (m.cos(f * math.pi) / m.sin(f * math.pi))
    at_integer = m.where(x == 0.0, m.copysign(INFINITY, -x), NAN)
    pole = m.logical_and(x <= 0.0, m.eq(m.floor(x), x))
    return m.where(pole, at_integer, m.where(x < 0.0, reflected, positive))


def polygamma(m: Any, n: int, x: Value) -> Value:
    """The n-th derivative of digamma: Hurwitz's zeta function by Euler and Maclaurin's sum; the first one also for negative x."""
    y = m.where(x < 0.5, 1.0 - x, x) if n == 1 else x
    s = n + 1

    def power(base: Value, exponent: int) -> Value:
        result = base
        for _ in range(exponent - 1):
            result = result * base
        return result

    total = 1.0 / power(y, s)
    for k in range(1, 12):
        total = total + 1.0 / power(y + float(k), s)
    inverse = 1.0 / (y + 12.0)
    total = total + power(inverse, n) * (1.0 / n) + 0.5 * power(inverse, s)
    factor = float(s)
    for j, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        total = total + power(inverse, s + 2 * j - 1) * (factor * bernoulli / math.factorial(2 * j))
        factor *= (s + 2 * j - 1) * (s + 2 * j)
    positive = total * float((-1) ** s * math.factorial(n))
    if n > 1:
        return positive
    sine = m.sin((x - m.round(x)) * math.pi)
    return m.where(x < 0.5, (math.pi * math.pi) / (sine * sine) - positive, positive)


def erfinv(m: Any, x: Value) -> Value:
    """The inverse of erf: S. Winitzki's approximation (2008), then three steps of Newton's method on erf or, in the tails, erfc."""
    size = m.abs(x)
    inside = m.minimum(size, 1.0)
    logarithm = m.log1p(-(m.minimum(inside, 0.9999999999999999) * m.minimum(inside, 0.9999999999999999)))
    half = 2.0 / (math.pi * 0.147) + 0.5 * logarithm
    y = m.sqrt(m.maximum(m.sqrt(half * half - logarithm / 0.147) - half, 0.0))
    for _ in range(3):
        error = m.where(inside < 0.5, m.erf(y) - inside, (1.0 - inside) - m.erfc(y))
        y = y - error * m.exp(y * y) * (0.5 * math.sqrt(math.pi))
    return m.where(size > 1.0, NAN, m.where(m.eq(size, 1.0), m.copysign(INFINITY, x), m.copysign(y, x)))
