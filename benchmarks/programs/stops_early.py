"""Stops when the validation loss no longer falls, and goes back to the best parameters."""

import copy

import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-3, 3, 120).unsqueeze(1)
y = torch.sin(x) + 0.2 * torch.randn(120, 1)
model = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
best, patience, kept = float("inf"), 0, None
for epoch in range(500):
    loss = nn.functional.mse_loss(model(x[::2]), y[::2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        v = nn.functional.mse_loss(model(x[1::2]), y[1::2]).item()
    if v < best:
        best, patience, kept = v, 0, copy.deepcopy(model.state_dict())
    else:
        patience += 1
        if patience == 20:
            print("stopped at", epoch)
            break
model.load_state_dict(kept)
print(f"best {best:.5f}")
