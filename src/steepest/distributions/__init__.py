"""Names of torch.distributions: probability distributions that draw PyTorch's numbers.

>>> steepest.distributions.Normal(steepest.zeros(2), 1.0).entropy()
tensor([1.4189, 1.4189])
"""

import sys

from steepest.distributions import composed, constraints, continuous, discrete, kl
from steepest.distributions.composed import Independent, MixtureSameFamily, MultivariateNormal
from steepest.distributions.continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from steepest.distributions.discrete import Bernoulli, Categorical, Geometric, OneHotCategorical, Poisson
from steepest.distributions.distribution import Distribution
from steepest.distributions.kl import kl_divergence, register_kl

__all__ = [
    "Bernoulli",
    "Categorical",
    "Cauchy",
    "Distribution",
    "Exponential",
    "Geometric",
    "Independent",
    "Laplace",
    "MixtureSameFamily",
    "MultivariateNormal",
    "Normal",
    "OneHotCategorical",
    "Poisson",
    "Uniform",
    "constraints",
    "kl",
    "kl_divergence",
    "register_kl",
]

# PyTorch's module paths, `from torch.distributions.normal import Normal`: the same modules under other names.
for _module, _paths in {
    continuous: "cauchy exponential laplace normal uniform",
    discrete: "bernoulli categorical geometric one_hot_categorical poisson",
    composed: "independent mixture_same_family multivariate_normal",
}.items():
    for _path in _paths.split():
        sys.modules[f"{__name__}.{_path}"] = globals()[_path] = _module
