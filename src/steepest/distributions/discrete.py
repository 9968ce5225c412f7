"""Distributions of whole numbers and categories, given by probabilities or by logits."""

from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.dtype import int64
from steepest.core.size import Size
from steepest.distributions import constraints
from steepest.distributions.constraints import Constraint
from steepest.distributions.distribution import Distribution, broadcast_all, derived
from steepest.distributions.exponential_family import ExponentialFamily
from steepest.errors import text
from steepest.functional.creating import arange, eye, full_like, ones_like, zeros_like
from steepest.functional.limits import finfo, nan
from steepest.functional.neural.binary_losses import binary_cross_entropy_with_logits
from steepest.functional.pointwise import where
from steepest.functional.random import bernoulli, multinomial, poisson
from steepest.functional.shaping import broadcast_tensors

__all__ = ["Bernoulli", "Categorical", "Geometric", "OneHotCategorical", "Poisson"]


def away_from_ends(probs: Any) -> Any:
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def _one_of(**given: Any) -> None:
    first, second = given
    if (given[first] is None) == (given[second] is None):
        raise ValueError(text("distribution-either", first=first, second=second))


class Binary(Distribution):
    """Distributions with the one probability `probs`, or its logit."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        _one_of(probs=probs, logits=logits)
        name, value = ("probs", probs) if logits is None else ("logits", logits)
        (self.__dict__[name],) = broadcast_all(value)
        super().__init__(self.__dict__[name].shape, validate_args=validate_args)

    @derived
    def probs(self) -> Any:
        return self.logits.sigmoid()

    @derived
    def logits(self) -> Any:
        probs = away_from_ends(self.probs)
        return probs.log() - (-probs).log1p()

    @property
    def param_shape(self) -> Any:
        return self.batch_shape


class Bernoulli(Binary, ExponentialFamily):
    """One with the probability `probs`, else zero."""

    support = constraints.boolean
    has_enumerate_support = True

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.probs.logit(),)

    def _log_normalizer(self, x: Any) -> Any:
        return x.exp().log1p()

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        return where(self.probs == 0.5, full_like(self.probs, nan), (self.probs >= 0.5).to(self.probs.dtype))

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Any:
        values = arange(2, dtype=next(self.__dict__[name] for name in self.parameters()).dtype)
        values = values.view((-1,) + (1,) * len(self.batch_shape))
        return values.expand((-1, *self.batch_shape)) if expand else values


class Geometric(Binary):
    """The number of failures before the first success."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    @property
    def mean(self) -> Any:
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Any:
        return zeros_like(self.probs)

    @property
    def variance(self) -> Any:
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            u = self.probs.new_empty(self._extended_shape(sample_shape)).uniform_().clamp(min=finfo(self.probs.dtype).tiny)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        probs = where((probs == 1) & (value == 0), zeros_like(probs), probs)
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self) -> Any:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Poisson(ExponentialFamily):
    """The number of events in an interval, `rate` of them on average."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None):
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError(text("distribution-without", distribution="Poisson", what="entropy"))

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.rate.log(),)

    def _log_normalizer(self, x: Any) -> Any:
        return x.exp()

    @property
    def mean(self) -> Any:
        return self.rate

    @property
    def mode(self) -> Any:
        return self.rate.floor()

    @property
    def variance(self) -> Any:
        return self.rate

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()


class Categorical(Distribution):
    """One of the categories 0 to K - 1; `probs` `(*, K)` are made to sum to one, `logits` need not be normalised.

    >>> steepest.distributions.Categorical(steepest.tensor([1.0, 3.0])).probs
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        _one_of(probs=probs, logits=logits)
        name, given = ("probs", probs) if logits is None else ("logits", logits)
        if given.dim() < 1:
            raise ValueError(text("distribution-dims", name=f"`{name}` parameter", dims="one", shape=tuple(given.shape)))
        if logits is None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = logits - logits.logsumexp(-1, keepdim=True)
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @derived
    def probs(self) -> Any:
        return self.logits.softmax(-1)

    @derived
    def logits(self) -> Any:
        return away_from_ends(self.probs).log()

    @property
    def _param(self) -> Any:
        return self.__dict__["probs"] if "probs" in self.__dict__ else self.logits

    @property
    def param_shape(self) -> Any:
        return self._param.shape

    @property
    def _num_events(self) -> int:
        return int(self._param.shape[-1])

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Constraint:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        return self._param.new_full(self._extended_shape(), nan)

    @property
    def mode(self) -> Any:
        return self.probs.argmax(dim=-1)

    @property
    def variance(self) -> Any:
        return self._param.new_full(self._extended_shape(), nan)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            shape = self._extended_shape(sample_shape)
            drawn = multinomial(self.probs.reshape(-1, self._num_events), _count(sample_shape), True)
            return drawn.t().reshape(shape)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        value, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        return -(self.logits.clamp(min=finfo(self.logits.dtype).min) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        values = arange(self._num_events, dtype=int64).view((-1,) + (1,) * len(self.batch_shape))
        return values.expand((-1, *self.batch_shape)) if expand else values


def _count(shape: Any) -> int:
    n = 1
    for size in tuple(shape):
        n *= int(size)
    return n


class OverCategories(Distribution):
    """Distributions that are given by those of a category, `_categorical`."""

    _categorical: Any
    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    param_shape = property(lambda self: self._categorical.param_shape)

    def _expanded(self, batch_shape: Any) -> Any:
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, _categorical=self._categorical.expand(batch_shape), _batch_shape=Size(batch_shape))
        return new


class OneHotCategorical(OverCategories):
    """`Categorical` whose samples are one-hot vectors `(*, K)`."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        return self._one_hot(self.probs.argmax(dim=-1))

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def _one_hot(self, indices: Any) -> Any:
        return zeros_like(self.probs).expand((*indices.shape, self._event_shape[0])).scatter(
            -1, indices.unsqueeze(-1), ones_like(self.probs).expand((*indices.shape, self._event_shape[0])))

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return self._one_hot(self._categorical.sample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self) -> Any:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Any:
        n = self._event_shape[0]
        values = eye(n, dtype=self.probs.dtype).view((n,) + (1,) * len(self.batch_shape) + (n,))
        return values.expand((n, *self.batch_shape, n)) if expand else values
