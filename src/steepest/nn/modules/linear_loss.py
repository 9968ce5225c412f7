"""The last layer of a classifier and its loss as one module."""

from __future__ import annotations

import math
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.linear_cross_entropy import LinearCrossEntropyOptions
from steepest.nn import functional as F
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.loss import _WeightedLoss

__all__ = ["LinearCrossEntropyLoss", "LinearCrossEntropyOptions"]


class LinearCrossEntropyLoss(_WeightedLoss):
    """Cross entropy of the logits that a linear layer of its own gives: input `(N, in_features)`, target `(N, *out_features)`.

    >>> LinearCrossEntropyLoss(5, 10)
    LinearCrossEntropyLoss(
      in_features=5, num_classes=10, out_features=(), bias=False, reduction=mean, ignore_index=None, label_smoothing=0.0, options=None
      (linear): Linear(in_features=5, out_features=10, bias=False)
    )
    """

    def __init__(self, in_features: int, num_classes: int, *, out_features: tuple[int, ...] = (), bias: bool = False, device: Any = None,
                 dtype: Any = None, reduction: str = "mean", weight: Tensor | None = None, ignore_index: int | None = None,
                 label_smoothing: float = 0.0, options: LinearCrossEntropyOptions | None = None) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(text("linear-cross-entropy-weight", expected=(num_classes,), got=tuple(weight.shape)))
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(text("linear-cross-entropy-smoothing", given=label_smoothing))
        super().__init__(weight=weight, size_average=None, reduce=None, reduction=reduction)
        self.num_classes, self.out_features, self.ignore_index = num_classes, out_features, ignore_index
        self.label_smoothing, self.options = label_smoothing, options
        self.linear = Linear(in_features, math.prod(out_features, start=num_classes), bias=bias, device=device, dtype=dtype)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        shape = self.num_classes, *self.out_features
        bias = None if self.linear.bias is None else self.linear.bias.reshape(shape)
        return F.linear_cross_entropy(
            input, self.linear.weight.reshape(*shape, self.linear.in_features), target, linear_bias=bias, weight=self.weight,
            reduction=self.reduction, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing, options=self.options)

    def extra_repr(self) -> str:
        return (f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features},"
                f" bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index},"
                f" label_smoothing={self.label_smoothing}, options={self.options}")
