"""Adagrad: rates that fall with the sum of squared gradients (Duchi, Hazan, Singer, JMLR 12, 2011)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import full_like, zeros
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_one_kernel, require_rate, step_dtype
from steepest.optim.rounding import add_quotient, add_scaled, add_square, ascend
from steepest.optim.sparse import update_rows
from steepest.optim.update import Factors, Update, scalar

__all__ = ["Adagrad"]

rate = Factors("adagrad_rate", lambda m, step, lr, lr_decay: lr / (1 + (step - 1) * lr_decay), 1)


@functools.cache
def rule(maximize: bool, decay: bool) -> Update:
    """`s <- s + g^2`, `p <- p - rate g / (sqrt(s) + eps)`."""

    def definition(m: Any, p: Any, g: Any, total: Any, step_size: Any, weight_decay: Any, eps: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        total = add_square(m, total, g, 1)
        return add_quotient(p, g, m.sqrt(total) + eps, -step_size), total

    return Update("adagrad", definition, 2)


class Adagrad(Parameterwise):
    """Gradient descent whose rate for each element falls with the squared gradients it has seen.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Adagrad([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    takes_sparse = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require(lr_decay >= 0.0, "lr_decay value", lr_decay, ">= 0")
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        start = initial_accumulator_value
        require(start >= 0.0, "initial_accumulator_value value", start, ">= 0")
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay, "initial_accumulator_value": start,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable, "fused": fused,
        })
        require_one_kernel(fused, foreach, differentiable)
        for group in self.param_groups:
            for p in group["params"]:
                self.state_of(p, group)

    def begin(self, p: Tensor, group: Group) -> State:
        start = self.defaults["initial_accumulator_value"]
        total = full_like(p, complex(start, start) if p.dtype.is_complex else start, requires_grad=False)
        return {"step": zeros((), dtype=step_dtype(group["fused"])), "sum": total}

    def share_memory(self) -> None:
        """Move the sums into memory that other processes see."""
        for state in self.state.values():
            state["sum"].share_memory_()

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        (step_size,) = rate(p.dtype, state["step"].double(), scalar(group["lr"]), group["lr_decay"])
        weight_decay, total = group["weight_decay"], state["sum"]
        rule(group["maximize"], weight_decay != 0).write(
            (p, total), p, grad, total, step_size, weight_decay, group["eps"], differentiable=group["differentiable"]
        )

    def update_sparse(self, p: Tensor, grad: SparseTensor, state: State, group: Group) -> None:
        if group["weight_decay"] != 0:
            raise RuntimeError(text("optimizer-sparse-decay"))
        state["step"] += 1
        (step_size,) = rate(p.dtype, state["step"].double(), scalar(group["lr"]), group["lr_decay"])
        update_rows(rule(group["maximize"], False), (p, state["sum"]), grad, step_size, 0, group["eps"])
