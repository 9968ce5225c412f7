"""Denoising diffusion of points on a spiral (Ho, Jain and Abbeel, 2020)."""

import math

import torch
from torch import nn

torch.manual_seed(0)
device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
print(f"Using {device} device")

STEPS = 50
betas = torch.linspace(1e-4, 0.05, STEPS, device=device)
alphas = 1.0 - betas
alphas_bar = torch.cumprod(alphas, dim=0)


def spiral(count):
    t = 3 * math.pi * torch.rand(count).sqrt()
    return torch.stack([t * t.cos(), t * t.sin()], dim=1) / 6 + 0.02 * torch.randn(count, 2)


class SinusoidalEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, t):
        half = self.dim // 2
        frequencies = torch.exp(-math.log(10000) * torch.arange(half, device=t.device) / (half - 1))
        angles = t[:, None].float() * frequencies[None]
        return torch.cat((angles.sin(), angles.cos()), dim=-1)


class Denoiser(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.time = nn.Sequential(SinusoidalEmbedding(16), nn.Linear(16, width), nn.SiLU(), nn.Linear(width, width))
        self.enter = nn.Linear(2, width)
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(2)])
        self.norms = nn.ModuleList([nn.GroupNorm(8, width) for _ in range(2)])
        self.leave = nn.Linear(width, 2)

    def forward(self, x, t):
        h, emb = self.enter(x), self.time(t)
        for block, norm in zip(self.blocks, self.norms):
            h = h + nn.functional.silu(norm(block(h + emb)))
        return self.leave(h)


model = Denoiser().to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=120)
for step in range(121):
    x0 = spiral(128).to(device)
    t = torch.randint(0, STEPS, (128,), device=device)
    noise = torch.randn_like(x0)
    signal = alphas_bar[t].sqrt()[:, None]
    xt = signal * x0 + (1 - alphas_bar[t]).sqrt()[:, None] * noise
    loss = nn.functional.mse_loss(model(xt, t), noise)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 20 == 0:
        print(f"step {step:3d} loss {loss.item():.5f} lr {scheduler.get_last_lr()[0]:.6f}")


@torch.inference_mode()
def sample(count):
    x = torch.randn(count, 2, device=device)
    for i in reversed(range(STEPS)):
        t = torch.full((count,), i, device=device, dtype=torch.long)
        noise = model(x, t)
        x = (x - betas[i] / (1 - alphas_bar[i]).sqrt() * noise) / alphas[i].sqrt()
        if i > 0:
            x += betas[i].sqrt() * torch.randn_like(x)
    return x


points = sample(200)
distance = torch.cdist(points, spiral(500)).min(dim=1).values
print(f"mean {points.mean().item():.4f} std {points.std().item():.4f} distance to the spiral {distance.mean().item():.4f}")
