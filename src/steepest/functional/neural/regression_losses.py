"""Losses of predicted numbers: squared, absolute and the two that lie between, and the losses of distributions."""

import math
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.distances import held
from steepest.functional.neural.reduction import loss, loss_with_option, pair, reduced, reduction_of
from steepest.functional.neural.warning import warn
from steepest.functional.shaping import to_dtype
from steepest.functional.supporting import refuses
from steepest.ops import activations as act
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops.maps import elementwise

squared_error_slope = elementwise(
    "mse_loss_backward",
    lambda m, g, x, target, norm: norm * (x - target) * g,
    g=lambda gg, x, target, norm: gg * (norm * (x - target)),
    x=lambda gg, g, norm: gg * (norm * g),
    target=lambda gg, g, norm: gg * (-norm * g),
)
smooth_l1_slope = elementwise(
    "smooth_l1_loss_backward",
    lambda m, g, x, target, beta, norm: (
        m.where(x - target <= -beta, -norm, m.where(x - target >= beta, norm, norm * (x - target) / beta)) * g
    ),
    g=lambda gg, x, target, beta, norm: gg * (act.smooth_l1_slope(x, target, beta) * norm),
    x=lambda gg, g, x, target, beta, norm: ar.where(fn.absolute(x - target) < beta, gg * g * (norm / beta), 0),
    target=lambda gg, g, x, target, beta, norm: ar.where(fn.absolute(x - target) < beta, gg * g * (-norm / beta), 0),
)
huber_slope = elementwise(
    "huber_loss_backward",
    lambda m, g, x, target, delta, norm: m.minimum(m.maximum(x - target, -delta), delta) * norm * g,
    g=lambda gg, x, target, delta, norm: gg * ((x - target).clamp(-delta, delta) * norm),
    x=lambda gg, g, x, target, delta, norm: ar.where(fn.absolute(x - target) <= delta, gg * g * norm, 0),
    target=lambda gg, g, x, target, delta, norm: ar.where(fn.absolute(x - target) <= delta, gg * g * -norm, 0),
)

squared = loss(
    "mse_loss",
    act.squared_error,
    x=lambda g, x, target, count: squared_error_slope(g, x, target, 2.0 / max(count, 1)),
    target=lambda g, x, target, count: squared_error_slope(g, x, target, -2.0 / max(count, 1)),
)
smooth = loss_with_option(
    "smooth_l1_loss",
    act.smooth_l1,
    "SmoothL1LossBackward0",
    x=lambda g, x, target, option, count: smooth_l1_slope(g, x, target, option, 1.0 / max(count, 1)),
    target=lambda g, x, target, option, count: smooth_l1_slope(g, x, target, option, -1.0 / max(count, 1)),
)
hubers = loss_with_option(
    "huber_loss",
    act.huber,
    x=lambda g, x, target, option, count: huber_slope(g, x, target, option, 1.0 / max(count, 1)),
    target=lambda g, x, target, option, count: huber_slope(g, x, target, option, -1.0 / max(count, 1)),
)


def _weighted(terms: Tensor, weight: Tensor, reduction: str) -> Tensor:
    """Weighted terms; their mean is the weighted one."""
    if weight.array.shape != terms.array.shape:
        raise ValueError(text("loss-weight-shape", weight=list(weight.array.shape), input=list(terms.array.shape)))
    products = terms * weight
    return products.sum() / weight.sum() if reduction == "mean" else reduced(products, reduction)


@in_single_precision
@refuses("complex")
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean of `(input - target) ** 2`; shapes that differ are broadcast with a warning.

    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """
    if reduction != "mean" or size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    x, y, count = pair("mse_loss", input, target)
    if weight is not None:
        return _weighted(ar.square(x - y), weight, reduction)
    return squared(x, y, reduction=reduction, count=count if reduction == "mean" else 1)


@in_single_precision
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean of `|input - target|`."""
    reduction = reduction_of(size_average, reduce, reduction)
    x, y, _ = pair("l1_loss", input, target, integers=True)
    terms: Tensor = fn.absolute(input - target if dtypes.bool_ in (input.dtype, target.dtype) else x - y)
    return reduced(terms, reduction) if weight is None else _weighted(terms, weight, reduction)


@in_single_precision
@refuses("complex")
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """`d**2 / (2 beta)` where `|d| < beta`, else `|d| - beta / 2` (Girshick 2015); RuntimeError for negative beta."""
    reduction = reduction_of(size_average, reduce, reduction)
    if beta < 0:
        raise RuntimeError(text("smooth-l1-beta", beta=beta))
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, y, count = pair("smooth_l1_loss", input, target)
    return smooth(x, y, option=float(beta), reduction=reduction, count=count if reduction == "mean" else 1)


@in_single_precision
@refuses("complex")
def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None) -> Tensor:
    """`d**2 / 2` where `|d| <= delta`, else `delta (|d| - delta / 2)` (Huber 1964); RuntimeError unless delta is positive."""
    reduction = reduction_of(None, None, reduction)
    if delta <= 0:
        raise RuntimeError(text("huber-delta", delta=delta))
    x, y, count = pair("huber_loss", input, target)
    if x.dtype.category > input.dtype.category:         # PyTorch's result has the dtype of the input
        raise RuntimeError(text("result-type-in-place", result=x.dtype, target=input.dtype))
    if weight is not None:
        return reduced(huber_loss(x, y, "none", delta) * weight, reduction)
    return to_dtype(hubers(x, y, option=float(delta), reduction=reduction, count=count if reduction == "mean" else 1), input.dtype)


@in_single_precision
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence of `input` (log-probabilities) from `target`; "batchmean" divides by the batch size."""
    if reduction == "mean":
        warn(text("kl-div-mean"))
    wanted = "batchmean" if reduction == "batchmean" else reduction_of(size_average, reduce, reduction)
    terms = fn.exp(target) * (target - input) if log_target else fn.xlogy(target, target) - target * input
    if wanted == "batchmean":
        return terms.sum() / input.array.shape[0] if input.array.ndim else terms
    return reduced(terms, wanted)


@in_single_precision
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`exp(input) - target * input` for a predicted log-rate; `full` adds Stirling's approximation where `target > 1`."""
    reduction = reduction_of(size_average, reduce, reduction)
    if log_input:
        terms = fn.exp(input) - target * input
    else:
        terms = input - target * fn.log(input + eps)
    if full:
        stirling = target * fn.log(target) - target + 0.5 * fn.log(2 * math.pi * target)
        terms = terms + ar.where(target <= 1, 0, stirling)
    return reduced(terms, reduction)


@refuses("integers complex")
def gaussian_nll_loss(input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Tensor:
    """`(log(var) + (input - target)**2 / var) / 2`, the variance held at least `eps`; ValueError for negative variances."""
    reduction = reduction_of(None, None, reduction)
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError(text("variance-negative"))
        var = input.new_full(input.array.shape, var)
    elif var.array.shape != input.array.shape:
        if input.array.shape[:-1] == var.array.shape:
            var = var.unsqueeze(-1)
        elif len(var.array.shape) != input.array.ndim or any(
                m not in (1, n) for m, n in zip(var.array.shape, input.array.shape, strict=True)):
            raise ValueError(text("variance-shape", var=list(var.array.shape), input=list(input.array.shape)))
    if (var.array < 0).any():
        raise ValueError(text("variance-negative"))
    var = held(var, eps)
    terms = (fn.log(var) + ar.square(input - target) / var) * 0.5
    if full:
        terms = terms + 0.5 * math.log(2 * math.pi)
    return reduced(terms, reduction)
