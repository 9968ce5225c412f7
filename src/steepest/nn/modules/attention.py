"""Multi-head attention (Vaswani et al. 2017)."""

from __future__ import annotations

import math
from typing import Any

from steepest.core.dtype import bool_
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import empty, zeros
from steepest.functional.joining import cat
from steepest.functional.neural.attention import check_attention_dimensions, check_attention_masks
from steepest.nn import functional as F
from steepest.nn.init import constant_, xavier_normal_, xavier_uniform_
from steepest.nn.modules.linear import NonDynamicallyQuantizableLinear
from steepest.nn.modules.module import Module
from steepest.nn.parameter import Parameter

__all__ = ["MultiheadAttention"]


def as_addend(mask: Tensor | None, of: Tensor) -> Tensor | None:
    """A mask as what is added to the logits: True in a boolean mask becomes minus infinity."""
    if mask is None or mask.dtype != bool_:
        return mask
    return zeros(mask.shape, dtype=of.dtype).masked_fill_(mask, -math.inf)


class MultiheadAttention(Module):
    """Queries `(L, N, E)` against keys and values `(S, N, E)`: outputs `(L, N, E)` and weights `(N, L, S)`.

    `batch_first=True` takes and gives `(N, L, E)`; without a batch, `(L, E)`. Masks are boolean (True: not looked at)
    or added to the logits.
    """

    bias_k: Tensor | None
    bias_v: Tensor | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        separate = {"q_proj_weight": embed_dim, "k_proj_weight": self.kdim, "v_proj_weight": self.vdim}
        if self._qkv_same_embed_dim:
            self.in_proj_weight = Parameter(empty((3 * embed_dim, embed_dim), device=device, dtype=dtype))
            for name in separate:
                self.register_parameter(name, None)
        else:
            for name, size in separate.items():
                setattr(self, name, Parameter(empty((embed_dim, size), device=device, dtype=dtype)))
            self.register_parameter("in_proj_weight", None)
        if bias:
            self.in_proj_bias = Parameter(empty(3 * embed_dim, device=device, dtype=dtype))
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        if add_bias_kv:
            self.bias_k = Parameter(empty((1, 1, embed_dim), device=device, dtype=dtype))
            self.bias_v = Parameter(empty((1, 1, embed_dim), device=device, dtype=dtype))
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if self._parameters[name] is not None:
                xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            constant_(self.in_proj_bias, 0.0)
            constant_(self.out_proj.bias, 0.0)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        if is_causal and attn_mask is None:
            raise RuntimeError(text("causal-without-mask"))
        check_attention_dimensions(query, key, value, key_padding_mask, attn_mask)
        batched = query.dim() == 3
        if not batched:
            query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(text("attention-width", given=query.shape[-1], expected=self.embed_dim, heads=self.num_heads))
        if self._qkv_same_embed_dim and key.shape != value.shape:
            raise AssertionError(text("attention-key-value", keys=list(key.shape), value=list(value.shape)))
        check_attention_masks([query, key, value], self.num_heads, key_padding_mask, attn_mask)
        attn_mask = as_addend(attn_mask, query)
        key_padding_mask = as_addend(key_padding_mask, query)
        output, weights = self._attend(query, key, value, key_padding_mask, attn_mask, need_weights)
        if weights is not None and average_attn_weights:
            weights = weights.mean(dim=1)
        if not batched:
            return output.squeeze(1), None if weights is None else weights.squeeze(0)
        return (output.transpose(0, 1) if self.batch_first else output), weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        if self._qkv_same_embed_dim:
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        return [F.linear(x, weight, bias) for x, weight, bias in zip((query, key, value), weights, biases, strict=True)]

    def _attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None,
        attn_mask: Tensor | None,
        need_weights: bool,
    ) -> tuple[Tensor, Tensor | None]:
        length, batch, _ = query.shape
        q, k, v = self._projected(query, key, value)
        extra = 0
        if self.bias_k is not None and self.bias_v is not None:
            k, v = cat([k, self.bias_k.repeat(1, batch, 1)]), cat([v, self.bias_v.repeat(1, batch, 1)])
            extra += 1

        def heads(x: Tensor) -> Tensor:
            return x.reshape(x.shape[0], batch, self.num_heads, self.head_dim).permute(1, 2, 0, 3)

        q, k, v = heads(q), heads(k), heads(v)
        if self.add_zero_attn:
            nothing = zeros((batch, self.num_heads, 1, self.head_dim), dtype=k.dtype)
            k, v = cat([k, nothing], dim=2), cat([v, nothing], dim=2)
            extra += 1
        mask = self._merged(key_padding_mask, attn_mask, batch, extra)
        if need_weights:
            logits = (q * math.sqrt(1.0 / self.head_dim)) @ k.transpose(-2, -1)
            weights = F.softmax(logits if mask is None else mask + logits, dim=-1)
            weights = F.dropout(weights, self.dropout, self.training) if self.dropout > 0.0 else weights
            mixed = weights @ v
        else:
            weights = None
            mixed = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0)
        joined = mixed.permute(2, 0, 1, 3).reshape(length, batch, self.embed_dim)
        return F.linear(joined, self.out_proj.weight, self.out_proj.bias), weights

    def _merged(
        self, key_padding_mask: Tensor | None, attn_mask: Tensor | None, batch: int, extra: int
    ) -> Tensor | None:
        """Both masks as one addend `(N or 1, heads or 1, L or 1, S)`; `extra` columns that all may look at."""
        merged: Any = None
        if attn_mask is not None:
            merged = attn_mask.unsqueeze(0) if attn_mask.dim() == 2 else attn_mask
            merged = merged.unsqueeze(0) if attn_mask.dim() == 2 else merged.view(batch, self.num_heads, *attn_mask.shape[1:])
        if key_padding_mask is not None:
            padding = key_padding_mask.view(batch, 1, 1, -1)
            merged = padding if merged is None else merged + padding
        return merged if merged is None or extra == 0 else F.pad(merged, (0, extra))
