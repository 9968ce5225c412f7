"""Softmax over very many classes of unequal frequency (Grave et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from steepest.core.tensor import Tensor
from steepest.functional.joining import cat
from steepest.nn import functional as F
from steepest.nn.modules.container import ModuleList, Sequential
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


_ASMoutput.__name__ = "ASMoutput"


class AdaptiveLogSoftmaxWithLoss(Module):
    """Frequent classes, numbered first, in a short head; the others in clusters between `cutoffs`, of falling width.

    `(N, in_features)` and class numbers `(N,)` to the log-probability of each class `(N,)` and the mean loss.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        given = list(cutoffs)
        if not given:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if given != sorted(set(given)) or given[0] <= 0 or given[-1] > n_classes - 1 or any(int(c) != c for c in given):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, "
                "where each value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*given, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = given[0]
        self.n_clusters = len(given)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for number, (first, end) in enumerate(pairwise(self.cutoffs), 1):
            width = int(in_features // (div_value**number))
            narrow = Linear(in_features, width, bias=False, device=device, dtype=dtype)
            self.tail.append(Sequential(narrow, Linear(width, end - first, bias=False, device=device, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for narrow, wide in self.tail:  # type: ignore[attr-defined]
            narrow.reset_parameters()
            wide.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        kinds = {1: ("1D", "2D"), 0: ("0D", "1D")}
        if target_.dim() not in kinds:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        target_kind, input_kind = kinds[target_.dim()]
        if input_.dim() != target_.dim() + 1:
            raise RuntimeError(
                f"{target_kind} target tensor expects {input_kind} input tensors, "
                f"but found inputs with size {input_.size()}"
            )
        if target_.dim() == 1 and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        target = target_.reshape(-1)
        lowest, highest = int(target.min()), int(target.max())
        if lowest < 0 or highest >= self.n_classes:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], "
                f"but values in range [{lowest}, {highest}] were found. "
            )
        output = self._of_targets(input_.reshape(-1, self.in_features), target)
        loss = (-output).mean()
        return _ASMoutput(output if target_.dim() == 1 else output.squeeze(0), loss)

    def _of_targets(self, input: Tensor, target: Tensor) -> Any:
        """The log-probability of each row's class; each cluster is computed for its own rows only."""
        head = F.log_softmax(self.head(input), dim=1)
        column = target.clamp(max=self.shortlist_size - 1)
        tails = input.new_zeros(target.shape[0])
        for number, (first, end) in enumerate(pairwise(self.cutoffs)):
            rows = ((target >= first) & (target < end)).nonzero().reshape(-1)
            if rows.numel():
                column = column.index_fill(0, rows, self.shortlist_size + number)
                inside = F.log_softmax(self.tail[number](input.index_select(0, rows)), dim=1)
                wanted = (target.index_select(0, rows) - first).unsqueeze(1)
                tails = tails.index_copy(0, rows, inside.gather(1, wanted).squeeze(1))
        return tails + head.gather(1, column.unsqueeze(1)).squeeze(1)

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes: `(N, in_features)` to `(N, n_classes)`."""
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for number, tail in enumerate(self.tail):
            cluster = head[:, self.shortlist_size + number].unsqueeze(1)
            parts.append(F.log_softmax(tail(input), dim=1) + cluster)
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class of each row: `(N, in_features)` to `(N,)`."""
        return self.log_prob(input).argmax(dim=1)
