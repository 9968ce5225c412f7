"""torch.autograd.functional against closed forms, and its strictness."""

from typing import Any

import pytest

import steepest as torch
from steepest.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

a = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
b = torch.tensor([1.0, 3.0], dtype=torch.float64)
MODES: list[dict[str, Any]] = [{}, {"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}, {"create_graph": True}]


def outer(p: Any, q: Any) -> Any:
    return p[:, None] * q


@pytest.mark.parametrize("mode", MODES)
def test_jacobian_of_several_inputs(mode: dict[str, Any]) -> None:
    first, second = jacobian(outer, (a, b), **mode)
    assert torch.allclose(first, torch.einsum("ik,j->ijk", torch.eye(3, dtype=torch.float64), b))
    assert torch.allclose(second, torch.einsum("i,jk->ijk", a, torch.eye(2, dtype=torch.float64)))


@pytest.mark.parametrize("mode", MODES)
def test_jacobian_of_several_outputs(mode: dict[str, Any]) -> None:
    (aa, ab), (ba, bb) = jacobian(lambda p, q: (p * q.sum(), q**3), (a, b), **mode)
    assert torch.allclose(aa, 4 * torch.eye(3, dtype=torch.float64)) and torch.allclose(ab, a[:, None].expand(3, 2))
    assert torch.equal(ba, torch.zeros(2, 3, dtype=torch.float64)) and torch.allclose(bb, torch.diag(3 * b**2))


@pytest.mark.parametrize("mode", [{}, {"vectorize": True}, {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}])
def test_hessian(mode: dict[str, Any]) -> None:
    (aa, ab), (ba, bb) = hessian(lambda p, q: (outer(p, q) ** 2).sum(), (a, b), **mode)
    assert torch.allclose(aa, 2 * (b**2).sum() * torch.eye(3, dtype=torch.float64)) and torch.allclose(ab, 4 * outer(a, b))
    assert torch.allclose(ba, ab.t()) and torch.allclose(bb, 2 * (a**2).sum() * torch.eye(2, dtype=torch.float64))
    assert torch.allclose(hessian(lambda p: (p**3).sum(), a, **mode), torch.diag(6 * a))


def test_products_with_vectors() -> None:
    out, product = vjp(outer, (a, b), torch.ones(3, 2, dtype=torch.float64))
    assert torch.equal(out, outer(a, b)) and torch.allclose(product[0], b.sum().expand(3)) and torch.allclose(product[1], a.sum().expand(2))
    assert torch.allclose(jvp(outer, (a, b), (a, b))[1], 2 * outer(a, b))
    assert torch.allclose(vjp(lambda p: (p * p).sum(), a)[1], 2 * a)
    for product in (hvp, vhp):
        assert torch.allclose(product(lambda p: (p**4).sum(), a, a)[1], 12 * a**3)


def test_results_are_differentiable_only_with_create_graph() -> None:
    point = a.clone().requires_grad_()
    assert not jacobian(lambda p: p**3, point).requires_grad
    again = jacobian(lambda p: p**3, point, create_graph=True).sum()
    assert torch.allclose(torch.autograd.grad(again, point)[0], 6 * a)
    _, product = vhp(lambda p: (p**4).sum(), point, a, create_graph=True)
    assert torch.allclose(torch.autograd.grad(product.sum(), point)[0], 24 * a**2)


@pytest.mark.parametrize(
    ("call", "kind", "part"),
    [
        (lambda: jacobian(lambda p, q: p * 2, (a, b), strict=True), RuntimeError, "independent of input 1"),
        (lambda: jacobian(lambda p: torch.ones(2), a, strict=True), RuntimeError, "does not require gradients"),
        (lambda: jacobian(lambda p: p * 2, a, strict=True, create_graph=True), RuntimeError, "jacobian of the user-provided function"),
        (lambda: jacobian(lambda p: p, a, strict=True, vectorize=True), RuntimeError, "not supported together"),
        (lambda: jacobian(lambda p: p, a, strategy="forward-mode"), NotImplementedError, "vectorize=True"),
        (lambda: jacobian(lambda p: p, a, strategy="backward"), AssertionError, "reverse-mode"),
        (lambda: jacobian(lambda p: p, 3.0), TypeError, "index 0 has type"),
        (lambda: hessian(lambda p: p, a), RuntimeError, "single element"),
        (lambda: vjp(outer, (a, b)), RuntimeError, "v can only be None"),
        (lambda: jvp(outer, (a, b), a), RuntimeError, "should be 2 but got 1"),
        (lambda: jvp(outer, (a, b), (a, a)), RuntimeError, "Entry 1 in v has invalid size"),
    ],
)
def test_mistakes_are_explained(call: Any, kind: Any, part: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert part in str(caught.value)


def test_a_batch_of_grad_outputs() -> None:
    point = a.clone().requires_grad_()
    (rows,) = torch.autograd.grad(point**2, point, torch.eye(3, dtype=torch.float64), is_grads_batched=True)
    assert torch.allclose(rows, torch.diag(2 * a))
