"""Connectionist temporal classification: labels without alignment (Graves et al. 2006).

The paths of a target run through its labels with a blank before, between and after them. All samples advance together, one step
of time at a time, with log-probabilities of being at each place of the path.
"""

from typing import Any

import numpy as np

from steepest.core.dtype import int64
from steepest.core.reading import read
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.by_example import by_example
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.precision import widened
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops.composites import composite
from steepest.ops.creation import constant
from steepest.ops.views import squeeze, unsqueeze

NONE = -np.inf


def _paths(targets: Any, blank: int) -> tuple[Any, Any]:
    """Labels with blanks around them `(N, 2 S + 1)`, and where a path may leave out the blank before a label."""
    n, s = targets.shape
    path = np.full((n, 2 * s + 1), blank, np.int64)
    path[:, 1::2] = targets
    skips = np.zeros(path.shape, np.bool_)
    skips[:, 2:] = (path[:, 2:] != blank) & (path[:, 2:] != path[:, :-2])
    return path, skips


def _shifted(x: Any, by: int) -> Any:
    moved = np.full_like(x, NONE)
    if x.shape[1] > by:
        moved[:, by:] = x[:, :-by]
    return moved


def _alphas(emitted: Any, skips: Any) -> Any:
    """`(T, N, places)`: log-probabilities of all beginnings of paths that are at a place at a time."""
    alpha = np.full(emitted.shape, NONE, emitted.dtype)
    alpha[0, :, :2] = emitted[0, :, :2]
    for t in range(1, emitted.shape[0]):
        last = alpha[t - 1]
        reached = np.logaddexp(last, _shifted(last, 1))
        alpha[t] = np.logaddexp(reached, np.where(skips, _shifted(last, 2), NONE)) + emitted[t]
    return alpha


def _emitted(log_probs: Any, path: Any) -> Any:
    return np.take_along_axis(log_probs, np.broadcast_to(path, (log_probs.shape[0], *path.shape)), 2)


def _ends(lengths: Any, target_lengths: Any, alpha: Any) -> Any:
    rows = np.arange(len(lengths))
    at = alpha[np.maximum(lengths - 1, 0), rows]
    last, before = at[rows, 2 * target_lengths], at[rows, np.maximum(2 * target_lengths - 1, 0)]
    whole = np.where(target_lengths > 0, np.logaddexp(last, before), last)
    return np.where(lengths > 0, whole, np.where(target_lengths > 0, NONE, 0)).astype(alpha.dtype)


def _loss_kernel(log_probs: Any, targets: Any, lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool) -> Any:
    path, skips = _paths(targets, blank)
    alpha = _alphas(_emitted(log_probs, path), skips)
    loss = -_ends(lengths, target_lengths, alpha)
    return np.where(np.isinf(loss), 0, loss).astype(loss.dtype) if zero_infinity else loss


def _slope_kernel(g: Any, log_probs: Any, targets: Any, lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool) -> Any:
    """`exp(log_probs)` minus each class's share in the paths: the gradient where log_probs come from log_softmax."""
    path, skips = _paths(targets, blank)
    steps, samples, classes = log_probs.shape
    emitted = _emitted(log_probs, path)
    alpha = _alphas(emitted, skips)
    loss = -_ends(lengths, target_lengths, alpha)
    beta = _betas(emitted, skips, lengths, target_lengths)
    with np.errstate(all="ignore"):
        shares = np.exp(alpha + beta - emitted + loss[:, None])
    shares = np.where(np.isfinite(shares), shares, 0)
    taken = np.zeros((steps, samples, classes), log_probs.dtype)
    t, n = np.ogrid[:steps, :samples]
    np.add.at(taken, (t[..., None], n[..., None], np.broadcast_to(path, shares.shape)), shares)
    result = (np.exp(log_probs) - taken) * g[:, None]
    result[:, np.isinf(loss)] = 0 if zero_infinity else np.nan
    result[np.arange(steps)[:, None] >= lengths] = 0
    return result


def _betas(emitted: Any, skips: Any, lengths: Any, target_lengths: Any) -> Any:
    """As `_alphas` for the ends of paths, which may be at the last label or the blank after it."""
    places = np.arange(emitted.shape[2])
    final = (places == 2 * target_lengths[:, None]) | (places == 2 * target_lengths[:, None] - 1)
    beta = np.full(emitted.shape, NONE, emitted.dtype)
    following = np.full(emitted.shape[1:], NONE, emitted.dtype)
    for t in reversed(range(emitted.shape[0])):
        jump = np.where(skips, following, NONE)
        reached = np.logaddexp(following, _unshifted(following, 1))
        reached = np.logaddexp(reached, _unshifted(jump, 2))
        reached = np.where((lengths == t + 1)[:, None], np.where(final, 0, NONE), reached)
        following = beta[t] = reached + emitted[t]
    return beta


