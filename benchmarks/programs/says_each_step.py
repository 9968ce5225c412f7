"""A line through noisy points; every step is printed."""

import torch

torch.manual_seed(0)
x = torch.linspace(0, 1, 50)
y = 3 * x + 1 + 0.1 * torch.randn(50)
w, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=0.1)
for step in range(300):
    loss = ((w * x + b - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.4f} w {w.item():.3f} b {b.item():.3f}")
