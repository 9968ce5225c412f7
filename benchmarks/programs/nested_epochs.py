"""Full passes by hand: epochs around slices of the data."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(200, 3)
y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
losses = []
for _ in range(60):
    epoch_loss = 0.0
    for i in range(0, 200, 40):
        loss = nn.functional.mse_loss(model(x[i:i + 40]), y[i:i + 40])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    losses.append(epoch_loss / 5)
print(f"{losses[0]:.4f} {losses[-1]:.6f}")
