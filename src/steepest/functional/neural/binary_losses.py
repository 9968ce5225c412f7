"""Cross entropy of yes and no: from probabilities, from logits, and of several labels at once."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.linear import CAPITALS
from steepest.functional.neural.precision import widened
from steepest.functional.neural.reduction import array_function, check_tensors, fold, input_size, reduced, reduction_of
from steepest.functional.supporting import refuses
from steepest.ops import activations as act
from steepest.ops import functions as fn
from steepest.ops import reductions as red
from steepest.ops.composites import composite
from steepest.ops.maps import common_shape, elementwise

logits_term = elementwise(
    "binary_cross_entropy_with_logits_term", lambda m, x, target: (1 - target) * x - (m.minimum(x, 0) - m.log1p(m.exp(-m.abs(x))))
)
weighted_logits_term = elementwise(
    "binary_cross_entropy_with_logits_weighted_term",
    lambda m, x, target, pos_weight: (1 - target) * x - ((pos_weight - 1) * target + 1) * (m.minimum(x, 0) - m.log1p(m.exp(-m.abs(x)))),
)


def _binary_body(x: Any, target: Any, weight: Any, reduction: str, count: int) -> Any:
    terms = act.binary_cross_entropy(x, target)
    return fold(terms if weight is None else terms * weight, reduction, count)


def _binary_kernel(x: Any, target: Any, weight: Any, reduction: str, count: int) -> Any:
    return _fold_weighted(array_function(act.binary_cross_entropy, x.dtype)(x, target), weight, reduction, count)


def _fold_weighted(terms: Any, weight: Any, reduction: str, count: int) -> Any:
    if weight is not None:
        terms = terms * weight
    if reduction == "none":
        return terms
    total = red.summed(terms, tuple(range(terms.ndim)))
    return np.asarray(total / count if count != 1 else total, terms.dtype)


def _scaled(g: Any, weight: Any, count: int) -> Any:
    if weight is not None:
        g = g * weight
    return g if count == 1 else g / count


binary = composite(
    "binary_cross_entropy",
    _binary_body,
    operands=3,
    kernel=widened(_binary_kernel),
    x=lambda g, x, target, weight, count: _scaled(act.binary_cross_entropy_slope(g, x, target), weight, count),
    target=lambda g, x, weight, count: _scaled(g * (fn.log(1 - x) - fn.log(x)), weight, count),
)


def _logits_body(x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str, count: int) -> Any:
    terms = logits_term(x, target) if pos_weight is None else weighted_logits_term(x, target, pos_weight)
    return fold(terms if weight is None else terms * weight, reduction, count)


def _logits_kernel(x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str, count: int) -> Any:
    if pos_weight is None:
        terms = array_function(logits_term, x.dtype)(x, target)
    else:
        terms = array_function(weighted_logits_term, x.dtype)(x, target, pos_weight)
    return _fold_weighted(terms, weight, reduction, count)


def _logits_slope(g: Any, x: Any, target: Any, weight: Any, pos_weight: Any, count: int) -> Any:
    if pos_weight is None:
        return _scaled((act.sigmoid(x) - target) * g, weight, count)
    positive = pos_weight * target
    return _scaled(((positive + 1 - target) * act.sigmoid(x) - positive) * g, weight, count)


def _logits_target_slope(g: Any, x: Any, weight: Any, pos_weight: Any, count: int) -> Any:
    if pos_weight is None:
        return _scaled(-x * g, weight, count)
    return _scaled((act.logsigmoid(-x) - pos_weight * act.logsigmoid(x)) * g, weight, count)


binary_with_logits = composite(
    "binary_cross_entropy_with_logits",
    _logits_body,
    operands=4,
    kernel=widened(_logits_kernel),
    x=_logits_slope,
    target=_logits_target_slope,
)


@in_single_precision
@refuses("complex")
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`-(target log(input) + (1 - target) log(1 - input))` of probabilities, logarithms held at -100 at least.

    Raises ValueError where the shapes differ, RuntimeError where a probability or a target lies outside 0..1.

    >>> torch.nn.functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))
    tensor(0.6931)
    """
    if reduction != "mean" or size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    check_tensors("binary_cross_entropy", input, target)
    x, y = input.array, target.array
    if x.shape != y.shape:
        raise ValueError(text("bce-shapes", target=input_size(y.shape), input=input_size(x.shape), fix=_fix(x, y)))
    if target.dtype is not input.dtype:
        raise RuntimeError(text("bce-dtype", found=CAPITALS[target.dtype], expected=CAPITALS[input.dtype]))
    if x.size:
        low, high = np.minimum.reduce(x, axis=None), np.maximum.reduce(x, axis=None)
        if not (low >= 0 and high <= 1) and not (np.isnan(low) and not ((x < 0) | (x > 1)).any()):
            raise RuntimeError(text("bce-range", low=float(low), high=float(high)))
        low, high = np.minimum.reduce(y, axis=None), np.maximum.reduce(y, axis=None)
        if low < 0 or high > 1:
            hint = "target = target - 1" if low == 1 and high == 2 else "target = (target > 0).to(input.dtype)"
            raise RuntimeError(text("bce-target-range", low=float(low), high=float(high), hint=hint))
    _check_weights("binary_cross_entropy", x, weight)
    count = x.size if reduction == "mean" else 1
    return binary(input, target, weight, reduction=reduction, count=count)


