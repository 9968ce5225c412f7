"""Who is asked, under which name, and modes that are asked about everything."""

import torch
from torch.overrides import (
    TorchFunctionMode,
    get_ignored_functions,
    get_overridable_functions,
    handle_torch_function,
    has_torch_function,
    has_torch_function_unary,
    has_torch_function_variadic,
    is_tensor_like,
    is_tensor_method_or_property,
    resolve_name,
    wrap_torch_function,
)


class Logged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        print("  ", func.__name__, [t.__name__ for t in types])
        return super().__torch_function__(func, types, args, kwargs or {})


y, i = torch.tensor([1.0, 2.0]).as_subclass(Logged), torch.tensor([1, 2]).as_subclass(Logged)
for e in ("y + 1", "1 + y", "y - 1", "1 - y", "y * 2", "y / 2", "2 / y", "y // 2", "y % 2", "y ** 2", "2 ** y", "y @ y", "-y",
          "abs(y)", "y == 1", "y != 1", "y < 1", "y[0]", "y.add(1)", "torch.add(y, 1)", "y.add_(1)", "y.shape", "y.sum()",
          "len(y)", "y.grad", "y.T", "y.requires_grad", "torch.stack([y, y])", "torch.nn.functional.relu(y)", "y.is_leaf",
          "y.device", "y.ndim", "y.numel()", "bool(y[0])", "float(y[0])", "y.tolist()", "y.grad_fn", "y.to(torch.float64)",
          "y.size()", "y.view(2)", "y.data", "~i", "i & 1", "i.__or__(1)", "i ^ 1", "i << 1", "1 // y", "1 % y", "1 & i",
          "y.__contains__(1)", "hash(y)", "int(i[0])", "str(y)", "reversed(y)", "torch.ones(2) @ y", "torch.ones(2) - y",
          "torch.ones(2) == y", "y.numpy()", "y.stride()", "torch.is_tensor(y)", "torch.zeros_like(y)",
          "torch.where(y > 1, y, y)", "torch.einsum('i,i', y, y)", "torch.allclose(y, y)", "y.requires_grad_()",
          "y.square().sum().backward()"):
    print(e)
    eval(e)
y = y.detach()
y //= 2
y **= 2
y %= 3


class Names(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        print(resolve_name(func))
        return func(*args, **(kwargs or {}))


class Zeros(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return "zeros" if func is torch.zeros else func(*args, **(kwargs or {}))


t = torch.tensor([3.0, 4.0])
with Names():
    x = torch.ones(2) + 1
    torch.nn.functional.relu(x)
    x.sum().item()
    x = x.mul_(2).view(2, 1).T
with Zeros():
    print(torch.zeros(3), torch.ones(1))
with Zeros(), Names():
    print(torch.zeros(3))
print(is_tensor_like(y), is_tensor_like(t), is_tensor_like(5), is_tensor_like([t]))
print(has_torch_function_unary(t), has_torch_function_unary(y), has_torch_function((t, y)), has_torch_function_variadic(t, t))


def double(a, b=2):
    if has_torch_function((a,)):
        return handle_torch_function(double, (a,), a, b=b)
    return a * b


@wrap_torch_function(lambda a: (a,))
def same(a):
    return a + 0


print(double(t), double(y), same(y), same(t))
functions = get_overridable_functions()
print(torch.add in functions[torch], torch.Tensor.add in functions[torch.Tensor])
print(torch.nn.functional.relu in functions[torch.nn.functional])
print(torch.Tensor.as_subclass in get_ignored_functions(), torch.add in get_ignored_functions())
print(resolve_name(torch.Tensor.add), resolve_name(torch.add), resolve_name(torch.nn.functional.relu), resolve_name(torch.Tensor.T.__get__),
      resolve_name(print), is_tensor_method_or_property(torch.Tensor.add), is_tensor_method_or_property(torch.add))
with torch._C.DisableTorchFunctionSubclass():
    print(type(y + t).__name__, type(torch.add(y, 1)).__name__)
