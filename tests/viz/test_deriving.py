"""Derived formulas: the course's as text; matrix code as matrices; two hundred random expressions as autograd has them."""

import random

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz
from steepest.viz import deriving
from steepest.viz.expressions import value_of

F = nn.functional


def test_the_courses_three_answers() -> None:
    found = viz.derive(lambda w1, w2, b, x, y: (w1 * x ** 2 + w2 * x + b - y) ** 2)
    assert str(found.loss) == "(w1*x^2 + w2*x + b - y)^2"
    assert found["w1"] == "2*(w1*x^2 + w2*x + b - y)*x^2"
    assert found["w2"] == "2*(w1*x^2 + w2*x + b - y)*x"
    assert found["b"] == "2*(w1*x^2 + w2*x + b - y)"
    assert found.gradients["w1"].latex == r"2 \left(w_{1} x^{2} + w_{2} x + b - y\right) x^{2}"
    assert str(found).splitlines()[1] == "∂loss/∂w1 = 2*(w1*x^2 + w2*x + b - y)*x^2"


@pytest.mark.parametrize(("function", "given", "expected"), [
    (lambda X, w, y, m: ((X @ w - y) ** 2).sum() / (2 * m), {"X": ("k", "n"), "w": ("n", 1), "y": ("k", 1)}, "X.T @ (X @ w - y) / m"),
    (lambda X, w, y: ((X @ w - y) ** 2).mean() / 2, {"X": ("m", "n"), "w": ("n", 1), "y": ("m", 1)}, "X.T @ (X @ w - y) / m"),
    (lambda X, w, y: F.mse_loss(X @ w, y), {"X": ("m", "n"), "w": ("n",), "y": ("m",)}, "2 * X.T @ (X @ w - y) / m"),
    (lambda X, w, y: F.binary_cross_entropy(torch.sigmoid(X @ w), y), {"X": ("m", "n"), "w": ("n", 1), "y": ("m", 1)},
     "X.T @ (sigmoid(X @ w) - y) / m"),
    (lambda X, w, y: F.binary_cross_entropy_with_logits(X @ w, y), {"X": ("m", "n"), "w": ("n", 1), "y": ("m", 1)},
     "X.T @ (sigmoid(X @ w) - y) / m"),
    (lambda X, w, y: ((w.T @ X.T - y.T) ** 2).sum(), {"X": ("m", "n"), "w": ("n", 1), "y": ("m", 1)}, "2 * X.T @ (w.T @ X.T - y.T).T"),
])
def test_matrix_code_is_derived_as_matrices(function, given, expected) -> None:
    assert viz.derive(function, by="w", **given)["w"] == expected


def test_softmax_with_cross_entropy_is_probabilities_minus_labels() -> None:
    labels = torch.tensor([0, 2, 1, 1])
    found = viz.derive(lambda X, W: F.cross_entropy(X @ W, labels), by="W", X=(4, 5), W=(5, 3))
    assert found["W"] == "X.T @ (softmax(X @ W) - onehot(y)) / 4"


@pytest.mark.parametrize(("function", "by", "expected"), [
    (lambda m, b, x, y: (m * x + b - y) ** 2, "m", "2*(m*x + b - y)*x"),                       # the houses
    (lambda w, x, y: (x * w - y) ** 2, "w", "2*(x*w - y)*x"),                                   # y = x w
    (lambda x: x ** 2, "x", "2*x"),
    (lambda x, y: (x + y) * torch.sigmoid(y), "x", "sigmoid(y)"),
    (lambda x, y: (x + y) * torch.sigmoid(y), "y", "sigmoid(y) + (x + y)*(1 - sigmoid(y))*sigmoid(y)"),
    (lambda w, b, x, y: F.binary_cross_entropy(torch.sigmoid(w * x + b), y), "w", "(sigmoid(w*x + b) - y)*x"),
    (lambda x: x ** 3 - 3 * x + 2 / x, "x", "3*x^2 - 3 - 2 / x^2"),
    (lambda x: torch.exp(-x * x / 2), "x", "-exp(-x^2 / 2)*x"),
    (lambda x: torch.log(x) / x, "x", "1 / x^2 - log(x) / x^2"),
    (lambda x: torch.relu(x), "x", "(relu(x) > 0)"),
    (lambda x: torch.sqrt(1 + x ** 2), "x", "x / sqrt(1 + x^2)"),
])
def test_formulas_people_know(function, by, expected) -> None:
    assert viz.derive(function, by=by)[by] == expected


