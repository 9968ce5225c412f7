"""Objects that are no tensors and take part in functions, as "Extending PyTorch" shows."""

import torch

HANDLED = {}


def implements(function):
    def decorate(own):
        HANDLED[function] = own
        return own

    return decorate


class ScalarTensor:
    def __init__(self, n, value):
        self._n, self._value = n, value

    def __repr__(self):
        return f"ScalarTensor(N={self._n}, value={self._value})"

    def tensor(self):
        return self._value * torch.eye(self._n)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func not in HANDLED or not all(issubclass(t, (torch.Tensor, ScalarTensor)) for t in types):
            return NotImplemented
        return HANDLED[func](*args, **(kwargs or {}))


def whole(x):
    return x.tensor() if isinstance(x, ScalarTensor) else x


@implements(torch.mean)
def mean(input):
    return float(input._value) / input._n


@implements(torch.add)
def add(input, other):
    if isinstance(input, ScalarTensor) and isinstance(other, ScalarTensor):
        return ScalarTensor(input._n, input._value + other._value)
    return torch.add(whole(input), whole(other))


@implements(torch.cat)
def cat(tensors, dim=0):
    return torch.cat([whole(t) for t in tensors], dim)


@implements(torch.nn.functional.relu)
def relu(x, inplace=False):
    return "relu"


d = ScalarTensor(2, 2)
print(torch.cat([d, torch.eye(2)]), torch.mean(d), torch.add(d, d), torch.add(d, torch.eye(2)), torch.add(torch.eye(2), d))
print(torch.nn.functional.relu(d), torch.nn.ReLU()(d))
for wrong in ("torch.mul(d, torch.eye(2))", "torch.eye(2) + d", "d + torch.eye(2)", "torch.eye(2).mm(d)"):
    try:
        eval(wrong)
    except TypeError:
        print(wrong, "TypeError")


class Named:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.overrides.resolve_name(func), types[0].__name__


n, t = Named(), torch.ones(2)
print(torch.sin(n), torch.matmul(n, t), torch.matmul(t, n), t + n, t.add(n), torch.cat([t, n], dim=0), torch.linalg.inv(n))
print(torch.nn.functional.linear(t, n), torch.nn.functional.cross_entropy(n, n), torch.where(n, t, t), t.mul_(n), torch.fft.fft(n))
print(torch.nn.Linear(2, 2)(n), torch.nn.MSELoss()(n, t), torch.nn.Softmax(0)(n), torch.nn.init.uniform_(n))
