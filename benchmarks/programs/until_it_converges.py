"""Gradient descent in a while loop, and Newton's method, until the change is small."""

import torch

w = torch.tensor([4.0, -3.0], requires_grad=True)
steps, moved = 0, 1.0
while moved > 1e-5 and steps < 500:
    value = (w[0] - 1) ** 2 + 3 * (w[1] + 2) ** 2 + w.prod()
    (gradient,) = torch.autograd.grad(value, w)
    with torch.no_grad():
        moved = (0.05 * gradient).norm().item()
        w -= 0.05 * gradient
    steps += 1
print(steps, [round(v, 4) for v in w.tolist()])
z = torch.tensor(3.0, requires_grad=True)
steps = 0
for _ in range(20):
    steps += 1
    f = z**3 - 2
    (slope,) = torch.autograd.grad(f, z)
    change = (f / slope).item()
    z.data -= change
    if abs(change) < 1e-7:
        break
print(steps, round(z.item(), 6))
