"""Adamax: Adam with the infinity norm (Kingma and Ba, arXiv:1412.6980, section 7.1)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_betas, require_rate, step_dtype
from steepest.optim.rounding import add_quotient, add_scaled, ascend, lerp
from steepest.optim.update import Factors, Update, scalar

__all__ = ["Adamax"]

factors = Factors("adamax_factors", lambda m, step, lr, beta1: (lr / (1 - m.pow(beta1, step)), 1 - beta1), 2)


@functools.cache
def rule(maximize: bool, decay: bool) -> Update:
    """`a <- beta1 a + (1 - beta1) g`, `u <- max(beta2 u, |g| + eps)`, `p <- p - step_size a / u`."""

    def definition(m: Any, p: Any, g: Any, a: Any, u: Any, step_size: Any, inflow: Any, beta2: Any, eps: Any,
                   weight_decay: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        a = lerp(m, a, g, inflow)
        u = m.maximum(u * beta2, m.abs(g) + eps)
        return add_quotient(p, a, u, -step_size), a, u

    return Update("adamax", definition, 3)


class Adamax(Parameterwise):
    """Steps by a running mean of the gradient over its largest size so far, which decays.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Adamax([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        require_betas(betas)
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "capturable": capturable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "exp_avg": zeros_like(p, requires_grad=False),
            "exp_inf": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        (beta1, beta2), weight_decay, a, u = group["betas"], group["weight_decay"], state["exp_avg"], state["exp_inf"]
        step_size, inflow = factors(p.dtype, state["step"].double(), scalar(group["lr"]), beta1)
        rule(group["maximize"], weight_decay != 0).write(
            (p, a, u), p, grad, a, u, step_size, inflow, beta2, group["eps"], weight_decay,
            differentiable=group["differentiable"],
        )
