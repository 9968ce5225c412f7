"""Losses of predicted classes: from log-probabilities or logits, with weights, ignored labels and smoothing."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.linear import CAPITALS
from steepest.functional.neural.precision import widened
from steepest.functional.neural.reduction import check_tensors, reduced, reduction_of
from steepest.functional.neural.softmax import log_softmax
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import indexing as ix
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import full
from steepest.ops.views import squeeze, unsqueeze


# The class dimension is 1, or 0 for an input of one dimension.
def _class_weights(target: Any, weight: Any, ignore_index: int, of: Any) -> tuple[Any, Any]:
    """Labels with ignored ones replaced by 0, and the weight of every label, 0 where it is ignored."""
    kept = target != ignore_index
    safe = ar.where(kept, target, 0)
    if weight is None:
        return safe, kept.to(of)
    flat = ix.take_rows(weight, safe.reshape(-1), dim=0).reshape(safe.array.shape)
    return safe, ar.where(kept, flat, 0)


def _nll_body(x: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    dim = 1 if x.array.ndim > 1 else 0
    safe, weights = _class_weights(target, weight, ignore_index, x.dtype)
    picked = squeeze(ix.gather(x, unsqueeze(safe, dim=dim), dim=dim), dim=(dim,))
    terms = -picked * weights
    if reduction == "none":
        return terms
    return terms.sum() if reduction == "sum" else terms.sum() / weights.sum()


def _array_weights(target: Any, weight: Any, ignore_index: int, of: Any) -> tuple[Any, Any]:
    if ignore_index >= 0 or target.size and np.minimum.reduce(target, axis=None) < 0:
        ignored = target == ignore_index
        safe = np.where(ignored, 0, target)
        return safe, np.where(ignored, 0, np.ones((), of) if weight is None else weight[safe]).astype(of)
    return target, None if weight is None else weight[target]


def _nll_kernel(x: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    dim = 1 if x.ndim > 1 else 0
    safe, weights = _array_weights(target, weight, ignore_index, x.dtype)
    if x.ndim == 2:
        terms = x[np.arange(x.shape[0]), safe]
    else:
        terms = np.take_along_axis(x, np.expand_dims(safe, dim), dim).squeeze(dim)
    terms = -terms if weights is None else -terms * weights
    if reduction == "none":
        return np.asarray(terms)
    total = np.add.reduce(terms, axis=None)
    if reduction == "mean":
        total = total / (target.size if weights is None else np.add.reduce(weights, axis=None))
    return np.asarray(total, x.dtype)


def _nll_slope(g: Any, target: Any, weight: Any, like: Any, ignore_index: int, reduction: str) -> Any:
    return nll_back(g, target, weight, ignore_index=ignore_index, reduction=reduction, shape=like.shape)


def _back_body(g: Any, target: Any, weight: Any, ignore_index: int, reduction: str, shape: Any) -> Any:
    dim = 1 if len(shape) > 1 else 0
    safe, weights = _class_weights(target, weight, ignore_index, g.dtype)
    values = -g * (weights / weights.sum() if reduction == "mean" else weights)
    values = ar.where(target == ignore_index, 0, values)        # also where all are ignored and the mean is 0 / 0
    return ix.scatter_add(full(shape, 0, g.dtype), unsqueeze(safe, dim=dim), unsqueeze(values, dim=dim), dim=dim)


def _back_kernel(g: Any, target: Any, weight: Any, ignore_index: int, reduction: str, shape: Any) -> Any:
    dim = 1 if len(shape) > 1 else 0
    safe, weights = _array_weights(target, weight, ignore_index, g.dtype)
    if reduction == "mean":
        total = target.size if weights is None else np.add.reduce(weights, axis=None)
        values = -g / total if weights is None else -g * weights / total
    else:
        values = -g if weights is None else -g * weights
    if weights is not None:
        values = np.where(target == ignore_index, np.zeros((), g.dtype), values)
    out = np.zeros(shape, g.dtype)
    if len(shape) == 2:
        out[np.arange(shape[0]), safe] = values
    else:
        np.put_along_axis(out, np.expand_dims(safe, dim), np.expand_dims(np.broadcast_to(values, safe.shape), dim), dim)
    return out


nll_back = composite(
    "nll_loss_backward",
    _back_body,
    operands=3,
    kernel=widened(_back_kernel),
    g=lambda gg, target, weight, ignore_index, reduction: nll_of_rows(gg, target, weight, ignore_index=ignore_index, reduction=reduction),
)
nll_of_rows: Composite = composite("nll_loss", _nll_body, operands=3, kernel=widened(_nll_kernel), x=_nll_slope)
nll_of_images = composite("nll_loss2d", _nll_body, operands=3, kernel=widened(_nll_kernel), node="NllLoss2DBackward0", x=_nll_slope)


@in_single_precision
@refuses("bool integers complex")
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of the label: input `(N, C, *)` or `(C)`, target `(N, *)` or `()` of int64 labels 0..C-1.

    The mean weights each label by `weight[label]`; labels equal to `ignore_index` count for nothing. Raises IndexError for labels
    outside, RuntimeError for targets of other dtypes, ValueError for other shapes.
    """
    if reduction != "mean" or size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    check_tensors("nll_loss", input, target)
    _check_labels("nll_loss", input, target, weight, ignore_index)
    return _of_labels(input, target, weight, ignore_index, reduction)


