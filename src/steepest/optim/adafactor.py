"""Adafactor: second moments of a matrix kept as one row and one column (Shazeer and Stern, arXiv:1804.04235)."""

import functools
from collections.abc import Iterable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require_one_rate, require_that, step_dtype
from steepest.optim.rounding import add_scaled, ascend, lerp
from steepest.optim.update import Factors, Update, scalar

__all__ = ["Adafactor"]

EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}

factors = Factors(
    "adafactor_factors",
    lambda m, step, size_of_p, lr, beta2_decay, eps2, weight_decay: (
        m.pow(step, beta2_decay),
        m.maximum(eps2, size_of_p) * m.minimum(lr, 1 / m.sqrt(step)),
        1 - lr * weight_decay,
    ),
    3,
)
clipped = Factors("adafactor_clipped", lambda m, size_of_update, alpha: alpha / m.maximum(1.0, size_of_update), 1)
average = Update("adafactor_average", lerp, 1)
scaled = Update("adafactor_scaled", lambda m, g, variance, smallest: 1 / m.sqrt(m.maximum(variance, smallest)) * g, 1)


@functools.cache
def rule(decay: bool) -> Update:
    """`p <- shrink p - alpha u`."""

    def definition(m: Any, p: Any, update: Any, alpha: Any, shrink: Any) -> Any:
        return add_scaled(m, p * shrink if decay else p, update, -alpha)

    return Update("adafactor", definition, 1)


class Adafactor(Parameterwise):
    """Steps relative to the size of the parameter, with second moments in little memory.

    >>> w = torch.ones(2, requires_grad=True); w.sum().backward()
    >>> torch.optim.Adafactor([w], lr=0.1).step(); w
    tensor([0.9000, 0.9000], requires_grad=True)

    Raises ValueError for options out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        require_one_rate(lr)
        require_that(lr >= 0.0, "Learning rate", lr, ">= 0")
        require_that(beta2_decay <= 0.0, "beta2_decay", beta2_decay, "<= 0")
        require_that(eps[0] is None or eps[0] >= 0.0, "epsilon1", eps[0], ">= 0")
        require_that(eps[1] >= 0.0, "epsilon2", eps[1], ">= 0")
        require_that(d >= 1.0, "Clipping threshold d", d, ">= 1")
        require_that(weight_decay >= 0.0, "weight_decay", weight_decay, ">= 0")
        super().__init__(params, {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize,
        })

    def begin(self, p: Tensor, group: Group) -> State:
        if p.dtype.is_complex:
            raise RuntimeError(text("optimizer-complex", optimizer="Adafactor"))
        state = {"step": zeros((), dtype=step_dtype())}
        if p.ndim > 1:
            rows, columns = list(p.shape), list(p.shape)
            rows[-1] = columns[-2] = 1
            state.update(row_var=zeros(rows, dtype=p.dtype), col_var=zeros(columns, dtype=p.dtype))
        else:
            state["variance"] = zeros_like(p, requires_grad=False)
        return state

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state["step"] += 1
        grad = ascend(grad, group["maximize"])
        eps1, eps2 = group["eps"]
        if eps1 is None:
            eps1 = EPSILON[str(p.dtype).removeprefix("torch.")]
        root_count = p.numel() ** 0.5
        step = state["step"].double()
        inflow, alpha, shrink = factors(
            step.dtype, step, p.norm(2).double() / root_count, scalar(group["lr"]), group["beta2_decay"], eps2,
            group["weight_decay"],
        )
        (update,) = scaled(grad, _variance(state, grad, inflow, eps1), eps1 * eps1)
        (alpha,) = clipped(p.dtype, update.norm(2).double() / (root_count * group["d"]), alpha)
        rule(group["weight_decay"] != 0).write((p,), p, update, alpha, shrink)


def _variance(state: State, grad: Tensor, inflow: Tensor, eps1: float) -> Tensor:
    """The running second moment; of a matrix the outer product of its row and column means."""
    if grad.ndim <= 1:
        variance: Tensor = state["variance"]
        average.write((variance,), variance, grad * grad, inflow)
        return variance
    for name, dim in (("row_var", -1), ("col_var", -2)):
        mean = grad.norm(dim=dim, keepdim=True).square() / grad.shape[dim]
        average.write((state[name],), state[name], mean, inflow)
    row, column = state["row_var"], state["col_var"]
    return (row @ column) / row.mean(dim=-2, keepdim=True).clamp(min=eps1)
