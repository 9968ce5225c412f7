"""Attention (Vaswani et al. 2017): softmax of scaled products of queries and keys, and the form with several heads."""

import math
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import lowers
from steepest.functional.creating import zeros
from steepest.functional.joining import cat, tril
from steepest.functional.neural.dropout import dropout
from steepest.functional.neural.linear import linear
from steepest.functional.neural.padding import pad
from steepest.functional.neural.softmax import softmax
from steepest.functional.products import baddbmm, bmm, matmul
from steepest.functional.reducing import amax
from steepest.functional.shaping import transpose
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops.creation import full


@lowers
@refuses("complex")
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """`softmax(query @ key.mT * scale + mask) @ value`: `(*, L, E)`, `(*, S, E)`, `(*, S, V)` to `(*, L, V)`.

    `scale` is 1 / sqrt(E) unless given. A boolean mask says which keys count, another one is added. Raises RuntimeError where a
    mask is given together with `is_causal`, or the sizes do not fit.

    >>> torch.nn.functional.scaled_dot_product_attention(torch.ones(1, 2), torch.ones(3, 2), torch.ones(3, 4))
    tensor([[1., 1., 1., 1.]])
    """
    if is_causal and attn_mask is not None:
        raise RuntimeError(text("attention-two-masks"))
    q: Any = query
    k: Any = key
    if min(query.array.ndim, key.array.ndim, value.array.ndim) < 2:
        raise RuntimeError(text("attention-ndim", query=query.array.ndim, keys=key.array.ndim, value=value.array.ndim))
    if q.array.shape[-1] != k.array.shape[-1] or k.array.shape[-2] != value.array.shape[-2]:
        raise RuntimeError(
            text("attention-shapes", query=list(query.array.shape), keys=list(key.array.shape), value=list(value.array.shape))
        )
    if not q.dtype is k.dtype is value.dtype:
        raise RuntimeError(text("attention-dtypes", query=q.dtype, keys=k.dtype, value=value.dtype))
    if q.dtype in dtypes.HALVES:
        mask = attn_mask.to(dtypes.float32) if attn_mask is not None and attn_mask.dtype is q.dtype else attn_mask
        wide, keys, values = (x.to(dtypes.float32) for x in (q, k, value))
        return scaled_dot_product_attention(wide, keys, values, mask, dropout_p, is_causal, scale, enable_gqa).to(q.dtype)
    if enable_gqa:
        times = q.array.shape[-3] // k.array.shape[-3]
        k, value = k.repeat_interleave(times, -3), value.repeat_interleave(times, -3)
    factor = 1.0 / math.sqrt(q.array.shape[-1]) if scale is None else scale
    at_once = _at_once(q, k, value, attn_mask, dropout_p)
    if at_once:
        logits = matmul(q * factor, transpose(k, -2, -1))
    else:
        root = math.copysign(math.sqrt(abs(factor)), factor)    # PyTorch scales both, which keeps 16-bit products from overflowing
        logits = matmul(ar.mul_number(q, root), ar.mul_number(transpose(k, -2, -1), abs(root)))
    if is_causal:
        rows, columns = logits.array.shape[-2:]
        attn_mask = tril(full((rows, columns), True, dtypes.bool_))
    if attn_mask is not None:
        if attn_mask.dtype is dtypes.bool_:
            attn_mask = ar.where(attn_mask, full((), 0, logits.dtype), float("-inf"))
        logits = logits + attn_mask
        hidden = amax(logits, dim=-1, keepdim=True) == float("-inf")     # rows without a key: zeros, in the gradient too
        weights = ar.where(hidden, 0, softmax(ar.where(hidden, 0, logits), -1))
    else:
        weights = softmax(logits, -1)
    if at_once:
        return show_as(matmul(weights, value), "ScaledDotProductFlashAttentionForCpuBackward0", query, key, value)
    weights = show_as(weights, "SafeSoftmaxBackward0", logits)
    return matmul(dropout(weights, dropout_p) if dropout_p > 0 else weights, value)


def _at_once(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float) -> bool:
    """Whether PyTorch computes this attention in one node, tile by tile."""
    if q.array.ndim != 4 or dropout_p > 0 or mask is not None and (mask.needs_grad or mask.array.ndim not in (2, 4)):
        return False
    return q.array.shape[-1] == v.array.shape[-1] and 0 not in q.array.shape[-2:] and k.array.shape[-2] != 0 and (
        q.array.shape[:-2] == k.array.shape[:-2] == v.array.shape[:-2])


def _addend(mask: Tensor | None, of: Tensor) -> Any:
    """A mask as what is added to the logits: True means not looked at."""
    if mask is None or mask.dtype is not dtypes.bool_:
        return mask
    return ar.where(mask, float("-inf"), full((), 0, of.dtype))


def check_attention_dimensions(query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None) -> None:
    """AssertionError unless what attention is given has dimensions that go together."""
    n = query.array.ndim
    if n not in (2, 3):
        raise AssertionError(text("attention-query", ndim=n))
    kind = "batched (3-D)" if n == 3 else "unbatched (2-D)"
    if key.array.ndim != n or value.array.ndim != n:
        raise AssertionError(text("attention-keys", kind=kind, ndim=n, keys=key.array.ndim, value=value.array.ndim))
    if padding is not None and padding.array.ndim != n - 1:
        raise AssertionError(text("attention-padding", kind=kind, ndim=n - 1, given=padding.array.ndim))
    if mask is not None and mask.array.ndim not in (2, 3):
        raise AssertionError(text("attention-mask", kind=kind, ndim=mask.array.ndim))
    for name, given in (("key_padding_mask", padding), ("attn_mask", mask)):
        if given is not None and given.dtype is not dtypes.bool_ and not given.dtype.is_floating_point:
            raise AssertionError(text("attention-mask-dtype", name=name))


