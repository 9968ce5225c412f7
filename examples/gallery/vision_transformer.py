"""A small vision transformer (Dosovitskiy et al. 2021) tells horizontal, vertical and diagonal strokes apart."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


def pictures(n):
    x, y = 0.3 * torch.randn(n, 1, 12, 12), torch.randint(3, (n,))
    for i in range(n):
        at = int(torch.randint(2, 10, ()))
        if y[i] == 0:
            x[i, 0, at] += 1
        elif y[i] == 1:
            x[i, 0, :, at] += 1
        else:
            x[i, 0].diagonal(at - 6).add_(1)
    return x, y


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        z = self.before(x)
        x = x + self.attention(z, z, z, need_weights=False)[0]
        return x + self.mlp(self.after(x))


class ViT(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 3, stride=3)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(0.02 * torch.randn(1, 17, width))
        self.blocks = nn.Sequential(Block(width, 4), Block(width, 4))
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
        return self.head(self.blocks(x)[:, 0])


model = ViT()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=6e-3, total_steps=31)
for step in range(31):
    x, y = pictures(48)
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 10 == 0:
        print(f"step {step:2d} loss {loss.item():.4f} lr {schedule.get_last_lr()[0]:.6f}")
print(sum(p.numel() for p in model.parameters()), "parameters")
