"""Rows of the functions of probability: the normal distribution's, incomplete gamma functions, Hurwitz's zeta function."""

import math
from typing import Any

import numpy as np

from steepest.ops import pathwise, special
from steepest.ops.arithmetic import underivable, where
from steepest.ops.functions import exp, lgamma, log
from steepest.ops.linalg import Call
from steepest.ops.maps import Elementwise, elementwise

F = "float"
Array = Any
ROOT_HALF, ROOT_TWO_PI, ROOT_PI = math.sqrt(0.5), math.sqrt(2 * math.pi), math.sqrt(math.pi)


def _ndtri(m: Any, x: Any) -> Any:
    """Hastings' approximation (1955, 26.2.23 of Abramowitz and Stegun), then three steps of Halley's method."""
    inside = m.minimum(m.maximum(x, 0.0), 1.0)
    share = m.minimum(inside, 1.0 - inside)
    held = m.maximum(share, 1e-300)
    t = m.sqrt(-2.0 * m.log(held))
    z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in range(3):
        error = (0.5 * m.erfc(-z * ROOT_HALF) - held) * (ROOT_TWO_PI * m.exp(0.5 * z * z))
        z = z - error / (1.0 + 0.5 * z * error)
    z = m.where(m.eq(share, 0.0), float("-inf"), z)
    return m.where(m.logical_or(x < 0.0, x > 1.0), float("nan"), m.where(inside > 0.5, -z, m.where(m.eq(inside, 0.5), 0.0, z)))


def _log_ndtr(m: Any, x: Any) -> Any:
    low = m.minimum(x, -1.0)
    tail = m.where(m.eq(x, -math.inf), x, m.log(special.erfcx(m, -low * ROOT_HALF) * 0.5) - low * low * 0.5)
    return m.where(x < -1.0, tail, m.log1p(-0.5 * m.erfc(x * ROOT_HALF)))


erfcx: Elementwise = elementwise("erfcx", special.erfcx, promote=F, node="SpecialErfcxBackward0",
                                 x=lambda g, x, result: g * (2 * x * result - 2 / ROOT_PI), refuses="halves complex")
ndtri: Elementwise = elementwise("ndtri", _ndtri, promote=F, node="SpecialNdtriBackward0",
                                 x=lambda g, result: g * (ROOT_TWO_PI * exp(result * result / 2)), refuses="halves complex")
log_ndtr = elementwise("log_ndtr", _log_ndtr, promote=F, node="SpecialLogNdtrBackward0",
                       x=lambda g, x: g / erfcx(x * -ROOT_HALF) * math.sqrt(2 / math.pi), refuses="halves complex")
ndtr = elementwise("ndtr", lambda m, x: 0.5 * m.erfc(x * -ROOT_HALF), promote=F, x=lambda g, x: g * (exp(x * x * -0.5) / ROOT_TWO_PI),
                   refuses="complex")
entr = elementwise("entr", lambda m, x: m.where(x < 0.0, float("-inf"), m.where(m.eq(x, 0.0), 0.0, -x * m.log(x))), promote=F,
                   node="SpecialEntrBackward0", x=lambda g, x: g * where(x > 0, -1 - log(x), where(x == 0, float("inf"), float("nan"))),
                   refuses="complex")


def _shared(name: str, function: Any, **rules: Any) -> Any:
    """A call on two broadcast arrays of one floating dtype, computed in float64."""
    def computed(a: Array, b: Array) -> Array:
        kind = np.result_type(a, b)
        wide = np.broadcast_arrays(a.astype(np.float64), b.astype(np.float64))
        with np.errstate(all="ignore"):
            return np.asarray(function(*wide)).astype(np.float64 if kind.kind in "biu" else kind)

    return Call(name, computed, 2, rules)


def _series(a: Array, x: Array) -> Array:
    """The lower function as a sum, for x < a + 1 (DLMF 8.11.4)."""
    term = np.where(a > 0, 1 / a, 0.0)
    total, n = term.copy(), a.copy()
    for _ in range(3000):
        n = n + 1
        term = term * x / n
        total += term
        if not (term > total * 1e-17).any():
            break
    return total * _weight(a, x)


