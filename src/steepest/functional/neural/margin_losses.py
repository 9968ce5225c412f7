"""Losses that ask for a margin: hinge, ranking, cosine and triplet losses."""

from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.distances import pairwise_distance
from steepest.functional.neural.linear import CAPITALS
from steepest.functional.neural.reduction import loss, pair, reduced, reduction_of
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.creation import full, positions
from steepest.ops.maps import elementwise
from steepest.ops.views import unsqueeze

soft_margin_term = elementwise("soft_margin", lambda m, x, target: m.log1p(m.exp(-target * x)))
soft_margin = loss(
    "soft_margin_loss",
    soft_margin_term,
    x=lambda g, x, target, count: _soft_margin_slope(x, target) * (g / count),
    target=lambda g, x, target, count: _soft_margin_slope(target, x) * (g / count),
)
soft_margin.shown = ("x",)


def _soft_margin_slope(x: Any, y: Any) -> Any:
    z = fn.exp(-y * x)
    return -y * z / (z + 1)


@in_single_precision
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`input` where the target is 1, `max(0, margin - input)` where it is -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    far = ar.where(target != 1, ar.clamp_min(full((), margin, input.dtype) - input, 0), 0)
    return reduced(far + ar.where(target != -1, input, 0), reduction)


@in_single_precision
def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """`log(1 + exp(-target * input))`, targets 1 or -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    x, y, count = pair("soft_margin_loss", input, target)
    return soft_margin(x, y, reduction=reduction, count=count if reduction == "mean" else 1)


@in_single_precision
@refuses("complex")
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`max(0, -target * (input1 - input2) + margin)`, targets 1 where the first is to rank higher, else -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    if not input1.array.ndim == input2.array.ndim == target.array.ndim:
        raise RuntimeError(text("margin-ranking-dims", shapes=", ".join(str(list(x.array.shape)) for x in (input1, input2, target))))
    return reduced(ar.clamp_min(ar.add_number(-target * (input1 - input2), margin), 0), reduction)


@in_single_precision
@refuses("complex")
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1: inputs `(N, D)` or `(D)`, target `(N)` or `()`."""
    reduction = reduction_of(size_average, reduce, reduction)
    if target.array.ndim not in (0, 1) or input1.array.ndim != target.array.ndim + 1 or input2.array.ndim != target.array.ndim + 1:
        raise RuntimeError(
            text("cosine-embedding-dims", a=list(input1.array.shape), b=list(input2.array.shape), target=list(target.array.shape))
        )
    product = (input1 * input2).sum(-1)
    a, b = (ar.add_number((x * x).sum(-1), 1e-12) for x in (input1, input2))
    cosine = product / fn.sqrt(a * b)
    near = ar.where(target == 1, full((), 1, cosine.dtype) - cosine, 0)
    return reduced(near + ar.where(target == -1, ar.clamp_min(ar.sub_number(cosine, margin), 0), 0), reduction)


