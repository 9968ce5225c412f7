"""Names of torch.distributions: probability distributions that draw PyTorch's numbers.

>>> steepest.distributions.Normal(steepest.zeros(2), 1.0).entropy()
tensor([1.4189, 1.4189])
"""

import sys

from steepest.distributions import (
    bounded,
    circular,
    composed,
    constraint_registry,
    constraints,
    continuous,
    counts,
    discrete,
    exponential_family,
    gamma,
    kl,
    low_rank,
    matrices,
    relaxed,
    transformed,
    transforms,
    utils,
)
from steepest.distributions.bounded import ContinuousBernoulli, GeneralizedPareto
from steepest.distributions.circular import VonMises
from steepest.distributions.composed import Independent, MixtureSameFamily, MultivariateNormal
from steepest.distributions.constraint_registry import biject_to, transform_to
from steepest.distributions.continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from steepest.distributions.counts import Binomial, Multinomial, NegativeBinomial, OneHotCategoricalStraightThrough
from steepest.distributions.discrete import Bernoulli, Categorical, Geometric, OneHotCategorical, Poisson
from steepest.distributions.distribution import Distribution
from steepest.distributions.exponential_family import ExponentialFamily
from steepest.distributions.gamma import Beta, Chi2, Dirichlet, FisherSnedecor, Gamma, InverseGamma, StudentT
from steepest.distributions.kl import kl_divergence, register_kl
from steepest.distributions.low_rank import LowRankMultivariateNormal
from steepest.distributions.matrices import LKJCholesky, Wishart
from steepest.distributions.relaxed import RelaxedBernoulli, RelaxedOneHotCategorical
from steepest.distributions.transformed import (
    Gumbel,
    HalfCauchy,
    HalfNormal,
    Kumaraswamy,
    LogisticNormal,
    LogNormal,
    Pareto,
    TransformedDistribution,
    Weibull,
)
from steepest.distributions.transforms import *  # noqa: F403

__all__ = [
    *transforms.__all__,
    "ContinuousBernoulli", "ExponentialFamily", "GeneralizedPareto", "LKJCholesky", "LowRankMultivariateNormal", "VonMises", "Wishart",
    "utils", "Beta", "Binomial", "Chi2",
    "Dirichlet", "FisherSnedecor", "Gamma", "Gumbel", "HalfCauchy", "HalfNormal", "InverseGamma", "Kumaraswamy",
    "LogNormal", "LogisticNormal", "Multinomial", "NegativeBinomial", "OneHotCategoricalStraightThrough", "Pareto", "RelaxedBernoulli",
    "RelaxedOneHotCategorical", "StudentT", "TransformedDistribution", "Weibull", "biject_to", "constraint_registry", "transform_to",
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
    bounded: "continuous_bernoulli generalized_pareto",
    circular: "von_mises",
    exponential_family: "exp_family",
    low_rank: "lowrank_multivariate_normal",
    matrices: "lkj_cholesky wishart",
    gamma: "beta chi2 dirichlet fishersnedecor inverse_gamma studentT",
    counts: "binomial negative_binomial multinomial",
    transformed: "gumbel half_cauchy half_normal kumaraswamy log_normal logistic_normal pareto"
                 " transformed_distribution weibull",
    relaxed: "relaxed_bernoulli relaxed_categorical",
}.items():
    for _path in _paths.split():
        sys.modules[f"{__name__}.{_path}"] = globals()[_path] = _module
