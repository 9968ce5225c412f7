"""Subclasses of Tensor: results keep the class, and a class may say what functions mean."""

import io
import pickle

import torch


class Plain(torch.Tensor):
    pass


x = torch.tensor([1.0, 2.0, 3.0]).as_subclass(Plain)
results = [x + 1, 1 + x, x.sum(), torch.exp(x), torch.ones(3) + x, x[0], x.max(0).values, torch.cat([x, x]), x.T, x.detach(), *x,
           *x.split(2), torch.topk(x, 1)[0], x.clone(), x.to(torch.float64), torch.nn.functional.softmax(x, 0)]
print([type(r).__name__ for r in results], type(x.tolist()), x, repr(x), Plain([1, 2]))
w = torch.ones(3, requires_grad=True)
loss = (w.as_subclass(Plain) * x).sum()
loss.backward()
print(loss, loss.grad_fn.name(), type(w.grad).__name__, w.grad, w.as_subclass(Plain).is_leaf, w.as_subclass(Plain).grad_fn.name())
v = Plain([1.0, 2.0]).requires_grad_()
(v * v).sum().backward()
print(type(v.grad).__name__, v.grad)
x += 1
x[0] = 7
print(x, type(x).__name__)


class Marked(torch.Tensor):
    def __new__(cls, data, mark=None, **kwargs):
        return torch.as_tensor(data, **kwargs).as_subclass(cls)

    def __init__(self, data, mark=None, **kwargs):
        self._mark = mark

    def __repr__(self):
        return f"Marked({self.tolist()}, {getattr(self, '_mark', None)})"

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        marks = [a._mark for a in args if hasattr(a, "_mark")]
        result = super().__torch_function__(func, types, args, kwargs or {})
        if isinstance(result, Marked) and marks and not hasattr(result, "_mark"):
            result._mark = marks[0]
        return result


class Special(Marked):
    pass


m, t, s = Marked([1.0, 2.0], mark="m"), torch.tensor([3.0, 4.0]), Special([5.0, 6.0], mark="s")
print(m, m + t, t * m, torch.stack([m, m]), m.sum(), isinstance(m, torch.Tensor), f"{m}")
print([type(r).__name__ for r in (s + m, m + s, s * 2)], pickle.loads(pickle.dumps(m)))
try:
    m + x[:2]
except TypeError:
    print("TypeError")
p = torch.nn.Parameter(m)
print(type(p).__name__, p.requires_grad, isinstance(p, torch.nn.Parameter), isinstance(m, torch.nn.Parameter), torch.nn.Parameter(t))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(Marked([2.0, 3.0], mark="p"))
        self.l = torch.nn.Linear(2, 2, bias=False)
        torch.nn.init.ones_(self.l.weight)

    def forward(self, x):
        return self.l(x * self.w)


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.001)
for _ in range(2):
    optimizer.zero_grad()
    loss = net(t).square().sum()
    loss.backward()
    optimizer.step()
print([n for n, _ in net.named_parameters()], {k: type(v).__name__ for k, v in net.state_dict().items()}, round(loss.item(), 3))
print(type(net.w).__name__, [round(n, 4) for n in net.w.tolist()], type(net.w.grad).__name__)
file = io.BytesIO()
torch.save(m.detach(), file)
file.seek(0)
print(torch.load(file, weights_only=False))


class Own(torch.nn.Parameter):
    pass


print(type(Own(torch.ones(2))).__name__, type(Own(torch.ones(2)) + 1).__name__)