def _fraction(a: Array, x: Array) -> Array:
    """The upper function as a continued fraction, for x >= a + 1, by Lentz's method (DLMF 8.9.2)."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = np.full_like(x, 1 / tiny), 1 / np.where(b == 0, tiny, b)
    h = d.copy()
    for i in range(1, 3000):
        factor = -i * (i - a)
        b = b + 2
        d = factor * d + b
        c = b + factor / c
        d = 1 / np.where(d == 0, tiny, d)
        c = np.where(c == 0, tiny, c)
        step = d * c
        h = h * step
        if not (np.abs(step - 1) > 1e-16).any():
            break
    return h * _weight(a, x)


def _weight(a: Array, x: Array) -> Array:
    """x^a exp(-x) / gamma(a)."""
    return np.where(x > 0, np.exp(a * np.log(np.where(x > 0, x, 1)) - x - special.lgamma(_M, a)), 0.0)


class _M:
    """What `special.lgamma` asks of its namespace, over float64 arrays."""

    abs, log, floor, where, minimum, maximum, sin, round = np.abs, np.log, np.floor, np.where, np.minimum, np.maximum, np.sin, np.rint
    logical_and, logical_or, eq = np.logical_and, np.logical_or, np.equal
    exp = np.exp

    @staticmethod
    def cast(x: Array, dtype: str) -> Array:
        return np.asarray(x).astype(dtype)


def _incomplete(a: Array, x: Array, upper: bool) -> Array:
    good = (a >= 0) & (x >= 0) & ~((a == 0) & (x == 0)) & np.isfinite(a) & np.isfinite(x)
    near = good & (x < a + 1)
    sa, sx = np.where(near & (a > 0), a, 1.0), np.where(near, x, 0.5)
    fa, fx = np.where(good & ~near, a, 1.0), np.where(good & ~near, x, 3.0)
    low, high = _series(sa, sx), _fraction(fa, fx)
    value = np.where(near, 1 - low if upper else low, high if upper else 1 - high)
    value = np.where(good & (a == 0), 0.0 if upper else 1.0, value)
    value = np.where(np.isposinf(x) & (a >= 0) & np.isfinite(a), 0.0 if upper else 1.0, value)
    value = np.where(np.isposinf(a) & (x >= 0) & np.isfinite(x), 1.0 if upper else 0.0, value)
    ends = np.isposinf(x) & (a >= 0) & np.isfinite(a) | np.isposinf(a) & (x >= 0) & np.isfinite(x)
    return np.where(good | ends, value, np.nan)


gamma_slope = _shared("standard_gamma_grad", pathwise.gamma_slope)
dirichlet_slope = Call("dirichlet_grad", lambda a, x: pathwise.dirichlet_slope(a, x), 2, {})
# values that were drawn, and how they move with the parameter that they were drawn by
standard_gamma = Call("standard_gamma", lambda a, x: x.copy(), 2, {"a": lambda g, a, x: g * gamma_slope(a, x)})
dirichlet = Call("dirichlet", lambda a, x: x.copy(), 2, {
    "a": lambda g, a, x: dirichlet_slope(a, x) * (g - (x * g).sum(-1, keepdim=True))})


def _density(g: Any, a: Any, b: Any) -> Any:
    """The derivative of the lower function by its second operand."""
    return g * exp((a - 1) * log(b) - b - lgamma(a))


igamma = _shared("igamma", lambda a, b: _incomplete(a, b, False), a=underivable, b=_density)
igammac = _shared("igammac", lambda a, b: _incomplete(a, b, True), a=underivable, b=lambda g, a, b: -_density(g, a, b))


def _zeta(x: Array, q: Array) -> Array:
    """Hurwitz's zeta function by Euler and Maclaurin's sum (DLMF 25.11.7); q <= 0 as PyTorch has it."""
    pole = (q <= 0) & (q == np.floor(q))
    bad = (x < 1) | ((q <= 0) & ~pole & (x != np.floor(x)))
    s, start = np.where((x > 1) & ~bad, x, 2.0), np.where(pole | bad, 1.0, q)
    lift = np.maximum(0, np.ceil(-start)).astype(int)
    total = np.zeros_like(start)
    for k in range(int(lift.max(initial=0)) + 10):
        total = total + np.where(k < lift + 10, np.sign(start + k) ** np.where(s == np.floor(s), s, 0) * np.abs(start + k) ** -s, 0.0)
    a = start + lift + 10
    total = total + a ** (1 - s) / (s - 1) + 0.5 * a**-s
    factor = s.copy()
    for j, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510), 1):
        total = total + bernoulli / math.factorial(2 * j) * factor * a ** (-s - 2 * j + 1)
        factor = factor * (s + 2 * j - 1) * (s + 2 * j)
    return np.where(x == 1, np.inf, np.where(bad, np.nan, np.where(pole, np.inf, total)))


zeta: Any = _shared("zeta", _zeta, a=underivable, b=lambda g, a, b: g * (-a * zeta(a + 1, b)))


def multigammaln(x: Any, p: int) -> Any:
    """log of the multivariate gamma function: `p (p - 1) / 4 log pi + sum of lgamma(x - j / 2)`."""
    total = lgamma(x) + p * (p - 1) / 4 * math.log(math.pi)
    for j in range(1, p):
        total = total + lgamma(x - j / 2)
    return total

