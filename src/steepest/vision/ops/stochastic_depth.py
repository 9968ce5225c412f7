"""Stochastic depth: "Deep Networks with Stochastic Depth", Huang et al. 2016 (arXiv 1603.09382)."""

from steepest.core.tensor import Tensor
from steepest.functional.creating import empty
from steepest.fx import wrap
from steepest.nn.modules.module import Module

__all__ = ["StochasticDepth", "stochastic_depth"]


def stochastic_depth(input: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    """Zeros for rows of the batch (mode "row"), or for all of it ("batch"), with probability `p`; the others are divided by `1 - p`.

    ValueError for another mode or no probability.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0.0:
        return input
    survival = 1.0 - p
    noise = empty([input.shape[0] if mode == "row" else 1] + [1] * (input.ndim - 1), dtype=input.dtype).bernoulli_(survival)
    if survival > 0.0:
        noise.div_(survival)
    return input * noise


wrap("stochastic_depth")


class StochasticDepth(Module):
    """`stochastic_depth` while training."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, input: Tensor) -> Tensor:
        return stochastic_depth(input, self.p, self.mode, self.training)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p}, mode={self.mode})"
