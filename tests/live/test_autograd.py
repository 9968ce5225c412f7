"""`torch.func`, `torch.autograd.functional`, hooks and checkpoints: the same lines under both libraries, results compared."""

import importlib
from typing import Any

import numpy as np
import pytest
import torch

import steepest


def function_with_rules(t: Any) -> Any:
    class Doubled(t.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(x, y):
            return x * 2 + y, y * 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_forward(inputs[0])
            ctx.factor = 11

        @staticmethod
        def backward(ctx, g, h):
            return g * 5, h

        @staticmethod
        def vmap(info, in_dims, x, y):
            assert info.batch_size == 2
            return (x * 7, y.expand(2, 3)), (in_dims[0], 0)

        @staticmethod
        def jvp(ctx, x, y):
            return x * ctx.factor + ctx.saved_tensors[0], y

    one = t.ones(3)
    return [t.func.vmap(Doubled.apply, in_dims=(1, None))(t.arange(6.0).reshape(3, 2), one),
            t.func.jvp(lambda x: Doubled.apply(x, one), (t.arange(3.0),), (one,)),
            t.func.grad(lambda x: Doubled.apply(x, one)[0].sum())(one)]


def function_with_generated_rule(t: Any) -> Any:
    class Squared(t.autograd.Function):  # type: ignore[misc, name-defined]
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0])

        @staticmethod
        def backward(ctx, g):
            return g * 2 * ctx.saved_tensors[0]

    return [t.func.vmap(Squared.apply)(t.arange(3.0)), t.func.vmap(t.func.grad(Squared.apply))(t.arange(3.0))]


def hooks(t: Any) -> Any:
    seen: list[Any] = []
    x = t.arange(1.0, 4.0).requires_grad_()
    y = x * 2
    z = y.square()
    x.register_hook(lambda g: seen.append(("x", g.tolist())))
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    z.grad_fn.register_hook(lambda gradients, given: seen.append(("node", len(gradients), len(given))))
    z.grad_fn.register_prehook(lambda given: seen.append(("before", len(given))))
    x.register_post_accumulate_grad_hook(lambda p: seen.append(("after", p.grad.tolist())))
    z.sum().backward()
    return [str(seen), y.grad]


def several_hooks(t: Any) -> Any:
    seen: list[Any] = []
    x = t.arange(1.0, 4.0).requires_grad_()
    y, z = x * 2, x * 3
    for mode in ("all", "any"):
        t.autograd.graph.register_multi_grad_hook((y, z), lambda g, mode=mode: seen.append((mode, str(type(g).__name__))), mode=mode)
    (y + z).sum().backward()
    return str(sorted(seen))


def checkpoints(t: Any) -> Any:
    module = importlib.import_module(f"{t.__name__}.utils.checkpoint")
    x = t.arange(1.0, 4.0).requires_grad_()
    calls = [0]

    def body(x: Any) -> Any:
        calls[0] += 1
        return t.nn.functional.dropout(x.square())

    (module.checkpoint(body, x, use_reentrant=True) + module.checkpoint(body, x, use_reentrant=False)).sum().backward()
    model = t.nn.Sequential(t.nn.Linear(3, 3), t.nn.Tanh(), t.nn.Linear(3, 3))
    y = t.arange(3.0).requires_grad_()
    module.checkpoint_sequential(model, 2, y, use_reentrant=False).sum().backward()
    return [calls, x.grad, y.grad]


def saved(t: Any) -> Any:
    kept: list[Any] = []
    x = t.arange(1.0, 4.0).requires_grad_()
    with t.autograd.graph.saved_tensors_hooks(lambda a: kept.append(a.shape[0]) or a * 2, lambda a: a / 2):
        y = x.square().exp()
    y.sum().backward()
    return [kept, x.grad]


def three(t: Any) -> Any:
    return t.arange(1.0, 4.0)


def five_indices(t: Any) -> Any:
    x, i = t.arange(2 * 3.0**5).reshape(2, 3, 3, 3, 3, 3), t.tensor([[0, 1], [2, 0]])
    return t.func.vmap(lambda x, i: x[i, i, i, i, i])(x, i)


def cube(x: Any) -> Any:
    return (x**3).sum()


