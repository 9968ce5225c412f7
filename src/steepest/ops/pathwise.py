"""How numbers drawn from gamma, beta and Dirichlet distributions move with their parameters.

The exact derivative, `-(dF/da) / p(x)` for a probability function F with density p, has no short formula. These are the approximations
of Jankowiak and Obermeyer, "Pathwise Derivatives Beyond the Reparameterization Trick" (ICML 2018), which PyTorch computes: series
near the ends, expansions about a saddle point for large parameters, rational functions fitted to the rest. They are off by up to
about one part in two thousand.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.ops import special

__all__ = ["dirichlet_slope", "gamma_slope"]

Array = np.ndarray[Any, Any]

GAMMA = np.array([[[0.16009398, -0.094634809, 0.025146376, -0.0030648343], [1, 0.32668115, 0.10406089, 0.0014179084]],
                  [[0.53487893, 0.1298071, 0.065735949, -0.0015649758], [0.16639465, 0.020070113, -0.0035938915, -0.00058392623]],
                  [[0.040121004, -0.0065914022, -0.0026286047, -0.0013441777],
                   [0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-07]]])
"""Numerator and denominator, by powers of log(x / a), then of log(a)."""
BETA = np.array([
    [[[1.003668233, -0.01061107488, -0.0657888334, 0.01201642863], [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
      [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013]],
     [[0.221950385, -0.3187676331, 0.01799915743, 0.01074823814], [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
      [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05]],
     [[-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565], [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
      [0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05]]],
    [[[1, -0.02924021934, -0.04438342661, 0.007285809825], [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
      [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149]],
     [[0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273], [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
      [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05]],
     [[0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05],
      [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05],
      [-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06]]]])
"""Numerator and denominator, by powers of log(x), of log(a / x) and of log(total x / a)."""


class _M:
    """What `special.digamma` asks of its namespace, over float64 arrays."""

    log, floor, where, eq, copysign = np.log, np.floor, np.where, np.equal, np.copysign
    logical_and, sin, cos, round = np.logical_and, np.sin, np.cos, np.rint


def _digamma(x: Array) -> Array:
    return np.asarray(special.digamma(_M, x))


def _powers(coefficients: Any, x: Array) -> Any:
    """A polynomial whose coefficients may be arrays."""
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = c + x * total
    return total


def _chosen(regions: list[tuple[Array | bool, Callable[..., Array]]], *operands: Array) -> Array:
    """Each element by the first region that it lies in."""
    out, left = np.zeros_like(operands[0]), np.ones(operands[0].shape, bool)
    for inside, function in regions:
        here = left & inside
        if here.any():
            out[here] = function(*[x[here] for x in operands])
        left &= ~here
    return out


def _gamma_series(a: Array, x: Array) -> Array:
    """For small x: the probability function and its derivative as sums of six terms."""
    term, first, second = np.ones_like(x), 1 / a, 1 / (a * a)
    for i in range(1, 6):
        term = term * (-x / i)
        first, second = first + term / (a + i), second + term / ((a + i) * (a + i))
    change = (np.log(x) - _digamma(a)) * (x**a * first) - x**a * second
    slope = -change / (x ** (a - 1) * np.exp(-x))
    return np.where(np.isnan(slope), 0.0, slope)


def _gamma_middle(a: Array, x: Array) -> Array:
    """Near the mean of a large shape."""
    curve = 1440 * a * a + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x)
    return (1 + 24 * a * (1 + 12 * a)) * curve / (1244160 * (a * a) * (a * a))


def _gamma_saddle(a: Array, x: Array) -> Array:
    """Away from the mean of a large shape."""
    root, ratio = np.sqrt(8 * a), np.log(x / a)
    bend = (x - a - a * ratio) ** -1.5
    steep = ratio * (root / (a - x) + np.where(x < a, -bend, bend)) - np.sqrt(2 / a) * (a + x) / ((a - x) * (a - x))
    return -(1 + 1 / (12 * a) * (1 + 1 / (24 * a))) * (x * steep) / root


def _gamma_fitted(a: Array, x: Array) -> Array:
    u, v = np.log(x / a), np.log(a)
    p, q = (_powers([_powers(list(GAMMA[:, part, k]), u) for k in range(4)], v) for part in (0, 1))
    return np.asarray(np.exp(p / q))


def gamma_slope(a: Array, x: Array) -> Array:
    """The derivative of a gamma number x of rate 1 by its shape a."""
    return _chosen([(x < 0.8, _gamma_series), ((a > 8) & (0.9 * a <= x) & (x <= 1.1 * a), _gamma_middle), (a > 8, _gamma_saddle),
                    (True, _gamma_fitted)], a, x)


def _beta_near_zero(a: Array, b: Array, x: Array) -> Array:
    factor = _digamma(a) - _digamma(a + b) - np.log(x)
    term, series = np.ones_like(x), 1 / a * (factor + 1 / a)
    for i in range(1, 11):
        term = term * ((i - b) * x / i)
        series = series + term / (a + i) * (factor + 1 / (a + i))
    slope = x * (1 - x) ** -b * series
    return np.where(np.isnan(slope), 0.0, slope)


def _beta_near_one(a: Array, b: Array, x: Array) -> Array:
    rest = 1 - x                                                # which is small, and has the shapes b, a
    factor = _digamma(a + b) - _digamma(a)
    term, product, change, series = np.ones_like(x), np.ones_like(x), np.zeros_like(x), factor / b
    for i in range(1, 9):
        term = term * (-rest / i)
        change, product = change * (a - i) + product, product * (a - i)
        series = series + term / (b + i) * (change + factor * product)
    slope = (1 - rest) ** (1 - a) * series
    return np.where(np.isnan(slope), 0.0, slope)


def _beta_middle(a: Array, b: Array, x: Array) -> Array:
    """Near the mean of two large shapes."""
    total = a + b
    curve = _powers([47 * x * b**4, (43 + 20 * (16 + 27 * b) * x) * b**3, 3 * (59 + 180 * b - 90 * x) * b**2,
                     (453 + 1620 * b * (1 - x) - 455 * x) * b, 8 * (1 - x) * (135 * b - 11)], a)
    scale = (1 + 12 * a) * (1 + 12 * b) / (total * total)
    return np.asarray(scale / (1 - x) * curve / (12960 * a**3 * b**2 * (1 + 12 * total)))


def _beta_saddle(a: Array, b: Array, x: Array) -> Array:
    """Away from the mean of two large shapes."""
    total = a + b
    off = a * (x - 1) + b * x
    stirling = [1 + 1 / (12 * n) + 1 / (288 * n * n) for n in (a, b, total)]
    first = (2 * a * a * (x - 1) + a * b * (x - 1) - x * b * b) / (np.sqrt(2 * a / b) * total**1.5 * off * off)
    bend = (b * np.log(b / (total * (1 - x))) + a * np.log(a / (total * x))) ** -1.5
    second = 0.5 * np.log(a / (total * x)) * (np.sqrt(8 * a * b / total) / off + np.where(x < a / total, bend, -bend))
    return stirling[0] * stirling[1] / stirling[2] * (-x / np.sqrt(2 * a * b / total)) * (first + second)


def _beta_fitted(a: Array, b: Array, x: Array) -> Array:
    u = np.log(x)
    v = np.log(a) - u
    w = np.log(a + b) - v
    p, q = (_powers([_powers([_powers(list(row), w) for row in rows], v) for rows in table], u) for table in BETA)
    return np.asarray(p / q * (x * (_digamma(a + b) - _digamma(a)) / b))


def beta_slope(a: Array, b: Array, x: Array) -> Array:
    """The derivative of a beta number x by its first shape a, divided by 1 - x."""
    total = a + b
    edge, large, mean = total * x * (1 - x), (a > 6) & (b > 6), a / total
    near = 0.1 * np.sqrt(a * b / (total + 1)) / total
    return _chosen([((x <= 0.5) & (edge < 2.5), _beta_near_zero), ((x >= 0.5) & (edge < 0.75), _beta_near_one),
                    (large & (mean - near <= x) & (x <= mean + near), _beta_middle), (large, _beta_saddle), (True, _beta_fitted)], a, b, x)


def dirichlet_slope(a: Array, x: Array) -> Array:
    """How a share x `(..., n)` moves with its own concentration a, divided by what it leaves to the others."""
    wide = a.astype(np.float64)
    with np.errstate(all="ignore"):
        return beta_slope(wide, wide.sum(-1, keepdims=True) - wide, x.astype(np.float64)).astype(a.dtype)
