"""RAdam: Adam whose adaptive rate is rectified while few gradients were seen (Liu et al., arXiv:1908.03265)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_betas, require_rate, step_dtype
from steepest.optim.rounding import add_scaled, add_square, ascend, lerp
from steepest.optim.update import Factors, Update, scalar

__all__ = ["RAdam"]


def _factors(m: Any, step: Any, lr: Any, beta1: Any, beta2: Any, weight_decay: Any) -> Any:
    """The rectification of algorithm 2 of the paper; 0 where the length of the average is at most 5."""
    correction2 = 1 - m.pow(beta2, step)
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * step * m.pow(beta2, step) / correction2
    rectified = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    known = length > 5.0
    return (
        m.where(known, m.sqrt(m.where(known, rectified, 1.0)), 0.0),
        m.sqrt(correction2),
        1 - m.pow(beta1, step),
        1 - beta1,
        1 - beta2,
        1 - lr * weight_decay,
    )


factors = Factors("radam_factors", _factors, 6)


@functools.cache
def rule(maximize: bool, decay: bool, decoupled: bool) -> Update:
    """Adam's averages; `p <- p - lr a / correction1`, times `rectify root / (sqrt(v) + eps)` once that is known."""

    def definition(m: Any, p: Any, g: Any, a: Any, v: Any, lr: Any, rectify: Any, root: Any, correction1: Any, inflow1: Any,
                   inflow2: Any, beta2: Any, eps: Any, weight_decay: Any, shrink: Any) -> Any:
        g = ascend(g, maximize)
        if decay and decoupled:
            p = p * shrink
        elif decay:
            g = add_scaled(m, g, p, weight_decay)
        a = lerp(m, a, g, inflow1)
        v = add_square(m, v * beta2, g, inflow2)
        plain = a / correction1 * lr
        adaptive = 1 / (m.sqrt(v) + eps) * root
        return p - m.where(rectify > 0, plain * adaptive * rectify, plain), a, v

    return Update("radam", definition, 3)


class RAdam(Parameterwise):
    """Adam that steps by the mean of the gradient alone until its root mean square can be trusted.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.RAdam([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        require_betas(betas)
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "exp_avg": zeros_like(p, requires_grad=False),
            "exp_avg_sq": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        (beta1, beta2), weight_decay, lr = group["betas"], group["weight_decay"], scalar(group["lr"])
        rectify, root, correction1, inflow1, inflow2, shrink = factors(
            p.dtype, state["step"].double(), lr, beta1, beta2, weight_decay
        )
        a, v = state["exp_avg"], state["exp_avg_sq"]
        rule(group["maximize"], weight_decay != 0, group["decoupled_weight_decay"]).write(
            (p, a, v), p, grad, a, v, lr, rectify, root, correction1, inflow1, inflow2, beta2, group["eps"], weight_decay,
            shrink, differentiable=group["differentiable"],
        )
