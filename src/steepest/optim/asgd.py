"""Averaged stochastic gradient descent (Polyak and Juditsky, SIAM J. Control Optim. 30, 1992)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import full, ones, zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_rate, step_dtype
from steepest.optim.rounding import add_scaled, ascend
from steepest.optim.update import Factors, Update, scalar

__all__ = ["ASGD"]

shrinking = Factors("asgd_shrinking", lambda m, eta, lambd: 1 - lambd * eta, 1)
falling = Factors(
    "asgd_falling",
    lambda m, step, lr, lambd, alpha, t0: (lr / m.pow(1 + lambd * lr * step, alpha), 1 / m.maximum(1, step - t0)),
    2,
)


@functools.cache
def rule(maximize: bool, decay: bool) -> Update:
    """`p <- shrink p - eta g`, `average <- average + mu (p - average)`."""

    def definition(m: Any, p: Any, g: Any, average: Any, shrink: Any, eta: Any, mu: Any, weight_decay: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        p = add_scaled(m, p * shrink, g, -eta)
        return p, m.where(mu == 1, p, average + (p - average) * mu)

    return Update("asgd", definition, 2)


class ASGD(Parameterwise):
    """Gradient descent with a falling rate; `state["ax"]` is the average of the iterates from step `t0` on.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.ASGD([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        super().__init__(params, {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "eta": full((), float(group["lr"]), dtype=step_dtype()),
            "mu": ones((), dtype=step_dtype()),
            "ax": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        eta, mu, average, weight_decay = state["eta"], state["mu"], state["ax"], group["weight_decay"]
        (shrink,) = shrinking(p.dtype, eta.double(), group["lambd"])
        rule(group["maximize"], weight_decay != 0).write(
            (p, average), p, grad, average, shrink, eta, mu, weight_decay, differentiable=group["differentiable"]
        )
        next_eta, next_mu = falling(
            eta.dtype, state["step"].double(), scalar(group["lr"]), group["lambd"], group["alpha"], group["t0"]
        )
        eta.copy_(next_eta)
        mu.copy_(next_mu)
