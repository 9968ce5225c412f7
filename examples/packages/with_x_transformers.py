"""Decoders and encoders with rotary positions, RMSNorm, GLU, grouped queries, memory tokens, ALiBi; a GPT trained and sampled, an encoder-
decoder, a vision transformer.
"""

import torch
from x_transformers import (
    AutoregressiveWrapper,
    ContinuousTransformerWrapper,
    Decoder,
    Encoder,
    TransformerWrapper,
    ViTransformerWrapper,
    XTransformer,
)

torch.manual_seed(0)
tokens = torch.randint(0, 32, (2, 16))
LAYERS = {
    "plain": {},
    "rotary": {"rotary_pos_emb": True},
    "rmsnorm": {"use_rmsnorm": True},
    "glu": {"ff_glu": True, "ff_swish": True},
    "alibi": {"alibi_pos_bias": True, "alibi_num_heads": 2},
    "t5 bias": {"rel_pos_bias": True},
    "one kv head": {"attn_one_kv_head": True},
    "qk norm": {"attn_qk_norm": True},
    "gated residual": {"gate_residual": True},
    "sandwich": {"sandwich_norm": True},
    "macaron": {"macaron": True},
    "memory": {"attn_num_mem_kv": 4},
    "topk": {"attn_sparse_topk": 4},
    "post norm": {"pre_norm": False},
    "shift": {"shift_tokens": 1},
    "dynamic bias": {"dynamic_pos_bias": True},
    "flash": {"attn_flash": True},
    "relu squared": {"ff_relu_squared": True},
    "simple rmsnorm": {"use_simple_rmsnorm": True},
    "value residual": {"attn_add_zero_kv": True},
    "xpos": {"rotary_xpos": True},
}
for name, options in LAYERS.items():
    torch.manual_seed(1)
    model = TransformerWrapper(num_tokens=32, max_seq_len=32, attn_layers=Decoder(dim=32, depth=2, heads=4, attn_dim_head=8, **options))
    logits = model(tokens)
    logits.square().mean().backward()
    print(
        name,
        f"{logits.mean().item():.5f} {logits.std().item():.5f}",
        f"{sum(p.grad.abs().sum().item() for p in model.parameters() if p.grad is not None):.3f}",
        sum(p.numel() for p in model.parameters()),
    )

torch.manual_seed(2)
gpt = AutoregressiveWrapper(
    TransformerWrapper(
        num_tokens=16,
        max_seq_len=24,
        num_memory_tokens=2,
        l2norm_embed=True,
        attn_layers=Decoder(dim=24, depth=2, heads=3, attn_dim_head=8, rotary_pos_emb=True),
    )
)
optimizer = torch.optim.Adam(gpt.parameters(), lr=3e-3)
data = torch.arange(24).remainder(16).repeat(4, 1)
for step in range(10):
    loss = gpt(data)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(gpt.parameters(), 0.5)
    optimizer.step()
    optimizer.zero_grad()
    if step % 3 == 0:
        print("gpt", step, f"{loss.item():.5f}")
print(gpt.generate(data[:1, :4], 8, temperature=0.0), gpt.generate(data[:1, :4], 6).shape)

encoder = TransformerWrapper(num_tokens=32, max_seq_len=32, attn_layers=Encoder(dim=32, depth=2, heads=4, attn_dim_head=8))
mask = torch.ones(2, 16).bool()
mask[0, 10:] = False
print("encoder", encoder(tokens, mask=mask, return_embeddings=True)[:, 0, :3].detach())
seq2seq = XTransformer(
    dim=32,
    enc_num_tokens=32,
    enc_depth=1,
    enc_heads=4,
    enc_max_seq_len=16,
    dec_num_tokens=32,
    dec_depth=1,
    dec_heads=4,
    dec_max_seq_len=16,
    tie_token_emb=True,
)
print("seq2seq", f"{seq2seq(tokens, tokens, mask=mask).item():.5f}", seq2seq.generate(tokens, tokens[:, :1], 4, mask=mask).shape)
vit = ViTransformerWrapper(image_size=16, patch_size=8, num_classes=4, attn_layers=Encoder(dim=32, depth=1, heads=4))
print("vit", vit(torch.randn(2, 3, 16, 16)).detach())
series = ContinuousTransformerWrapper(dim_in=6, dim_out=2, max_seq_len=20, attn_layers=Encoder(dim=32, depth=1, heads=4))
print("series", series(torch.randn(2, 9, 6), mask=torch.ones(2, 9).bool())[0, 0].detach())
