"""Quantizers: `VectorQuantize` (moving averages, k-means, cosine, several heads, stochastic codes, dead codes), residual, grouped, finite
scalar, lookup-free, binary, latent, random projection; codes trained.
"""

import torch
from vector_quantize_pytorch import (
    FSQ,
    LFQ,
    GroupedResidualVQ,
    LatentQuantize,
    RandomProjectionQuantizer,
    ResidualFSQ,
    ResidualVQ,
    SimVQ,
    VectorQuantize,
)

torch.manual_seed(0)
x = torch.randn(2, 24, 16)
KINDS = {
    "ema": lambda: VectorQuantize(dim=16, codebook_size=12, decay=0.8, commitment_weight=1.0),
    "kmeans": lambda: VectorQuantize(dim=16, codebook_size=12, kmeans_init=True, kmeans_iters=4),
    "cosine": lambda: VectorQuantize(dim=16, codebook_size=12, use_cosine_sim=True, threshold_ema_dead_code=2),
    "low": lambda: VectorQuantize(dim=16, codebook_size=12, codebook_dim=4),
    "heads": lambda: VectorQuantize(dim=16, codebook_dim=4, heads=4, separate_codebook_per_head=True, codebook_size=12),
    "gumbel": lambda: VectorQuantize(dim=16, codebook_size=12, sample_codebook_temp=0.5, stochastic_sample_codes=True),
    "learnt": lambda: VectorQuantize(dim=16, codebook_size=12, learnable_codebook=True, ema_update=False, orthogonal_reg_weight=10),
    "rotation": lambda: VectorQuantize(dim=16, codebook_size=12, rotation_trick=True),
    "residual": lambda: ResidualVQ(dim=16, codebook_size=12, num_quantizers=3, shared_codebook=True),
    "grouped": lambda: GroupedResidualVQ(dim=16, num_quantizers=2, groups=2, codebook_size=12),
    "sim": lambda: SimVQ(dim=16, codebook_size=12),
    "fsq": lambda: FSQ(levels=[5, 4, 3], dim=16),
    "residual fsq": lambda: ResidualFSQ(dim=16, levels=[5, 4, 3], num_quantizers=2),
    "lfq": lambda: LFQ(codebook_size=16, dim=16, entropy_loss_weight=0.1),
}
for name, make in KINDS.items():
    torch.manual_seed(1)
    quantize = make()
    for _ in range(2):
        v = x.clone().requires_grad_(True)
        out = quantize(v)
        quantized, indices = out[0], out[1]
        loss = quantized.square().mean() + (out[2].sum() if len(out) > 2 else 0)
        loss.backward()
    print(
        name,
        f"{loss.item():.5f} {v.grad.abs().sum().item():.5f}",
        indices.flatten()[:8].tolist() if not isinstance(indices, tuple) else len(indices),
    )
torch.manual_seed(2)
quantized, indices, loss = LatentQuantize(levels=[5, 5, 4], dim=16)(torch.randn(1, 16, 4, 4))
print("latent", f"{loss.item():.5f} {quantized.sum().item():.5f}", indices.flatten().tolist())
print(RandomProjectionQuantizer(dim=16, num_codebooks=2, codebook_dim=8, codebook_size=12)(x)[0, :6].tolist())
