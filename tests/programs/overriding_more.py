"""Subclasses of Tensor in loaders, modules, optimizers and transforms."""

import torch
from torch import nn


class My(torch.Tensor):
    pass


class Informed(torch.Tensor):
    @staticmethod
    def __new__(cls, x, info, *args, **kwargs):
        return super().__new__(cls, x, *args, **kwargs)

    def __init__(self, x, info):
        self.info = info


m = Informed([1.0, 2.0], "i")
print(m, m.info, type(m * 2).__name__, hasattr(m * 2, "info"))
t = torch.arange(12.0).reshape(4, 3).as_subclass(My)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(t, torch.arange(4)), batch_size=2)
print([(type(a).__name__, type(b).__name__, a.tolist()) for a, b in loader])
net = nn.Linear(3, 2)
nn.init.ones_(net.weight)
nn.init.zeros_(net.bias)
net.weight = nn.Parameter(net.weight.detach().as_subclass(My))
print(type(net.weight).__name__, [type(p).__name__ for p in net.parameters()], type(net(t)).__name__)
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
for a, b in loader:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(a), b % 2)
    loss.backward()
    optimizer.step()
print(type(net.weight).__name__, [round(v, 4) for v in net.weight.flatten().tolist()], type(net.weight.grad).__name__, type(loss).__name__)
other = nn.Linear(3, 2)
other.load_state_dict(net.state_dict())
print(type(other.weight).__name__, torch.equal(other.weight, net.weight), type(net.to(torch.float64).weight).__name__, net.weight.dtype)
print(torch.is_tensor(t), isinstance(t, torch.Tensor), isinstance(t, torch.FloatTensor), t.type(), t[t > 5], t.numpy().sum())
print([type(x).__name__ for x in (t.numpy(), torch.tensor(t), torch.as_tensor(t), t.new_zeros(2), torch.zeros_like(t), torch.rand_like(t))])
with torch.no_grad():
    t.add_(1)
print(type(t).__name__, type(torch.func.grad(lambda x: (x * x).sum())(torch.ones(2))).__name__)
x = My([1.0, 2.0]).requires_grad_()
print(torch.autograd.grad((x * x).sum(), x))
seen, y = [], x * 3
y.register_hook(lambda g: seen.append(type(g).__name__))
y.sum().backward()
print(seen, type(x.grad).__name__, x.data, type(x.detach().clone()).__name__, x.is_leaf, (x + 1).is_leaf)
print(t == t, bool((t == t).all()), type(t.sum().item()).__name__, len(t), t.shape, t.dim(), str(t[0, 0]))
results = [*torch.unbind(t), torch.stack(list(t)), t @ t.T, 2 - t, t.sort().values, *torch.broadcast_tensors(t, torch.ones(3)),
           torch.where(t > 2, t, torch.zeros(1)), torch.einsum("ij,kj->ik", t, t), nn.functional.relu(t),
           nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.LayerNorm(3), nn.Dropout(0.5))(t)]
print([type(r).__name__ for r in results])
