"""`RotaryEmbedding` of queries and keys, with caches, in axes of pictures, xpos, learnt frequencies, interpolated; gradients."""

import torch
from rotary_embedding_torch import RotaryEmbedding, apply_rotary_emb

torch.manual_seed(0)
q, k = torch.randn(1, 2, 16, 32, requires_grad=True), torch.randn(1, 2, 16, 32)
rotary = RotaryEmbedding(dim=16)
turned = rotary.rotate_queries_or_keys(q)
turned.square().mean().backward()
print(turned[0, 0, 3, :6].detach(), f"{q.grad.abs().sum():.6f}")
print(rotary.rotate_queries_or_keys(k, offset=3)[0, 1, 2, :4])
print([t[0, 0, -1, :4].detach() for t in rotary.rotate_queries_with_cached_keys(q[:, :, -1:], k)])
xpos = RotaryEmbedding(dim=16, use_xpos=True)
print([t[0, 0, 5, :4].detach() for t in xpos.rotate_queries_and_keys(q, k)])
pixels = RotaryEmbedding(dim=8, freqs_for="pixel", max_freq=10)
frequencies = pixels.get_axial_freqs(4, 5)
picture = torch.randn(1, 4, 5, 16)
print(frequencies.shape, apply_rotary_emb(frequencies, picture)[0, 1, 2, :4])
print(
    RotaryEmbedding(dim=16, interpolate_factor=2.0).rotate_queries_or_keys(k)[0, 0, 7, :4],
    RotaryEmbedding(dim=16, freqs_for="constant").freqs,
)
learnt = RotaryEmbedding(dim=16, learned_freq=True)
learnt.rotate_queries_or_keys(k)[0, 0].sum().backward()
print(learnt.freqs.grad)
print(RotaryEmbedding(dim=16, seq_before_head_dim=True).rotate_queries_or_keys(k.transpose(1, 2))[0, 3, 0, :4], sorted(rotary.state_dict()))
