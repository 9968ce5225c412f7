"""Causal masks for attention with more keys than queries."""

import torch
from torch.nn.attention.bias import CausalBias, CausalVariant, causal_lower_right, causal_upper_left

torch.manual_seed(0)
F = torch.nn.functional
for q, k in ((3, 3), (2, 4)):
    query, key, value = (torch.randn(1, 2, n, 4, requires_grad=True) for n in (q, k, k))
    for mask in (causal_upper_left(q, k), causal_lower_right(q, k)):
        out = F.scaled_dot_product_attention(query, key, value, mask)
        gradient, = torch.autograd.grad(out.square().sum(), query)
        print(mask, mask.variant, f"{out.sum():.5f} {gradient.sum():.5f}", mask.seq_len_q, mask.seq_len_kv)
print(isinstance(mask, CausalBias), isinstance(mask, torch.Tensor), CausalBias(CausalVariant.UPPER_LEFT, 1, 2))
for wrong in ("causal_upper_left(3)", "CausalBias(1, 2, 3)"):
    try:
        eval(wrong)
    except AssertionError:
        print(wrong, "AssertionError")
