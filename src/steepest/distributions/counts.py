"""Distributions of counts: binomial, negative binomial, multinomial; and the one-hot vector with a gradient."""

from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core import generator as gen
from steepest.core.size import Size
from steepest.distributions import constraints
from steepest.distributions.constraints import Constraint
from steepest.distributions.discrete import Binary, Categorical, OneHotCategorical, OverCategories
from steepest.distributions.distribution import broadcast_all
from steepest.distributions.gamma import Gamma
from steepest.errors import text
from steepest.functional.creating import arange, ones_like
from steepest.functional.neural.activations import logsigmoid
from steepest.functional.pointwise import where
from steepest.functional.random import poisson
from steepest.functional.shaping import broadcast_tensors
from steepest.ops.functions import xlogy
from steepest.ops.random import draw

__all__ = ["Binomial", "Multinomial", "NegativeBinomial", "OneHotCategoricalStraightThrough"]


class Counted(Binary):
    """Distributions with a count beside the probability."""

    def __init__(self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        given = probs if logits is None else logits
        if given is not None and (probs is None) != (logits is None):
            self.total_count, given = broadcast_all(total_count, given)
            self.total_count = self.total_count.type_as(given)
            probs, logits = (given, None) if logits is None else (None, given)
        super().__init__(probs, logits, validate_args=validate_args)


def _positive_part(x: Any) -> Any:
    """x where it is positive, half of it at 0, so that the gradient there is one half."""
    return (x.clamp(min=0) + x - x.clamp(max=0)) / 2


class Binomial(Counted):
    """How many of `total_count` trials of probability `probs` succeed."""

    arg_constraints = {"total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval, "logits": constraints.real}
    has_enumerate_support = True

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Constraint:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            count, probs = self.total_count.expand(shape), self.probs.expand(shape)
            return draw(count, probs, names=("count", "prob"), dtype=probs.dtype, generator=gen.default_generator, sampler="binomial")

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        n, logits = self.total_count, self.logits
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (n - value + 1).lgamma()
        return ways + value * logits - (n * _positive_part(logits) + n * (-logits.abs()).exp().log1p())

    def entropy(self) -> Any:
        count = int(self.total_count.max())
        if not self.total_count.min() == count:
            raise NotImplementedError(text("binomial-counts"))
        found = self.log_prob(self.enumerate_support(False))
        return -(found.exp() * found).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        count = int(self.total_count.max())
        if not self.total_count.min() == count:
            raise NotImplementedError(text("binomial-counts"))
        values = arange(1 + count, dtype=self._parameter().dtype).view((-1,) + (1,) * len(self.batch_shape))
        return values.expand((-1, *self.batch_shape)) if expand else values

    def _parameter(self) -> Any:
        return self.__dict__["probs"] if "probs" in self.__dict__ else self.logits


class NegativeBinomial(Counted):
    """How many trials of probability `probs` succeed before `total_count` failures."""

    arg_constraints = {"total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
                       "logits": constraints.real}
    support = constraints.nonnegative_integer

    @property
    def mean(self) -> Any:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Any:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Any:
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            rates = Gamma(self.total_count, (-self.logits).exp(), validate_args=False)
            return poisson(rates.sample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        weight = self.total_count * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        norm = -(self.total_count + value).lgamma() + (1.0 + value).lgamma() + self.total_count.lgamma()
        return weight - where(self.total_count + value == 0.0, 0.0, norm)


class Multinomial(OverCategories):
    """How often each category comes up in `total_count` draws."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        if not isinstance(total_count, int):
            raise NotImplementedError(text("multinomial-count"))
        self.total_count = total_count
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Constraint:
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Any:
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            drawn = self._categorical.sample((self.total_count, *Size(sample_shape)))
            last_first = list(range(drawn.dim()))
            last_first.append(last_first.pop(0))
            drawn = drawn.permute(*last_first)
            counts = drawn.new_zeros(self._extended_shape(sample_shape)).scatter_add(-1, drawn, ones_like(drawn))
            return counts.type_as(self.probs)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = where((value == 0) & (logits == float("-inf")), 0.0, logits)
        return (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1) + (logits * value).sum(-1)

    def entropy(self) -> Any:
        n = self.probs.new_tensor(float(self.total_count))
        counts = arange(1, self.total_count + 1, dtype=self.probs.dtype).view((-1,) + (1,) * self.probs.dim())
        ways = (n + 1).lgamma() - (counts + 1).lgamma() - (n - counts + 1).lgamma()
        share = (ways + xlogy(*broadcast_tensors(counts, self.probs)) + (n - counts) * (-self.probs).log1p()).exp()
        return n * self._categorical.entropy() - (n + 1).lgamma() + (share * (counts + 1).lgamma()).sum((0, -1))


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """One-hot vectors whose gradient is that of the probabilities (Bengio et al. 2013)."""

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        samples = self.sample(sample_shape)
        return samples + (self.probs - self.probs.detach())
