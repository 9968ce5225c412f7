"""Functions of one example in every form of operation, with arguments for three examples (dimension 0)."""

from typing import Any

import steepest as torch
from steepest.nn import functional as F

generator = torch.Generator().manual_seed(0)


def normal(*shape: int) -> Any:
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def integers(high: int, *shape: int) -> Any:
    return torch.randint(0, high, shape, generator=generator)


x, y, square, rows, scalar = normal(3, 4, 5), normal(3, 4, 5), normal(3, 4, 4), normal(3, 4), normal(3)
definite = square @ square.mT + 4 * torch.eye(4, dtype=torch.float64)
symmetric_rows, places, spots = rows * 2, integers(4, 3, 2), integers(4, 3, 2, 5)
weight, bias = normal(3, 2, 5), normal(3, 2)


def written(a: Any, b: Any) -> Any:
    a = a.clone()
    a[1:3, 0] = b[0, :2]
    a[0] += b[1]
    return a


def into_new_zeros(a: Any) -> Any:
    out = a.new_zeros(4)
    out[1] = a.sum()
    out[2:] += a[0, :2]
    return out


def through_view_taken_before(a: Any) -> Any:
    out = torch.zeros_like(a)
    first = out[0]
    out[:, 1] = a[:, 2]
    out[0] *= 2
    return out + first


CASES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "reshape, view, slice": (lambda a: a.reshape(-1).view(5, 4).t()[1:3, ::2], (x,)),
    "reshape of a transpose": (lambda a: a.t().reshape(-1), (x,)),
    "permute, expand, diagonal": (lambda a: a.permute(1, 0).unsqueeze(1).expand(5, 3, 4).diagonal(0, 1, 2), (x,)),
    "unfold": (lambda a: a.unfold(1, 3, 2), (x,)),
    "unbind, select": (lambda a: a.unbind(0)[1] * a.select(1, 2).sum(), (x,)),
    "split, chunk": (lambda a: a.split(2, 0)[1] + a.chunk(2, 0)[0], (x,)),
    "broadcasting of a number": (lambda a, b: a * b + b, (x, scalar)),
    "broadcasting of a column": (lambda a, b: a + b[:, None], (x, rows)),
    "where": (lambda a, b: torch.where(a > b, a, b * 2), (x, y)),
    "maximum, clamp": (lambda a, b: torch.maximum(a, b) / torch.exp(a).clamp(0.1, 2.0), (x, y)),
    "pow": (lambda a, b: a.abs() ** b, (x, y)),
    "sum": (lambda a: a.sum(1), (x,)),
    "prod": (lambda a: a.prod(1), (x,)),
    "amax": (lambda a: a.amax((0,)), (x,)),
    "max over a dimension": (lambda a: a.max(1)[0], (x,)),
    "max of all": (lambda a: a.max(), (x,)),
    "argmax": (lambda a: a.argmax(1).double() + a[:, 0] * 0, (x,)),
    "median": (lambda a: a.median(1)[0], (x,)),
    "cumsum": (lambda a: a.cumsum(1), (x,)),
    "cumprod": (lambda a: a.cumprod(1), (x,)),
    "cummax": (lambda a: a.cummax(1)[0], (x,)),
    "sort": (lambda a: a.sort(1, descending=True)[0], (x,)),
    "topk": (lambda a: a.topk(2, 1)[0], (x,)),
    "flip, roll": (lambda a: a.flip(1).roll(1, 0), (x,)),
    "cat, stack": (lambda a, b: torch.stack([torch.cat([a, b, a], 1), torch.cat([b, a, b], 1)]), (x, y)),
    "matrix product": (lambda a, b: a @ b.t(), (x, y)),
    "matrix and vector": (lambda a, b: a @ b, (square, rows)),
    "einsum": (lambda a, b: torch.einsum("ij,kj->ik", a, b), (x, y)),
    "gather": (lambda a, i: a.gather(0, i), (x, spots)),
    "scatter_add": (lambda a, b, i: a.scatter_add(0, i, b[:2]), (x, y, spots)),
    "scatter": (lambda a, b, i: a.scatter(0, i[:1], b[:1]), (x, y, spots)),
    "index_select": (lambda a, i: a.index_select(1, i), (x, places)),
    "index_add": (lambda a, i, b: a.index_add(1, i, b[:, :2]), (x, places, y)),
    "indices first": (lambda a, i: a[i], (x, places)),
    "indices second": (lambda a, i: a[:, i], (x, places)),
    "two indices": (lambda a, i: a[i, i], (x, places)),
    "constant indices": (lambda a: a[[0, 2]] + a[:, [1]][:2], (x,)),
    "index_put": (lambda a, i, b: a.index_put((i, i), b[0, :2], accumulate=True), (x, places, y)),
    "solve": (lambda a, b: torch.linalg.solve(a, b), (definite, rows)),
    "inverse": (lambda a: torch.inverse(a), (definite,)),
    "determinant": (lambda a: torch.det(a), (definite,)),
    "softmax": (lambda a: F.softmax(a, 1), (x,)),
    "var": (lambda a: a.var(1), (x,)),
    "norm": (lambda a: a.norm(), (x,)),
    "logsumexp": (lambda a: a.logsumexp(1), (x,)),
    "cross entropy": (lambda a, i: F.cross_entropy(a, i), (x[:, :2], places)),
    "gelu": (lambda a: F.gelu(a), (x,)),
    "linear": (lambda a, w, b: F.linear(a, w, b), (x, weight, bias)),
    "layer norm": (lambda a: F.layer_norm(a, (5,)), (x,)),
    "embedding": (lambda w, i: F.embedding(i, w), (x, places)),
    "in place": (lambda a: a.clone().mul_(2).add_(a.sum()), (x,)),
    "assignment": (written, (x, y)),
    "new zeros": (into_new_zeros, (x,)),
    "a view from before": (through_view_taken_before, (x,)),
    "numbers": (lambda a: a.cumsum(0) + a.sort(0)[0] + a.sum() + a.max(), (scalar,)),
}


def close(a: Any, b: Any, tolerance: float = 1e-9) -> bool:
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-7, atol=tolerance)


def weighted(name: str) -> tuple[Any, Any, tuple[int, ...]]:
    """A case as a scalar function of weights and arguments, weights for three examples, and the floating arguments' numbers."""
    function, arguments = CASES[name]
    floating = tuple(i for i, a in enumerate(arguments) if a.is_floating_point())
    shape = function(*[a[0] for a in arguments]).shape
    return lambda w, *args: (function(*args) * w).sum(), normal(3, *shape), floating
