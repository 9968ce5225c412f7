"""Draws of counts: how many of n trials succeed, how many events happen. Both by rejection, number by number.

Hoermann, "The generation of binomial random variates", J. Stat. Comput. Simul. 46, 1993 (BTRS), and "The transformed rejection
method for generating Poisson random variables", Insurance: Math. and Econ. 12(1), 1993 (PTRS).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["binomial", "poisson"]

Uniform = Callable[[], float]

STIRLING_TAIL = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
    0.0118967099458917, 0.0104112652619720, 0.00925546218271253, 0.00833056343336287,
)  # fmt: skip


def poisson(rate: float, uniform: Uniform) -> int:
    """A number of events with mean `rate`."""
    if rate == 0:
        return 0
    if rate < 10:
        limit, product, count = math.exp(-rate), uniform(), 0
        while product > limit:
            product *= uniform()
            count += 1
        return count
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    accepted_below = 0.9277 - 3.6224 / (b - 2)
    log_rate = math.log(rate)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= accepted_below:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if _log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= -rate + k * log_rate - math.lgamma(k + 1.0):
            return k


def binomial(trials: Any, probability: Any, uniform: Uniform) -> Any:
    """A number of successes in `trials` trials; both are NumPy scalars, float32 or float64, whose rounding the draws share."""
    if trials <= 0 or probability <= 0:
        return 0.0
    if probability >= 1:
        return trials
    if probability != probability:
        return math.nan
    one = type(trials)(1)
    mirrored = probability > 0.5
    p = one - probability if mirrored else probability
    successes = _btrs(trials, p, uniform) if trials * p >= 10 else _by_waiting(trials, p, uniform)
    return trials - type(trials)(successes) if mirrored else successes


def _by_waiting(trials: Any, p: Any, uniform: Uniform) -> float:
    """Sums of geometric waiting times until they exceed the number of trials."""
    log_failure = float(type(p)(math.log1p(-float(p))))
    waited, successes = 0.0, 0
    while True:
        waited += math.ceil(_log(uniform()) / log_failure)
        if waited > trials:
            return float(successes)
        successes += 1


def _btrs(trials: Any, p: Any, uniform: Uniform) -> float:
    one = type(trials)(1)
    deviation = float(np.sqrt(trials * p * (one - p)))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(p)
    c = float(trials * p) + 0.5
    accepted_below = 0.92 - 4.2 / b
    odds = float(p / (one - p))
    alpha = (2.83 + 5.1 / b) * deviation
    mode = float(np.floor((trials + one) * p))
    n = float(trials)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = float(math.floor((2 * a / us + b) * u + c)) if us else math.inf
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= accepted_below:
            return k
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * math.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * math.log(odds * (n - k + 1) / (k + 1))
            + _stirling_tail(mode) + _stirling_tail(n - mode) - _stirling_tail(k) - _stirling_tail(n - k)
        )  # fmt: skip
        if _log(v * alpha / (a / (us * us) + b)) <= bound:
            return k


def _stirling_tail(k: float) -> float:
    """What Stirling's formula lacks of log(k!)."""
    if k < len(STIRLING_TAIL):
        return STIRLING_TAIL[int(k)]
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf
