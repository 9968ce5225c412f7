"""`ReformerLM` and `LSHSelfAttention`: hashed buckets, reversible blocks, axial positions; trained on a short text, gradients."""

import torch
from reformer_pytorch import LSHSelfAttention, Reformer, ReformerLM

torch.manual_seed(0)
x = torch.randn(2, 32, 16)
attention = LSHSelfAttention(dim=16, heads=2, bucket_size=4, n_hashes=2, causal=True)
a = x.clone().requires_grad_(True)
out = attention(a)
out.square().mean().backward()
print(f"{out.sum().item():.4f} {a.grad.abs().sum().item():.5f}")
for options in (
    {"use_full_attn": True},
    {"reverse_thres": 10},
    {"ff_chunks": 2},
    {"weight_tie": True},
    {"use_scale_norm": True},
    {"ff_glu": True},
):
    torch.manual_seed(1)
    net = Reformer(dim=16, depth=2, heads=2, bucket_size=4, n_hashes=2, causal=True, **options)
    a = x.clone().requires_grad_(True)
    net(a).square().mean().backward()
    print(
        options, f"{a.grad.abs().sum().item():.5f}", f"{sum(p.grad.abs().sum() for p in net.parameters() if p.grad is not None).item():.4f}"
    )

torch.manual_seed(2)
model = ReformerLM(
    num_tokens=20,
    dim=16,
    depth=2,
    max_seq_len=32,
    heads=2,
    bucket_size=4,
    n_hashes=2,
    causal=True,
    axial_position_emb=True,
    axial_position_shape=(8, 4),
    lsh_dropout=0.1,
    n_local_attn_heads=1,
)
optimizer = torch.optim.Adam(model.parameters(), 1e-2)
tokens = torch.arange(33).remainder(7)[None].expand(2, 33)
for step in range(4):
    loss = torch.nn.functional.cross_entropy(model(tokens[:, :-1]).transpose(1, 2), tokens[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
