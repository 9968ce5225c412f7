"""`SamplesLoss`: Sinkhorn divergences, unbalanced, weighted and in batches; potentials, a gradient flow of points."""

import torch
from geomloss import SamplesLoss

torch.manual_seed(0)
x, y = torch.randn(20, 2), torch.rand(25, 2) + 1
a, b = torch.rand(20), torch.rand(25)
a, b = a / a.sum(), b / b.sum()
OPTIONS = [
    {"loss": "sinkhorn", "p": 2, "blur": 0.05},
    {"loss": "sinkhorn", "p": 1, "blur": 0.1},
    {"loss": "sinkhorn", "p": 2, "blur": 0.1, "reach": 0.5},
    {"loss": "sinkhorn", "debias": False},
    {"loss": "sinkhorn", "scaling": 0.8, "diameter": 4.0},
]
for options in OPTIONS:
    loss = SamplesLoss(backend="tensorized", **options)
    points = x.clone().requires_grad_(True)
    weights = a.clone().requires_grad_(True)
    value = loss(weights, points, b, y)
    value.backward()
    print(options, f"{value.item():.6f} {points.grad.abs().sum():.5f} {weights.grad.abs().sum():.5f} {loss(points, y).item():.6f}")
batched = SamplesLoss("sinkhorn", p=2, blur=0.1, backend="tensorized")
print(batched(torch.randn(3, 8, 2), torch.randn(3, 9, 2)))
f, g = SamplesLoss("sinkhorn", p=2, blur=0.1, potentials=True, backend="tensorized")(a, x, b, y)
print(f.flatten()[:4], g.flatten()[:4])
points = x.clone().requires_grad_(True)
for step in range(5):
    value = batched(points, y)
    (gradient,) = torch.autograd.grad(value, [points])
    points.data -= 10 * gradient
    print(step, f"{value.item():.6f}")
