"""Distributions of matrices: Wishart, and Cholesky factors of correlation matrices."""

import math
import warnings
from typing import Any

from steepest.core.size import Size
from steepest.core.tensor import Tensor
from steepest.distributions import constraints
from steepest.distributions.covariance import Covariance, the_given
from steepest.distributions.distribution import Distribution, broadcast_all, derived
from steepest.distributions.exponential_family import ExponentialFamily
from steepest.distributions.gamma import Beta, Chi2
from steepest.errors import text
from steepest.functional.creating import arange, eye, tensor
from steepest.functional.factors import cholesky_solve
from steepest.functional.joining import cat, diag_embed
from steepest.functional.limits import finfo
from steepest.functional.linalg import slogdet
from steepest.functional.random import randn
from steepest.functional.shaping import broadcast_shapes
from steepest.functional.special import mvlgamma

__all__ = ["LKJCholesky", "Wishart"]
TRIES = 10
"""How often samples that are singular are drawn again."""


class LKJCholesky(Distribution):
    """Lower factors L with correlation matrices L L^T of density det^(concentration - 1) (Lewandowski, Kurowicka and Joe 2009)."""

    arg_constraints = {"concentration": constraints.positive}
    support: Any = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None):
        if dim < 2:
            raise ValueError(text("lkj-dim", dim=dim))
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        offset = arange(dim - 1, dtype=self.concentration.dtype)
        offset = cat([offset.new_zeros(1), offset])
        margin = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(offset + 0.5, margin.unsqueeze(-1) - 0.5 * offset)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def _expanded(self, batch_shape: Any) -> Any:
        new = super()._expanded(batch_shape)
        new.dim, new._beta = self.dim, self._beta.expand((*batch_shape, self.dim))
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        """By the onion method of section 3 of the paper."""
        y = self._beta.sample(sample_shape).unsqueeze(-1)
        directions = randn(self._extended_shape(sample_shape), dtype=y.dtype).tril(-1)
        directions = directions / directions.norm(dim=-1, keepdim=True)
        directions[..., 0, :].fill_(0.0)
        w = y.sqrt() * directions
        return w + diag_embed((1 - (w**2).sum(-1)).clamp(min=finfo(w.dtype).tiny).sqrt())

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - arange(2, self.dim + 1)
        n = self.dim - 1
        alpha = self.concentration + 0.5 * n
        norm = 0.5 * n * math.log(math.pi) + mvlgamma(alpha - 0.5, n) - alpha.lgamma() * n
        return (order * diagonal.log()).sum(-1) - norm


class Wishart(Covariance, ExponentialFamily):
    """Sums of `df` outer products of normal vectors with a covariance; `df` may be any number above the dimension minus one."""

    support: Any = constraints.positive_definite
    has_rsample = True

    def __init__(self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
                 validate_args: bool | None = None):
        given = the_given(covariance_matrix=covariance_matrix, precision_matrix=precision_matrix, scale_tril=scale_tril)
        if given is None:
            raise AssertionError(text("distribution-covariance"))
        name, matrix = given
        if matrix.dim() < 2:
            raise ValueError(text("distribution-dims", name="scale_tril", dims="two", shape=tuple(matrix.shape)))
        self.df = df if isinstance(df, Tensor) else tensor(df, dtype=matrix.dtype)
        batch, n = broadcast_shapes(matrix.shape[:-2], self.df.shape), matrix.shape[-1]
        self.df = self.df.expand(batch)
        if bool((self.df <= n - 1).any()):
            raise ValueError(text("wishart-df", df=df, least=n - 1))
        if bool((self.df < n).any()):
            warnings.warn(text("wishart-low-df"), stacklevel=2)
        self.__dict__[name] = matrix.expand((*batch, -1, -1))
        self.arg_constraints = {"covariance_matrix": constraints.positive_definite,  # type: ignore[misc]
                                "precision_matrix": constraints.positive_definite,
                                "scale_tril": constraints.lower_cholesky, "df": constraints.greater_than(n - 1)}
        super().__init__(batch, matrix.shape[-2:], validate_args=validate_args)
        self._factorise(name, matrix)

    def _expanded(self, batch_shape: Any) -> Any:
        new = super()._expanded(batch_shape)
        new.arg_constraints = self.arg_constraints
        return new

    @derived
    def precision_matrix(self) -> Any:
        n = self.event_shape[-1]
        return cholesky_solve(eye(n, dtype=self.df.dtype).expand((*self.batch_shape, n, n)), self._unbroadcasted_scale_tril)

    @property
    def _freedom(self) -> Any:
        return self.df.reshape(self.batch_shape + (1, 1))

    @property
    def mean(self) -> Any:
        return self._freedom * self.covariance_matrix

    @property
    def mode(self) -> Any:
        factor = self.df - self.event_shape[-1] - 1
        return factor.masked_fill(factor <= 0, math.nan).reshape(self.batch_shape + (1, 1)) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        diagonal = self.covariance_matrix.diagonal(dim1=-2, dim2=-1)
        return self._freedom * (self.covariance_matrix.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _drawn(self, sample_shape: Any) -> Any:
        """By Bartlett's decomposition: roots of chi-squared numbers on the diagonal, normal ones below."""
        n = self.event_shape[-1]
        degrees = self.df.unsqueeze(-1) - arange(n, dtype=self.df.dtype)
        roots = Chi2(degrees).rsample(sample_shape).sqrt()
        noise = diag_embed(roots.clamp(min=finfo(roots.dtype).eps))
        rows, columns = noise.new_ones(n, n).tril(-1).nonzero(as_tuple=True)
        noise[..., rows, columns] = randn((*sample_shape, *self.batch_shape, n * (n - 1) // 2), dtype=noise.dtype)
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def rsample(self, sample_shape: Any = ()) -> Any:
        """As PyTorch 2.13: what is found regular is drawn once more, then what is singular, at most ten times."""
        shape = Size(sample_shape)
        sample = self._drawn(shape)
        again = self._any_of_batch(self.support.check(sample))
        for _ in range(TRIES):
            if not bool(again.any()):
                break
            chosen = again.clone()
            new = self._drawn(again[again].shape)
            sample[chosen] = new
            again[chosen] = self._any_of_batch(~self.support.check(new))
        return sample

    def _any_of_batch(self, x: Any) -> Any:
        for _ in self.batch_shape:
            x = x.any(-1)
        return x

    def _half_log_det(self) -> Any:
        return self.event_shape[-1] * math.log(2) / 2 + self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        n = self.event_shape[-1]
        lead = broadcast_shapes(value.shape[:-2], self.batch_shape)
        wide, scale = (x.expand((*lead, n, n)) for x in (value, self._unbroadcasted_scale_tril))
        trace = cholesky_solve(wide, scale).diagonal(dim1=-2, dim2=-1).sum(-1)
        return (-self.df * self._half_log_det() - mvlgamma(self.df / 2, n) + (self.df - n - 1) / 2 * slogdet(value)[1] - trace / 2)

    def entropy(self) -> Any:
        n = self.event_shape[-1]
        slope = (self.df.unsqueeze(-1) / 2 - arange(n, dtype=self.df.dtype) / 2).digamma().sum(-1)
        return (n + 1) * self._half_log_det() + mvlgamma(self.df / 2, n) - (self.df - n - 1) / 2 * slope + self.df * n / 2

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return -self.precision_matrix / 2, (self.df - self.event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        n = self.event_shape[-1]
        return (y + (n + 1) / 2) * (-slogdet(-2 * x)[1] + math.log(2) * n) + mvlgamma(y + (n + 1) / 2, n)
