"""The last layer of a classifier and its loss in one: `linear_cross_entropy`."""

import math
import re
from dataclasses import dataclass
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.classification_losses import cross_entropy
from steepest.functional.neural.linear import linear

__all__ = ["LinearCrossEntropyOptions", "linear_cross_entropy"]


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How PyTorch cuts the batch into parts, so that not all logits are in memory at once; here they are, with the same result.

    Raises ValueError for what is none of PyTorch's choices.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        for name, right in (("acc_policy", self.acc_policy in ("auto", "accurate", "balanced", "compact")),
                            ("chunking_method", self.chunking_method in (None, "auto")
                             or re.fullmatch(r"aspect_ratio(:[1-9]\d*)?", str(self.chunking_method)) is not None),
                            ("batch_chunk_size", self.batch_chunk_size is None
                             or isinstance(self.batch_chunk_size, int) and self.batch_chunk_size > 0)):
            if not right:
                raise ValueError(text("linear-cross-entropy-option", name=name, value=getattr(self, name)))


def linear_cross_entropy(input: Tensor, linear_weight: Tensor, target: Tensor, *, linear_bias: Tensor | None = None,
                         weight: Tensor | None = None, reduction: str = "mean", ignore_index: int | None = None,
                         label_smoothing: float = 0.0, options: LinearCrossEntropyOptions | None = None) -> Tensor:
    """`cross_entropy(linear(input, linear_weight, linear_bias), target)`.

    Input `(N, in_features)` or `(in_features)`, weight `(C, *, in_features)`, bias `(C, *)`, target `(N, *)` of classes or `(N, C, *)` of
    probabilities. RuntimeError for other shapes, and for `ignore_index` with probabilities.
    """
    if input.array.ndim not in (1, 2) or linear_weight.array.ndim < 2:
        raise RuntimeError(text("linear-cross-entropy-dims", input=list(input.array.shape), weight=list(linear_weight.array.shape)))
    features, (classes, *inner) = input.array.shape[-1], linear_weight.array.shape[:-1]
    if features != linear_weight.array.shape[-1]:
        raise RuntimeError(text("linear-cross-entropy-features", input=features, weight=linear_weight.array.shape[-1]))
    if linear_bias is not None and linear_bias.array.shape != (classes, *inner):
        raise RuntimeError(text("linear-cross-entropy-bias", expected=(classes, *inner), got=linear_bias.array.shape))
    if inner and input.array.ndim == 1:
        raise RuntimeError(text("linear-cross-entropy-dims", input=list(input.array.shape), weight=list(linear_weight.array.shape)))
    shape = (*input.array.shape[:-1], classes, *inner)
    if ignore_index is not None and target.array.shape == shape:
        raise RuntimeError(text("linear-cross-entropy-ignored"))
    rows = math.prod(inner, start=classes)
    flat_weight = linear_weight.reshape(rows, features) if inner else linear_weight
    flat_bias = linear_bias if linear_bias is None or not inner else linear_bias.reshape(rows)
    logits = linear(input, flat_weight, flat_bias)
    return cross_entropy(logits.reshape(shape) if inner else logits, target, weight=weight, reduction=reduction,
                         ignore_index=-100 if ignore_index is None else ignore_index, label_smoothing=label_smoothing)
