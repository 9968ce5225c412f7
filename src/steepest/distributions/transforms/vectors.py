"""Transforms of vectors and matrices, and several transforms side by side."""

import math
import operator
from functools import reduce
from typing import Any

from steepest.distributions import constraints
from steepest.distributions.transforms.transform import Transform, depends, sum_last
from steepest.errors import text
from steepest.functional.creating import tensor
from steepest.functional.joining import cat, stack
from steepest.functional.limits import finfo
from steepest.functional.neural.activations import logsigmoid, softplus
from steepest.functional.neural.padding import pad
from steepest.functional.neural.softmax import softmax

__all__ = ["CatTransform", "CorrCholeskyTransform", "LowerCholeskyTransform", "PositiveDefiniteTransform", "SoftmaxTransform",
           "StackTransform", "StickBreakingTransform"]


class SoftmaxTransform(Transform):
    """Logits to probabilities; not bijective."""

    domain, codomain = constraints.real_vector, constraints.simplex

    def _call(self, x: Any) -> Any:
        return softmax(x, -1)

    def _inverse(self, y: Any) -> Any:
        return y.log()


class StickBreakingTransform(Transform):
    """n numbers to n + 1 probabilities: each takes a share of what those before left."""

    domain, codomain, bijective = constraints.real_vector, constraints.simplex, True

    @staticmethod
    def _offset(x: Any, n: int) -> Any:
        return n + 1 - x.new_ones(n).cumsum(-1)

    def _call(self, x: Any) -> Any:
        z = (x - self._offset(x, x.shape[-1]).log()).sigmoid()
        return pad(z, [0, 1], value=1) * pad((1 - z).cumprod(-1), [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        head = y[..., :-1]
        rest = (1 - head.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return head.log() - rest.log() + self._offset(head, head.shape[-1]).log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        shifted = x - self._offset(x, x.shape[-1]).log()
        return (-shifted + logsigmoid(shifted) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        return shape[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape: Any) -> Any:
        return shape[:-1] + (shape[-1] - 1,)


class LowerCholeskyTransform(Transform):
    """Any matrix to a lower triangular one with a positive diagonal."""

    domain, codomain = constraints.independent(constraints.real, 2), constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(Transform):
    """Any matrix to a positive definite one."""

    domain, codomain = constraints.independent(constraints.real, 2), constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(y.cholesky())


class CorrCholeskyTransform(Transform):
    """Vectors of n (n - 1) / 2 numbers to Cholesky factors of correlation matrices."""

    domain, codomain, bijective = constraints.real_vector, constraints.corr_cholesky, True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        r = _lower(x.tanh().clamp(min=-1 + eps, max=1 - eps))
        left = (1 - r * r).sqrt().cumprod(-1)
        r = r + tensor(1.0, dtype=x.dtype).expand(r.shape[-1]).diag_embed()
        return r * pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        left = pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1)
        t = _vector(y) / _vector(left).sqrt()
        return (t.log1p() - (-t).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        left = _vector((1 - (y * y).cumsum(-1)), -2)
        first = 0.5 * left.log().sum(-1)
        return first - 2 * (x + softplus(-2 * x) - math.log(2.0)).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        n = round((0.25 + 2 * shape[-1]) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != shape[-1]:
            raise ValueError(text("transform-shapes", a=[n * (n - 1) // 2], b=list(shape)))
        return shape[:-1] + (n, n)

    def inverse_shape(self, shape: Any) -> Any:
        return shape[:-2] + (shape[-1] * (shape[-1] - 1) // 2,)


def _lower(x: Any) -> Any:
    """A vector as what lies below the diagonal of a matrix."""
    side = (1 + (1 + 8 * x.shape[-1]) ** 0.5) / 2
    n = round(side)
    if n > side + 1e-9:                                         # where it is rounded down the write below does not fit
        raise ValueError(text("distribution-triangle", size=x.shape[-1]))
    out = x.new_zeros((*x.shape[:-1], n, n))
    rows, columns = x.new_ones(n, n).tril(-1).nonzero(as_tuple=True)
    out[..., rows, columns] = x
    return out


def _vector(x: Any, diagonal: int = -1) -> Any:
    """What lies below a diagonal as a vector."""
    rows, columns = x.new_ones(x.shape[-2:]).detach().tril(diagonal).nonzero(as_tuple=True)
    return x[..., rows, columns]


class CatTransform(Transform):
    """One transform for each stretch along a dimension."""

    def __init__(self, tseq: list[Any], dim: int = 0, lengths: Any = None, cache_size: int = 0):
        super().__init__(cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq]
        self.lengths, self.dim = list(lengths) if lengths is not None else [1] * len(tseq), dim

    bijective = property(lambda self: all(t.bijective for t in self.transforms))
    domain = depends(lambda self: constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths))
    codomain = depends(lambda self: constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths))

    def _pieces(self, x: Any, name: str = "x") -> Any:
        if x.size(self.dim) != sum(self.lengths):
            raise AssertionError(text("cat-lengths", name=name, dim=self.dim, size=x.size(self.dim), wanted=sum(self.lengths)))
        return x.split(self.lengths, self.dim)

    def _call(self, x: Any) -> Any:
        return cat([t(p) for t, p in zip(self.transforms, self._pieces(x), strict=True)], self.dim)

    def _inverse(self, y: Any) -> Any:
        return cat([t.inv(p) for t, p in zip(self.transforms, self._pieces(y, "y"), strict=True)], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        terms = [t.log_abs_det_jacobian(a, b) for t, a, b in zip(self.transforms, self._pieces(x), self._pieces(y, "y"), strict=True)]
        dim = self.dim - x.dim() if self.dim >= 0 else self.dim
        most = max(t.domain.event_dim for t in self.transforms)
        terms = [sum_last(term, most - t.domain.event_dim) for t, term in zip(self.transforms, terms, strict=True)]
        return cat(terms, dim + most) if dim + most < 0 else reduce(operator.add, terms)


class StackTransform(Transform):
    """One transform for each entry of a dimension."""

    def __init__(self, tseq: list[Any], dim: int = 0, cache_size: int = 0):
        super().__init__(cache_size)
        self.transforms, self.dim = [t.with_cache(cache_size) for t in tseq], dim

    bijective = property(lambda self: all(t.bijective for t in self.transforms))
    domain = depends(lambda self: constraints.stack([t.domain for t in self.transforms], self.dim))
    codomain = depends(lambda self: constraints.stack([t.codomain for t in self.transforms], self.dim))

    def _parts(self, x: Any, name: str = "x") -> Any:
        if x.size(self.dim) != len(self.transforms):
            raise AssertionError(text("cat-lengths", name=name, dim=self.dim, size=x.size(self.dim), wanted=len(self.transforms)))
        return x.unbind(self.dim)

    def _call(self, x: Any) -> Any:
        return stack([t(p) for t, p in zip(self.transforms, self._parts(x), strict=True)], self.dim)

    def _inverse(self, y: Any) -> Any:
        return stack([t.inv(p) for t, p in zip(self.transforms, self._parts(y, "y"), strict=True)], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        pairs = zip(self.transforms, self._parts(x), self._parts(y, "y"), strict=True)
        return stack([t.log_abs_det_jacobian(a, b) for t, a, b in pairs], self.dim)
