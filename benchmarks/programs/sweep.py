"""Every learning rate with every width, a short training each."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(100, 4)
y = torch.sin(x.sum(1, keepdim=True))
found = {}
for lr in (0.003, 0.01, 0.03, 0.1):
    for width in (4, 8, 16):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for _ in range(60):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found[lr, width] = loss.item()
for (lr, width), loss in sorted(found.items(), key=lambda item: item[1])[:3]:
    print(f"lr {lr} width {width} loss {loss:.4f}")
