"""`LocalAttention` windowed with looking back and forward, causal, rotary and shared keys; the transformer over it, trained and sampled."""

import torch
from local_attention import LocalAttention, LocalMHA, LocalTransformer

torch.manual_seed(0)
q, k, v = (torch.randn(2, 4, 32, 8) for _ in range(3))
mask = torch.ones(2, 32).bool()
mask[1, 25:] = False
for options in (
    {"causal": True, "look_backward": 1, "look_forward": 0},
    {"causal": False, "look_backward": 1, "look_forward": 1},
    {"causal": True, "look_backward": 1, "look_forward": 0, "exact_windowsize": True},
    {"causal": True, "look_backward": 1, "look_forward": 0, "shared_qk": True, "autopad": True},
    {"causal": True, "use_xpos": True, "xpos_scale_base": 16},
):
    attention = LocalAttention(dim=8, window_size=8, **options)
    a = q.clone().requires_grad_(True)
    out = attention(a, k, v, mask=mask)
    out.square().mean().backward()
    print(options, f"{out.sum().item():.4f} {a.grad.abs().sum().item():.5f}")
print(f"{LocalMHA(dim=16, window_size=8, heads=2, dim_head=8, causal=True, prenorm=True)(torch.randn(2, 20, 16)).sum().item():.4f}")

torch.manual_seed(1)
model = LocalTransformer(num_tokens=20, dim=16, depth=2, heads=2, dim_head=8, max_seq_len=40, causal=True, local_attn_window_size=8)
optimizer = torch.optim.Adam(model.parameters(), 1e-2)
text = torch.arange(64).remainder(7)[None].expand(4, 64)[:, :33]
for step in range(4):
    loss = model(text, return_loss=True)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
print(model.generate(text[:1, :5], 12, temperature=0.7, filter_thres=0.5).tolist())
