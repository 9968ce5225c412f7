"""Forward mode against reverse mode and against the rules of calculus, nested in every order."""

import sys
from pathlib import Path
from typing import Any

import pytest

import steepest as torch
from steepest.autograd import forward_ad
from steepest.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap

sys.path.insert(0, str(Path(__file__).parent))
from transformed import CASES, close, normal, rows, weighted


def at_one_point(name: str) -> tuple[Any, tuple[Any, ...], tuple[Any, ...], Any]:
    """A case as a function of its floating arguments only, these, a direction, and weights for the result."""
    function, arguments = CASES[name]
    _, weights, floating = weighted(name)
    one = [a[0] for a in arguments]

    def only(*values: Any) -> Any:
        full = list(one)
        for i, v in zip(floating, values, strict=True):
            full[i] = v
        return function(*full)

    return only, tuple(one[i] for i in floating), tuple(normal(*one[i].shape) for i in floating), weights[0]


@pytest.mark.parametrize("name", CASES)
def test_tangents_are_what_gradients_say(name: str) -> None:
    function, point, direction, weight = at_one_point(name)
    out, tangent = jvp(function, point, direction)
    reverse, pull = vjp(function, *point)
    along = sum((g * d).sum() for g, d in zip(pull(weight), direction, strict=True))
    assert close(out, reverse) and close((tangent * weight).sum(), along)


@pytest.mark.parametrize("name", CASES)
def test_a_batch_of_directions(name: str) -> None:
    function, point, direction, _ = at_one_point(name)
    _, tangent = jvp(function, point, direction)
    both = vmap(lambda *d: jvp(function, point, d)[1])(*[torch.stack([d, 2 * d]) for d in direction])
    assert close(both[0], tangent) and close(both[1], 2 * tangent)


@pytest.mark.parametrize("name", CASES)
def test_second_derivatives_in_every_order(name: str) -> None:
    function, point, direction, weight = at_one_point(name)

    def scalar(*values: Any) -> Any:
        return (function(*values) * weight).sum().sin()

    numbers = tuple(range(len(point)))
    forward_over_reverse = jvp(grad(scalar, numbers), point, direction)[1]
    reverse_over_forward = grad(lambda *p: jvp(scalar, p, direction)[1], numbers)(*point)
    reverse_over_reverse = grad(
        lambda *p: sum((g * d).sum() for g, d in zip(grad(scalar, numbers)(*p), direction, strict=True)), numbers)(*point)
    for a, b, c in zip(forward_over_reverse, reverse_over_forward, reverse_over_reverse, strict=True):
        assert close(a, c, 1e-7) and close(b, c, 1e-7)


def test_forward_over_forward() -> None:
    point = rows[0]
    ones = torch.ones_like(point)
    assert close(jvp(lambda p: jvp(torch.sin, (p,), (ones,))[1], (point,), (ones,))[1], -point.sin())


def test_nested_derivatives_are_not_confused() -> None:
    # Siskind and Pearlmutter (2005): d/dx (x * d/dy (x + y)) is 1
    one = torch.tensor(1.0)
    inner = lambda p: jvp(lambda q: p + q, (one,), (one,))[1]
    assert jvp(lambda p: p * inner(p), (one,), (one,))[1] == 1
    assert grad(lambda p: p * grad(lambda q: p + q)(one))(one) == 1


def test_jacobians_and_hessian() -> None:
    point, other = normal(3), normal(2)

    def function(a: Any, b: Any) -> Any:
        return (a[:, None] * b).exp()

    for transform in (jacrev, jacfwd):
        first, second = transform(function, (0, 1))(point, other)
        assert first.shape == (3, 2, 3) and second.shape == (3, 2, 2)
        assert close(first[1, 0, 1], other[0] * function(point, other)[1, 0])
    cubes = hessian(lambda a: (a**3).sum())(point)
    assert close(cubes, torch.diag(6 * point))
    assert close(jacrev(jacrev(lambda a: (a**3).sum()))(point), cubes)
    assert close(vmap(hessian(lambda a: (a**3).sum()))(torch.stack([point, 2 * point]))[1], 2 * cubes)
    assert jacrev(function, chunk_size=2)(point, other).shape == (3, 2, 3)


