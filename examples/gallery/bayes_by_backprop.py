"""Weights with a spread of their own (Blundell et al. 2015): a regression that knows where it has seen no data."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence

torch.manual_seed(0)
x = torch.cat([torch.empty(20).uniform_(-1, -0.3), torch.empty(20).uniform_(0.3, 1)]).unsqueeze(1)
y = torch.sin(3 * x) + 0.1 * torch.randn_like(x)


class BayesianLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.mean = nn.Parameter(torch.randn(outputs, inputs + 1) / math.sqrt(inputs + 1))
        self.rho = nn.Parameter(torch.full((outputs, inputs + 1), -4.0))

    def posterior(self):
        return Independent(Normal(self.mean, F.softplus(self.rho)), 2)

    def forward(self, x):
        drawn = self.posterior().rsample()
        return F.linear(x, drawn[:, :-1], drawn[:, -1])

    def divergence(self):
        return kl_divergence(self.posterior(), Independent(Normal(torch.zeros_like(self.mean), torch.ones_like(self.mean)), 2))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = BayesianLinear(1, 16), BayesianLinear(16, 1)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


model = Network()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(101):
    fit = -Normal(model(x), 0.1).log_prob(y).sum()
    complexity = model.first.divergence() + model.second.divergence()
    loss = (fit + complexity) / len(x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 0:
        print(f"step {step:3d} loss {loss.item():.4f} fit {fit.item() / len(x):.4f} nats of weights {complexity.item():.3f}")
with torch.no_grad():
    spread = torch.stack([model(torch.tensor([[0.5], [0.0], [2.0]])) for _ in range(50)]).std(0).squeeze(1)
print("spread inside, between and outside the data:", [round(s, 2) for s in spread.tolist()])
