"""NAdam: Adam with Nesterov's momentum (Dozat, ICLR workshop 2016)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import ones, zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_betas, require_rate, step_dtype
from steepest.optim.rounding import add_quotient, add_scaled, add_square, ascend, lerp
from steepest.optim.update import Factors, Update, scalar

__all__ = ["NAdam"]

momenta = Factors(
    "nadam_momenta",
    lambda m, step, beta1, momentum_decay: (
        beta1 * (1.0 - 0.5 * m.pow(0.96, step * momentum_decay)),
        beta1 * (1.0 - 0.5 * m.pow(0.96, (step + 1) * momentum_decay)),
    ),
    2,
)
factors = Factors(
    "nadam_factors",
    lambda m, step, product, mu, mu_next, lr, beta1, beta2, weight_decay: (
        -lr * (1.0 - mu) / (1.0 - product),
        -lr * mu_next / (1.0 - product * mu_next),
        1 - m.pow(beta2, step),
        1 - beta1,
        1 - beta2,
        1 - lr * weight_decay,
    ),
    6,
)


@functools.cache
def rule(maximize: bool, decay: bool, decoupled: bool) -> Update:
    """Adam's averages; `p <- p + of_gradient g / d + of_mean a / d` with `d = sqrt(v / correction) + eps`."""

    def definition(m: Any, p: Any, g: Any, a: Any, v: Any, of_gradient: Any, of_mean: Any, correction: Any, inflow1: Any,
                   inflow2: Any, beta2: Any, eps: Any, weight_decay: Any, shrink: Any) -> Any:
        g = ascend(g, maximize)
        if decay and decoupled:
            p = p * shrink
        elif decay:
            g = add_scaled(m, g, p, weight_decay)
        a = lerp(m, a, g, inflow1)
        v = add_square(m, v * beta2, g, inflow2)
        root = m.sqrt(v / correction) + eps
        return add_quotient(add_quotient(p, g, root, of_gradient), a, root, of_mean), a, v

    return Update("nadam", definition, 3)


class NAdam(Parameterwise):
    """Adam that looks one step of its momentum ahead.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.NAdam([w], lr=0.1).step(); w
    tensor([0.8944, 0.8944], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        require(momentum_decay >= 0.0, "momentum_decay value", momentum_decay, ">= 0")
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "mu_product": ones((), dtype=step_dtype()),
            "exp_avg": zeros_like(p, requires_grad=False),
            "exp_avg_sq": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        step, product = state["step"].double(), state["mu_product"]
        (beta1, beta2), weight_decay = group["betas"], group["weight_decay"]
        mu, mu_next = momenta(step.dtype, step, beta1, group["momentum_decay"])
        product *= mu.to(product.dtype)
        of_gradient, of_mean, correction, inflow1, inflow2, shrink = factors(
            p.dtype, step, product.double(), mu, mu_next, scalar(group["lr"]), beta1, beta2, weight_decay
        )
        a, v = state["exp_avg"], state["exp_avg_sq"]
        rule(group["maximize"], weight_decay != 0, group["decoupled_weight_decay"]).write(
            (p, a, v), p, grad, a, v, of_gradient, of_mean, correction, inflow1, inflow2, beta2, group["eps"],
            weight_decay, shrink, differentiable=group["differentiable"],
        )
