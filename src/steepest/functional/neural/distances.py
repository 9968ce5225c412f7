"""Distances and similarities between vectors."""

from typing import Any

import numpy as np

from steepest.core.dtype import int64, promote_types
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as, show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.reducing import norm
from steepest.functional.shaping import to_dtype
from steepest.functional.supporting import refuses
from steepest.ops import contractions as con
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.arithmetic import where
from steepest.ops.composites import composite
from steepest.ops.creation import constant
from steepest.ops.maps import common_shape, elementwise
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
    x1, x2 = (x if x.dtype.is_floating_point else to_dtype(x, common) for x in (x1, x2))
    if x1.array.shape != x2.array.shape:           # both, so that gradients that cancel meet before others come: nodes of PyTorch's graph
        shape = common_shape("cosine_similarity", x1.array.shape, x2.array.shape)
        x1, x2 = x1.expand(*shape), x2.expand(*shape)
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
    if x1.dtype is not x2.dtype:
        raise con.mismatch("contraction", x1, x2)
    if p == 2 and compute_mode != "donot_use_mm_for_euclid_dist" and _many(x1, x2):
        result: Tensor = euclidean(x1, x2)
        return result
    return norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


def _many(x1: Tensor, x2: Tensor) -> bool:
    """Whether there are so many rows that products of matrices pay; PyTorch takes them from the same number on."""
    a, b = x1.array.shape, x2.array.shape
    return len(a) >= 2 <= len(b) and a[-1] == b[-1] and x1.dtype is x2.dtype and max(a[-2], b[-2]) > 25 and min(a[-2:] + b[-2:]) > 0


def _distances(x1: Any, x2: Any) -> Any:
    """Roots of |a|^2 + |b|^2 - 2 a b in float64; where little is left of that, of the sum of squared differences."""
    a, b = x1.astype(np.float64), x2.astype(np.float64)
    norms = (a * a).sum(-1)[..., :, None] + (b * b).sum(-1)[..., None, :]
    squares = norms - 2 * (a @ b.swapaxes(-1, -2))
    near = np.nonzero(~(squares > 1e-3 * norms))
    a, b = (np.broadcast_to(x, squares.shape[:-2] + x.shape[-2:]) for x in (a, b))
    for start in range(0, len(near[0]), CHUNK):
        at = tuple([i[start:start + CHUNK] for i in near])
        squares[at] = np.square(a[at[:-1]] - b[(*at[:-2], at[-1])]).sum(-1)
    return np.sqrt(squares).astype(x1.dtype)


def _pulled(g: Any, x1: Any, x2: Any, result: Any) -> Any:
    """The gradient of the first rows: the sum of g (a - b) / |a - b|, taken in float64 since the differences may be small."""
    share = where(result == 0, 0, g / result).double()
    return x1.double() * share.sum(-1, keepdim=True) - share @ x2.double()


CHUNK = 1 << 14
euclidean = composite(
    "cdist", lambda x1, x2: norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), 2, -1), operands=2, kernel=_distances, node="CdistBackward0",
    x1=_pulled, x2=lambda g, x1, x2, result: _pulled(g.mT, x2, x1, result.mT))
"""Euclidean distances between all rows of two matrices: of one node, without the tensor of all differences."""


@refuses("complex")
def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norms of the differences of rows i < j of `(N, D)`, one after another: `(N * (N - 1) / 2)`."""
    first, second = np.triu_indices(input.array.shape[0], 1)
    if p == 2 and _many(input, input):
        n = input.array.shape[0]
        return ix.take_rows(euclidean(input, input).reshape(n * n), constant(first * n + second, int64), dim=0)
    rows = [ix.take_rows(input, constant(np.ascontiguousarray(i, np.int64), int64), dim=0) for i in (first, second)]
    return norm(rows[0] - rows[1], p, -1)
