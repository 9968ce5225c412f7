"""Muon: momentum made orthogonal by Newton-Schulz steps (Jordan et al. 2024, kellerjordan.github.io/posts/muon)."""

import functools
import math
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_one_rate, require_that
from steepest.optim.rounding import add_scaled, lerp
from steepest.optim.update import Update, scalar

__all__ = ["Muon"]

ADJUSTMENTS = {
    None: lambda rows, columns: math.sqrt(max(1, rows / columns)),
    "original": lambda rows, columns: math.sqrt(max(1, rows / columns)),
    "match_rms_adamw": lambda rows, columns: 0.2 * math.sqrt(max(rows, columns)),
}


@functools.cache
def momentum_rule(nesterov: bool) -> Update:
    """`b <- momentum b + (1 - momentum) g`; the direction is `b`, or with Nesterov's momentum `g` moved towards it."""

    def definition(m: Any, buffer: Any, g: Any, momentum: Any, inflow: Any) -> Any:
        buffer = lerp(m, buffer, g, inflow)
        return buffer, lerp(m, g, buffer, momentum) if nesterov else buffer

    return Update("muon_momentum", definition, 2)


rule = Update(
    "muon",
    lambda m, p, direction, lr, ratio, weight_decay: add_scaled(m, p * (1 - lr * weight_decay), direction, -(lr * ratio)),
    1,
)


class Muon(Parameterwise):
    """For the weight matrices of hidden layers; other parameters go to another optimizer.

    >>> w = torch.eye(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Muon([w], lr=0.1, weight_decay=0.0).step(); w.shape
    torch.Size([2, 2])

    Raises ValueError for options out of range and for parameters that are no matrices `(rows, columns)`.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        require_one_rate(lr)
        require_that(lr >= 0.0, "Learning rate", lr, ">= 0")
        require_that(momentum >= 0.0, "momentum", momentum, ">= 0")
        require_that(weight_decay >= 0.0, "weight decay", weight_decay, ">= 0")
        require(adjust_lr_fn in ADJUSTMENTS, "adjust_lr_fn", adjust_lr_fn, "'original' | 'match_rms_adamw'")
        require(ns_steps < 100, "ns_steps", ns_steps, "< 100")
        require(len(ns_coefficients) == 3, "ns_coefficients", ns_coefficients, "len == 3")
        super().__init__(params, {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
        })
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(text("muon-not-matrix", shape=list(p.shape)))

    def begin(self, p: Tensor, group: Group) -> State:
        if p.dtype.is_complex:
            raise RuntimeError(text("optimizer-complex", optimizer="Muon"))
        return {"momentum_buffer": zeros_like(p, requires_grad=False)}

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        buffer, momentum = state["momentum_buffer"], group["momentum"]
        new_buffer, direction = momentum_rule(bool(group["nesterov"]))(buffer, grad, momentum, 1 - momentum)
        buffer.copy_(new_buffer)
        direction = orthogonalized(direction, group["ns_coefficients"], group["ns_steps"], group["eps"])
        ratio = ADJUSTMENTS[group["adjust_lr_fn"]](*p.shape)
        rule.write((p,), p, direction.to(p.dtype), scalar(group["lr"]), ratio, group["weight_decay"])


def orthogonalized(matrix: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """About the nearest matrix `(rows, columns)` with singular values near 1, computed in bfloat16."""
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.bfloat16()
    x = x.T if tall else x
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = x.addmm(gram.addmm(gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x