def _of_labels(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str) -> Any:
    if target.dtype is not dtypes.int64:
        target = ar.cast(target, to=dtypes.int64)
    which = nll_of_rows if input.array.ndim <= 2 else nll_of_images
    return which(input, target, weight, ignore_index=ignore_index, reduction=reduction)


def _check_labels(function: str, input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    shape, labels = input.array.shape, target.array
    if not shape:
        raise ValueError(text("nll-of-0-dim", function=function))
    classes = shape[1] if len(shape) > 1 else shape[0]
    if len(shape) > 1 and (labels.ndim == 0 or labels.shape[0] != shape[0]):
        raise ValueError(text("labels-batch", input=shape[0], target=labels.shape[0] if labels.ndim else 1))
    if target.dtype is not dtypes.int64 and target.dtype is not dtypes.uint8:
        raise RuntimeError(text("labels-dtype", found=CAPITALS[target.dtype], shape=list(labels.shape), input=list(shape)))
    if len(shape) <= 2 and labels.ndim > 1:
        raise RuntimeError(text("labels-dims", shape=list(labels.shape), input=list(shape)))
    if len(shape) == 1 and labels.ndim == 1 and labels.shape != (1,):
        raise ValueError(text("labels-alone", size=labels.shape[0]))
    if labels.shape != (shape[:1] + shape[2:] if len(shape) > 1 else ()) and labels.shape != ((1,) if len(shape) == 1 else None):
        raise RuntimeError(text("labels-shape", input=list(shape), target=list(labels.shape), wanted=list(shape[:1] + shape[2:])))
    if weight is not None and weight.array.shape != (classes,):
        raise RuntimeError(text("class-weights", classes=classes, shape=list(weight.array.shape)))
    if weight is not None and weight.dtype is not input.dtype:
        raise RuntimeError(text("class-weights-dtype", expected=CAPITALS[input.dtype], found=CAPITALS[weight.dtype]))
    if labels.size:
        # Read as unsigned, labels below 0 are large numbers too: one comparison for both ends.
        plain = labels.dtype == np.uint8 or not labels.flags.c_contiguous
        if np.maximum.reduce(labels if plain else labels.view(np.uint64), axis=None) >= classes or plain:
            wrong = labels[((labels < 0) | (labels >= classes)) & (labels != ignore_index)]
            if wrong.size:
                kept = labels[labels != ignore_index]
                raise IndexError(
                    text(
                        "labels-outside",
                        label=int(wrong[0]),
                        low=int(kept.min()),
                        high=int(kept.max()),
                        classes=classes,
                        last=classes - 1,
                        hint=_label_hint(int(kept.min()), int(kept.max()), classes),
                    )
                )


def _label_hint(low: int, high: int, classes: int) -> str:
    if low >= 1 and high == classes:
        return "target - 1"
    return f"nn.Linear(..., {high + 1})" if low >= 0 else "target[target >= 0]"


@in_single_precision
@refuses("complex")
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """`-log softmax(input)[target]`: logits `(N, C, *)` or `(C)`; labels `(N, *)` of int64, or probabilities.

    Raises as `nll_loss`; RuntimeError where `label_smoothing` is outside 0..1.

    >>> torch.nn.functional.cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.6931)
    """
    if reduction != "mean" or size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    check_tensors("cross_entropy", input, target)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(text("label-smoothing", given=label_smoothing))
    if not input.array.ndim:
        raise ValueError(text("nll-of-0-dim", function="cross_entropy"))
    dim = 1 if input.array.ndim > 1 else 0
    if target.array.shape == input.array.shape:
        if target.dtype.category < dtypes.FLOATING:
            raise RuntimeError(text("class-probabilities-dtype", found=CAPITALS[target.dtype], shape=list(target.array.shape)))
        if ignore_index >= 0:
            raise RuntimeError(text("class-probabilities-ignored", index=ignore_index))
        return _of_probabilities(log_softmax(input, dim), target, weight, reduction, label_smoothing, dim)
    _check_labels("cross_entropy", input, target, weight, ignore_index)
    logarithms = log_softmax(input, dim)
    loss = _of_labels(logarithms, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    smooth = _uniform_part(logarithms, target, weight, ignore_index, reduction, dim)
    return loss * (1 - label_smoothing) + smooth * (label_smoothing / input.array.shape[dim])


def _of_probabilities(logarithms: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float, dim: int) -> Tensor:
    classes = logarithms.array.shape[dim]
    if smoothing > 0:
        target = target * (1 - smoothing) + smoothing / classes
    products = logarithms * target
    if weight is not None:
        products = products * _along_classes(weight, logarithms.array.ndim, dim)
    if reduction == "none":
        return -products.sum(dim)
    total = -products.sum()
    return show_as(total / (logarithms.array.size // classes), "DivBackward1", total) if reduction == "mean" else total


def _along_classes(weight: Tensor, ndim: int, dim: int) -> Tensor:
    return weight.view(*[-1 if d == dim else 1 for d in range(ndim)])


def _uniform_part(logarithms: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, dim: int) -> Tensor:
    """The loss against equal probabilities of all classes (Szegedy et al. 2015), ignored labels left out."""
    weighted = logarithms if weight is None else logarithms * _along_classes(weight, logarithms.array.ndim, dim)
    kept = target != ignore_index
    terms = ar.where(kept, -weighted.sum(dim), 0)
    if reduction != "mean":
        return reduced(terms, reduction)
    _, weights = _class_weights(target, weight, ignore_index, logarithms.dtype)
    return terms.sum() / weights.sum()
