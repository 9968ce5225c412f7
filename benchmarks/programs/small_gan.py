"""A GAN for one bell curve: two optimizers, one after the other."""

import torch
from torch import nn

torch.manual_seed(0)
G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
D = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1), nn.Sigmoid())
g_optimizer = torch.optim.Adam(G.parameters(), lr=2e-3)
d_optimizer = torch.optim.Adam(D.parameters(), lr=2e-3)
criterion = nn.BCELoss()
real_label, fake_label = torch.ones(64, 1), torch.zeros(64, 1)
for step in range(250):
    real = 3 + 0.5 * torch.randn(64, 1)
    fake = G(torch.randn(64, 4))
    d_loss = criterion(D(real), real_label) + criterion(D(fake.detach()), fake_label)
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = criterion(D(fake), real_label)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    if step % 50 == 49:
        print(f"step {step + 1} d {d_loss.item():.4f} g {g_loss.item():.4f} mean {fake.mean().item():.3f}")