def test_auxiliary_outputs() -> None:
    point = rows[0]
    gradient, (value, aux) = grad_and_value(lambda a: ((a * a).sum(), {"double": a * 2}), has_aux=True)(point)
    assert close(gradient, 2 * point) and close(value, (point * point).sum()) and close(aux["double"], 2 * point)
    assert not aux["double"].requires_grad and not value.requires_grad
    assert close(jvp(lambda a: (a.sin(), a), (point,), (point,), has_aux=True)[2], point)
    assert close(jacrev(lambda a: (a * a, a), has_aux=True)(point)[1], point)
    assert close(jacfwd(lambda a: (a * a, a), has_aux=True)(point)[1], point)


def test_results_have_a_graph_only_where_something_outside_wants_it() -> None:
    point = rows[0]
    assert not grad(lambda a: (a**3).sum())(point).requires_grad
    factor = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    gradient = grad(lambda a: (factor * a**3).sum())(point)
    assert close(torch.autograd.grad(gradient.sum(), factor)[0], (3 * point**2).sum())
    with torch.no_grad():
        assert close(grad(lambda a: (a * a).sum())(point), 2 * point)


def test_linearize() -> None:
    out, push = linearize(torch.sin, rows[0])
    assert close(out, rows[0].sin()) and close(push(rows[1]), rows[0].cos() * rows[1])


def test_dual_level() -> None:
    with forward_ad.dual_level():
        out = forward_ad.unpack_dual(forward_ad.make_dual(rows[0], rows[1]).exp())
        assert close(out.tangent, rows[0].exp() * rows[1]) and close(out.primal, rows[0].exp())
        assert forward_ad.unpack_dual(rows[0]).tangent is None
    with pytest.raises(RuntimeError, match="no level exists"):
        forward_ad.make_dual(rows[0], rows[1])


def test_mistakes_are_explained() -> None:
    with pytest.raises(RuntimeError, match="same python structure"):
        jvp(torch.sin, (rows[0],), ())
    with pytest.raises(RuntimeError, match="a different size"):
        jvp(torch.sin, (rows[0],), (rows,))
    with pytest.raises(RuntimeError, match="in-place"):
        jvp(lambda a: rows[0].data.mul_(a), (rows[1],), (rows[1],))


def test_tangents_of_shares_reach_quantiles():
    x, q = torch.tensor([1.0, 2.0, 4.0, 8.0]), torch.tensor(0.5)
    _, tangent = torch.func.jvp(lambda q: torch.quantile(x, q), (q,), (torch.tensor(1.0),))
    assert tangent.item() == 6.0            # 3 steps of 2 between the neighbours


def test_tangents_of_extrema_and_products_by_index_are_those_of_their_gradients():
    x, at = torch.tensor([1.0, 5.0]), torch.tensor([0, 0])
    for reduce, expected in (("amax", [20.0, 2.0]), ("amin", [1.0, 2.0]), ("prod", [166.0, 2.0])):
        _, tangent = jvp(lambda x, s, how=reduce: x.scatter_reduce(0, at, s, how), (x, torch.tensor([2.0, 3.0])),
                         (torch.tensor([1.0, 2.0]), torch.tensor([40.0, 20.0])))
        assert tangent.tolist() == expected


def test_tangents_of_running_sums_of_complex_exponentials():
    x, t = torch.tensor([0.5 + 1j, -0.25 + 0.5j]), torch.tensor([1 + 0.5j, 0.75 - 1j])
    _, tangent = jvp(lambda x: torch.logcumsumexp(x, 0), (x,), (t,))
    assert torch.allclose(tangent, (x.exp() * t).cumsum(0) / x.exp().cumsum(0))
