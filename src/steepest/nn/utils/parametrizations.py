"""Parametrizations of the literature: weight normalisation and spectral normalisation."""

from __future__ import annotations

from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.functional.creating import eye
from steepest.functional.factors import geqrf, householder_product
from steepest.functional.joining import cat
from steepest.functional.linalg import matrix_exp, solve
from steepest.functional.random import randn
from steepest.nn import functional as F
from steepest.nn.modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from steepest.nn.modules.module import Module
from steepest.nn.utils.parametrize import register_parametrization

__all__ = ["norm_except_dim", "orthogonal", "spectral_norm", "weight_norm"]
outside.explain(__name__)


def _orthogonalised(a: Any) -> Any:
    """The Q of a QR factorisation whose R has a positive diagonal."""
    packed, tau = geqrf(a)
    return householder_product(packed, tau) * packed.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """Matrices with orthonormal columns (or rows), by an exponential, Cayley's map or Householder's reflections.

    Lezcano-Casado and Martinez-Rubio (2019), "Cheap orthogonal constraints in neural networks"; with a base, Lezcano-Casado (2019),
    "Trivializations for gradient-based optimization on manifolds".
    """

    def __init__(self, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        n, k = X.size(-2), X.size(-1)
        wide = n < k
        if wide:
            X, n, k = X.mT, k, n
        if self.orthogonal_map == "householder":
            a = X.tril(-1)
            q = householder_product(a, 2.0 / (1.0 + (a * a.conj()).sum(-2))) * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)
        else:
            a = X.tril()
            a = cat([a, a.new_zeros(*a.shape[:-2], n, n - k)], -1) if n != k else a
            a = a - a.mH
            one = eye(n, dtype=a.dtype)
            q = matrix_exp(a) if self.orthogonal_map == "matrix_exp" else solve(one - a / 2, one + a / 2)
            q = q[..., :k] if n != k else q
        if "base" in self._buffers:
            q = self.base @ q
        return q.mT if wide else q

    def right_inverse(self, Q: Any) -> Any:
        n, k = Q.size(-2), Q.size(-1)
        given, wide = Q, n < k
        if wide:
            Q, n, k = Q.mT, k, n
        if "base" not in self._buffers:
            if self.orthogonal_map != "householder":
                raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                                          "use_trivialization=False.")
            packed, tau = geqrf(Q)
            packed.diagonal(dim1=-2, dim2=-1).sign_()
            packed.diagonal(dim1=-2, dim2=-1)[tau == 0.0] *= -1
            return packed.mT if wide else packed
        if n == k:
            Q = _orthogonalised(Q)
        else:
            Q = _orthogonalised(cat([Q, randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)], -1))
        self.base = Q
        start = given.new_zeros(given.shape)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start


def orthogonal(module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True) -> Module:
    """Keep `module.name` orthogonal; `orthogonal_map` is "matrix_exp", "cayley" or "householder"."""
    weight = _weight_of(module, name)
    if weight.dim() < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.size(-2) == weight.size(-1) or weight.is_complex() else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
    register_parametrization(module, name, _Orthogonal(orthogonal_map, use_trivialization), unsafe=True)
    return module


def norm_except_dim(weight: Tensor, dim: int) -> Tensor:
    """The 2-norm over all dimensions but `dim`, kept with size one; over all of them for -1."""
    if dim == -1:
        return weight.norm()
    if weight.dim() == 1:
        return weight.abs()
    return weight.norm(2, [other for other in range(weight.dim()) if other != dim], keepdim=True)


class _WeightNorm(Module):
    """g · v / |v|, the direction v and the length g learned apart (Salimans and Kingma 2016)."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Any) -> Tensor:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, self.dim), weight


def _weight_of(module: Module, name: str) -> Any:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn length and direction of `module.name` apart (Salimans and Kingma 2016)."""
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def from_older(state_dict: Any, prefix: str, *rest: Any) -> None:
        for number, suffix in enumerate(("g", "v")):
            old = f"{prefix}{name}_{suffix}"
            if old in state_dict:
                state_dict[f"{prefix}parametrizations.{name}.original{number}"] = state_dict.pop(old)

    module._register_load_state_dict_pre_hook(from_older)
    return module


class _SpectralNorm(Module):
    """The weight divided by its largest singular value, estimated by power iteration (Miyato et al. 2018)."""

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.dim()
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._as_matrix(weight)
            height, width = matrix.shape
            u, v = matrix.new_empty(height).normal_(0, 1), matrix.new_empty(width).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _as_matrix(self, weight: Tensor) -> Tensor:
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.flatten(1)

    @no_grad()
    def _power_method(self, matrix: Tensor, count: int) -> None:
        for _ in range(count):
            self._u.copy_(F.normalize(matrix.mv(self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(matrix.t().mv(self._u), dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Tensor:
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._as_matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # Copies, since the next call changes the vectors that this one's backward needs.
        u, v = self._u.clone(), self._v.clone()
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide `module.name` by its largest singular value (Miyato et al. 2018)."""
    weight = _weight_of(module, name)
    if dim is None:
        dim = 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
