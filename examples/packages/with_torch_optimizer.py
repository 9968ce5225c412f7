"""All of its optimizers on the Rosenbrock and Rastrigin functions and on a small network, with weight decay and `Lookahead`; their states
saved.
"""

import math
import warnings

import torch
import torch_optimizer as optim
from torch import nn

warnings.simplefilter("ignore")
OPTIMIZERS = {
    "A2GradExp": {"lips": 10.0},
    "A2GradInc": {"lips": 10.0},
    "A2GradUni": {"lips": 10.0},
    "AccSGD": {"lr": 1e-3},
    "AdaBelief": {"lr": 1e-2},
    "AdaBound": {"lr": 1e-2},
    "AdaMod": {"lr": 1e-2},
    "Adafactor": {"lr": 1e-2, "relative_step": False},
    "Adahessian": {"lr": 1e-2},
    "AdamP": {"lr": 1e-2},
    "AggMo": {"lr": 1e-4},
    "Apollo": {"lr": 1e-2},
    "DiffGrad": {"lr": 1e-2},
    "LARS": {"lr": 1e-3},
    "Lamb": {"lr": 1e-2},
    "MADGRAD": {"lr": 1e-2},
    "NovoGrad": {"lr": 1e-2},
    "PID": {"lr": 1e-4},
    "QHAdam": {"lr": 1e-2},
    "QHM": {"lr": 1e-4, "momentum": 0.9},
    "RAdam": {"lr": 1e-2},
    "Ranger": {"lr": 1e-2},
    "RangerQH": {"lr": 1e-2},
    "RangerVA": {"lr": 1e-2},
    "SGDP": {"lr": 1e-4},
    "SGDW": {"lr": 1e-4},
    "SWATS": {"lr": 1e-2},
    "Shampoo": {"lr": 1e-2},
    "Yogi": {"lr": 1e-2},
}


def rosenbrock(xy):
    x, y = xy
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rastrigin(xy, A=10):
    x, y = xy
    return A * 2 + x**2 - A * torch.cos(2 * math.pi * x) + y**2 - A * torch.cos(2 * math.pi * y)


for function, start in ((rosenbrock, (-2.0, 2.0)), (rastrigin, (-2.0, 3.5))):
    for name, options in OPTIMIZERS.items():
        torch.manual_seed(1)
        xy = torch.tensor(start).requires_grad_(True)
        optimizer = getattr(optim, name)([xy], **options)
        for _ in range(30):
            optimizer.zero_grad()
            loss = function(xy)
            loss.backward(create_graph=name == "Adahessian")
            torch.nn.utils.clip_grad_norm_([xy], 1.0)
            optimizer.step()
        print(function.__name__, name, [f"{v:.5f}" for v in xy.tolist()])

torch.manual_seed(0)
X = torch.randn(64, 6)
Y = torch.sin(X).sum(1, keepdim=True)
for name, options in OPTIMIZERS.items():
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
    optimizer = getattr(optim, name)(net.parameters(), **options, **({} if name.startswith("A2Grad") else {"weight_decay": 1e-3}))
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(X), Y)
        loss.backward(create_graph=name == "Adahessian")
        optimizer.step()
        losses.append(loss.item())
    state = optimizer.state_dict()
    print(name, [f"{v:.5f}" for v in losses], sorted(state["state"].get(0, {})))

net = nn.Linear(3, 1)
yogi = optim.Yogi(net.parameters(), lr=1e-2)
optimizer = optim.Lookahead(yogi, k=3, alpha=0.5)
for _ in range(7):
    optimizer.zero_grad()
    net(X[:, :3]).square().mean().backward()
    optimizer.step()
print(net.weight.data, net.bias.data)
print(optim.get("Yogi").__name__, optimizer)
try:
    optim.Yogi(net.parameters(), lr=-1)
except ValueError as error:
    print(error)
