"""The fast gradient sign method (Goodfellow et al. 2015): small changes of the input, another answer; training against them."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
templates = torch.randn(3, 16)
y = torch.randint(3, (300,))
x = templates[y] + 0.8 * torch.randn(300, 16)
train, test = slice(0, 200), slice(200, 300)


def network():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 3))


def attack(model, x, y, size):
    x = x.clone().requires_grad_()
    F.cross_entropy(model(x), y).backward()
    return (x + size * x.grad.sign()).detach()


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


for name, hardened in (("plain", False), ("hardened", True)):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(8):
        for batch in torch.randperm(200).split(40):
            a, b = x[batch], y[batch]
            loss = F.cross_entropy(model(a), b)
            if hardened:
                loss = 0.5 * loss + 0.5 * F.cross_entropy(model(attack(model, a, b, 0.3)), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    print(f"{name} loss {loss.item():.4f}")
    for size in (0.0, 0.3, 0.8):
        print(f"  change {size:.1f} accuracy {accuracy(model, attack(model, x[test], y[test], size), y[test]):.2f}")