@in_single_precision
@refuses("bool integers complex")
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """`binary_cross_entropy(sigmoid(input), target)` without loss of digits; `pos_weight` weights the positive answers."""
    reduction = reduction_of(size_average, reduce, reduction)
    check_tensors("binary_cross_entropy_with_logits", input, target)
    x, y = input.array, target.array
    if x.shape != y.shape:
        raise ValueError(text("bce-logits-shapes", target=input_size(y.shape), input=input_size(x.shape), fix=_fix(x, y)))
    if target.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("bce-logits-dtype", found=CAPITALS[target.dtype], expected=CAPITALS[input.dtype]))
    if target.dtype is not input.dtype:
        common = dtypes.promote_types(input.dtype, target.dtype)
        weight, pos_weight = (w if w is None else w.to(common) for w in (weight, pos_weight))
        loss = binary_cross_entropy_with_logits(input.to(common), target.to(common), weight, reduction=reduction, pos_weight=pos_weight)
        return loss.to(target.dtype)            # PyTorch writes the loss over 1 - target, whose dtype it therefore has
    _check_weights("binary_cross_entropy_with_logits", x, weight, pos_weight)
    count = x.size if reduction == "mean" else 1
    return binary_with_logits(input, target, weight, pos_weight, reduction=reduction, count=count)


def _check_weights(function: str, x: Any, *weights: Tensor | None) -> None:
    """RuntimeError unless weights broadcast to the shape of the scores."""
    given = [w.array.shape for w in weights if w is not None]
    if given:
        whole = common_shape(function, x.shape, *given)
        if whole != x.shape:
            raise RuntimeError(text("in-place-shape", target=list(x.shape), value=list(whole)))


def _fix(x: Any, y: Any) -> str:
    """The line that makes the shapes equal."""
    if x.size == y.size:
        return f"target = target.view({', '.join(map(str, (-1, *x.shape[1:]) if x.ndim else (1,)))})"
    return "print(input.shape, target.shape)"


@refuses("bool integers complex")
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the classes of the cross entropy of each, from logits `(N, C)`."""
    reduction = reduction_of(size_average, reduce, reduction)
    terms = -(target * act.logsigmoid(input) + (1 - target) * act.logsigmoid(-input))
    if weight is not None:
        terms = terms * weight
    return reduced(terms.sum(-1) / input.array.shape[-1], reduction)
