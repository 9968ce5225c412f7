"""A Hamiltonian network (Greydanus et al. 2019): it learns the energy of a pendulum from its motion, and conserves it."""

import torch
from torch import nn

torch.manual_seed(0)


def motion(state):
    q, p = state[..., 0], state[..., 1]
    return torch.stack([p, -torch.sin(q)], -1)


energy = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
for layer in energy:
    if isinstance(layer, nn.Linear):
        nn.init.orthogonal_(layer.weight)


def learned(state, create_graph=False):
    state = state if state.requires_grad else state.requires_grad_()
    slope, = torch.autograd.grad(energy(state).sum(), state, create_graph=create_graph)
    return torch.stack([slope[..., 1], -slope[..., 0]], -1)


optimizer = torch.optim.Adam(energy.parameters(), lr=5e-3)
for step in range(81):
    state = torch.empty(64, 2).uniform_(-2, 2)
    loss = (learned(state, create_graph=True) - motion(state)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:2d} loss {loss.item():.5f}")


def roll(field, state, count=40, h=0.1):
    for _ in range(count):
        k1 = field(state)
        k2 = field((state + h / 2 * k1).detach())
        k3 = field((state + h / 2 * k2).detach())
        k4 = field((state + h * k3).detach())
        state = (state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)).detach()
    return state


start = torch.tensor([[1.0, 0.0]])
truth, model = roll(motion, start.clone()), roll(learned, start.clone())
print("true ", truth)
print(f"model off by {(truth - model).norm().item():.3f}")
print(f"energy learned at the start and at the end {energy(start).item():.3f} {energy(model).item():.3f}")