CASES: dict[str, Any] = {
    "a Function's own rules": function_with_rules, "a Function's generated rule": function_with_generated_rule, "hooks": hooks,
    "hooks of several tensors": several_hooks, "checkpoints": checkpoints, "saved tensors": saved, "five index tensors": five_indices,
    "the same random numbers": lambda t: t.func.vmap(lambda x: x + t.rand(3), randomness="same")(t.zeros(2)),
    "different random numbers": lambda t: t.func.vmap(lambda x: x + t.rand(3), randomness="different")(t.zeros(2)),
    "different masks": lambda t: t.func.vmap(t.nn.functional.dropout, randomness="different")(t.ones(3, 4)),
    "the same masks": lambda t: t.func.vmap(t.randn_like, randomness="same")(t.ones(3, 4)),
    "different orders": lambda t: t.func.vmap(lambda x: t.randperm(4), randomness="different")(t.zeros(2)),
    "chunks": lambda t: t.func.vmap(lambda x: x * 2, chunk_size=2)(t.arange(5.0)),
    "dimensions": lambda t: t.func.vmap(lambda x, y: x @ y, in_dims=(1, None), out_dims=1)(t.arange(6.0).reshape(2, 3), t.ones(2, 2)),
    "jacfwd": lambda t: t.func.jacfwd(lambda x: x.sin() * x.sum())(three(t)),
    "jacrev": lambda t: t.func.jacrev(lambda x: x.sin() * x.sum(), chunk_size=2)(three(t)),
    "hessian": lambda t: t.func.hessian(lambda x: cube(x) * x[0])(three(t)),
    "linearize": lambda t: t.func.linearize(lambda x: x.sin(), three(t))[1](t.ones(3)),
    "jvp with aux": lambda t: t.func.jvp(lambda x: (x.sin(), x * 2), (three(t),), (t.ones(3),), has_aux=True),
    "vjp": lambda t: t.func.vjp(lambda x: x.sin(), three(t))[1](t.ones(3))[0],
    "jacobian forward": lambda t: t.autograd.functional.jacobian(lambda x: x.exp() * x.sum(), three(t), strategy="forward-mode",
                                                                 vectorize=True),
    "hessian forward": lambda t: t.autograd.functional.hessian(cube, three(t), outer_jacobian_strategy="forward-mode", vectorize=True),
    "hvp": lambda t: t.autograd.functional.hvp(cube, three(t), t.ones(3)),
    "vhp": lambda t: t.autograd.functional.vhp(cube, three(t), t.ones(3)),
    "vjp of functional": lambda t: t.autograd.functional.vjp(lambda x: x**3, three(t), t.ones(3)),
    "jvp of functional": lambda t: t.autograd.functional.jvp(lambda x: x**3, three(t), t.ones(3), create_graph=True),
    "gradcheck": lambda t: t.autograd.gradcheck(cube, (three(t).double().requires_grad_(),), fast_mode=True, check_forward_ad=True),
    "gradcheck of batches": lambda t: t.autograd.gradcheck(cube, (three(t).double().requires_grad_(),), check_batched_grad=True),
    "gradgradcheck": lambda t: t.autograd.gradgradcheck(cube, (three(t).double().requires_grad_(),), check_fwd_over_rev=True),
    "gradient of least squares": lambda t: t.func.grad(lambda a: cube(t.linalg.lstsq(a, t.ones(3, 2)).solution))(three(t).diag() + 0.5),
    "gradient of eigenvalues": lambda t: t.func.grad(lambda a: t.linalg.eigvals(a).abs().sum())(three(t).diag() + 0.25),
    "gradient of stft": lambda t: t.func.grad(lambda x: t.stft(x, 4, window=t.ones(4), return_complex=True).abs().sum())(t.arange(16.0)),
}


def plain(x: Any) -> Any:
    if isinstance(x, (torch.Tensor, steepest.Tensor)):
        return x.detach().numpy()
    return [plain(p) for p in x] if isinstance(x, (list, tuple)) else x


def same(a: Any, b: Any) -> bool:
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return np.allclose(a, b, rtol=1e-4, atol=1e-5) if isinstance(a, np.ndarray) else a == b


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore")
def test_does_what_pytorch_does(name: str) -> None:
    found = []
    for library in (torch, steepest):
        library.manual_seed(0)
        found.append(plain(CASES[name](library)))
    assert same(*found), found


def test_a_function_without_rules_is_followed_through_its_forward() -> None:
    class Plain(steepest.autograd.Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

    assert steepest.func.vmap(Plain.apply)(steepest.arange(3.0)).tolist() == [0, 1, 4]      # an error in PyTorch
    with pytest.raises(RuntimeError, match="tuple of two"):
        steepest.func.vmap(type("Wrong", (Plain,), {"vmap": staticmethod(lambda info, dims, x: x)}).apply)(steepest.ones(2))
