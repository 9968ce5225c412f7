"""Adadelta (Zeiler, arXiv:1212.5701)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_rate, step_dtype
from steepest.optim.rounding import add_scaled, add_square, ascend
from steepest.optim.update import Update, scalar

__all__ = ["Adadelta"]


@functools.cache
def rule(maximize: bool, decay: bool) -> Update:
    """`v <- rho v + (1 - rho) g^2`, `d = g sqrt(u + eps) / sqrt(v + eps)`, `u <- rho u + (1 - rho) d^2`, `p <- p - lr d`."""

    def definition(m: Any, p: Any, g: Any, v: Any, u: Any, lr: Any, rho: Any, inflow: Any, eps: Any, weight_decay: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        v = add_square(m, v * rho, g, inflow)
        delta = m.sqrt(u + eps) / m.sqrt(v + eps) * g
        u = add_square(m, u * rho, delta, inflow)
        return add_scaled(m, p, delta, -lr), v, u

    return Update("adadelta", definition, 3)


class Adadelta(Parameterwise):
    """Steps in the units of the parameter: the ratio of the running sizes of past steps and of gradients.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Adadelta([w], rho=0.5).step(); w
    tensor([0.9986, 0.9986], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(0.0 <= rho <= 1.0, "rho value", rho, "0 <= rho <= 1")
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        super().__init__(params, {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "square_avg": zeros_like(p, requires_grad=False),
            "acc_delta": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        v, u, rho, weight_decay = state["square_avg"], state["acc_delta"], group["rho"], group["weight_decay"]
        rule(group["maximize"], weight_decay != 0).write(
            (p, v, u), p, grad, v, u, scalar(group["lr"]), rho, 1 - rho, group["eps"], weight_decay,
            differentiable=group["differentiable"],
        )
