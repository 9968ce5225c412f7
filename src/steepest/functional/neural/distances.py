"""Distances and similarities between vectors."""

from typing import Any

import numpy as np

from steepest.core.dtype import int64, promote_types
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as, show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.reducing import norm
from steepest.functional.shaping import broadcast_tensors, to_dtype
from steepest.functional.supporting import refuses
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.creation import constant
from steepest.ops.maps import elementwise
from steepest.ops.reductions import wrap

held = elementwise("held", lambda m, x, low: m.maximum(x, low), node="CloneBackward0", x=lambda g: g)
"""At least `low`, with the gradient of the identity: how PyTorch guards divisors."""


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of `x1 - x2 + eps` over the last dimension: `(N, D)` and `(N, D)` to `(N)`."""
    return show_as(norm(x1 - x2 + eps, p, -1, keepdim), "NormBackward1", ("AddBackward1", ("SubBackward0", x1, x2)))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`, their norms held at `eps` at least.

    >>> torch.nn.functional.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    tensor([0.7071])
    """
    common = promote_types(x1.dtype, x2.dtype)
    if not common.is_floating_point:
        raise RuntimeError(text("similarity-dtype", dtype=common))
    # as in PyTorch each is divided in its own dtype, and only then they meet
    x1, x2 = broadcast_tensors(*[x if x.dtype.is_floating_point else to_dtype(x, common) for x in (x1, x2)])
    d = wrap(dim, x1.array.ndim)
    if not x1.array.ndim:
        return cosine_similarity(x1.reshape(1), x2.reshape(1), 0, eps)
    a, b = (held(norm(x, 2, d, True), eps) for x in (x1, x2))
    return red.total((x1 / a) * (x2 / b), dim=(d,), keepdim=False)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """Divided by the p-norm along `dim`, which is held at `eps` at least."""
    result = input / norm(input, p, dim, True).clamp_min(eps).expand_as(input)
    return result if out is None else out.copy_(result)


@appears_as("CdistBackward0", 2)
@in_single_precision
@refuses("halves complex")
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The p-norms of all differences of rows: `(*, P, D)` and `(*, R, D)` to `(*, P, R)`."""
    a: Any = x1
    b: Any = x2
    return norm(a.unsqueeze(-2) - b.unsqueeze(-3), p, -1)


@refuses("complex")
def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norms of the differences of rows i < j of `(N, D)`, one after another: `(N * (N - 1) / 2)`."""
    first, second = np.triu_indices(input.array.shape[0], 1)
    rows = [ix.take_rows(input, constant(np.ascontiguousarray(i, np.int64), int64), dim=0) for i in (first, second)]
    return norm(rows[0] - rows[1], p, -1)
