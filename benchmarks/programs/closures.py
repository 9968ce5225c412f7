"""L-BFGS with a closure, and a rate that falls on a plateau."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 60).unsqueeze(1)
y = x**3 - x
model = nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=8)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for epoch in range(12):
    print(f"epoch {epoch} loss {optimizer.step(closure).item():.6f}")
second = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(second, patience=5)
for _ in range(60):
    second.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    second.step()
    scheduler.step(loss.item())
print(f"loss {loss.item():.6f} lr {second.param_groups[0]['lr']:.5f}")
