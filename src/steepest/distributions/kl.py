"""Kullback-Leibler divergences in closed form: a table by the types of both distributions."""

from collections.abc import Callable
from typing import Any

from steepest.distributions.composed import Independent, MultivariateNormal
from steepest.distributions.continuous import Exponential, Laplace, Normal, Uniform
from steepest.distributions.discrete import Bernoulli, Categorical, Geometric, OneHotCategorical, Poisson
from steepest.distributions.distribution import Distribution
from steepest.errors import text
from steepest.functional.limits import inf
from steepest.functional.neural.activations import softplus
from steepest.functional.pointwise import where

__all__ = ["kl_divergence", "register_kl"]

Formula = Callable[[Any, Any], Any]
FORMULAS: dict[tuple[type, type], Formula] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Formula], Formula]:
    """Decorate a function of p and q that gives their divergence."""
    def entered(formula: Formula) -> Formula:
        FORMULAS[type_p, type_q] = formula
        return formula

    return entered


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """KL(p || q), of shape `batch_shape`; NotImplementedError where no formula is known.

    >>> steepest.distributions.kl_divergence(steepest.distributions.Normal(0.0, 1.0), steepest.distributions.Normal(1.0, 1.0))
    tensor(0.5000)
    """
    for a in type(p).__mro__:
        for b in type(q).__mro__:
            if (a, b) in FORMULAS:
                return FORMULAS[a, b](p, q)
    raise NotImplementedError(text("kl-unknown", p=type(p).__name__, q=type(q).__name__))


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Any:
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return where((q.low > p.low) | (q.high < p.high), inf, found)


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = where(p.probs == 0, 0.0, where(q.probs == 0, inf, one))
    return one + where(p.probs == 1, 0.0, where(q.probs == 1, inf, zero))


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Any:
    terms = p.probs * (p.logits - q.logits)
    terms = where(q.probs == 0, inf, terms)
    return where(p.probs == 0, 0.0, terms).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Any:
    widths = q._half_log_det() - p._half_log_det()
    spread = q._solved(p._factor).pow(2).sum((-2, -1))
    shift = q._solved((q.loc - p.loc).unsqueeze(-1)).pow(2).sum((-2, -1))
    return widths + 0.5 * (spread + shift - p.event_shape[0])


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(text("kl-unknown", p=repr(p), q=repr(q)))
    found = kl_divergence(p.base_dist, q.base_dist)
    return found.sum(tuple(range(-p.reinterpreted_batch_ndims, 0))) if p.reinterpreted_batch_ndims else found
