"""The batch grows while training; every size has its steps."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(512, 8)
y = x @ torch.randn(8, 1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
for epoch in range(12):
    size = 8 * (epoch + 1)
    order = torch.randperm(512)
    for start in range(0, 512, size):
        rows = order[start:start + size]
        loss = nn.functional.mse_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"batches of {size}: {loss.item():.5f}")
