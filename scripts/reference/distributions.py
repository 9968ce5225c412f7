"""What torch.distributions gives under PyTorch 2.13.0: samples, log-probabilities, moments, gradients, divergences.

`python scripts/reference/distributions.py` writes tests/reference/distributions.json; the tests run `observe` under steepest.
"""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent.parent.parent / "tests" / "reference" / "distributions.json"
PROPERTIES = ("mean", "variance", "stddev", "mode", "support", "batch_shape", "event_shape", "has_rsample")

# name: (distribution, other parameters for the divergence, how both are made of them; m holds the distributions)
CASES: dict[str, tuple[list[Any], list[Any], Callable[..., Any]]] = {
    "Normal": ([[0.5, -1.0, 2.0], [0.3, 1.0, 2.5]], [[0.0, 0.5, 1.0], [1.0, 2.0, 0.5]], lambda m, loc, scale: m.Normal(loc, scale)),
    "Normal of many": ([[0.0] * 20, [1.0]], [[0.1] * 20, [2.0]], lambda m, loc, scale: m.Normal(loc, scale)),
    "Laplace": ([[0.5, -1.0], [0.3, 1.0]], [[0.0, 0.5], [1.0, 2.0]], lambda m, loc, scale: m.Laplace(loc, scale)),
    "Cauchy": ([[0.5, -1.0], [0.3, 1.0]], [], lambda m, loc, scale: m.Cauchy(loc, scale)),
    "Uniform": ([[0.5, -1.0], [0.75, 1.0]], [[0.0, -0.5], [1.0, 2.0]], lambda m, low, high: m.Uniform(low, high)),
    "Exponential": ([[0.5, 4.0]], [[1.0, 1.5]], lambda m, rate: m.Exponential(rate)),
    "Bernoulli": ([[0.2, 0.5, 0.9]], [[0.3, 0.3, 0.8]], lambda m, p: m.Bernoulli(p)),
    "Bernoulli of logits": ([[-2.0, 0.0, 1.0]], [[1.0, 0.5, 0.0]], lambda m, x: m.Bernoulli(logits=x)),
    "Geometric": ([[0.2, 0.5]], [[0.3, 0.3]], lambda m, p: m.Geometric(p)),
    "Poisson": ([[0.5, 4.0]], [[1.0, 1.5]], lambda m, rate: m.Poisson(rate)),
    "Categorical": ([[[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]], [[[0.3, 0.3, 0.4], [1.0, 1.0, 2.0]]], lambda m, p: m.Categorical(p)),
    "Categorical of logits": ([[0.5, -1.0, 2.0]], [[0.0, 0.0, 1.0]], lambda m, x: m.Categorical(logits=x)),
    "OneHotCategorical": ([[[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]], [[[0.3, 0.3, 0.4]] * 2], lambda m, p: m.OneHotCategorical(p)),
    "Independent": ([[[0.5, -1.0], [0.0, 1.0]], [[0.3, 1.0]] * 2], [[[0.0, 0.5]] * 2, [[1.0, 2.0]] * 2],
                    lambda m, loc, scale: m.Independent(m.Normal(loc, scale), 1)),
    "MixtureSameFamily": ([[0.2, 0.8], [-1.0, 2.0], [0.5, 1.0]], [],
                          lambda m, p, loc, scale: m.MixtureSameFamily(m.Categorical(p), m.Normal(loc, scale))),
    "MixtureSameFamily of vectors": ([[0.2, 0.8], [[-1.0, 2.0], [0.0, 1.0]], [[0.5, 1.0], [1.0, 2.0]]], [],
                                     lambda m, p, a, b: m.MixtureSameFamily(m.Categorical(p), m.Independent(m.Normal(a, b), 1))),
    "MultivariateNormal": ([[[0.5, -1.0], [0.0, 2.0]], [[2.0, 0.5], [0.5, 1.0]]], [[[0.0, 0.0]] * 2, [[1.0, -0.2], [-0.2, 3.0]]],
                           lambda m, loc, c: m.MultivariateNormal(loc, c)),
    "MultivariateNormal of a factor": ([[0.5, -1.0], [[1.5, 0.0], [0.5, 0.7]]], [[0.0, 1.0], [[1.0, 0.0], [-0.5, 2.0]]],
                                       lambda m, loc, c: m.MultivariateNormal(loc, scale_tril=c)),
    "MultivariateNormal of a precision": ([[0.5, -1.0], [[2.0, 0.5], [0.5, 1.0]]], [[0.0, 1.0], [[1.0, 0.0], [0.0, 2.0]]],
                                          lambda m, loc, c: m.MultivariateNormal(loc, precision_matrix=c)),
    "Gamma": ([[0.5, 3.0, 20.0], [1.0, 2.0, 0.5]], [[1.0, 2.0, 10.0], [1.0, 1.0, 1.0]], lambda m, a, b: m.Gamma(a, b)),
    "Chi2": ([[0.7, 4.0]], [], lambda m, df: m.Chi2(df)),
    "Beta": ([[0.5, 3.0], [2.0, 1.5]], [[1.0, 2.0], [1.0, 1.0]], lambda m, a, b: m.Beta(a, b)),
    "Dirichlet": ([[[0.5, 1.0, 3.0], [2.0, 2.0, 9.0]]], [[[1.0, 1.0, 1.0]] * 2], lambda m, a: m.Dirichlet(a)),
    "StudentT": ([[1.5, 5.0], [0.5, -1.0], [1.0, 2.0]], [], lambda m, df, loc, scale: m.StudentT(df, loc, scale)),
    "FisherSnedecor": ([[3.0, 5.0], [5.0, 9.0]], [], lambda m, a, b: m.FisherSnedecor(a, b)),
    "InverseGamma": ([[2.5, 4.0], [1.0, 2.0]], [], lambda m, a, b: m.InverseGamma(a, b)),
    "LogNormal": ([[0.5, -1.0], [0.3, 1.0]], [[0.0, 0.5], [1.0, 2.0]], lambda m, loc, scale: m.LogNormal(loc, scale)),
    "HalfNormal": ([[0.3, 2.0]], [[1.0, 1.5]], lambda m, scale: m.HalfNormal(scale)),
    "HalfCauchy": ([[0.3, 2.0]], [], lambda m, scale: m.HalfCauchy(scale)),
    "Gumbel": ([[0.5, -1.0], [0.3, 1.0]], [[0.0, 0.5], [1.0, 2.0]], lambda m, loc, scale: m.Gumbel(loc, scale)),
    "Weibull": ([[0.5, 2.0], [1.5, 3.0]], [], lambda m, scale, k: m.Weibull(scale, k)),
    "Pareto": ([[0.5, 2.0], [3.0, 4.0]], [[0.4, 1.0], [1.0, 2.0]], lambda m, scale, alpha: m.Pareto(scale, alpha)),
    "Kumaraswamy": ([[1.5, 2.0], [3.0, 1.2]], [], lambda m, a, b: m.Kumaraswamy(a, b)),
    "LogisticNormal": ([[0.5, -1.0], [0.3, 1.0]], [], lambda m, loc, scale: m.LogisticNormal(loc, scale)),
    "RelaxedBernoulli": ([0.7, [0.2, 0.5, 0.9]], [], lambda m, t, p: m.RelaxedBernoulli(t, p)),
    "RelaxedOneHotCategorical": ([0.7, [0.5, -1.0, 2.0]], [], lambda m, t, x: m.RelaxedOneHotCategorical(t, logits=x)),
    "OneHotCategoricalStraightThrough": ([[0.1, 0.2, 0.7]], [], lambda m, p: m.OneHotCategoricalStraightThrough(p)),
    "ContinuousBernoulli": ([[0.2, 0.5, 0.9]], [[0.3, 0.3, 0.8]], lambda m, p: m.ContinuousBernoulli(p)),
    "ContinuousBernoulli of logits": ([[-2.0, 0.001, 1.0]], [[1.0, 0.5, 0.0]], lambda m, x: m.ContinuousBernoulli(logits=x)),
    "GeneralizedPareto": ([[0.1, 1.0, 0.0], [2.0, 0.5, 1.0], [0.2, 0.0, -0.5]], [], lambda m, a, b, c: m.GeneralizedPareto(a, b, c)),
    "VonMises": ([[0.5, -1.0], [0.3, 5.0]], [], lambda m, loc, k: m.VonMises(loc, k)),
    "LKJCholesky": ([[0.5, 2.0]], [], lambda m, c: m.LKJCholesky(3, c)),
    "Wishart": ([5.0, [[2.0, 0.5], [0.5, 1.0]]], [4.0, [[1.0, -0.2], [-0.2, 3.0]]], lambda m, df, c: m.Wishart(df, c)),
    "Wishart of a batch": ([[3.0, 4.5], [[1.5, 0.0], [0.5, 0.7]]], [], lambda m, df, c: m.Wishart(df, scale_tril=c)),
    "LowRankMultivariateNormal": ([[[0.5, -1.0, 0.0]] * 2, [[1.0, 0.0], [0.5, 1.0], [0.0, 2.0]], [0.5, 1.0, 2.0]],
                                  [[[0.0, 0.0, 1.0]] * 2, [[0.0, 1.0], [0.5, 1.0], [1.0, 0.0]], [1.0, 1.0, 1.0]],
                                  lambda m, loc, w, d: m.LowRankMultivariateNormal(loc, w, d)),
    "Binomial": ([[0.2, 0.5, 0.9]], [[0.3, 0.3, 0.8]], lambda m, p: m.Binomial(7, p)),
    "NegativeBinomial": ([[0.2, 0.5]], [], lambda m, p: m.NegativeBinomial(4, p)),
    "Multinomial": ([[[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]], [], lambda m, p: m.Multinomial(6, p)),
    "squashed normal": ([[0.5, -1.0], [0.3, 1.0]], [],
                        lambda m, loc, scale: m.TransformedDistribution(m.Normal(loc, scale), [m.TanhTransform(cache_size=1)])),
    "affine of vectors": ([[0.5, -1.0], [0.3, 1.0]], [], lambda m, loc, scale: m.TransformedDistribution(
        m.Independent(m.Normal(loc, scale), 1), [m.AffineTransform(1.0, 2.0, event_dim=1), m.SigmoidTransform()])),
}


IMPLICIT = ("Gamma", "Chi2", "Beta", "Dirichlet", "StudentT", "FisherSnedecor", "InverseGamma")
"""Distributions whose samples move with their parameters by a formula that PyTorch approximates to three digits."""


def values(x: Any) -> Any:
    """As JSON; what has no number is a string."""
    if hasattr(x, "tolist"):
        return [str(x.dtype), values(x.tolist())]
    if isinstance(x, list):
        return [values(v) for v in x]
    return x if isinstance(x, (bool, int, str)) or isinstance(x, float) and abs(x) < float("inf") else str(x)


def asked(function: Callable[[], Any]) -> Any:
    """What a property or method gives, or that there is none."""
    try:
        return values(function())
    except NotImplementedError:
        return "NotImplementedError"


def observe(torch: Any, name: str) -> dict[str, Any]:
    """Everything about one case under whatever `torch` is."""
    first, second, make = CASES[name]
    m = importlib.import_module(f"{torch.__name__}.distributions")
    parameters = [torch.tensor(p, requires_grad=True) for p in first]
    torch.manual_seed(0)
    of = make(m, *parameters)
    drawn = of.sample((3,))
    seen = {"repr": values(repr(of)), "sample": values(drawn), "one": values(of.sample())}
    seen |= {p: asked(lambda: getattr(of, p)) for p in PROPERTIES}  # noqa: B023
    found = of.log_prob(drawn)
    found.sum().backward()
    seen |= {"log_prob": values(found.detach()), "gradients": [values(p.grad) for p in parameters]}
    seen |= {"entropy": asked(lambda: of.entropy().detach()), "enumerated": asked(of.enumerate_support)}
    if not tuple(of.event_shape) and not of.support.is_discrete:
        seen |= {"cdf": asked(lambda: of.cdf(drawn).detach()), "icdf": asked(lambda: of.icdf(torch.full_like(drawn, 0.3)).detach())}
    if of.has_rsample and not name.startswith("Wishart"):       # whose backward pass fails in PyTorch: it writes over what it saved
        torch.manual_seed(1)
        of = make(m, *[p.detach().requires_grad_() for p in parameters])
        leaves = [torch.tensor(p, requires_grad=True) for p in first]
        reparametrised = make(m, *leaves).rsample((2,))
        reparametrised.square().sum().backward()
        seen |= {"rsample": values(reparametrised.detach()), "rsample gradients": [values(p.grad) for p in leaves]}
    larger = of.expand((4, *of.batch_shape))
    seen |= {"expanded": values(repr(larger)), "of expanded": values(larger.log_prob(drawn[:1]).detach())}
    if second:
        seen["divergence"] = values(m.kl_divergence(of, make(m, *[torch.tensor(p) for p in second])).detach())
    return seen


def main() -> None:
    torch = importlib.import_module("torch")
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    content = {"torch": torch.__version__, "cases": {name: observe(torch, name) for name in CASES}}
    REFERENCE.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
