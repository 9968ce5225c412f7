"""Learning to learn sine waves: MAML, with gradients through the inner step (Finn, Abbeel and Levine, 2017)."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

torch.manual_seed(4)


def sample_task():
    amplitude = torch.empty(1).uniform_(0.1, 5.0)
    phase = torch.empty(1).uniform_(0, math.pi)

    def sample(count):
        x = torch.rand(count, 1) * 10 - 5
        return x, amplitude * torch.sin(x + phase)

    return sample


model = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
meta_optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
INNER_LR = 0.01


def adapt(parameters, x, y, steps=1, create_graph=True):
    """Parameters after some steps of gradient descent on the task's few points."""
    for _ in range(steps):
        loss = F.mse_loss(functional_call(model, parameters, (x,)), y)
        gradients = torch.autograd.grad(loss, tuple(parameters.values()), create_graph=create_graph)
        parameters = {name: p - INNER_LR * g for (name, p), g in zip(parameters.items(), gradients)}
    return parameters


for iteration in range(31):
    meta_loss = 0.0
    for _ in range(4):
        task = sample_task()
        adapted = adapt(dict(model.named_parameters()), *task(10))
        x, y = task(10)
        meta_loss = meta_loss + F.mse_loss(functional_call(model, adapted, (x,)), y)
    meta_loss = meta_loss / 4
    meta_optimizer.zero_grad()
    meta_loss.backward()
    norm = sum(p.grad.norm() ** 2 for p in model.parameters()).sqrt()
    meta_optimizer.step()
    if iteration % 5 == 0:
        print(f"iteration {iteration:2d}  meta loss {meta_loss.item():.5f}  norm of the meta gradient {norm.item():.4f}")

# A new task: the loss before and after each step of adaptation.
task = sample_task()
x, y = task(10)
x_test, y_test = task(50)
for steps in range(4):
    parameters = adapt(dict(model.named_parameters()), x, y, steps, create_graph=False)
    with torch.no_grad():
        print(f"after {steps} steps: {F.mse_loss(functional_call(model, parameters, (x_test,)), y_test).item():.5f}")

# First order, for comparison: the inner gradients taken for constants.
first_order = adapt({k: v.detach().requires_grad_() for k, v in model.named_parameters()}, x, y, 1, create_graph=False)
loss = F.mse_loss(functional_call(model, first_order, (x_test,)), y_test)
print(f"first order loss {loss.item():.5f}, graph: {loss.grad_fn is not None}")
