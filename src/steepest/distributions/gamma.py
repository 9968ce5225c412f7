"""The gamma distribution and those made of gamma numbers: chi-squared, beta, Dirichlet, Student's t, Fisher's F, inverse gamma."""

import math
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core import generator as gen
from steepest.core.size import Size
from steepest.distributions import constraints
from steepest.distributions.distribution import Distribution, broadcast_all
from steepest.distributions.exponential_family import ExponentialFamily
from steepest.distributions.transformed import TransformedDistribution
from steepest.distributions.transforms import PowerTransform
from steepest.errors import text
from steepest.functional.creating import full_like
from steepest.functional.joining import stack
from steepest.functional.limits import finfo
from steepest.functional.pointwise import where
from steepest.functional.random import normal
from steepest.functional.special import igamma
from steepest.ops import probability
from steepest.ops.functions import xlogy
from steepest.ops.random import draw

__all__ = ["Beta", "Chi2", "Dirichlet", "FisherSnedecor", "Gamma", "InverseGamma", "StudentT"]


def _drawn(concentration: Any, sampler: str, slope: Any, generator: Any = None) -> Any:
    """Numbers drawn by their concentrations, with which they move."""
    numbers = draw(concentration.detach(), names=("alpha",), dtype=concentration.dtype, generator=generator or gen.default_generator,
                   sampler=sampler)
    return slope(concentration, numbers)


def standard_gamma(concentration: Any) -> Any:
    """Gamma numbers of rate 1."""
    return _drawn(concentration, "standard_gamma", probability.standard_gamma)


def _standard_gamma(self: Any, generator: Any = None) -> Any:
    """Gamma numbers of rate 1, as PyTorch's compiled function draws them."""
    return _drawn(self, "standard_gamma", probability.standard_gamma, generator)


def _sample_dirichlet(self: Any, generator: Any = None) -> Any:
    """Probabilities by these concentrations, as PyTorch's compiled function draws them."""
    return _drawn(self, "dirichlet", probability.dirichlet, generator)


class Gamma(ExponentialFamily):
    """Sums of `concentration` waiting times of events that happen at `rate`."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None):
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return (x + 1).lgamma() + (x + 1) * (-y.reciprocal()).log()

    @property
    def mean(self) -> Any:
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=finfo(value.dtype).tiny)
        return value

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return xlogy(self.concentration, self.rate) + xlogy(self.concentration - 1, value) - self.rate * value - self.concentration.lgamma()

    def cdf(self, value: Any) -> Any:
        self._validate_sample(value)
        return igamma(*broadcast_all(self.concentration, self.rate * value))

    def entropy(self) -> Any:
        a = self.concentration
        return a - self.rate.log() + a.lgamma() + (1.0 - a) * a.digamma()


class Chi2(Gamma):
    """The sum of the squares of `df` standard normal numbers."""

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None):
        (half,) = broadcast_all(df)
        self.concentration, self.rate = broadcast_all(0.5 * half, 0.5)
        Distribution.__init__(self, self.concentration.shape, validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        return Chi2(self.df.expand(batch_shape), self._validate_args)

    @property
    def df(self) -> Any:
        return self.concentration * 2

    def parameters(self) -> list[str]:
        return []


class InverseGamma(TransformedDistribution):
    """The reciprocal of a gamma number."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.positive

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None):
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-base.rate.new_ones(())), validate_args=validate_args)

    concentration = property(lambda self: self.base_dist.concentration)
    rate = property(lambda self: self.base_dist.rate)

    @property
    def mean(self) -> Any:
        return where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf)

    @property
    def mode(self) -> Any:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        a = self.concentration
        return where(a > 2, self.rate.square() / ((a - 1).square() * (a - 2)), math.inf)

    def entropy(self) -> Any:
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


class Dirichlet(ExponentialFamily):
    """Probabilities whose expected values are proportional to `concentration`."""

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None):
        if concentration.dim() < 1:
            raise ValueError(text("distribution-dims", name="`concentration` parameter", dims="one",
                                  shape=tuple(concentration.shape)))
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        return Dirichlet(self.concentration.expand(Size(batch_shape) + self.event_shape), self._validate_args)

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.concentration,)

    def _log_normalizer(self, x: Any) -> Any:
        return x.lgamma().sum(-1) - x.sum(-1).lgamma()

    def rsample(self, sample_shape: Any = ()) -> Any:
        return _drawn(self.concentration.expand(self._extended_shape(sample_shape)), "dirichlet", probability.dirichlet)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        a = self.concentration
        return xlogy(a - 1.0, value).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    @property
    def mean(self) -> Any:
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Any:
        a = (self.concentration - 1).clamp(min=0.0)
        mode = a / a.sum(-1, True)
        below = (self.concentration < 1).all(-1)
        if below.any():
            best = mode[below].argmax(-1)               # 0 / 0 everywhere: the first one, as PyTorch has it
            mode[below] = (mode.new_ones(mode.shape[-1]).cumsum(0) - 1 == best.unsqueeze(-1)).to(mode.dtype)
        return mode

    @property
    def variance(self) -> Any:
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def entropy(self) -> Any:
        k, a = self.concentration.size(-1), self.concentration
        total = a.sum(-1)
        return a.lgamma().sum(-1) - total.lgamma() - (k - total) * total.digamma() - ((a - 1.0) * a.digamma()).sum(-1)


