"""Every form runs natively as it does eagerly: dtypes, no elements, views, broadcasting."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch

sys.path.insert(0, str(Path(__file__).parent))
from agreement import BATCHES, agree, keeping, of_kind, places

SEED = 11

# Form and operation: the operation, kinds of dtypes it is tried with, shapes of the operands of that dtype, (size, shape) of integer ones.
CASES: dict[str, tuple[Any, str, list[tuple[int, ...]], list[tuple[int, tuple[int, ...]]]]] = {
    "map-add": (lambda a, b: a + b, "fdhgisub", [(3, 4), (3, 4)], []),
    "map-broadcast": (lambda a, b: a * b + 2 * a, "fdhgisu", [(3, 1, 4), (2, 1)], []),
    "map-numbers": (lambda x: (x * 3, x > 1, torch.where(x > 0, x, 0)), "fdhgisu", [(2, 3)], []),
    "map-functions": (lambda x: (x.exp(), x.tanh(), x.sigmoid(), x.atan()), "fdhgi", [(2, 3)], []),
    "map-views": (lambda x: x.t()[1:, ::2] + x[:1, 1:].t(), "fdi", [(3, 4)], []),
    "map-nothing": (lambda a, b: a + b, "fib", [(0, 4), (1, 4)], []),
    "map-scalar": (lambda a, b: a - b, "fdi", [(), (2, 2)], []),
    "map-logic": (lambda a, b: (a & b, a | ~b, a ^ b), "isub", [(5,), (5,)], []),
    "map-complex": (lambda a, b: (a * b, a + 1), "c", [(2, 3), (3,)], []),
    "complex-views": (lambda z: (z.real * 2, z.imag + z.real, torch.view_as_real(z).sum(0), z.abs(), z @ z.t()), "c", [(2, 3)], []),
    "cast": (lambda x: (x.to(torch.float64), x.to(torch.int64), x.to(torch.bool), x.to(torch.float16), x.to(torch.uint8)),
             "fdhgisb", [(2, 3)], []),
    "clone-of-view": (lambda x: x.t().contiguous(), "fhb", [(2, 3)], []),
    "fill": (lambda x: (torch.full((2, 3), 1.5) + x, torch.zeros_like(x), torch.ones(3, dtype=torch.int64)), "fd", [(2, 3)], []),
    "iota": (lambda x: (torch.arange(4), torch.arange(1, 2, 0.25), x * torch.arange(3)), "fi", [(3,)], []),
    "join": (lambda a, b: (torch.cat([a, b, a], 1), torch.stack([b, b], -1)), "fdhgib", [(2, 3), (2, 1)], []),
    "join-views": (lambda a, b: torch.cat([a.t(), b.expand(2, 3)], 0), "fi", [(3, 2), (1, 3)], []),
    "join-nothing": (lambda a, b: torch.cat([a, b], 0), "f", [(0, 3), (2, 3)], []),
    "sum": (lambda x: (x.sum(), x.sum(1), x.sum((0, 2), keepdim=True)), "fdhgisub", [(2, 3, 4)], []),
    "sum-of-view": (lambda x: (x.permute(2, 0, 1).sum(0), x[:, 1:2].sum((0, 1))), "fi", [(2, 3, 4)], []),
    "sum-of-nothing": (lambda x: (x.sum(0), x.sum(1)), "fi", [(0, 3)], []),
    "prod": (lambda x: (x.prod(), x.prod(1)), "fdi", [(2, 3)], []),
    "extremes": (lambda x: (x.amax(1), x.amin((0, 1)), x.max(), x.min()), "fdhgisu", [(2, 3)], []),
    "all-any": (lambda x: (x.all(1), x.any(0), (x > 0).all()), "fib", [(2, 3)], []),
    "max-dim": (lambda x: (*x.max(1), *x.min(0, keepdim=True), x.argmax()), "fdhgisu", [(3, 4)], []),
    "matmul": (lambda a, b: (a @ b, b.t() @ a.t()), "fdhgi", [(3, 4), (4, 2)], []),
    "bmm": (lambda a, b: (a @ b, torch.einsum("bij,bjk->bik", a, b)), "fd", [(2, 3, 4), (2, 4, 2)], []),
    "matmul-nothing": (lambda a, b: a @ b, "f", [(3, 0), (0, 2)], []),
    "gather": (lambda x, i: (x.gather(1, i), x.t().gather(0, i.t())), "fdhgib", [(3, 4)], [(4, (3, 2))]),
    "scatter": (lambda x, y, i: x.scatter(1, i, y), "fhib", [(3, 4), (3, 2)], [(4, (3, 2))]),
    "scatter-add": (lambda x, y, i: (x.scatter_add(1, i, y), x.scatter(1, i, 2)), "fdhgi", [(3, 4), (3, 2)], [(4, (3, 2))]),
    "scatter-multiply": (lambda x, y, i: x.scatter(0, i, y, reduce="multiply"), "fdi", [(3, 2), (3, 2)], [(3, (3, 2))]),
    "take": (lambda x, i: (x.index_select(0, i), x.index_select(1, i)), "fdhgib", [(4, 4)], [(4, (3,))]),
    "put": (lambda x, y, i: x.index_add(1, i, y), "fdhgi", [(2, 4), (2, 3)], [(4, (3,))]),
    "index": (lambda x, i, j: (x[i], x[:, j], x[i, j], x[i, :, j], x[:, i, j], x[i[:, None], j]), "fdhib", [(3, 4, 5)],
              [(3, (2,)), (4, (2,))]),
    "index-scalar": (lambda x, i: (x[i], x[0][i]), "fi", [(3, 4)], [(3, ())]),
    "index-nothing": (lambda x, i: x[i], "f", [(3, 4)], [(3, (0,))]),
    "index-put": (lambda x, y, i, j: (x.index_put((i, j), y), x.index_put((i, j), y, accumulate=True)), "fdhgi",
                  [(3, 4, 2), (5, 2)],
                  [(3, (5,)), (4, (5,))]),
    "index-put-value": (lambda x, y, i: x.index_put((i,), y), "fi", [(3, 4), (1, 1, 4)], [(3, (2,))]),
    "scan": (lambda x: (x.cumsum(0), x.cumsum(1), x.cumprod(1)), "fdhgi", [(3, 4)], []),
    "scan-of-view": (lambda x: (x.t()[1:].cumsum(1), x.sum().cumsum(0)), "fdi", [(3, 4)], []),
    "extremum-scan": (lambda x: (*x.cummax(0), *x.cummin(1), *x.t().cummax(0), *x.sum().cummin(0)), "fdhis", [(3, 4)], []),
    "sort": (lambda x: (*x.sort(1), *x.sort(0, descending=True), x.t().argsort(1, stable=True)), "fdhgisub", [(5, 7)], []),
    "sort-edges": (lambda x: (*x[:1].sort(0), *x[:0].sort(0), *x.sum().sort(0), *x[:, :2].sort(1)), "fi", [(3, 4)], []),
    "ranks": (lambda x: (*x.topk(2, 1), *x.median(0), *x.kthvalue(2, 1), *x.mode(1)), "fi", [(3, 5)], []),
    "rearrange": (lambda x: (x.flip(0), x.flip((0, 1)), x.roll(1, 0), x.roll((2, -1), (0, 1)), x.t().flip(1)), "fdhib", [(3, 4)],
                  []),
    "rearrange-whole": (lambda x: (x.roll(5), x.rot90(1, (0, 1))), "fi", [(3, 4)], []),
    "call": (lambda x: (torch.linalg.inv(x @ x.t() + torch.eye(3)), *torch.linalg.qr(x), torch.linalg.det(x)), "f", [(3, 3)], []),
}


@pytest.mark.parametrize("name", CASES)
def test_forms_run_natively_as_eagerly(name: str) -> None:
    operation, kinds, shapes, indices = CASES[name]
    random = np.random.default_rng(SEED)
    batches = [tuple([of_kind(k, s, random) for k in kinds for s in shapes] + [places(n, s, random) for n, s in indices])
               for _ in range(BATCHES)]

    def of_every_kind(*tensors: torch.Tensor) -> list[torch.Tensor]:
        floating, picks = tensors[:len(kinds) * len(shapes)], tensors[len(kinds) * len(shapes):]
        results: list[torch.Tensor] = []
        for k in range(len(kinds)):
            out = operation(*floating[k * len(shapes):(k + 1) * len(shapes)], *picks)
            results += [out] if isinstance(out, torch.Tensor) else list(out)
        return results

    agree(keeping(of_every_kind, batches[0]), batches)


def test_a_remainder_is_rounded_to_half_precision() -> None:
    """The sign of a float64 must not be converted to float16 on its own: processors have no instruction for that."""
    random = np.random.default_rng(SEED)
    batches = [(of_kind("h", (4,), random), of_kind("h", (4,), random)) for _ in range(BATCHES)]
    agree(keeping(lambda a, b: (torch.fmod(a, b), a % b, a.double().tanh().half()), batches[0]), batches)


def test_a_root_of_zero_has_an_infinite_reciprocal() -> None:
    batches = [(torch.tensor([0.0, 4.0, -1.0, float("inf")]),)] * BATCHES
    agree(keeping(lambda x: (x.rsqrt(), 1 / x.sqrt(), x / x.sqrt(), 1 / x[0].sqrt()), batches[0]), batches)
