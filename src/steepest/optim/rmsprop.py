"""RMSprop (Tieleman and Hinton, Coursera lecture 6e, 2012), centered as in Graves (arXiv:1308.0850)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_rate, step_dtype
from steepest.optim.rounding import add_quotient, add_scaled, add_square, ascend, lerp
from steepest.optim.update import Definition, Update, scalar

__all__ = ["RMSprop"]


@functools.cache
def rule(maximize: bool, decay: bool, centered: bool, momentum: bool) -> Update:
    """`v <- alpha v + (1 - alpha) g^2`, `p <- p - lr g / (sqrt(v - mean^2) + eps)`; the mean only where centered."""

    def step(m: Any, p: Any, g: Any, v: Any, mean: Any, buffer: Any, lr: Any, alpha: Any, inflow: Any, eps: Any,
             weight_decay: Any, inertia: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        v = add_square(m, v * alpha, g, inflow)
        if centered:
            mean = lerp(m, mean, g, inflow)
        root = m.sqrt(add_square(m, v, mean, -1) if centered else v) + eps
        if momentum:
            buffer = add_quotient(buffer * inertia, g, root, 1)
            return add_scaled(m, p, buffer, -lr), v, mean, buffer
        return add_quotient(p, g, root, -lr), v, mean, buffer

    def plain(m: Any, p: Any, g: Any, v: Any, lr: Any, alpha: Any, inflow: Any, eps: Any, weight_decay: Any, inertia: Any) -> Any:
        return step(m, p, g, v, None, None, lr, alpha, inflow, eps, weight_decay, inertia)[:2]

    def with_mean(m: Any, p: Any, g: Any, v: Any, mean: Any, lr: Any, alpha: Any, inflow: Any, eps: Any, weight_decay: Any,
                  inertia: Any) -> Any:
        return step(m, p, g, v, mean, None, lr, alpha, inflow, eps, weight_decay, inertia)[:3]

    def with_buffer(m: Any, p: Any, g: Any, v: Any, buffer: Any, lr: Any, alpha: Any, inflow: Any, eps: Any, weight_decay: Any,
                    inertia: Any) -> Any:
        new = step(m, p, g, v, None, buffer, lr, alpha, inflow, eps, weight_decay, inertia)
        return new[0], new[1], new[3]

    definitions: dict[tuple[bool, bool], Definition] = {
        (False, False): plain, (True, False): with_mean, (False, True): with_buffer, (True, True): step,
    }
    return Update("rmsprop", definitions[centered, momentum], 2 + centered + momentum)


class RMSprop(Parameterwise):
    """Gradient descent divided by a running root mean square of the gradient.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.RMSprop([w], lr=0.01).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        require(momentum >= 0.0, "momentum value", momentum, ">= 0")
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        require(alpha >= 0.0, "alpha value", alpha, ">= 0")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered, "weight_decay": weight_decay,
            "capturable": capturable, "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        state = {"step": zeros((), dtype=step_dtype()), "square_avg": zeros_like(p, requires_grad=False)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(p, requires_grad=False)
        if group["centered"]:
            state["grad_avg"] = zeros_like(p, requires_grad=False)
        return state

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        alpha, momentum, weight_decay = group["alpha"], group["momentum"], group["weight_decay"]
        kept = [state["square_avg"]]
        if group["centered"]:
            kept.append(state["grad_avg"])
        if momentum > 0:
            kept.append(state["momentum_buffer"])
        rule(group["maximize"], weight_decay != 0, bool(group["centered"]), momentum > 0).write(
            (p, *kept), p, grad, *kept, scalar(group["lr"]), alpha, 1 - alpha, group["eps"], weight_decay, momentum,
            differentiable=group["differentiable"],
        )
