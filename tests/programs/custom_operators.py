"""Operators that a program defines."""

import numpy as np
import torch


@torch.library.custom_op("shop::numpy_sin", mutates_args=())
def numpy_sin(x: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.sin(x.detach().numpy()))


x = torch.tensor([1.0, 2.0], requires_grad=True)
y = numpy_sin(x)
print(y, numpy_sin, torch.ops.shop.numpy_sin(x), torch.ops.shop.numpy_sin.default, torch.ops.shop.numpy_sin, y.grad_fn.name())
try:
    y.sum().backward()
except RuntimeError as problem:
    print(problem)


@numpy_sin.register_fake
def _(x):
    return torch.empty_like(x)


def setup(ctx, inputs, output):
    ctx.save_for_backward(*inputs)


numpy_sin.register_autograd(lambda ctx, g: g * ctx.saved_tensors[0].cos(), setup_context=setup)
numpy_sin(x).sum().backward()
print(x.grad, torch.library.opcheck(numpy_sin, (x.detach(),)))


@torch.library.custom_op("shop::grow", mutates_args={"x"})
def grow(x: torch.Tensor, n: float = 2.0) -> None:
    x.add_(n)


t = torch.zeros(2)
grow(t)
grow(t, n=5.0)
print(t, grow(t, 1.0))


@torch.library.custom_op("shop::two", mutates_args=())
def two(x: torch.Tensor, k: int, *, scale: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    return x * k, x * scale


def setup_two(ctx, inputs, keyword_only_inputs, output):
    ctx.k, ctx.scale = inputs[1], keyword_only_inputs["scale"]


two.register_autograd(lambda ctx, a, b: (a * ctx.k + b * ctx.scale, None), setup_context=setup_two)
x.grad = None
a, b = two(x, 3, scale=2.0)
(a + b).sum().backward()
print(a, b, x.grad, torch.library.infer_schema(two._init_fn, mutates_args=()))


@torch.library.custom_op("shop::total", mutates_args=())
def total(xs: list[torch.Tensor], by: float | None = None) -> torch.Tensor:
    return torch.stack(xs).sum(0) * (1.0 if by is None else by)


print(total([t, t]), torch.ops.shop.total([t], 2.0))


@torch.library.custom_op("shop::same", mutates_args=())
def same(x: torch.Tensor) -> torch.Tensor:
    return x


library = torch.library.Library("store", "DEF")
library.define("twice(Tensor x) -> Tensor")
library.impl("twice", lambda x: x * 2, "CPU")
torch.library.define("store2::plus", "(Tensor x, int n) -> Tensor")


@torch.library.impl("store2::plus", "cpu")
def plus(x, n):
    return x + n


print(torch.ops.store.twice(t), torch.ops.store2.plus(t, 3), torch.ops.aten.add.Tensor(t, t), torch.ops.aten.relu(t))
print(torch.ops.aten.mm.default)
for wrong in ("same(t)", "torch.library.custom_op('a::b', lambda x: x, mutates_args=())", "numpy_sin(3)", "numpy_sin()",
              "torch.ops.shop.nothing", "grow.register_autograd(lambda ctx, g: g)"):
    try:
        eval(wrong)
    except Exception as problem:
        print(wrong, type(problem).__name__)
