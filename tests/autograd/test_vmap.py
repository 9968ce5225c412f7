"""vmap against a loop over the examples: values, gradients through it, gradients inside it, and what it refuses."""

import sys
from pathlib import Path
from typing import Any

import pytest

import steepest as torch
from steepest import nn
from steepest.func import functional_call, grad, stack_module_state, vmap

sys.path.insert(0, str(Path(__file__).parent))
from transformed import CASES, close, normal, rows, weighted, x


def looped(function: Any) -> Any:
    return lambda *args: torch.stack([function(*[a[i] for a in args]) for i in range(3)])


@pytest.mark.parametrize("name", CASES)
def test_gives_what_a_loop_gives(name: str) -> None:
    function, arguments = CASES[name]
    assert close(vmap(function)(*arguments), looped(function)(*arguments))


@pytest.mark.parametrize("name", CASES)
def test_gradients_flow_through_it_as_through_a_loop(name: str) -> None:
    function, weights, floating = weighted(name)

    def gradients(transform: Any) -> Any:
        leaves = [a.clone().requires_grad_() if i in floating else a for i, a in enumerate(CASES[name][1])]
        return torch.autograd.grad(transform(function)(weights, *leaves).sum(), [leaves[i] for i in floating], materialize_grads=True)

    for a, b in zip(gradients(vmap), gradients(looped), strict=True):
        assert close(a, b)


@pytest.mark.parametrize("name", CASES)
def test_gradients_inside_it_are_those_of_each_example(name: str) -> None:
    function, weights, floating = weighted(name)
    wanted = tuple(i + 1 for i in floating)
    found = vmap(grad(function, wanted))(weights, *CASES[name][1])
    for i in range(3):
        one = grad(function, wanted)(weights[i], *[a[i] for a in CASES[name][1]])
        assert all(close(f[i], o) for f, o in zip(found, one, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_all_examples_share_has_a_gradient_for_each(name: str) -> None:
    function, weights, _ = weighted(name)
    first, *rest = CASES[name][1]
    found = vmap(grad(function, 1), in_dims=(0, None, *[0] * len(rest)))(weights, first[0], *rest)
    expected = torch.stack([grad(function, 1)(weights[i], first[0], *[a[i] for a in rest]) for i in range(3)])
    assert close(found, expected)


def test_levels_nest() -> None:
    a, b = normal(3, 4), normal(2, 4)
    assert close(vmap(lambda p: vmap(lambda q: p.dot(q))(b))(a), a @ b.t())
    assert close(vmap(vmap(torch.sin))(a), a.sin())
    assert close(vmap(lambda p: vmap(grad(lambda q: (q * p).sin().sum()))(b))(a)[1, 1], (b[1] * a[1]).cos() * a[1])


def test_dimensions_of_inputs_and_outputs() -> None:
    a = normal(4, 3, 5)
    assert vmap(lambda t: t * 2, in_dims=1, out_dims=-1)(a).shape == (4, 5, 3)
    assert close(vmap(lambda d: d["p"] + d["q"][0], in_dims=({"p": 0, "q": None},))({"p": a, "q": (a[0],)}), a + a[0])
    assert vmap(lambda t, s: (t.sum(), s), in_dims=(0, None), out_dims=(0, None))(a, 7)[1] == 7
    assert close(vmap(lambda t: t.sum(), in_dims=1, chunk_size=2)(a), a.sum((0, 2)))


def test_a_result_that_is_the_same_for_all_is_repeated() -> None:
    assert vmap(lambda t: torch.ones(2))(x).shape == (3, 2)


def test_random_numbers_by_example_or_the_same() -> None:
    different = vmap(lambda t: t * 0 + torch.rand(3), randomness="different")(torch.zeros(4, 3))
    same = vmap(lambda t: t * 0 + torch.rand(3), randomness="same")(torch.zeros(4, 3))
    assert len({float(v) for v in different[:, 0]}) == 4 and len({float(v) for v in same[:, 0]}) == 1
    torch.manual_seed(1)
    mask = vmap(lambda t: nn.functional.dropout(t), randomness="different")(torch.ones(4, 8))
    torch.manual_seed(1)
    assert torch.equal(mask, nn.functional.dropout(torch.ones(4, 8)))


def test_per_example_gradients_of_a_module() -> None:
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 3)).double()
    inputs, targets = normal(5, 4), torch.tensor([0, 1, 2, 1, 0])

    def loss(parameters: Any, a: Any, t: Any) -> Any:
        return nn.functional.cross_entropy(functional_call(net, parameters, (a.unsqueeze(0),)), t.unsqueeze(0))

    found = vmap(grad(loss), in_dims=(None, 0, 0))({n: p.detach() for n, p in net.named_parameters()}, inputs, targets)
    for i in range(5):
        net.zero_grad()
        nn.functional.cross_entropy(net(inputs[i : i + 1]), targets[i : i + 1]).backward()
        assert all(close(found[n][i], p.grad) for n, p in net.named_parameters())


def test_an_ensemble_runs_as_one_model_and_trains() -> None:
    models = [nn.Linear(4, 2) for _ in range(3)]
    parameters, buffers = stack_module_state(models)
    inputs = torch.randn(5, 4)
    out = vmap(lambda p, b: functional_call(models[0], (p, b), (inputs,)))(parameters, buffers)
    assert all(close(out[i], m(inputs), 1e-6) for i, m in enumerate(models))
    out.sum().backward()
    assert close(parameters["bias"].grad, torch.full((3, 2), 5.0))


