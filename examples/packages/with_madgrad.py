"""`MADGRAD` and `MirrorMADGRAD`: networks trained with momentum, decoupled weight decay, embeddings with sparse gradients; states saved
and loaded.
"""

import torch
from madgrad import MADGRAD, MirrorMADGRAD
from torch import nn

torch.manual_seed(0)
X = torch.randn(64, 6)
Y = torch.sin(X).sum(1, keepdim=True)
for kind, options in (
    (MADGRAD, {"lr": 1e-2}),
    (MADGRAD, {"lr": 1e-2, "momentum": 0, "weight_decay": 1e-3}),
    (MADGRAD, {"decouple_decay": True, "weight_decay": 0.1}),
    (MirrorMADGRAD, {"lr": 1e-2}),
    (MirrorMADGRAD, {"lr": 1e-2, "weight_decay": 1e-2, "decouple_decay": True}),
):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
    optimizer = kind(net.parameters(), **options)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(f"{loss.item():.5f}")
    print(kind.__name__, options, losses[::3], sorted(optimizer.state_dict()["state"][0]))
    other = kind(net.parameters(), **options)
    other.load_state_dict(optimizer.state_dict())
    print(
        {
            k: (round(float(v), 6) if not torch.is_tensor(v) or v.numel() == 1 else round(v.abs().sum().item(), 5))
            for k, v in other.state[net[0].bias].items()
        }
    )
table = nn.Embedding(10, 3, sparse=True)
optimizer = MADGRAD(table.parameters(), lr=0.1, momentum=0)
for step in range(4):
    optimizer.zero_grad()
    loss = (table(torch.tensor([1, 3, 1, 7])) - 1).square().sum()
    loss.backward()
    optimizer.step()
    print("sparse", step, f"{loss.item():.5f}")
