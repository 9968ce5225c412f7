"""A normalising flow of affine couplings that learns two moons (Dinh, Sohl-Dickstein and Bengio, 2016)."""

import math

import torch
import torch.nn as nn
from torch.distributions import MultivariateNormal

torch.manual_seed(0)


def moons(count):
    angle = math.pi * torch.rand(count)
    upper = torch.rand(count) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle))
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle))
    return torch.stack([x, y], dim=1) + 0.05 * torch.randn(count, 2)


def net(last):
    layers = [nn.Linear(2, 32), nn.LeakyReLU(), nn.Linear(32, 32), nn.LeakyReLU(), nn.Linear(32, 2)]
    return nn.Sequential(*layers, *last)


class RealNVP(nn.Module):
    def __init__(self, masks, prior):
        super().__init__()
        self.prior = prior
        self.mask = nn.Parameter(masks, requires_grad=False)
        self.t = nn.ModuleList(net([]) for _ in masks)
        self.s = nn.ModuleList(net([nn.Tanh()]) for _ in masks)

    def g(self, z):
        x = z
        for i in range(len(self.t)):
            kept = x * self.mask[i]
            s = self.s[i](kept) * (1 - self.mask[i])
            t = self.t[i](kept) * (1 - self.mask[i])
            x = kept + (1 - self.mask[i]) * (x * torch.exp(s) + t)
        return x

    def f(self, x):
        log_det_J, z = x.new_zeros(x.shape[0]), x
        for i in reversed(range(len(self.t))):
            kept = self.mask[i] * z
            s = self.s[i](kept) * (1 - self.mask[i])
            t = self.t[i](kept) * (1 - self.mask[i])
            z = (1 - self.mask[i]) * (z - t) * torch.exp(-s) + kept
            log_det_J -= s.sum(dim=1)
        return z, log_det_J

    def log_prob(self, x):
        z, logp = self.f(x)
        return self.prior.log_prob(z) + logp

    def sample(self, count):
        return self.g(self.prior.sample((count,)))


masks = torch.tensor([[0.0, 1.0], [1.0, 0.0]] * 2)
prior = MultivariateNormal(torch.zeros(2), torch.eye(2))
flow = RealNVP(masks, prior)
optimizer = torch.optim.Adam([p for p in flow.parameters() if p.requires_grad], lr=3e-3)
for step in range(61):
    loss = -flow.log_prob(moons(100)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step:2d} negative log likelihood {loss.item():.5f}")

with torch.no_grad():
    x = moons(5)
    z, log_det = flow.f(x)
    print("there and back:", torch.allclose(flow.g(z), x, atol=1e-4))
    jacobian = torch.autograd.functional.jacobian(lambda point: flow.f(point.unsqueeze(0))[0].squeeze(0), x[0])
    print(f"log |det| {log_det[0]:.4f}, of the Jacobian {torch.linalg.slogdet(jacobian).logabsdet:.4f}")
    samples = flow.sample(1000)
    print("mean of samples", samples.mean(0).numpy().round(3), "shape", tuple(samples.shape))
