"""Divergences between different families: minus the entropy of p minus the expected log-density of q, by the moments of p.

`log q(x)` of each q here is linear in a few functions of x, whose expected values under p are rows of a table.
"""

import math
from collections.abc import Callable
from typing import Any

from steepest.distributions.bounded import ContinuousBernoulli
from steepest.distributions.continuous import Exponential, Laplace, Normal, Uniform
from steepest.distributions.counts import Binomial
from steepest.distributions.discrete import Bernoulli, Poisson
from steepest.distributions.gamma import Beta, Gamma
from steepest.distributions.transformed import EULER, Gumbel, Pareto
from steepest.functional.creating import full_like
from steepest.functional.limits import inf
from steepest.functional.pointwise import where
from steepest.ops.functions import xlogy

__all__ = ["MIXED"]

Formula = Callable[[Any, Any], Any]


def _uniform_log(p: Any) -> Any:
    return (xlogy(p.high, p.high) - xlogy(p.low, p.low)) / (p.high - p.low) - 1


def _uniform_log_rest(p: Any) -> Any:
    return (xlogy(1 - p.low, 1 - p.low) - xlogy(1 - p.high, 1 - p.high)) / (p.high - p.low) - 1


def _normal_distance(p: Any, centre: Any) -> Any:
    z = (p.loc - centre) / p.scale
    return math.sqrt(2 / math.pi) * p.scale * (-0.5 * z.pow(2)).exp() + (p.loc - centre) * (math.sqrt(0.5) * z).erf()


LOG: dict[type, Callable[[Any], Any]] = {
    Beta: lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma(),
    Gamma: lambda p: p.concentration.digamma() - p.rate.log(),
    Exponential: lambda p: -p.rate.log() - EULER,
    Pareto: lambda p: p.scale.log() + p.alpha.reciprocal(),
    Uniform: _uniform_log,
}
"""The expected value of log x."""
LOG_REST: dict[type, Callable[[Any], Any]] = {Uniform: _uniform_log_rest}
"""The expected value of log(1 - x)."""
FALLING: dict[type, Callable[[Any, Any], Any]] = {
    Exponential: lambda p, s: p.rate * s / (p.rate * s + 1),
    Gamma: lambda p, s: (1 + (p.rate * s).reciprocal()).pow(-p.concentration),
    Normal: lambda p, s: (-p.loc / s + 0.5 * (p.scale / s).pow(2)).exp(),
    Uniform: lambda p, s: s / (p.high - p.low) * ((-p.low / s).exp() - (-p.high / s).exp()),
}
"""The expected value of exp(-x / s)."""
DENSITIES: dict[type, Callable[[Any, Any, type], Any]] = {
    Exponential: lambda p, q, of: q.rate.log() - q.rate * p.mean,
    Gamma: lambda p, q, of: ((q.concentration - 1) * LOG[of](p) - q.rate * p.mean + q.concentration * q.rate.log()
                             - q.concentration.lgamma()),
    Normal: lambda p, q, of: (-0.5 * (2 * math.pi * q.scale.pow(2)).log()
                              - (p.variance + (p.mean - q.loc).pow(2)) / (2 * q.scale.pow(2))),
    Beta: lambda p, q, of: ((q.concentration1 - 1) * LOG[of](p) + (q.concentration0 - 1) * LOG_REST[of](p) - q.concentration1.lgamma()
                            - q.concentration0.lgamma() + (q.concentration1 + q.concentration0).lgamma()),
    Pareto: lambda p, q, of: q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * LOG[of](p),
    Gumbel: lambda p, q, of: (-q.scale.log() - (p.mean - q.loc) / q.scale - (q.loc / q.scale).exp() * FALLING[of](p, q.scale)),
    Laplace: lambda p, q, of: -(2 * q.scale).log() - _normal_distance(p, q.loc) / q.scale,
    Uniform: lambda p, q, of: -(q.high - q.low).log(),
    ContinuousBernoulli: lambda p, q, of: p.mean * q.logits + (-q.probs).log1p() + q.log_norm(),
    Poisson: lambda p, q, of: p.mean * q.rate.log() - q.rate,
}
"""The expected log-density of q under p, a member of the family `of`."""
OUTSIDE: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Beta, Uniform): lambda p, q: (q.low > 0) | (q.high < 1),
    (ContinuousBernoulli, Uniform): lambda p, q: (q.low >= 0) | (q.high <= 1),        # PyTorch counts the bounds as outside
    (Uniform, Beta): lambda p, q: (p.high > 1) | (p.low < 0),
    (Uniform, ContinuousBernoulli): lambda p, q: (p.high >= 1) | (p.low <= 0),
    (Uniform, Exponential): lambda p, q: p.low < 0,
    (Uniform, Gamma): lambda p, q: p.low < 0,
    (Uniform, Pareto): lambda p, q: p.low < q.scale,
    (Pareto, Exponential): lambda p, q: p.alpha <= 1,
    (Pareto, Gamma): lambda p, q: p.alpha <= 1,
    (Pareto, Normal): lambda p, q: p.alpha <= 2,
}
"""Where p has values that q has not, or a moment that does not exist: the divergence is infinite."""
FINITE: dict[type, tuple[type, ...]] = {
    Bernoulli: (Poisson,), Beta: (ContinuousBernoulli, Exponential, Gamma, Normal, Uniform),
    ContinuousBernoulli: (Exponential, Normal, Uniform), Exponential: (Gamma, Gumbel, Normal), Gamma: (Exponential, Gumbel, Normal),
    Gumbel: (Normal,), Laplace: (Normal,), Normal: (Gumbel, Laplace), Pareto: (Exponential, Gamma, Normal),
    Uniform: (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Normal, Pareto),
}
INFINITE: dict[type, tuple[type, ...]] = {
    Beta: (Pareto,), ContinuousBernoulli: (Pareto,), Poisson: (Bernoulli, Binomial),
    **dict.fromkeys((Exponential, Gamma), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    **dict.fromkeys((Gumbel, Laplace, Normal), (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    Pareto: (Beta, ContinuousBernoulli, Uniform),
}
"""Families of which p has values that q never has."""


def _finite(of: type, other: type) -> Formula:
    def formula(p: Any, q: Any) -> Any:
        found = -p.entropy() - DENSITIES[other](p, q, of)
        return where(OUTSIDE[of, other](p, q), inf, found) if (of, other) in OUTSIDE else found

    return formula


def _infinite(p: Any, q: Any) -> Any:
    return full_like(p.mean, inf)


MIXED: dict[tuple[type, type], Formula] = {
    **{(p, q): _finite(p, q) for p, others in FINITE.items() for q in others},
    **{(p, q): _infinite for p, others in INFINITE.items() for q in others},
}
"""The divergence of p from q by their families."""
