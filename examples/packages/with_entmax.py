"""`sparsemax`, `entmax15`, `entmax_bisect`, `normmax_bisect`, `budget_bisect` and their losses: values, gradients also by alpha, a
classifier trained, gradcheck.
"""

import torch
from entmax import (
    Entmax15Loss,
    EntmaxBisect,
    SparsemaxLoss,
    budget_bisect,
    entmax15,
    entmax15_loss,
    entmax_bisect,
    entmax_bisect_loss,
    normmax_bisect,
    sparsemax,
    sparsemax_bisect,
    sparsemax_loss,
)
from torch import nn

torch.manual_seed(0)
x = torch.randn(4, 6)
for name, function in (
    ("sparsemax", sparsemax),
    ("entmax15", entmax15),
    ("bisect", entmax_bisect),
    ("sparsemax_bisect", sparsemax_bisect),
    ("normmax", lambda v, dim: normmax_bisect(v, alpha=2, dim=dim)),
    ("budget", lambda v, dim: budget_bisect(v, budget=2, dim=dim)),
    ("k", lambda v, dim: sparsemax(v, dim=dim, k=3)),
):
    for dim in (0, -1):
        v = x.clone().requires_grad_(True)
        out = function(v, dim=dim)
        (out * torch.arange(24.0).view(4, 6)).sum().backward()
        print(name, dim, out[0].detach(), v.grad[0])
alpha = torch.tensor([1.2, 1.5, 1.8, 2.5]).view(4, 1).requires_grad_(True)
entmax_bisect(x, alpha).pow(2).sum().backward()
print("by alpha", alpha.grad.flatten())
target = torch.tensor([0, 1, 5, 2])
for function in (sparsemax_loss, entmax15_loss, lambda a, b: entmax_bisect_loss(a, b, 1.3)):
    v = x.clone().requires_grad_(True)
    losses = function(v, target)
    losses.sum().backward()
    print(losses.detach(), v.grad.abs().sum())
print(
    torch.autograd.gradcheck(sparsemax, x.double().requires_grad_(True)),
    torch.autograd.gradcheck(entmax15, x.double().requires_grad_(True)),
)

data, labels = torch.randn(40, 5), torch.randint(3, (40,))
for criterion in (SparsemaxLoss(), Entmax15Loss(ignore_index=2)):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for step in range(12):
        optimizer.zero_grad()
        loss = criterion(net(data), labels)
        loss.backward()
        optimizer.step()
        if step % 4 == 0:
            print(type(criterion).__name__, step, f"{loss.item():.5f}")
print(EntmaxBisect(alpha=1.7)(x)[1])
