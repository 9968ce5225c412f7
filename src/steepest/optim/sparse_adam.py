"""SparseAdam: Adam for gradients that name only some rows of a parameter, whose averages alone are updated."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import zeros, zeros_like
from steepest.optim.optimizer import Group, Parameterwise, State, require, require_betas, require_rate, step_dtype
from steepest.optim.rounding import ascend
from steepest.optim.sparse import update_rows
from steepest.optim.update import Factors, Update, scalar

__all__ = ["SparseAdam"]

factors = Factors(
    "sparse_adam_factors",
    lambda m, step, lr, beta1, beta2: (
        lr * m.sqrt(1 - m.pow(beta2, step)) / (1 - m.pow(beta1, step)),
        1 - beta1,
        1 - beta2,
    ),
    3,
)


@functools.cache
def rule(maximize: bool) -> Update:
    """Adam's update of one row, in the order of operations of PyTorch's sparse form."""

    def definition(m: Any, p: Any, g: Any, a: Any, v: Any, step_size: Any, inflow1: Any, inflow2: Any, eps: Any) -> Any:
        g = ascend(g, maximize)
        change, change_sq = (g - a) * inflow1, (g * g - v) * inflow2
        numerator, denominator = change + a, m.sqrt(change_sq + v) + eps
        return p + -step_size * (numerator / denominator), a + change, v + change_sq

    return Update("sparse_adam", definition, 3)


class SparseAdam(Parameterwise):
    """Adam for sparse gradients, such as those of `nn.Embedding(..., sparse=True)`.

    >>> table = torch.ones(3, 2, requires_grad=True)
    >>> optimizer = torch.optim.SparseAdam([table], lr=0.1)         # for nn.Embedding(..., sparse=True)

    Raises ValueError for options out of range and for sparse or complex parameters, RuntimeError for dense gradients.
    """

    takes_sparse = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        require_rate(lr)
        require(lr > 0.0, "learning rate", lr, "> 0")
        require(eps > 0.0, "epsilon value", eps, "> 0")
        require_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        for key, wrong in (("optimizer-sparse-params", _is_sparse), ("optimizer-complex-params", _is_complex)):
            places = self._places(wrong)
            if places:
                raise ValueError(text(key, places=places))

    def _places(self, wrong: Callable[[Tensor], bool]) -> list[list[int]]:
        return [[i, j] for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"]) if wrong(p)]

    def begin(self, p: Tensor, group: Group) -> State:
        return {
            "step": zeros((), dtype=step_dtype()),
            "exp_avg": zeros_like(p, requires_grad=False),
            "exp_avg_sq": zeros_like(p, requires_grad=False),
        }

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        raise RuntimeError(text("optimizer-dense"))

    def update_sparse(self, p: Tensor, grad: SparseTensor, state: State, group: Group) -> None:
        state["step"] += 1
        step_size, inflow1, inflow2 = factors(p.dtype, state["step"].double(), scalar(group["lr"]), *group["betas"])
        targets = (p, state["exp_avg"], state["exp_avg_sq"])
        update_rows(rule(group["maximize"]), targets, grad, step_size, inflow1, inflow2, group["eps"])

    def state_dict(self) -> dict[str, Any]:
        """The state and the groups; step counts are integers, as in PyTorch."""
        result = super().state_dict()
        result["state"] = {
            key: {**state, "step": int(state["step"])} if "step" in state else state for key, state in result["state"].items()
        }
        return result


def _is_sparse(p: Tensor) -> bool:
    return p.is_sparse


def _is_complex(p: Tensor) -> bool:
    return p.dtype.is_complex
