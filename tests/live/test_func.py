"""torch.func and torch.autograd.functional of the installed PyTorch beside steepest's: the same values from the same programs."""

from typing import Any

import numpy as np
import pytest
import torch

import steepest

BOTH = (torch, steepest)
a, b, c = (np.random.default_rng(0).standard_normal(s) for s in ((4, 3), (3, 2), (4, 2)))


def loss(t: Any, w: Any, x: Any, y: Any) -> Any:
    return t.nn.functional.mse_loss((x @ w).tanh(), y)


def image(t: Any) -> Any:
    return t.tensor(np.random.default_rng(1).standard_normal((5, 1, 6, 6)))


PROGRAMS: dict[str, Any] = {
    "per-example gradients": lambda t, w, x, y: t.func.vmap(t.func.grad(lambda *v: loss(t, *v)), in_dims=(None, 0, 0))(w, x, y),
    "gradient and value": lambda t, w, x, y: t.func.grad_and_value(lambda v: loss(t, v, x, y))(w),
    "vjp": lambda t, w, x, y: t.func.vjp(lambda v: x @ v.sin(), w)[1](y),
    "jvp": lambda t, w, x, y: t.func.jvp(lambda v: (x @ v.sin(), v.sum()), (w,), (w.cos(),)),
    "jacrev": lambda t, w, x, y: t.func.jacrev(lambda v, u: (u @ v).exp(), argnums=(0, 1))(w, x),
    "jacfwd": lambda t, w, x, y: t.func.jacfwd(lambda v: {"p": (x @ v).exp(), "q": v.sum(0)})(w),
    "hessian": lambda t, w, x, y: t.func.hessian(lambda v: loss(t, v, x, y))(w),
    "vmap over dimensions": lambda t, w, x, y: t.vmap(lambda u, v: u.outer(v), in_dims=(1, 1), out_dims=2)(x, x),
    "nested": lambda t, w, x, y: t.vmap(lambda u: t.vmap(lambda v: (u * v).cumsum(0))(w.t()))(x),
    "statistics": lambda t, w, x, y: t.vmap(lambda u: (u.std(), u.softmax(0), u.sort()[0], u.max(0)[1], u.norm()))(x),
    "linear algebra": lambda t, w, x, y: t.vmap(lambda u: t.linalg.solve(u.outer(u) + t.eye(3, dtype=t.float64), u))(x),
    "functional.jacobian": lambda t, w, x, y: t.autograd.functional.jacobian(lambda v, u: (u @ v).exp(), (w, x)),
    "functional.hessian": lambda t, w, x, y: t.autograd.functional.hessian(lambda v: loss(t, v, x, y), w),
    "functional.vhp": lambda t, w, x, y: t.autograd.functional.vhp(lambda v: loss(t, v, x, y), w, w),
    "functional.jvp": lambda t, w, x, y: t.autograd.functional.jvp(lambda v: x @ v.sin(), w, w),
    "convolution": lambda t, w, x, y: t.vmap(lambda i, k: t.nn.functional.conv2d(i.unsqueeze(0), k.reshape(1, 1, 3, 1)), in_dims=(0, None))(
        image(t), x[0]),
    "random, by example": lambda t, w, x, y: (t.manual_seed(4), t.vmap(lambda u: u * 0 + t.rand(3, dtype=t.float64),
                                                                       randomness="different")(x))[1],
}


def leaves(out: Any) -> list[Any]:
    if isinstance(out, dict):
        out = tuple(out.values())
    return [leaf for part in out for leaf in leaves(part)] if isinstance(out, (tuple, list)) else [out.detach().numpy()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_values(name: str) -> None:
    expected, found = (leaves(PROGRAMS[name](t, *[t.tensor(v) for v in (b, a, c)])) for t in BOTH)
    assert len(expected) == len(found)
    for e, f in zip(expected, found, strict=True):
        np.testing.assert_allclose(f, e, rtol=1e-9, atol=1e-12)


MISTAKES: dict[str, Any] = {
    "sizes": lambda t: t.vmap(lambda u, v: u)(t.ones(2), t.ones(3)),
    "number": lambda t: t.vmap(lambda u: u)(3.0),
    "result": lambda t: t.vmap(lambda u: 1)(t.ones(3)),
    "dimension": lambda t: t.vmap(lambda u: u, in_dims=3)(t.ones(3)),
    "item": lambda t: t.vmap(lambda u: u.item())(t.ones(3)),
    "random": lambda t: t.vmap(lambda u: t.rand(1))(t.ones(3)),
    "not scalar": lambda t: t.func.grad(lambda u: u)(t.ones(3)),
    "not a tensor": lambda t: t.func.grad(lambda u: 1.0)(t.ones(3)),
    "strategy": lambda t: t.autograd.functional.jacobian(lambda u: u, t.ones(3), strategy="x"),
    "v": lambda t: t.autograd.functional.vjp(lambda u: u, t.ones(3)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_same_class_of_error(name: str) -> None:
    kinds = []
    for t in BOTH:
        with pytest.raises(Exception) as caught:
            MISTAKES[name](t)
        kinds.append(next(k for k in type(caught.value).__mro__ if k.__module__ == "builtins"))
    assert kinds[0] is kinds[1]


def test_nested_containers_are_taken_apart_and_put_together() -> None:
    from torch.utils import _pytree as theirs

    from steepest.utils import _pytree as mine

    tree = {"b": [1, (2.5, None)], "a": (3, {"x": 4})}
    for library in (theirs, mine):
        leaves, spec = library.tree_flatten(tree)
        assert leaves == [1, 2.5, None, 3, 4] == library.tree_leaves(tree)
        assert library.tree_unflatten([0] * 5, spec) == {"b": [0, (0, 0)], "a": (0, {"x": 0})}
        assert library.tree_map_only(int, lambda x: -x, tree) == {"b": [-1, (2.5, None)], "a": (-3, {"x": -4})}
        assert library.tree_structure(tree) == spec and library.tree_any(lambda x: x == 4, tree)
        assert not library.tree_all(lambda x: x == 4, tree)
