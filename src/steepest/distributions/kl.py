"""Kullback-Leibler divergences in closed form: a table by the types of both distributions."""

from collections.abc import Callable
from typing import Any

from steepest.distributions.bounded import ContinuousBernoulli
from steepest.distributions.composed import Independent, MultivariateNormal
from steepest.distributions.continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from steepest.distributions.counts import Binomial
from steepest.distributions.discrete import Bernoulli, Categorical, Geometric, OneHotCategorical, Poisson
from steepest.distributions.distribution import Distribution
from steepest.distributions.divergences import MIXED
from steepest.distributions.exponential_family import ExponentialFamily, divergence
from steepest.distributions.gamma import Beta, Dirichlet, Gamma
from steepest.distributions.low_rank import LowRankMultivariateNormal
from steepest.distributions.transformed import EULER, Gumbel, HalfNormal, Pareto, TransformedDistribution
from steepest.errors import outside, text
from steepest.functional.limits import inf
from steepest.functional.neural.activations import softplus
from steepest.functional.pointwise import where

__all__ = ["kl_divergence", "register_kl"]
outside.explain(__name__)

Formula = Callable[[Any, Any], Any]
FORMULAS: dict[tuple[type, type], Formula] = dict(MIXED)


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
    if isinstance(p, ExponentialFamily) and isinstance(q, ExponentialFamily):
        raise NotImplementedError(text("kl-of-families"))
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
    spread = q._solved(p._unbroadcasted_scale_tril).pow(2).sum((-2, -1))
    shift = q._solved((q.loc - p.loc).unsqueeze(-1)).pow(2).sum((-2, -1))
    return widths + 0.5 * (spread + shift - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _low_rank(p: Any, q: Any) -> Any:
    shift = (p.loc - q.loc).unsqueeze(-1)
    squares = (shift.mT @ q.precision_matrix @ shift).squeeze((-2, -1))
    spread = (q.precision_matrix * p.covariance_matrix).sum((-2, -1))
    return q._half_log_det() - p._half_log_det() + 0.5 * (spread + squares - p.event_shape[0])


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    return p.mean * (p.logits - q.logits) + p.log_norm() + (-p.probs).log1p() - q.log_norm() - (-q.probs).log1p()


register_kl(ExponentialFamily, ExponentialFamily)(divergence)


def _log_beta(a: Any, b: Any) -> Any:
    return a.lgamma() + b.lgamma() - (a + b).lgamma()


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Any:
    return (q.concentration * (p.rate / q.rate).log() + q.concentration.lgamma() - p.concentration.lgamma()
            + (p.concentration - q.concentration) * p.concentration.digamma() + (q.rate - p.rate) * (p.concentration / p.rate))


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    mine, other = p.concentration, q.concentration
    total = mine.sum(-1)
    inner = (mine - other) * (mine.digamma() - total.digamma().unsqueeze(-1))
    return total.lgamma() - other.sum(-1).lgamma() - (mine.lgamma() - other.lgamma()).sum(-1) + inner.sum(-1)


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    return (_log_beta(q.concentration1, q.concentration0) - _log_beta(p.concentration1, p.concentration0)
            + (p.concentration1 - q.concentration1) * p.concentration1.digamma()
            + (p.concentration0 - q.concentration0) * p.concentration0.digamma()
            + (q.concentration1 + q.concentration0 - total) * total.digamma())


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Any:
    found = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return where(p.total_count > q.total_count, inf, found)


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio, mine, other = p.scale / q.scale, p.loc / q.scale, q.loc / q.scale
    return ratio.log() * -1 - other + mine + ratio * EULER + (other + (1 + ratio).lgamma() - mine).exp() - (1 + EULER)


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Any:
    scale, alpha = p.scale / q.scale, q.alpha / p.alpha
    found = q.alpha * scale.log() - alpha.log() + alpha - 1
    return where(p.support.lower_bound < q.support.lower_bound, inf, found)


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(text("kl-unknown", p=type(p).__name__, q=type(q).__name__))
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(text("kl-unknown", p=repr(p), q=repr(q)))
    found = kl_divergence(p.base_dist, q.base_dist)
    return found.sum(tuple(range(-p.reinterpreted_batch_ndims, 0))) if p.reinterpreted_batch_ndims else found
