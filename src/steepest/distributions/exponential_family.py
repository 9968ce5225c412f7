"""Exponential families: entropies and divergences by the derivatives of the log-normaliser (Nielsen and Nock 2010)."""

from typing import Any

from steepest.autograd.gradients import grad
from steepest.autograd.modes import enable_grad
from steepest.distributions.distribution import Distribution
from steepest.distributions.transforms.transform import sum_last
from steepest.errors import text

__all__ = ["ExponentialFamily", "divergence"]


class ExponentialFamily(Distribution):
    """Densities `exp(<t(x), theta> - F(theta) + k(x))`; a subclass gives theta, F and the expected value of k."""

    _mean_carrier_measure: Any = 0

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="_natural_params"))

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise NotImplementedError(text("distribution-without", distribution=type(self).__name__, what="_log_normalizer"))

    def entropy(self) -> Any:
        natural, norm, slopes = _derived(self)
        result = norm - self._mean_carrier_measure
        for theta, slope in zip(natural, slopes, strict=True):
            result = result - (theta * slope).reshape(self._batch_shape + (-1,)).sum(-1)
        return result


def _derived(p: ExponentialFamily) -> tuple[list[Any], Any, Any]:
    with enable_grad():
        natural = [theta.detach().requires_grad_() for theta in p._natural_params]
        norm = p._log_normalizer(*natural)
        return natural, norm, grad(norm.sum(), natural, create_graph=True)


def divergence(p: ExponentialFamily, q: ExponentialFamily) -> Any:
    """KL(p || q) of two members of one family: the Bregman divergence of the log-normaliser."""
    if type(p) is not type(q):
        raise NotImplementedError(text("kl-of-families"))
    natural, norm, slopes = _derived(p)
    result = q._log_normalizer(*q._natural_params) - norm
    for mine, other, slope in zip(natural, q._natural_params, slopes, strict=True):
        term = (other - mine) * slope
        result = result - sum_last(term, term.dim() - result.dim())
    return result
