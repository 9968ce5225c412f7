"""`torch.nn.attention.flex_attention`: attention whose scores a function changes, and masks given by a function.

    def causal(b, h, q, kv):
        return q >= kv

    mask = create_block_mask(causal, B=None, H=None, Q_LEN=256, KV_LEN=256)
    out = flex_attention(query, key, value, score_mod=lambda score, b, h, q, kv: score + 0.1 * (kv - q), block_mask=mask)

As PyTorch does without `torch.compile`, all scores are computed; the blocks of a mask say what there is to see, the function what counts.
PyTorch has no gradients of this on the CPU; here they are those of the same operations.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from steepest.autograd.vectorizing import vmap
from steepest.core.dtype import float32, float64
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional.creating import arange
from steepest.functional.neural.softmax import softmax
from steepest.functional.pointwise import where
from steepest.nn.attention.block_mask import BlockMask, and_masks, create_block_mask, create_mask, noop_mask, or_masks

__all__ = ["AuxOutput", "AuxRequest", "BlockMask", "FlexKernelOptions", "and_masks", "create_block_mask", "create_mask", "flex_attention",
           "noop_mask", "or_masks"]
outside.explain(__name__)

_DEFAULT_SPARSE_BLOCK_SIZE = 128
FlexKernelOptions = dict[str, Any]
"""Options of kernels for graphics cards, which are accepted."""
ScoreMod = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


@dataclass
class AuxRequest:
    """What `flex_attention` is to return beside the result."""

    lse: bool = False
    max_scores: bool = False


class AuxOutput(NamedTuple):
    """What it returns beside the result."""

    lse: Tensor | None = None
    max_scores: Tensor | None = None


def _identity(score: Tensor, batch: Tensor, head: Tensor, token_q: Tensor, token_kv: Tensor) -> Tensor:
    return score


def _check(query: Tensor, key: Tensor, value: Tensor, block_mask: BlockMask | None, enable_gqa: bool) -> None:
    """Raise what PyTorch raises for tensors that do not fit."""
    if query.dim() != 4 or key.dim() != 4 or value.dim() != 4:
        raise NotImplementedError(text("flex-dimensions", seen=(query.dim(), key.dim(), value.dim())))
    if query.size(-1) != key.size(-1):
        raise ValueError(text("flex-embedding", query=query.size(-1), keys=key.size(-1)))
    heads, others = query.size(1), key.size(1)
    if not enable_gqa and heads != others:
        raise ValueError(text("flex-heads", query=heads, keys=others))
    if enable_gqa and heads % others:
        raise ValueError(text("flex-groups", query=heads, keys=others))
    if query.size(0) != key.size(0) and (block_mask is None or key.size(0) != 1):
        raise ValueError(text("flex-batches", query=query.size(0), keys=key.size(0), mask=block_mask))
    if block_mask is not None:
        lengths, shape = (query.size(-2), key.size(-2)), block_mask.shape
        if lengths[0] != block_mask.seq_lengths[0] or lengths[1] != block_mask.seq_lengths[1]:
            raise ValueError(text("flex-lengths", mask=shape, query=lengths[0], keys=lengths[1]))
        for i, name in enumerate(("batch", "heads")):
            if shape[i] not in (1, query.size(i)):
                raise ValueError(text("flex-mask-size", mask=shape, name=name, seen=query.size(i)))


def over_scores(function: Callable[..., Any], scores: bool) -> Callable[..., Any]:
    """A function of one score, or of its indices, as one of all of them: for every batch, head, query and key."""
    for place in (3, 2, 1, 0):
        dims = [None if i != place else 0 for i in range(4)]
        function = vmap(function, in_dims=((0, *dims) if scores else tuple(dims)))
    return function


def flex_attention(query: Tensor, key: Tensor, value: Tensor, score_mod: ScoreMod | None = None, block_mask: BlockMask | None = None,
                   scale: float | None = None, enable_gqa: bool = False, return_lse: bool = False,
                   kernel_options: FlexKernelOptions | None = None, *, return_aux: AuxRequest | None = None) -> Any:
    """Attention of `query` `(B, Hq, L, E)` to `key` `(B, Hkv, S, E)` and `value` `(B, Hkv, S, Ev)`: `(B, Hq, L, Ev)`.

    `score_mod(score, b, h, q, kv)` gives every scaled score another value; where the mask says no it is minus infinity, and a row
    without any key is zero. With `enable_gqa` groups of `Hq / Hkv` heads share keys and values. `return_lse` adds the logarithms of the
    sums of exponentials `(B, Hq, L)`, `return_aux` what is asked for. Raises ValueError or NotImplementedError for sizes that do not fit.
    """
    _check(query, key, value, block_mask, enable_gqa)
    exact = float64 if query.dtype is float64 else float32
    scale = 1.0 / math.sqrt(query.size(-1)) if scale is None else scale
    groups, batch = query.size(1) // key.size(1), query.size(0)
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    key, value = key.expand(batch, *key.shape[1:]), value.expand(batch, *value.shape[1:])
    scores = ((query @ key.transpose(-2, -1)).to(exact) * scale).to(exact)
    places = [arange(size) for size in scores.shape]
    if score_mod is not None:
        scores = over_scores(score_mod, scores=True)(scores, *places)
    if block_mask is not None:
        scores = where(over_scores(block_mask.mask_mod, scores=False)(*places), scores, -math.inf)
    empty = (scores == -math.inf).all(dim=-1)
    weights = where(empty.unsqueeze(-1), 0.0, softmax(scores, dim=-1))
    result = weights.to(query.dtype) @ value
    if not return_lse and return_aux is None:
        return result
    lse = where(empty, -math.inf, scores.logsumexp(dim=-1))
    lse = lse / math.log(2) * math.log(2)           # kernels hand it on to the base two
    if return_aux is None:
        return result, lse
    return result, AuxOutput(lse if return_aux.lse else None, scores.amax(dim=-1) if return_aux.max_scores else None)
