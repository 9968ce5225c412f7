"""Updates of only those rows of a parameter that a sparse gradient has, as an embedding gives it."""

from collections.abc import Sequence
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.ops.inplace import assign
from steepest.optim.update import Update

__all__ = ["add_rows", "update_rows"]


def add_rows(p: Tensor, grad: SparseTensor, alpha: Any) -> None:
    """Add `alpha` times the rows of `grad` to those of `p`, one after another where a row occurs twice."""
    assign(p, p.index_put(tuple(grad._indices()), grad._values() * alpha, accumulate=True))


def update_rows(rule: Update, targets: Sequence[Tensor], grad: SparseTensor, *operands: Any) -> None:
    """Apply `rule(p, g, *state, *operands)` to the rows that `grad` names; `targets` are the parameter and its state."""
    grad = grad.coalesce()
    where = tuple(grad._indices())
    p, *state = (target[where] for target in targets)
    for target, value in zip(targets, rule(p, grad._values(), *state, *operands), strict=True):
        target[where] = value
