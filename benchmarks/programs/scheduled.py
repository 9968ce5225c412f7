"""Warm-up, cosine and clipped gradients."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(256, 6)
y = x.pow(2).sum(1, keepdim=True)
model = nn.Sequential(nn.Linear(6, 32), nn.GELU(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
warm = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 25)
scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, [warm, cosine], [5])
for epoch in range(30):
    for rows in torch.randperm(256).split(64):
        loss = nn.functional.huber_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    scheduler.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch} loss {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.5f}")