def check_attention_masks(given: list[Any], heads: int, padding: Tensor | None, mask: Tensor | None) -> None:
    """RuntimeError or AssertionError unless masks fit queries `(L, N, E)` and keys `(S, N, E)`."""
    rows, columns, batch = given[0].array.shape[0], given[1].array.shape[0], given[0].array.shape[1]
    if mask is not None:
        wanted = (rows, columns) if mask.array.ndim == 2 else (batch * heads, rows, columns)
        if mask.array.shape != wanted:
            raise RuntimeError(text("attention-mask-shape", ndim=mask.array.ndim, given=list(mask.array.shape), wanted=wanted))
    if padding is not None:
        for d, size in enumerate((batch, columns)):
            if padding.array.shape[d] != size:
                raise AssertionError(text("attention-padding-shape", dim=d, size=size, given=padding.array.shape[d]))


@refuses("bool complex")
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention with several heads, queries `(L, N, E)` to keys and values `(S, N, E)`: `(L, N, E)` and the weights `(N, L, S)`.

    Masks are boolean (True: not looked at) or added. Raises RuntimeError or AssertionError where the sizes do not fit.
    """
    check_attention_dimensions(query, key, value, key_padding_mask, attn_mask)
    given: list[Any] = [query, key, value]
    alone = query.array.ndim == 2
    if alone:
        given = [x.unsqueeze(1) for x in given]
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, width = given[0].array.shape
    if width != embed_dim_to_check or width % num_heads:
        raise AssertionError(text("attention-width", given=width, expected=embed_dim_to_check, heads=num_heads))
    if not use_separate_proj_weight and key.array.shape != value.array.shape:
        raise AssertionError(text("attention-key-value", keys=list(key.array.shape), value=list(value.array.shape)))
    if is_causal and attn_mask is None:
        raise RuntimeError(text("attention-causal"))
    hinted = is_causal and key_padding_mask is None and not need_weights
    attn_mask = None if hinted else attn_mask
    joint: Any = in_proj_weight
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else joint.chunk(3)
    for name, x, w in zip(("query", "key", "value"), given, weights, strict=True):
        wanted = width, x.array.shape[-1]
        if use_separate_proj_weight and w.array.shape != wanted:
            raise AssertionError(text("attention-weights", name=name, wanted=wanted, given=list(w.array.shape)))
    check_attention_masks(given, num_heads, key_padding_mask, attn_mask)
    biases: Any = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
    q, k, v = (linear(x, w, b) for x, w, b in zip(given, weights, biases, strict=True))
    head, every = width // num_heads, batch * num_heads
    extra = 0
    if bias_k is not None and bias_v is not None:
        k, v = (cat([x, b.expand(1, batch, width)]) for x, b in ((k, bias_k), (v, bias_v)))
        extra += 1

    def heads(x: Any) -> Any:
        return x.view(x.array.shape[0], every, head).transpose(0, 1)

    q, k, v = heads(q), heads(k) if static_k is None else static_k, heads(v) if static_v is None else static_v
    if add_zero_attn:
        nothing = zeros((every, 1, head), dtype=k.dtype)
        k, v = cat([k, nothing], 1), cat([v, nothing], 1)
        extra += 1
    mask = _merged(_addend(attn_mask, query), _addend(key_padding_mask, query), batch, num_heads, extra)
    drop = dropout_p if training else 0.0
    shown: Any = None
    if need_weights:
        scaled, turned = q * math.sqrt(1.0 / head), k.transpose(-2, -1)
        seen = softmax(bmm(scaled, turned) if mask is None else baddbmm(mask, scaled, turned), -1)
        seen = dropout(seen, drop) if drop > 0 else seen
        mixed: Any = bmm(seen, v).transpose(0, 1)
        shown = seen.view(batch, num_heads, length, seen.array.shape[-1])
        shown = shown.mean(1) if average_attn_weights else shown
    else:
        if mask is not None:
            mask = mask.unsqueeze(0) if mask.array.shape[0] == 1 else mask.view(batch, num_heads, *mask.array.shape[1:])
        q, k, v = (x.view(batch, num_heads, x.array.shape[1], head) for x in (q, k, v))
        mixed = scaled_dot_product_attention(q, k, v, mask, drop, hinted).permute(2, 0, 1, 3)
    rows = linear(mixed.reshape(length * batch, width), out_proj_weight, out_proj_bias)
    result: Any = rows.view(length, batch, width)
    if alone:
        return result.squeeze(1), None if shown is None else shown.squeeze(0)
    return result, shown


def _merged(attn: Any, padding: Any, batch: int, heads: int, extra: int) -> Any:
    """Both masks as one for `(N * heads or 1, L or 1, S)`, with room for `extra` keys that all may look at."""
    if attn is not None and attn.array.ndim == 2:
        attn = attn.unsqueeze(0)
    if padding is not None:
        keys = padding.array.shape[-1]
        padding = padding.view(batch, 1, 1, keys).expand(-1, heads, -1, -1).reshape(batch * heads, 1, keys)
        attn = padding if attn is None else attn + padding
    return attn if attn is None or not extra else pad(attn, (0, extra))


def _in_projection_packed(q: Tensor, k: Tensor, v: Tensor, w: Tensor, b: Tensor | None = None) -> list[Tensor]:
    biases = (None,) * 3 if b is None else b.chunk(3)
    return [linear(x, weight, bias) for x, weight, bias in zip((q, k, v), w.chunk(3), biases, strict=True)]


def _in_projection(q: Tensor, k: Tensor, v: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor, b_q: Tensor | None = None,
                   b_k: Tensor | None = None, b_v: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    return linear(q, w_q, b_q), linear(k, w_k, b_k), linear(v, w_v, b_v)
