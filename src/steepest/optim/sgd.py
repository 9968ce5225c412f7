"""Stochastic gradient descent, with momentum (Polyak 1964) and Nesterov's momentum as in Sutskever et al. (ICML 2013)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_one_kernel, require_rate
from steepest.optim.rounding import add_scaled, ascend
from steepest.optim.sparse import add_rows
from steepest.optim.update import Update, scalar

__all__ = ["SGD"]


@functools.cache
def plain(maximize: bool, decay: bool) -> Update:
    """`p <- p - lr (g + weight_decay p)`."""

    def definition(m: Any, p: Any, g: Any, lr: Any, weight_decay: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        return add_scaled(m, p, g, -lr)

    return Update("sgd", definition, 1)


@functools.cache
def first_momentum(maximize: bool, decay: bool, nesterov: bool) -> Update:
    """The first step with momentum: the buffer is the gradient itself, whatever the dampening."""

    def definition(m: Any, p: Any, g: Any, lr: Any, weight_decay: Any, momentum: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        direction = add_scaled(m, g, g, momentum) if nesterov else g
        return add_scaled(m, p, direction, -lr), g

    return Update("sgd_first_momentum", definition, 2)


@functools.cache
def with_momentum(maximize: bool, decay: bool, nesterov: bool) -> Update:
    """`b <- momentum b + (1 - dampening) g`, `p <- p - lr b`; Nesterov: `p <- p - lr (g + momentum b)`."""

    def definition(m: Any, p: Any, g: Any, buffer: Any, lr: Any, weight_decay: Any, momentum: Any, inflow: Any) -> Any:
        g = ascend(g, maximize)
        if decay:
            g = add_scaled(m, g, p, weight_decay)
        buffer = add_scaled(m, buffer * momentum, g, inflow)
        direction = add_scaled(m, g, buffer, momentum) if nesterov else buffer
        return add_scaled(m, p, direction, -lr), buffer

    return Update("sgd_momentum", definition, 2)


class SGD(Parameterwise):
    """Gradient descent, optionally with momentum.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.SGD([w], lr=0.1, momentum=0.9).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    takes_sparse = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require(momentum >= 0.0, "momentum value", momentum, ">= 0")
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(text("optimizer-nesterov", momentum=momentum, dampening=dampening))
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov,
            "maximize": maximize, "foreach": foreach, "differentiable": differentiable, "fused": fused,
        })
        require_one_kernel(fused, foreach, differentiable)

    def begin(self, p: Tensor, group: Group) -> State:
        return {"momentum_buffer": None}

    def state_of(self, p: Tensor, group: Group) -> State:
        return super().state_of(p, group) if group["momentum"] != 0 else {}

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, momentum, weight_decay = scalar(group["lr"]), group["momentum"], group["weight_decay"]
        maximize, decay, differentiable = group["maximize"], bool(weight_decay != 0), group["differentiable"]
        if momentum == 0:
            plain(maximize, decay).write((p,), p, grad, lr, weight_decay, differentiable=differentiable)
            return
        buffer = state.get("momentum_buffer")
        if buffer is None:
            rule = first_momentum(maximize, decay, group["nesterov"])
            new, buffer = rule(p, grad, lr, weight_decay, momentum, differentiable=differentiable)
            p.copy_(new)
            state["momentum_buffer"] = buffer.detach().clone()      # without a compiled rule it may be the gradient itself
        else:
            rule = with_momentum(maximize, decay, group["nesterov"])
            inflow = 1 - group["dampening"]
            rule.write((p, buffer), p, grad, buffer, lr, weight_decay, momentum, inflow, differentiable=differentiable)

    def update_sparse(self, p: Tensor, grad: SparseTensor, state: State, group: Group) -> None:
        if group["weight_decay"] != 0:
            raise RuntimeError(text("optimizer-sparse-decay"))
        if group["momentum"] != 0:
            self.update(p, grad.to_dense(), state, group)
        else:
            lr = scalar(group["lr"])
            add_rows(p, grad, lr if group["maximize"] else -lr)