class Beta(ExponentialFamily):
    """Probabilities, as after `concentration1` successes and `concentration0` failures."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None):
        both = broadcast_all(concentration1, concentration0)
        self._dirichlet = Dirichlet(stack(both, -1), validate_args=validate_args)
        super().__init__(self._dirichlet.batch_shape, validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        return Beta(self.concentration1.expand(batch_shape), self.concentration0.expand(batch_shape), self._validate_args)

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return self.concentration1, self.concentration0

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return x.lgamma() + y.lgamma() - (x + y).lgamma()

    concentration1 = property(lambda self: self._dirichlet.concentration[..., 0])
    concentration0 = property(lambda self: self._dirichlet.concentration[..., 1])

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._dirichlet.rsample(sample_shape).select(-1, 0)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return self._dirichlet.log_prob(stack([value, 1.0 - value], -1))

    @property
    def mean(self) -> Any:
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Any:
        return self._dirichlet.mode[..., 0]

    @property
    def variance(self) -> Any:
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))

    def entropy(self) -> Any:
        return self._dirichlet.entropy()


class StudentT(Distribution):
    """A normal number over the root of an independent chi-squared one; heavy tails for few degrees of freedom."""

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None):
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.shape, validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        df, loc, scale = (x.expand(batch_shape) for x in (self.df, self.loc, self.scale))
        return StudentT(df, loc, scale, self._validate_args)

    @property
    def mean(self) -> Any:
        return where(self.df > 1, self.loc, math.nan)

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        wide = self.scale.pow(2) * self.df / (self.df - 2)
        return where(self.df > 2, wide, where(self.df > 1, full_like(self.df, math.inf), math.nan))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            x = normal(self.df.new_zeros(shape), self.df.new_ones(shape))
        return self.loc + self.scale * (x * (self._chi2.rsample(sample_shape) / self.df).rsqrt())

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        y = (value - self.loc) / self.scale
        z = (self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + (0.5 * self.df).lgamma()
             - (0.5 * (self.df + 1.0)).lgamma())
        return -0.5 * (self.df + 1.0) * (y**2.0 / self.df).log1p() - z

    def entropy(self) -> Any:
        beta = (0.5 * self.df).lgamma() + math.lgamma(0.5) - (0.5 * (self.df + 1)).lgamma()
        return (self.scale.log() + 0.5 * (self.df + 1) * ((0.5 * (self.df + 1)).digamma() - (0.5 * self.df).digamma())
                + 0.5 * self.df.log() + beta)


class FisherSnedecor(Distribution):
    """The ratio of two chi-squared numbers, each over its degrees of freedom."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None):
        self.df1, self.df2 = broadcast_all(df1, df2)
        self._gamma1, self._gamma2 = Gamma(self.df1 * 0.5, self.df1), Gamma(self.df2 * 0.5, self.df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        return FisherSnedecor(self.df1.expand(batch_shape), self.df2.expand(batch_shape), self._validate_args)

    @property
    def mean(self) -> Any:
        return where(self.df2 > 2, self.df2 / (self.df2 - 2), math.nan)

    @property
    def mode(self) -> Any:
        return where(self.df1 > 2, (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2), math.nan)

    @property
    def variance(self) -> Any:
        wide = 2 * self.df2.pow(2) * (self.df1 + self.df2 - 2) / (self.df1 * (self.df2 - 2).pow(2) * (self.df2 - 4))
        return where(self.df2 > 4, wide, math.nan)

    def rsample(self, sample_shape: Any = ()) -> Any:
        x1, x2 = self._gamma1.rsample(sample_shape), self._gamma2.rsample(sample_shape)
        tiny = finfo(x2.dtype).tiny
        x2 = x2.clamp(min=tiny)
        return (x1 / x2).clamp(min=tiny)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        half1, half2, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        first = (half1 + half2).lgamma() - half1.lgamma() - half2.lgamma()
        return first + half1 * ratio.log() + (half1 - 1) * value.log() - (half1 + half2) * (ratio * value).log1p()
