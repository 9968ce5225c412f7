"""Continuous stand-ins for discrete distributions, which have gradients: the more discrete, the lower their temperature."""

from typing import Any

from steepest.distributions import constraints
from steepest.distributions.discrete import Bernoulli, Categorical, OverCategories
from steepest.distributions.distribution import Distribution, broadcast_all
from steepest.distributions.transformed import TransformedDistribution
from steepest.distributions.transforms import ExpTransform, SigmoidTransform
from steepest.functional.creating import full_like
from steepest.functional.limits import finfo
from steepest.functional.random import rand

__all__ = ["ExpRelaxedCategorical", "LogitRelaxedBernoulli", "RelaxedBernoulli", "RelaxedOneHotCategorical"]


class LogitRelaxedBernoulli(Distribution):
    """Logits that become those of a Bernoulli variable as the temperature falls (Maddison et al. 2017)."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        self.temperature = temperature
        self._bernoulli = Bernoulli(probs, logits, validate_args=validate_args)
        super().__init__(self._bernoulli.batch_shape, validate_args=False)

    probs = property(lambda self: self._bernoulli.probs)
    logits = property(lambda self: self._bernoulli.logits)
    param_shape = property(lambda self: self._bernoulli.param_shape)

    def _expanded(self, batch_shape: Any) -> Any:
        name = "probs" if "probs" in self._bernoulli.__dict__ else "logits"
        return LogitRelaxedBernoulli(self.temperature, **{name: getattr(self, name).expand(batch_shape)})

    def rsample(self, sample_shape: Any = ()) -> Any:
        limits = finfo(self.probs.dtype)
        inside = (limits.eps, 1 - limits.eps)
        probs = self.probs.expand(self._extended_shape(sample_shape)).clamp(*inside)
        u = rand(self._extended_shape(sample_shape), dtype=probs.dtype).clamp(*inside)
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class Relaxed(TransformedDistribution):
    """A distribution of logits brought to where the discrete one has its values."""

    temperature = property(lambda self: self.base_dist.temperature)
    probs = property(lambda self: self.base_dist.probs)
    logits = property(lambda self: self.base_dist.logits)


class RelaxedBernoulli(Relaxed):
    """Numbers between 0 and 1 that become those of a Bernoulli variable as the temperature falls."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.unit_interval

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args=validate_args)


class ExpRelaxedCategorical(OverCategories):
    """Logarithms of the relaxed categorical variable (Maddison et al. 2017; Jang et al. 2017)."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        self._categorical, self.temperature = Categorical(probs, logits, validate_args=validate_args), temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Any:
        limits = finfo(self.logits.dtype)
        u = rand(self._extended_shape(sample_shape), dtype=self.logits.dtype).clamp(limits.eps, 1 - limits.eps)
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(-1, keepdim=True)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        k = self._categorical._num_events
        scale = full_like(self.temperature, float(k)).lgamma() - self.temperature.log().mul(-(k - 1))
        score = logits - value.mul(self.temperature)
        return (score - score.logsumexp(-1, keepdim=True)).sum(-1) + scale


class RelaxedOneHotCategorical(Relaxed):
    """Probabilities that become a one-hot vector as the temperature falls: the Gumbel softmax."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.simplex

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None):
        super().__init__(ExpRelaxedCategorical(temperature, probs, logits, validate_args), ExpTransform(), validate_args=validate_args)
