"""Distributions with a density between bounds: the continuous Bernoulli and the generalised Pareto distribution."""

import math
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.distributions import constraints
from steepest.distributions.constraints import Constraint
from steepest.distributions.discrete import Binary, away_from_ends
from steepest.distributions.distribution import Distribution, broadcast_all, derived
from steepest.distributions.exponential_family import ExponentialFamily
from steepest.functional.creating import full_like, ones_like, zeros_like
from steepest.functional.limits import nan
from steepest.functional.neural.binary_losses import binary_cross_entropy_with_logits
from steepest.functional.pointwise import isclose, where
from steepest.functional.random import rand

__all__ = ["ContinuousBernoulli", "GeneralizedPareto"]


class ContinuousBernoulli(Binary, ExponentialFamily):
    """Numbers between 0 and 1 whose log-density is linear (Loaiza-Ganem and Cunningham 2019).

    Between the `lims` around 1/2, where the closed forms divide zero by zero, Taylor expansions stand in.
    """

    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501),
                 validate_args: bool | None = None):
        self._lims = lims
        super().__init__(probs, logits, validate_args=validate_args)
        if "probs" in self.__dict__:
            self.__dict__["probs"] = away_from_ends(self.__dict__["probs"])

    def _expanded(self, batch_shape: Any) -> Any:
        new = super()._expanded(batch_shape)
        new._lims = self._lims
        return new

    @derived
    def probs(self) -> Any:
        return away_from_ends(self.logits.sigmoid())

    def _outside(self) -> Any:
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut(self) -> Any:
        return where(self._outside(), self.probs, self._lims[0])

    def log_norm(self) -> Any:
        """The logarithm of the constant that the Bernoulli density lacks."""
        cut = self._cut()
        below, above = where(cut <= 0.5, cut, zeros_like(cut)), where(cut >= 0.5, cut, ones_like(cut))
        closed = ((-cut).log1p() - cut.log()).abs().log() - where(cut <= 0.5, (-2.0 * below).log1p(), (2.0 * above - 1.0).log())
        x = (self.probs - 0.5) ** 2
        return where(self._outside(), closed, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Any:
        cut, x = self._cut(), self.probs - 0.5
        closed = cut / (2.0 * cut - 1.0) + 1.0 / ((-cut).log1p() - cut.log())
        return where(self._outside(), closed, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x**2) * x)

    @property
    def variance(self) -> Any:
        cut, x = self._cut(), (self.probs - 0.5) ** 2
        closed = cut * (cut - 1.0) / (1.0 - 2.0 * cut) ** 2 + 1.0 / ((-cut).log1p() - cut.log()) ** 2
        return where(self._outside(), closed, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none") + self.log_norm()

    def cdf(self, value: Any) -> Any:
        self._validate_sample(value)
        cut = self._cut()
        closed = (cut**value * (1.0 - cut) ** (1.0 - value) + cut - 1.0) / (2.0 * cut - 1.0)
        inside = where(self._outside(), closed, value)
        return where(value <= 0.0, zeros_like(value), where(value >= 1.0, ones_like(value), inside))

    def icdf(self, value: Any) -> Any:
        cut = self._cut()
        zero = (-cut).log1p()
        return where(self._outside(), ((-cut + value * (2.0 * cut - 1.0)).log1p() - zero) / (cut.log() - zero), value)

    def entropy(self) -> Any:
        zero = (-self.probs).log1p()
        return self.mean * (zero - self.probs.log()) - self.log_norm() - zero

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Any) -> Any:
        outside = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = where(outside, x, self._lims[0] - 0.5)
        return where(outside, cut.expm1().abs().log() - cut.abs().log(), 0.5 * x + x**2 / 24.0 - x**4 / 2880.0)


class GeneralizedPareto(Distribution):
    """What lies above a high threshold: `loc + scale * (u ** -concentration - 1) / concentration` for uniform u.

    Concentration 0 is the exponential distribution, a negative one ends at `loc - scale / concentration`.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None):
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Constraint:
        end = where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, end)

    def _shape(self) -> tuple[Any, Any]:
        """Where the concentration is zero, and the concentration with ones there."""
        none = isclose(self.concentration, zeros_like(self.concentration))
        return none, where(none, ones_like(self.concentration), self.concentration)

    def _moment(self, below: float, formula: Any) -> Any:
        known = self.concentration < below
        return where(known, formula(where(known, self.concentration, below / 2)), nan)

    @property
    def mean(self) -> Any:
        return self._moment(1, lambda c: self.loc + self.scale / (1 - c))

    @property
    def variance(self) -> Any:
        return self._moment(0.5, lambda c: self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)))

    @property
    def mode(self) -> Any:
        return self.loc

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        z = (value - self.loc) / self.scale
        none, c = self._shape()
        y = 1 / c + ones_like(z)
        return -self.scale.log() - where(none, z, where(y == 0, y, y * (c * z).log1p()))

    def log_survival_function(self, value: Any) -> Any:
        """`log P(x > value)`."""
        self._validate_sample(value)
        z = (value - self.loc) / self.scale
        none, c = self._shape()
        return where(none, -z, -(c * z).log1p() / c)

    def log_cdf(self, value: Any) -> Any:
        """`log P(x <= value)`."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Any) -> Any:
        return self.log_cdf(value).exp()

    def icdf(self, value: Any) -> Any:
        none, c = self._shape()
        log = (-value).log1p()
        return where(none, self.loc - self.scale * log, self.loc + self.scale / c * (-c * log).expm1())

    def entropy(self) -> Any:
        return self.scale.log() + self.concentration + full_like(self.loc, 1)