@appears_as("MultiMarginLossBackward0")
@in_single_precision
@refuses("bool integers halves complex")
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`sum over i != y of weight[y] * max(0, margin - x[y] + x[i])**p / C`: scores `(N, C)` or `(C)`, labels `(N)` or `()`."""
    reduction = reduction_of(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError(text("multi-margin-p", p=p))
    if weight is not None and weight.array.ndim != 1:
        raise ValueError(text("margin-weight", shape=list(weight.array.shape)))
    if target.dtype is not dtypes.int64:
        raise RuntimeError(text("labels-dtype", found=target.dtype, shape=list(target.array.shape), input=list(input.array.shape)))
    if input.array.ndim > 2 or 0 in input.array.shape[input.array.ndim - 1:]:
        raise RuntimeError(text("margin-input", shape=list(input.array.shape)))
    rows = input if input.array.ndim == 2 else input.reshape(1, -1)
    labels = target.reshape(-1, 1)
    if labels.array.shape[0] != rows.array.shape[0]:
        raise RuntimeError(
            text("margin-labels", input=list(input.array.shape), target=list(target.array.shape), wanted=[rows.array.shape[0]])
        )
    classes = rows.array.shape[1]
    if weight is not None and weight.array.size != classes:
        raise RuntimeError(text("margin-weight-size", classes=classes, shape=list(weight.array.shape)))
    terms = ar.clamp_min(margin - ix.gather(rows, labels, dim=1) + rows, 0)
    if p == 2:
        terms = ar.square(terms)
    if weight is not None:
        terms = terms * ix.take_rows(weight, labels.reshape(-1), dim=0).unsqueeze(1)
    terms = ar.where(unsqueeze(positions(classes), dim=0) == labels, 0, terms).sum(1) / classes
    return reduced(terms if input.array.ndim == 2 else terms.reshape(target.array.shape), reduction)


@appears_as("MultilabelMarginLossBackward0")
@in_single_precision
@refuses("bool integers halves complex")
def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """`max(0, 1 - x[y] + x[i]) / C` summed over labels y and classes i that are none: `(N, C)`, rows of labels ended by -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    if input.array.ndim > 2 or 0 in input.array.shape[input.array.ndim - 1:]:
        raise RuntimeError(text("margin-input", shape=list(input.array.shape)))
    if input.array.shape != target.array.shape and (input.array.size != 1 or target.array.size != 1):
        raise RuntimeError(text("multilabel-shapes", input=list(input.array.shape), target=list(target.array.shape)))
    if target.dtype is not dtypes.int64:
        raise RuntimeError(text("labels-long", found=CAPITALS[target.dtype]))
    rows, labels = (x if x.array.ndim == 2 else x.reshape(1, -1) for x in (input, target))
    classes = rows.array.shape[1]
    place = positions(classes)
    upto = unsqueeze(place, dim=0) <= unsqueeze(place, dim=1)
    given = ~red.any_(unsqueeze(labels < 0, dim=1) & upto, dim=(2,), keepdim=False)
    chosen = unsqueeze(given, dim=2) & (unsqueeze(labels, dim=2) == place)
    other = ~red.any_(chosen, dim=(1,), keepdim=False)
    scores = ix.gather(rows, ar.where(given, labels, 0), dim=1)
    terms = ar.clamp_min(1 - unsqueeze(scores, dim=2) + unsqueeze(rows, dim=1), 0)
    terms = ar.where(unsqueeze(given, dim=2) & unsqueeze(other, dim=1), terms, 0).sum((1, 2)) / classes
    return reduced(terms if input.array.ndim == 2 else terms.squeeze(0), reduction)


@in_single_precision
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`max(0, margin + d(anchor, positive) - d(anchor, negative))` (Balntas et al. 2016), d the p-norm: `(N, D)` or `(D)`."""
    reduction = reduction_of(size_average, reduce, reduction)
    if margin <= 0:
        raise ValueError(text("triplet-margin", margin=margin))
    dims = [x.array.ndim for x in (anchor, positive, negative)]
    if len(set(dims)) > 1:
        raise RuntimeError(text("triplet-dims", anchor=dims[0], positive=dims[1], negative=dims[2]))
    return _triplet(lambda a, b: pairwise_distance(a, b, p, eps), anchor, positive, negative, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """As `triplet_margin_loss` with any function as the distance."""
    reduction = reduction_of(None, None, reduction)
    if margin <= 0:
        raise ValueError(text("triplet-margin", margin=margin))
    return _triplet(distance_function or pairwise_distance, anchor, positive, negative, margin, swap, reduction)


def _triplet(
    distance: Callable[..., Any], anchor: Tensor, positive: Tensor, negative: Tensor, margin: float, swap: bool, reduction: str
) -> Tensor:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ar.minimum(far, distance(positive, negative))
    return reduced(ar.clamp_min(ar.add_number(near, margin) - far, 0), reduction)
