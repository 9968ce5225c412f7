"""`Lion` with weight decay and decoupled; a network trained, the state saved."""

import torch
from lion_pytorch import Lion
from torch import nn

torch.manual_seed(0)
X = torch.randn(64, 6)
Y = torch.sin(X).sum(1, keepdim=True)
for options in (
    {"lr": 1e-3},
    {"lr": 1e-3, "weight_decay": 1e-2},
    {"lr": 1e-3, "weight_decay": 1e-2, "decoupled_weight_decay": True},
    {"lr": 1e-3, "betas": (0.95, 0.98)},
):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
    optimizer = Lion(net.parameters(), **options)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(f"{loss.item():.5f}")
    print(options, losses[::3], sorted(optimizer.state_dict()["state"][0]))
