"""Variational inference of a coin's fairness and of a Bayesian regression (`PyroModule`, `PyroSample`, an automatic guide, `Predictive`);
the eight schools by the No-U-Turn sampler and by Hamiltonian Monte Carlo.
"""

import pyro
import pyro.distributions as dist
import torch
from pyro.distributions import constraints
from pyro.infer import HMC, MCMC, NUTS, SVI, Predictive, Trace_ELBO
from pyro.infer.autoguide import AutoDiagonalNormal
from pyro.nn import PyroModule, PyroSample
from pyro.optim import Adam

pyro.set_rng_seed(0)
flips = torch.tensor([1.0] * 6 + [0.0] * 4)


def coin(flips):
    fairness = pyro.sample("latent_fairness", dist.Beta(torch.tensor(10.0), torch.tensor(10.0)))
    with pyro.plate("data", len(flips)):
        pyro.sample("obs", dist.Bernoulli(fairness), obs=flips)


def guide(flips):
    a = pyro.param("alpha_q", torch.tensor(15.0), constraint=constraints.positive)
    b = pyro.param("beta_q", torch.tensor(15.0), constraint=constraints.positive)
    pyro.sample("latent_fairness", dist.Beta(a, b))


svi = SVI(coin, guide, Adam({"lr": 0.0005, "betas": (0.90, 0.999)}), loss=Trace_ELBO())
for step in range(300):
    loss = svi.step(flips)
    if step % 60 == 0:
        print(f"{loss:.4f}")
print(f"{pyro.param('alpha_q').item():.4f} {pyro.param('beta_q').item():.4f}")


class Regression(PyroModule):
    def __init__(self):
        super().__init__()
        self.linear = PyroModule[torch.nn.Linear](3, 1)
        self.linear.weight = PyroSample(dist.Normal(0.0, 1.0).expand([1, 3]).to_event(2))
        self.linear.bias = PyroSample(dist.Normal(0.0, 10.0).expand([1]).to_event(1))

    def forward(self, x, y=None):
        sigma = pyro.sample("sigma", dist.Uniform(0.0, 10.0))
        mean = self.linear(x).squeeze(-1)
        with pyro.plate("data", x.shape[0]):
            pyro.sample("obs", dist.Normal(mean, sigma), obs=y)
        return mean


pyro.clear_param_store()
pyro.set_rng_seed(1)
x = torch.randn(50, 3)
y = x @ torch.tensor([1.0, -2.0, 0.5]) + 0.1 * torch.randn(50)
regression = Regression()
automatic = AutoDiagonalNormal(regression)
svi = SVI(regression, automatic, Adam({"lr": 0.03}), Trace_ELBO())
for step in range(200):
    loss = svi.step(x, y)
    if step % 50 == 0:
        print(f"{loss:.3f}")
for name, value in pyro.get_param_store().items():
    print(name, [round(v, 3) for v in value.flatten().tolist()])
samples = Predictive(regression, guide=automatic, num_samples=10)(x[:4])
print({name: tuple(value.shape) for name, value in samples.items()}, f"{samples['obs'].mean():.4f}")

# in float64: a sampler's path amplifies rounding
torch.set_default_dtype(torch.float64)
effects = torch.tensor([28.0, 8, -3, 7, -1, 1, 18, 12])
sigmas = torch.tensor([15.0, 10, 16, 11, 9, 11, 10, 18])


def schools(sigmas):
    eta = pyro.sample("eta", dist.Normal(torch.zeros(8), torch.ones(8)))
    mu = pyro.sample("mu", dist.Normal(torch.zeros(1), 10 * torch.ones(1)))
    tau = pyro.sample("tau", dist.HalfCauchy(scale=25 * torch.ones(1)))
    return pyro.sample("obs", dist.Normal(mu + tau * eta, sigmas))


known = pyro.poutine.condition(schools, data={"obs": effects})
for kernel, warmup in ((NUTS(known), 30), (HMC(known, step_size=0.05, num_steps=4), 10)):
    pyro.set_rng_seed(2)
    mcmc = MCMC(kernel, num_samples=30, warmup_steps=warmup, disable_progbar=True)
    mcmc.run(sigmas)
    mcmc.summary(prob=0.5)
