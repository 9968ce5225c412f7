"""A Wasserstein GAN with gradient penalty (Gulrajani et al. 2017) that learns a ring of eight points."""

import math

import torch
from torch import nn

torch.manual_seed(0)
angles = torch.arange(8) * (2 * math.pi / 8)
ring = torch.stack([angles.cos(), angles.sin()], 1)


def real(n):
    return ring[torch.randint(8, (n,))] + 0.05 * torch.randn(n, 2)


generator = nn.Sequential(nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2))
critic = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
c_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))


def penalty(x, y):
    share = torch.rand(len(x), 1)
    between = (share * x + (1 - share) * y).requires_grad_()
    slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.norm(2, dim=1) - 1) ** 2).mean()


for step in range(31):
    for _ in range(3):
        x, y = real(64), generator(torch.randn(64, 4)).detach()
        distance = critic(x).mean() - critic(y).mean()
        loss = -distance + 10 * penalty(x, y)
        c_optimizer.zero_grad()
        loss.backward()
        c_optimizer.step()
    fake = generator(torch.randn(64, 4))
    g_loss = -critic(fake).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    if step % 10 == 0:
        print(f"step {step:2d} distance {distance.item():.4f} radius {fake.norm(dim=1).mean().item():.4f}")
