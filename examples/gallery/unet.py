"""A U-shaped network (Ronneberger et al. 2015) that finds discs in noise: down, up by transposed convolutions, and across."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
ROWS, COLUMNS = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")


def discs(n):
    centre, radius = torch.rand(n, 2) * 10 + 3, torch.rand(n) * 2 + 2
    distance = ((ROWS - centre[:, 0, None, None]) ** 2 + (COLUMNS - centre[:, 1, None, None]) ** 2).sqrt()
    mask = (distance < radius[:, None, None]).float().unsqueeze(1)
    return mask + 0.5 * torch.randn(n, 1, 16, 16), mask


def pair(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.GroupNorm(2, b), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.bottom = pair(1, 6), pair(6, 12), pair(12, 24)
        self.up2, self.up1 = nn.ConvTranspose2d(24, 12, 2, stride=2), nn.ConvTranspose2d(12, 6, 2, stride=2)
        self.join2, self.join1 = pair(24, 12), pair(12, 6)
        self.out = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        a = self.first(x)
        b = self.second(F.max_pool2d(a, 2))
        c = self.bottom(F.max_pool2d(b, 2))
        b = self.join2(torch.cat([self.up2(c), b], 1))
        return self.out(self.join1(torch.cat([self.up1(b), a], 1)))


def dice(logits, mask):
    found = logits.sigmoid()
    return 1 - (2 * (found * mask).sum((1, 2, 3)) + 1) / ((found + mask).sum((1, 2, 3)) + 1)


model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(21):
    x, mask = discs(16)
    logits = model(x)
    loss = F.binary_cross_entropy_with_logits(logits, mask) + dice(logits, mask).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(f"step {step:2d} loss {loss.item():.4f} overlap {1 - dice(logits, mask).mean().item():.4f}")
