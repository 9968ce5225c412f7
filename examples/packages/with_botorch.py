"""A Gaussian process fitted by `fit_gpytorch_mll`, its posterior, and the next points by two acquisition functions."""

import warnings

import torch
from botorch.acquisition import LogExpectedImprovement, UpperConfidenceBound
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.models.transforms import Normalize, Standardize
from botorch.optim import optimize_acqf
from gpytorch.mlls import ExactMarginalLogLikelihood

warnings.simplefilter("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
x = torch.rand(10, 2)
y = 1 - (x - 0.5).norm(dim=-1, keepdim=True) + 0.01 * torch.randn(10, 1)
process = SingleTaskGP(x, y, input_transform=Normalize(d=2), outcome_transform=Standardize(m=1))
fit_gpytorch_mll(ExactMarginalLogLikelihood(process.likelihood, process))
posterior = process.posterior(torch.tensor([[0.5, 0.5], [0.1, 0.9]]))
print([round(v, 4) for v in posterior.mean.flatten().tolist()], [round(v, 4) for v in posterior.variance.flatten().tolist()])
torch.manual_seed(1)
bounds = torch.stack([torch.zeros(2), torch.ones(2)])
for acquisition in (UpperConfidenceBound(process, beta=0.1), LogExpectedImprovement(process, best_f=y.max())):
    candidate, value = optimize_acqf(acquisition, bounds=bounds, q=1, num_restarts=3, raw_samples=20)
    print([round(v, 3) for v in candidate.flatten().tolist()], round(value.item(), 4))
