"""Physics-informed networks (Raissi et al., 2019): u'' = -pi^2 sin(pi x), u(0) = u(1) = 0, and a heat equation."""

import math

import torch
import torch.nn as nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def network(inputs):
    return nn.Sequential(nn.Linear(inputs, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))


def derivative(y, x):
    return torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), create_graph=True)[0]


# Poisson's equation on the unit interval.
model = network(1)
x = torch.linspace(0, 1, 32).unsqueeze(1).requires_grad_(True)
ends = torch.tensor([[0.0], [1.0]])


def poisson_loss():
    u = model(x)
    u_xx = derivative(derivative(u, x), x)
    residual = u_xx + math.pi**2 * torch.sin(math.pi * x)
    return residual.pow(2).mean() + 10 * model(ends).pow(2).mean()


adam = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(40):
    adam.zero_grad()
    loss = poisson_loss()
    loss.backward()
    adam.step()
    if step % 10 == 0:
        print(f"Adam  {step:3d} {loss.item():.8f}")

lbfgs = torch.optim.LBFGS(model.parameters(), max_iter=20, history_size=10, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    loss = poisson_loss()
    loss.backward()
    return loss


for step in range(2):
    print(f"LBFGS {step:3d} {lbfgs.step(closure).item():.8f}")
print(f"after both {poisson_loss().item():.6f}")
error = (model(x) - torch.sin(math.pi * x)).abs().max().item()
print(f"largest error {error:.5f}")

# The heat equation u_t = u_xx / pi^2 with u(x, 0) = sin(pi x).
model = network(2)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(41):
    points = torch.rand(64, 2, requires_grad=True)
    u = model(points)
    first = derivative(u, points)
    u_x, u_t = first[:, :1], first[:, 1:]
    u_xx = derivative(u_x, points)[:, :1]
    start = torch.cat([torch.rand(32, 1), torch.zeros(32, 1)], dim=1)
    side = torch.stack([torch.randint(2, (32,)).to(u.dtype), torch.rand(32)], dim=1)
    loss = (u_t - u_xx / math.pi**2).pow(2).mean()
    loss = loss + (model(start) - torch.sin(math.pi * start[:, :1])).pow(2).mean() + model(side).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"heat  {step:3d} {loss.item():.6f}")
laplacian = torch.autograd.functional.hessian(lambda p: model(p).sum(), torch.tensor([0.3, 0.2]))
print("Hessian at (0.3, 0.2):", laplacian)
