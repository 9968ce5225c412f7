"""Distributions draw PyTorch's samples and give its log-probabilities, moments, gradients, divergences and errors."""

import importlib
import json
from typing import Any

import pytest
from reference import distributions as reference

import steepest
from steepest import distributions

EXPECTED = json.loads(reference.REFERENCE.read_text(encoding="utf-8"))["cases"]


def assert_close(found: Any, expected: Any, where: str, rel: float = 2e-5) -> None:
    if isinstance(expected, list):
        assert isinstance(found, list) and len(found) == len(expected), where
        for k, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_close(one, other, f"{where}[{k}]", rel)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=rel, abs=rel / 10), where
    else:
        assert found == expected, where


@pytest.mark.parametrize("name", reference.CASES)
def test_gives_what_torch_gives(name: str) -> None:
    found = reference.observe(steepest, name)
    assert found.keys() == EXPECTED[name].keys()
    for what, expected in EXPECTED[name].items():
        approximate = what == "rsample gradients" and name in reference.IMPLICIT
        assert_close(found[what], expected, what, 2e-3 if approximate else 2e-5)


def test_numbers_make_a_distribution_without_a_batch() -> None:
    standard = distributions.Normal(0, 1)
    assert standard.batch_shape == () and standard.sample().shape == () and standard.sample((2, 3)).shape == (2, 3)


def test_samples_have_no_gradient_and_rsamples_have_one() -> None:
    scale = steepest.ones(2, requires_grad=True)
    of = distributions.Normal(0.0, scale)
    assert not of.sample().requires_grad and of.rsample().requires_grad


