"""Names of torch.distributions.utils that programs import."""

from typing import Any

from steepest.distributions.discrete import away_from_ends as clamp_probs
from steepest.distributions.distribution import broadcast_all
from steepest.distributions.distribution import derived as lazy_property
from steepest.errors import outside
from steepest.functional.creating import empty
from steepest.functional.neural.softmax import softmax

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits", "tril_matrix_to_vec",
           "vec_to_tril_matrix"]
outside.explain(__name__)


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """The sigmoid of logits, or the softmax over the last dimension."""
    return logits.sigmoid() if is_binary else softmax(logits, -1)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """The logarithms of probabilities, or of the odds."""
    held = clamp_probs(probs)
    return held.log() - (-held).log1p() if is_binary else held.log()


def _standard_normal(shape: Any, dtype: Any, device: Any) -> Any:
    """Normal numbers, as `Normal.rsample` draws them."""
    return empty(shape, dtype=dtype, device=device).normal_()


def _sum_rightmost(value: Any, dim: int) -> Any:
    """Summed over the last `dim` dimensions."""
    return value if dim == 0 else value.reshape(*value.shape[: value.dim() - dim], -1).sum(-1)


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """What of matrices `(*, D, D)` lies on and below a diagonal, row by row, as vectors."""
    rows, columns = mat.new_ones(mat.shape[-2:]).detach().tril(diag).nonzero(as_tuple=True)
    return mat[..., rows, columns]


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """The inverse of `tril_matrix_to_vec`."""
    k = 1 + 2 * diag
    n = round((-k + (k**2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2)
    out = vec.new_zeros((*vec.shape[:-1], n, n))
    rows, columns = vec.new_ones(n, n).detach().tril(diag).nonzero(as_tuple=True)
    out[..., rows, columns] = vec
    return out
