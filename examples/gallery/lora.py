"""Low-rank adaptation (Hu et al. 2022): a frozen network learns a new task through two thin matrices beside each weight."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

torch.manual_seed(0)


class LowRank(nn.Module):
    def __init__(self, rows, columns, rank=2, scale=1.0):
        super().__init__()
        self.a = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.b = nn.Parameter(torch.zeros(rows, rank))
        self.scale = scale

    def forward(self, weight):
        return weight + self.scale * self.b @ self.a


def fit(model, x, y, steps, lr):
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=lr)
    for step in range(steps):
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % (steps // 3) == 0:
            print(f"  step {step:2d} loss {loss.item():.5f}")
    return loss.item()


x = torch.randn(128, 6)
model = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
print("first task")
fit(model, x, x[:, :1].sin(), 60, 0.02)
for p in model.parameters():
    p.requires_grad_(False)
for layer in (model[0], model[2]):
    parametrize.register_parametrization(layer, "weight", LowRank(*layer.weight.shape))
learned = [n for n, p in model.named_parameters() if p.requires_grad]
print(learned, sum(p.numel() for p in model.parameters() if p.requires_grad), "of", sum(p.numel() for p in model.parameters()))
print("second task")
fit(model, x, x[:, :1].sin() + 0.3 * x[:, 1:2], 60, 0.02)
for layer in (model[0], model[2]):
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
print("merged", type(model[0]).__name__, f"{F.mse_loss(model(x), x[:, :1].sin() + 0.3 * x[:, 1:2]).item():.5f}")