def _unshifted(x: Any, by: int) -> Any:
    moved = np.full_like(x, NONE)
    if x.shape[1] > by:
        moved[:, :-by] = x[:, by:]
    return moved


def _called(kernel: Any) -> Any:
    """The body: the same over tensors, whose elements the host reads."""

    def body(*operands: Any, **params: Any) -> Any:
        return constant(kernel(*[read(x) for x in operands], **params), operands[0].dtype)

    return body


def _loss_body(log_probs: Any, targets: Any, lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool) -> Any:
    return _called(_loss_kernel)(log_probs, targets, lengths, target_lengths, blank=blank, zero_infinity=zero_infinity)


def _slope_body(g: Any, log_probs: Any, targets: Any, lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool) -> Any:
    return _called(_slope_kernel)(g, log_probs, targets, lengths, target_lengths, blank=blank, zero_infinity=zero_infinity)


aligned_slope = composite("ctc_loss_backward", _slope_body, operands=5, kernel=widened(_slope_kernel))
aligned = composite(
    "ctc_loss",
    _loss_body,
    operands=4,
    kernel=widened(_loss_kernel),
    log_probs=lambda g, log_probs, targets, lengths, target_lengths, blank, zero_infinity: aligned_slope(
        g, log_probs, targets, lengths, target_lengths, blank=blank, zero_infinity=zero_infinity
    ),
)


@by_example
@in_single_precision
@refuses("halves")
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the log-probability of the labels under all alignments: `(T, N, C)` or `(T, C)`, labels `(N, S)` or in a row.

    The mean divides each loss by its number of labels. Raises RuntimeError for lengths and labels that do not fit.
    """
    alone = log_probs.array.ndim == 2
    x: Any = unsqueeze(log_probs, dim=1) if alone else log_probs
    steps, samples, classes = x.array.shape
    lengths, label_counts = (
        np.asarray(read(v) if isinstance(v, Tensor) else v, np.int64).reshape(-1) for v in (input_lengths, target_lengths)
    )
    for name, given in (("input_lengths", lengths), ("target_lengths", label_counts)):
        if len(given) != samples:
            raise RuntimeError(text("ctc-lengths", name=name, samples=samples, given=len(given)))
    if not 0 <= blank < classes:
        raise RuntimeError(text("ctc-blank", blank=blank, classes=classes))
    labels = _rectangle(read(targets), label_counts, samples, blank)
    if lengths.size and (lengths.max() > steps or lengths.min() < 0 or label_counts.min() < 0):
        raise RuntimeError(text("ctc-input-length", longest=int(lengths.max()), steps=steps))
    loss: Any = aligned(
        x,
        constant(labels, int64),
        constant(lengths, int64),
        constant(label_counts, int64),
        blank=blank,
        zero_infinity=zero_infinity,
    )
    if reduction == "mean":
        return (loss / ar.cast(constant(np.maximum(label_counts, 1), int64), to=loss.dtype)).mean()
    return loss.sum() if reduction == "sum" else squeeze(loss, dim=(0,)) if alone else loss


def _rectangle(targets: Any, counts: Any, samples: int, blank: int) -> Any:
    """The labels as `(N, longest)`, short rows filled up with the blank."""
    longest = int(counts.max(initial=0))
    place = np.arange(longest)
    inside = place < counts[:, None]
    if targets.ndim == 1:
        if targets.size != counts.sum():
            raise RuntimeError(text("ctc-labels", given=targets.size, wanted=int(counts.sum()), dim=0))
        at = (np.cumsum(counts) - counts)[:, None] + place
        return np.where(inside, targets[np.minimum(at, max(targets.size - 1, 0))] if targets.size else blank, blank).astype(np.int64)
    if targets.shape[0] != samples:
        raise RuntimeError(text("ctc-labels", given=targets.shape[0], wanted=samples, dim=0))
    if targets.shape[1] < longest:
        raise RuntimeError(text("ctc-labels", given=targets.shape[1], wanted=f"at least {longest}", dim=1))
    return np.where(inside, targets[:, :longest], blank).astype(np.int64)