@pytest.mark.parametrize(("wrong", "words"), [
    (lambda d, t: d.Normal(0.0, -1.0), "parameter scale .* GreaterThan\\(lower_bound=0.0\\)"),
    (lambda d, t: d.Uniform(1.0, 0.0), "parameter low"),
    (lambda d, t: d.Categorical(t.tensor([0.5, -0.1])), "parameter probs .* Simplex"),
    (lambda d, t: d.Categorical(), "Either `probs` or `logits`"),
    (lambda d, t: d.Bernoulli(0.3).log_prob(t.tensor(0.5)), "within the support \\(Boolean\\(\\)\\)"),
    (lambda d, t: d.Normal(t.zeros(2), 1.0).log_prob(t.zeros(3)), "not broadcastable"),
    (lambda d, t: d.Normal(0.0, 1.0).log_prob(1.0), "must be a Tensor"),
    (lambda d, t: d.MultivariateNormal(t.zeros(2)), "Exactly one of covariance_matrix"),
    (lambda d, t: d.MultivariateNormal(t.zeros(2), t.tensor([[1.0, 2.0], [2.0, 1.0]])), "PositiveDefinite"),
    (lambda d, t: d.Independent(d.Normal(0.0, 1.0), 1), "reinterpreted_batch_ndims"),
    (lambda d, t: d.MixtureSameFamily(d.Categorical(t.ones(3)), d.Normal(t.zeros(2), 1.0)), "mixture_distribution"),
])
def test_wrong_parameters_and_values_are_errors(wrong: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong(distributions, steepest)


def test_checks_can_be_left_out() -> None:
    assert distributions.Bernoulli(0.5, validate_args=False).log_prob(steepest.tensor(0.5)).isfinite()


def test_an_unknown_divergence_says_so() -> None:
    with pytest.raises(NotImplementedError, match="p type Normal and q type Binomial"):
        distributions.kl_divergence(distributions.Normal(0.0, 1.0), distributions.Binomial(1, steepest.tensor(0.5)))


def test_a_divergence_of_ones_own() -> None:
    class Mine(distributions.Normal):
        pass

    @distributions.register_kl(Mine, distributions.Normal)
    def _mine(p: Any, q: Any) -> Any:
        return p.loc * 0 + 7

    assert distributions.kl_divergence(Mine(0.0, 1.0), distributions.Normal(0.0, 1.0)) == 7
    assert distributions.kl_divergence(distributions.Normal(0.0, 1.0), Mine(0.0, 1.0)) == 0


@pytest.mark.parametrize("make", [
    lambda x: distributions.Categorical(logits=x),
    lambda x: distributions.Bernoulli(logits=x),
    lambda x: distributions.Categorical(x.exp()),
])
def test_what_a_sample_derives_has_its_gradient(make: Any) -> None:
    x = steepest.tensor([0.5, 1.0], requires_grad=True)
    of = make(x)
    of.sample()
    (of.probs[0] + of.logits[0]).backward()
    assert x.grad is not None and x.grad[0] != 0


def test_the_factor_of_a_covariance_has_its_gradient_after_a_sample() -> None:
    covariance = steepest.eye(2, requires_grad=True)
    of = distributions.MultivariateNormal(steepest.zeros(2), covariance)
    of.sample()
    of.log_prob(steepest.ones(2)).backward()
    assert covariance.grad is not None and covariance.grad.abs().sum() > 0


@pytest.mark.parametrize("path", ["normal.Normal", "categorical.Categorical", "multivariate_normal.MultivariateNormal", "kl.kl_divergence"])
def test_pytorchs_module_paths_lead_to_the_same_names(path: str) -> None:
    module, name = path.split(".")
    found = getattr(importlib.import_module(f"steepest.distributions.{module}"), name)
    assert found is getattr(distributions, name) is getattr(getattr(distributions, module), name)


def test_samples_move_with_their_parameters_as_the_probability_says() -> None:
    """Where the probability up to a sample stays the same: `(P(a + h, x + h dx) - P(a, x)) / h` is zero."""
    steepest.manual_seed(3)
    shape = steepest.tensor([0.3, 2.0, 30.0], dtype=steepest.float64, requires_grad=True)
    x = distributions.Gamma(shape, 1.0).rsample()
    slope = steepest.autograd.grad(x.sum(), shape)[0]
    h = 1e-5
    a = shape.detach()
    change = steepest.igamma(a + h, x.detach() + h * slope) - steepest.igamma(a, x.detach())
    assert (change.abs() < 1e-9).all()


@pytest.mark.parametrize("name", ["positive", "unit_interval", "simplex", "lower_cholesky", "corr_cholesky", "real_vector"])
def test_transforms_reach_what_a_constraint_allows(name: str) -> None:
    constraint = getattr(distributions.constraints, name)
    if name == "lower_cholesky":          # in PyTorch, too
        with pytest.raises(NotImplementedError, match="Cannot transform"):
            distributions.biject_to(constraint)
    transform = (distributions.transform_to if name == "lower_cholesky" else distributions.biject_to)(constraint)
    steepest.manual_seed(0)
    x = steepest.randn(4, 3) if name not in ("lower_cholesky",) else steepest.randn(4, 3, 3)
    y = transform(x)
    assert constraint.check(y).all()
    if transform.bijective:
        assert steepest.allclose(transform.inv(y), x, atol=1e-4)


@pytest.mark.parametrize("transform", [distributions.TanhTransform(), distributions.SigmoidTransform(), distributions.ExpTransform(),
                                       distributions.SoftplusTransform(), distributions.AffineTransform(1.0, -2.0),
                                       distributions.ComposeTransform([distributions.ExpTransform(), distributions.PowerTransform(0.5)])])
def test_the_jacobian_is_the_derivative(transform: Any) -> None:
    x = steepest.tensor([-0.7, 0.2, 1.1], dtype=steepest.float64, requires_grad=True)
    y = transform(x)
    slope = steepest.autograd.grad(y.sum(), x, retain_graph=True)[0]
    assert steepest.allclose(transform.log_abs_det_jacobian(x, y), slope.abs().log())


def test_a_constraint_of_the_programs_own_and_its_transform() -> None:
    constraints = distributions.constraints

    class _Even(constraints.Constraint):
        is_discrete = True

        def check(self, value: steepest.Tensor) -> steepest.Tensor:
            return value % 2 == 0

    class _Longer(type(constraints.positive)):
        pass

    even = _Even()
    assert repr(even) == "Even()" and even.event_dim == 0 and constraints.independent(even, 1).is_discrete
    with pytest.raises(NotImplementedError, match="Cannot transform Even"):
        distributions.transform_to(even)
    distributions.transform_to.register(even, lambda c: distributions.transforms.AffineTransform(0, 2))
    assert distributions.transform_to(_Even())(steepest.ones(1)).item() == 2
    with pytest.raises(NotImplementedError):                  # by its exact class, as in PyTorch
        distributions.biject_to(_Longer(lower_bound=0.0))
    with pytest.raises(TypeError, match="Constraint subclass or instance"):
        distributions.biject_to.register(3, None)
    assert isinstance(constraints.positive, constraints.greater_than) and constraints.positive.lower_bound == 0


def test_what_a_support_is_known_to_be_without_an_object() -> None:
    constraints = distributions.constraints
    assert constraints.is_dependent(distributions.Uniform.support) and distributions.Binomial.support.is_discrete
    assert distributions.Multinomial.support.event_dim == 1 and not constraints.is_dependent(distributions.Normal.support)
    with pytest.raises(NotImplementedError, match="event_dim cannot be determined statically"):
        _ = distributions.TransformedDistribution.support.event_dim
    with pytest.raises(ValueError, match="dependent constraint"):
        constraints.dependent.check(steepest.ones(1))
    assert constraints.dependent(event_dim=2).event_dim == 2


class Shifted(distributions.Distribution):
    """A distribution of the program's own, with a parameter whose condition depends on others, and an attribute beside it."""

    arg_constraints = {"loc": distributions.constraints.dependent}

    def __init__(self, loc: steepest.Tensor, name: str, validate_args: bool | None = None) -> None:
        self.loc, self.name = loc, name
        super().__init__(loc.shape, validate_args=validate_args)

    def expand(self, batch_shape: tuple[int, ...], _instance: object = None) -> "Shifted":
        new = self._get_checked_instance(Shifted, _instance)
        new.loc, new.name = self.loc.expand(batch_shape), self.name
        distributions.Distribution.__init__(new, batch_shape, validate_args=False)
        return new


class Named(distributions.Normal):
    """A subclass of one that is there, with an attribute of its own."""

    def __init__(self, loc: float, scale: float, name: str, validate_args: bool | None = None) -> None:
        super().__init__(loc, scale, validate_args=validate_args)
        self.name = name

    def expand(self, batch_shape: tuple[int, ...], _instance: object = None) -> "Named":
        new = self._get_checked_instance(Named, _instance)
        new.name = self.name
        return super().expand(batch_shape, _instance=new)


def test_distributions_of_the_programs_own_expand() -> None:
    large = Shifted(steepest.zeros(2), "a").expand((3, 2))
    assert (type(large), large.name, large.batch_shape, large.loc.shape) == (Shifted, "a", (3, 2), (3, 2))
    named = Named(0.0, 1.0, "b").expand((4,))
    assert (type(named), named.name, named.batch_shape, named.scale.shape) == (Named, "b", (4,), (4,))

    class Without(Named):
        def __init__(self) -> None:
            super().__init__(0.0, 1.0, "c")

    with pytest.raises(NotImplementedError, match=r"must also define a custom .expand\(\)"):
        Without().expand((2,))
    inner = distributions.Independent(distributions.Gumbel(steepest.zeros(3), steepest.ones(3)), 1).expand((2,))
    assert (inner.batch_shape, inner.event_shape, inner.base_dist.loc.shape) == ((2,), (3,), (2, 3))


def test_a_sample_of_a_distribution_without_a_support_is_not_checked() -> None:
    with pytest.warns(UserWarning, match="does not define `support`"):
        Shifted(steepest.zeros(2), "a")._validate_sample(steepest.ones(2))


def test_vectors_keep_the_factor_of_what_was_given() -> None:
    a = steepest.tensor([[2.0, 0.5], [0.5, 1.0]])
    factor = steepest.linalg.cholesky(a)
    for given in ({"covariance_matrix": a}, {"precision_matrix": steepest.linalg.inv(a)}, {"scale_tril": factor}):
        found = distributions.MultivariateNormal(steepest.zeros(3, 2), **given)
        assert found._unbroadcasted_scale_tril.shape == (2, 2) and found.scale_tril.shape == (3, 2, 2)
        assert steepest.allclose(found._unbroadcasted_scale_tril, factor, atol=1e-6)
        assert steepest.allclose(found.precision_matrix[0], steepest.linalg.inv(a), atol=1e-5)
        assert found.expand((4, 3))._unbroadcasted_scale_tril.shape == (2, 2) and found.entropy().shape == (3,)
    with pytest.raises(steepest.linalg.LinAlgError):                       # at once, as in PyTorch
        distributions.MultivariateNormal(steepest.zeros(2), -a, validate_args=False)


def test_the_inverse_of_a_transform_has_pytorchs_name() -> None:
    inverse = distributions.transforms.ExpTransform().inv
    assert isinstance(inverse, distributions.transforms._InverseTransform) and repr(inverse).startswith("_InverseTransform(")


def test_a_class_that_is_a_transform_or_a_distribution_and_a_module() -> None:
    class Learnt(distributions.transforms.Transform, steepest.nn.Module):
        domain = codomain = distributions.constraints.real
        bijective = True

        def __init__(self) -> None:
            super().__init__(cache_size=1)
            self.scale = steepest.nn.Parameter(steepest.ones(1) * 2)

        def _call(self, x: steepest.Tensor) -> steepest.Tensor:
            return x * self.scale

    class Spread(distributions.Normal, steepest.nn.Module):
        def __init__(self) -> None:
            super().__init__(0.0, 1.0)
            self.layer = steepest.nn.Linear(1, 1)

    learnt = Learnt()
    assert len(list(learnt.parameters())) == 1 and learnt(steepest.ones(1)).item() == 2 and learnt._cached_x_y[1].item() == 2
    assert len(list(Spread().layer.parameters())) == 2