def test_a_vector_argument_is_derived_element_by_element() -> None:
    found = viz.derive(lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, x=(2,))
    assert str(found.loss) == "(x[0]^2 + x[1] - 11)^2 + (x[0] + x[1]^2 - 7)^2"
    known = {"x": np.array([1.5, -0.5])}
    a, b = 1.5 ** 2 - 0.5 - 11, 1.5 + 0.25 - 7
    assert value_of(found.gradients["x[0]"].expression, known) == pytest.approx(4 * a * 1.5 + 2 * b)
    assert value_of(found.gradients["x[1]"].expression, known) == pytest.approx(2 * a + 4 * b * -0.5)


def test_long_formulas_name_what_they_share() -> None:
    found = viz.derive(lambda X, W1, b1, W2, b2, W3, y: F.mse_loss(torch.sigmoid(torch.tanh(X @ W1.T + b1) @ W2.T + b2) @ W3.T, y),
                       X=("m", 3), W1=(4, 3), b1=(4,), W2=(5, 4), b2=(5,), W3=(1, 5), y=("m", 1))
    assert {n: str(f) for n, f in found.where.items()} == {"h1": "tanh(X @ W1.T + b1)", "h2": "sigmoid(h1 @ W2.T + b2)"}
    assert found["W3"] == "2 * (h2 @ W3.T - y).T @ h2 / m"
    assert "h1 = tanh" in str(found) and r"\frac{\partial L}{\partial W_{3}}" in found.latex


UNARY = ["torch.sin({})", "torch.cos({})", "torch.exp({}/3)", "torch.tanh({})", "torch.sigmoid({})", "torch.log(1.5 + ({})**2)",
         "torch.sqrt(2 + ({})**2)", "({})**2", "({})**3", "-({})", "torch.atan({})", "torch.relu({})", "torch.abs({})",
         "F.softplus({})", "F.silu({})", "F.gelu({})", "1/(3 + ({})**2)", "torch.erf({})", "2.5*({})", "F.leaky_relu({})"]
BINARY = ["({}) + ({})", "({}) - ({})", "({}) * ({})", "({}) / (1 + ({})**2)", "torch.maximum({}, {})", "torch.hypot(1 + ({})**2, {})"]
MATRIX = ["torch.sin({})", "torch.tanh({})", "torch.sigmoid({})", "({})**2", "({}) * s", "({}) + c", "({}) / (1 + s**2)", "A @ ({})",
          "({}) * B", "({}) - B", "(({}).T @ D).T", "A.T @ ({})", "({}) + ({}).sum(0)", "({}) * ({}).mean()", "({}).relu()"]