class Through(torch.autograd.Function):
    """Rounds, and passes the gradient straight through, times a shared slope."""

    @staticmethod
    def forward(ctx: Any, a: Any, slope: Any) -> Any:
        ctx.save_for_backward(a, slope)
        return a.round() * 1.0

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        a, slope = ctx.saved_tensors
        return g * slope, g * a


def test_functions_of_the_users_own_keep_their_backward() -> None:
    leaf, slope = rows.clone().requires_grad_(), torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    vmap(lambda a: Through.apply(a, slope) * 2)(leaf).sum().backward()
    assert close(leaf.grad, torch.full_like(rows, 6.0)) and close(slope.grad, 2 * rows.sum())
    inside = vmap(grad(lambda a: (Through.apply(a, slope.detach()) * a.detach()).sum()))(rows)
    assert close(inside, 3 * rows)


def test_no_grad_inside_is_for_every_level() -> None:
    def half(a: Any) -> Any:
        with torch.no_grad():
            held = a * 2
        return (a * held).sum()

    leaf = rows.clone().requires_grad_()
    vmap(half)(leaf).sum().backward()
    assert close(leaf.grad, 2 * rows) and close(vmap(grad(half))(rows), 2 * rows)


def test_draws_with_parameters_of_each_example() -> None:
    chances = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert torch.equal(vmap(torch.bernoulli, randomness="different")(chances), chances)
    with pytest.raises(RuntimeError, match="differ by example"):
        vmap(torch.bernoulli, randomness="same")(chances)


def test_an_empty_batch() -> None:
    assert vmap(lambda a: a.sin().sum())(torch.zeros(0, 3)).shape == (0,)


@pytest.mark.parametrize(
    ("call", "kind", "part"),
    [
        (lambda: vmap(lambda a: a.sum().item())(rows), RuntimeError, "calling .item()"),
        (lambda: vmap(lambda a: a if a.sum() > 0 else -a)(rows), RuntimeError, "torch.where"),
        (lambda: vmap(lambda a: a[a > 0])(rows), RuntimeError, "data-dependent"),
        (lambda: vmap(lambda a: rows[0].add_(a))(rows), RuntimeError, "in-place"),
        (lambda: vmap(lambda a: torch.rand(2) + a[0])(rows), RuntimeError, "randomness"),
        (lambda: vmap(lambda a: 3)(rows), ValueError, "must only return Tensors"),
        (lambda: vmap(lambda a, b: a + b)(rows, x[:2]), ValueError, "same size in the mapped dimension, got sizes [3, 2]"),
        (lambda: vmap(lambda a: a, in_dims=2)(rows), ValueError, "dimensionality 2"),
        (lambda: vmap(lambda a: a, in_dims=(0, 0))(rows), ValueError, "in_dims is not compatible"),
        (lambda: vmap(lambda a: a, in_dims=None)(rows), ValueError, "in_dim"),
        (lambda: vmap(lambda a: a)(3.0), ValueError, "cannot vmap"),
        (lambda: vmap(lambda: 0)(), ValueError, "got no inputs"),
        (lambda: vmap(lambda a: a, out_dims=5)(rows), IndexError, "out of range"),
        (lambda: vmap(lambda a: a, out_dims=None)(rows), ValueError, "out_dim"),
        (lambda: vmap(lambda a: a, randomness="some"), RuntimeError, "Only allowed values"),
        (lambda: vmap(lambda a: a, chunk_size=0), ValueError, "chunk_size"),
        (lambda: stack_module_state([]), RuntimeError, "at least one model"),
        (lambda: grad(lambda a: a)(rows), RuntimeError, "a scalar Tensor"),
        (lambda: grad(lambda a: 1.0)(rows), RuntimeError, "to return a Tensor"),
        (lambda: grad(lambda a: a.sum(), 1)(rows), RuntimeError, "argnum=1"),
    ],
)
def test_mistakes_are_explained(call: Any, kind: Any, part: str) -> None:
    with pytest.raises(kind, match=".*") as caught:
        call()
    assert part in str(caught.value)


@pytest.mark.parametrize("function", [
    lambda x: torch.fft.fft(x), lambda x: torch.fft.fft2(x), lambda x: torch.fft.rfft(x, dim=0), lambda x: torch.fft.irfft(x, dim=1),
    lambda x: torch.histc(x, 4, -2, 2), lambda x: torch.bucketize(x, torch.tensor([-1.0, 0.0, 1.0])), lambda x: torch.roll(x, 2),
    lambda x: torch.logcumsumexp(x * 1e4, 0), lambda x: torch.linalg.matrix_rank(x), lambda x: torch.isin(x, x[0]),
    lambda x: torch.searchsorted(x.sort().values, x), lambda x: torch.linalg.lu_factor(x @ x.T)[0],
])
@pytest.mark.parametrize("dim", [0, -1])
def test_what_runs_along_dimensions_or_looks_at_numbers_does_so_by_example(function, dim):
    x = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert torch.allclose(torch.vmap(function, in_dims=dim)(x.movedim(0, dim)), torch.stack([function(row) for row in x]), atol=1e-12)


def test_vectors_beside_matrices_are_no_columns_of_elementwise_functions():
    x, y = torch.full((5, 5, 2), 6), torch.full((5,), 4)
    assert torch.func.vmap(lambda a: torch.gcd(a, y), in_dims=-1)(x).tolist() == [[[2] * 5] * 5] * 2
    assert torch.func.vmap(lambda a: torch.igamma(a, y.float()), in_dims=-1)(x.float()).shape == (2, 5, 5)
