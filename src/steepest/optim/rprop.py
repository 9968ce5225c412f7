"""Rprop: steps by the signs of the gradient alone (Riedmiller and Braun, ICNN 1993)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import full_like, zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require_rate, step_dtype
from steepest.optim.rounding import ascend
from steepest.optim.update import Update

__all__ = ["Rprop"]


@functools.cache
def rule(maximize: bool) -> Update:
    """The step size grows where the sign stayed, shrinks where it changed; there the parameter rests for one step."""

    def definition(m: Any, p: Any, g: Any, previous: Any, size: Any, shrink: Any, grow: Any, smallest: Any, largest: Any) -> Any:
        g = ascend(g, maximize)
        agreement = m.sign(g * previous)
        changed = agreement < 0
        factor = m.where(agreement > 0, grow, m.where(changed, shrink, m.where(agreement == 0, 1.0, agreement)))
        size = m.minimum(m.maximum(size * factor, smallest), largest)
        g = m.where(changed, 0.0, g)
        return m.fma(-m.sign(g), size, p), g, size

    return Update("rprop", definition, 3)


class Rprop(Parameterwise):
    """Steps of a size of its own for each element, for whole-batch gradients.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Rprop([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(text("optimizer-etas", first=etas[0], second=etas[1]))
        super().__init__(params, {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "capturable": capturable,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        lr = float(group["lr"])
        return {
            "step": zeros((), dtype=step_dtype()),
            "prev": zeros_like(p, requires_grad=False),
            "step_size": full_like(p, complex(lr, lr) if p.dtype.is_complex else lr, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        previous, size = state["prev"], state["step_size"]
        rule(group["maximize"]).write(
            (p, previous, size), p, grad, previous, size, *group["etas"], *group["step_sizes"],
            differentiable=group["differentiable"],
        )
