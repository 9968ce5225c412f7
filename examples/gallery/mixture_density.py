"""A mixture density network: several answers to one question, as a mixture of Gaussians (Bishop, 1994)."""

import torch
import torch.nn as nn
from torch.distributions import Categorical, MixtureSameFamily, Normal

torch.manual_seed(6)

# The inverse of a wiggly function is many-valued.
y = torch.rand(300, 1) * 20 - 10
x = torch.sin(0.75 * y) * 7.0 + y * 0.5 + torch.randn(300, 1)


class MDN(nn.Module):
    def __init__(self, hidden=20, gaussians=5):
        super().__init__()
        self.z_h = nn.Sequential(nn.Linear(1, hidden), nn.Tanh())
        self.z_pi = nn.Linear(hidden, gaussians)
        self.z_sigma = nn.Linear(hidden, gaussians)
        self.z_mu = nn.Linear(hidden, gaussians)

    def forward(self, x):
        z_h = self.z_h(x)
        pi = nn.functional.softmax(self.z_pi(z_h), -1)
        sigma = torch.exp(self.z_sigma(z_h))
        mu = self.z_mu(z_h)
        return pi, sigma, mu


def mdn_loss(pi, sigma, mu, target):
    log_probability = Normal(loc=mu, scale=sigma).log_prob(target.expand_as(mu))
    return -torch.logsumexp(torch.log(pi) + log_probability, dim=1).mean()


model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(101):
    loss = mdn_loss(*model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:3d} loss {loss.item():.5f}")

with torch.no_grad():
    pi, sigma, mu = model(x)
    mixture = MixtureSameFamily(Categorical(probs=pi), Normal(mu, sigma))
    print(f"the same by MixtureSameFamily: {-mixture.log_prob(y.squeeze(1)).mean().item():.5f}")
    print("mean of the mixture:", mixture.mean[:4])
    question = torch.tensor([[0.0], [5.0]])
    pi, sigma, mu = model(question)
    print("weights:", pi)
    k = Categorical(pi).sample().view(-1, 1)
    print("one answer each:", torch.normal(mu.gather(1, k), sigma.gather(1, k)).squeeze())
