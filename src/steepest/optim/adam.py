"""Adam (Kingma and Ba, arXiv:1412.6980), AMSGrad (Reddi et al., ICLR 2018), AdamW (Loshchilov and Hutter, arXiv:1711.05101)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import (
    Group,
    Parameterwise,
    State,
    require,
    require_betas,
    require_one_kernel,
    require_rate,
    step_dtype,
)
from steepest.optim.rounding import add_quotient, add_scaled, add_square, ascend, lerp
from steepest.optim.update import Factors, Update, scalar

__all__ = ["Adam", "AdamW"]

factors = Factors(
    "adam_factors",
    lambda m, step, lr, beta1, beta2, weight_decay: (
        lr / (1 - m.pow(beta1, step)),
        m.sqrt(1 - m.pow(beta2, step)),
        1 - beta1,
        1 - beta2,
        1 - lr * weight_decay,
    ),
    5,
)


@functools.cache
def rule(maximize: bool, decay: bool, decoupled: bool, amsgrad: bool) -> Update:
    """`a <- beta1 a + (1 - beta1) g`, `v <- beta2 v + (1 - beta2) g^2`, `p <- p - step_size a / (sqrt(v) / root + eps)`."""

    def step(m: Any, p: Any, g: Any, a: Any, v: Any, largest: Any, step_size: Any, root: Any, inflow1: Any, inflow2: Any,
             beta2: Any, eps: Any, weight_decay: Any, shrink: Any) -> Any:
        g = ascend(g, maximize)
        if decay and decoupled:
            p = p * shrink
        elif decay:
            g = add_scaled(m, g, p, weight_decay)
        a = lerp(m, a, g, inflow1)
        v = add_square(m, v * beta2, g, inflow2)
        if amsgrad:
            largest = m.maximum(largest, v)
        return add_quotient(p, a, m.sqrt(largest if amsgrad else v) / root + eps, -step_size), a, v, largest

    def without_largest(m: Any, p: Any, g: Any, a: Any, v: Any, step_size: Any, root: Any, inflow1: Any, inflow2: Any,
                        beta2: Any, eps: Any, weight_decay: Any, shrink: Any) -> Any:
        return step(m, p, g, a, v, None, step_size, root, inflow1, inflow2, beta2, eps, weight_decay, shrink)[:3]

    return Update("amsgrad", step, 4) if amsgrad else Update("adam", without_largest, 3)


class Adam(Parameterwise):
    """Steps by a running mean of the gradient over a running root mean square of it.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Adam([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError(text("optimizer-foreach-tensor", name="lr"))
        require_rate(lr)
        require(eps >= 0.0, "epsilon value", eps, ">= 0")
        require_betas(betas)
        require(weight_decay >= 0.0, "weight_decay value", weight_decay, ">= 0, e.g. 0.0001 .. 0.1")
        _require_alike(betas, bool(foreach and not capturable))
        super().__init__(params, {
            "lr": lr, "betas": tuple(scalar(beta) for beta in betas), "eps": eps, "weight_decay": weight_decay,
            "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable, "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
        })
        require_one_kernel(fused, foreach, differentiable)

    def begin(self, p: Tensor, group: Group) -> State:
        state = {
            "step": zeros((), dtype=step_dtype(group["fused"])),
            "exp_avg": zeros_like(p, requires_grad=False),
            "exp_avg_sq": zeros_like(p, requires_grad=False),
        }
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(p, requires_grad=False)
        return state

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        weight_decay, (beta1, beta2) = group["weight_decay"], group["betas"]
        step_size, root, inflow1, inflow2, shrink = factors(
            p.dtype, state["step"].double(), scalar(group["lr"]), beta1, beta2, weight_decay
        )
        kept = [state["exp_avg"], state["exp_avg_sq"]]
        if group["amsgrad"]:
            kept.append(state["max_exp_avg_sq"])
        rule(group["maximize"], weight_decay != 0, group["decoupled_weight_decay"], group["amsgrad"]).write(
            (p, *kept), p, grad, *kept, step_size, root, inflow1, inflow2, beta2, group["eps"], weight_decay, shrink,
            differentiable=group["differentiable"],
        )


def _require_alike(betas: Any, foreach: bool) -> None:
    """Both decay rates floats, or both tensors of one element."""
    for i, beta in enumerate(betas[:2]):
        if type(beta) is not type(betas[0]) or not isinstance(beta, (float, Tensor)):
            raise ValueError(text("optimizer-betas-types", betas=betas))
        if isinstance(beta, Tensor):
            if foreach:
                raise ValueError(text("optimizer-foreach-tensor", name=f"betas[{i}]"))
            if beta.numel() != 1:
                raise ValueError(text("optimizer-beta-size", index=i, shape=list(beta.shape)))


class AdamW(Adam):
    """Adam with weight decay applied to the parameter itself rather than to the gradient.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.AdamW([w], lr=0.1, weight_decay=0.5).step(); w
    tensor([0.8500, 0.8500], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