def scalar_expression(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.12:
        return rng.choice(["a", "b", "c", "a", "b", f"{rng.randint(1, 3)} * a"])
    if rng.random() < 0.5:
        return rng.choice(UNARY).format(scalar_expression(rng, depth - 1))
    return rng.choice(BINARY).format(scalar_expression(rng, depth - 1), scalar_expression(rng, depth - 1))


def matrix_expression(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(["A @ W", "W", "W * s"])
    inner = matrix_expression(rng, depth - 1)
    pattern = rng.choice(MATRIX)
    return pattern.format(*[inner] * pattern.count("{}"))


def compare(found, run, values, names) -> None:
    """Values of the formulas at a point of our own against autograd's there."""
    tensors = {n: torch.tensor(v, requires_grad=n in names) for n, v in values.items()}
    loss = run(**tensors)
    gradients = torch.autograd.grad(loss, [tensors[n] for n in names], allow_unused=True)
    known = dict(values)
    for name, formula in found.where.items():
        known[name] = value_of(formula.expression, known)
    assert value_of(found.loss.expression, known) == pytest.approx(loss.item(), rel=1e-7, abs=1e-9)
    for name, g in zip(names, gradients, strict=True):
        expected = np.zeros(values[name].shape) if g is None else g.numpy()
        value = np.broadcast_to(value_of(found.gradients[name].expression, known), expected.shape)
        assert value == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("seed", range(140))
def test_random_expressions_of_numbers(seed: int) -> None:
    rng = random.Random(seed)
    source = f"lambda a, b, c: 0*a + {scalar_expression(rng, 4)}"
    run = eval(source, {"torch": torch, "F": F})
    found = viz.derive(run, by=["a", "b", "c"]) if all(n in source[18:] for n in "bc") else viz.derive(run, by=["a"])
    point = np.random.default_rng(seed)
    compare(found, run, {n: np.array(point.uniform(-1.5, 1.5)) for n in "abc"}, list(found.gradients))


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions_of_matrices(seed: int) -> None:
    rng = random.Random(1000 + seed)
    source = f"lambda A, B, D, W, s, c: ({matrix_expression(rng, 4)}).{rng.choice(['sum', 'mean'])}() + 0*s"
    run = eval(source, {"torch": torch})
    shapes = {"A": (3, 3), "B": (3, 2), "D": (3, 3), "W": (3, 2), "s": (), "c": (2,)}
    found = viz.derive(run, by=["W", "s"], **{n: s for n, s in shapes.items() if s})
    point = np.random.default_rng(seed)
    compare(found, run, {n: point.uniform(-1, 1, s) for n, s in shapes.items()}, ["W", "s"])


def test_convolutions_and_poolings_are_functions_in_the_formulas() -> None:
    torch.manual_seed(0)
    labels = torch.tensor([0, 2, 1])

    def loss(x, w, b, v):
        hidden = torch.relu(F.max_pool2d(F.conv2d(x, w, b), 2))
        return F.cross_entropy(hidden.reshape(3, -1) @ v, labels)

    shapes = {"x": (3, 1, 6, 6), "w": (2, 1, 3, 3), "b": (2,), "v": (8, 3)}
    found = viz.derive(loss, by=["w", "b", "v"], **shapes)
    assert "relu(max_pool2d(convolution(x, w, b)))" in str(found)
    assert "convolution_weight_backward(max_pool_backward(" in found["w"] and "dim=(0, 2, 3)" in found["b"]
    point = np.random.default_rng(0)
    values = {n: point.normal(size=s) for n, s in shapes.items()}
    tensors = {n: torch.tensor(v, requires_grad=n != "x") for n, v in values.items()}
    gradients = torch.autograd.grad(loss(**tensors), [tensors[n] for n in "wbv"])
    known = {**values, **found.values}
    for name, formula in found.where.items():
        known[name] = value_of(formula.expression, known)
    for name, g in zip("wbv", gradients, strict=True):
        assert value_of(found.gradients[name].expression, known).reshape(g.shape) == pytest.approx(g.numpy(), rel=1e-6, abs=1e-9)


def test_a_wrong_formula_is_never_shown(monkeypatch) -> None:
    monkeypatch.setitem(deriving.ex.BUILDERS, "subtract", lambda a, b: deriving.ex.add([a, b]))
    with pytest.raises(RuntimeError, match="it is wrong and not shown"):
        viz.derive(lambda w, x, y: (w * x - y) ** 2)


def test_what_cannot_be_derived_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="no argument z to derive by: the function takes w, x"):
        viz.derive(lambda w, x: w * x, by="z")
    with pytest.raises(ValueError, match=r"only one number can be derived, not \[3\]"):
        viz.derive(lambda w: w * 2, w=(3,))
    with pytest.raises(ValueError, match="does not depend on w"):
        viz.derive(lambda w, x: x.detach() * 2)
