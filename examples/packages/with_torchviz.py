"""`make_dot` of losses and modules: names of parameters, attributes and saved tensors of nodes, second derivatives; the graph's nodes and
edges counted.

The graph of an `LSTMCell` has four nodes where PyTorch's has one `UnsafeSplitBackward0`; it is not drawn here.
"""

import re

import torch
from torch import nn
from torchviz import make_dot

torch.manual_seed(0)


def shape(dot):
    """The labels of the nodes, sorted, without addresses, and the number of edges."""
    labels = sorted(re.sub(r"0x\w+|\d{6,}", "#", m[1] or m[2]) for m in re.finditer(r"\[label=(?:\"([^\"]*)\"|(\S+))", dot.source))
    return labels, dot.source.count("->")


model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
x = torch.randn(1, 8, requires_grad=True)
y = model(x)
print(*shape(make_dot(y.mean(), params={**dict(model.named_parameters()), "x": x})))
print(*shape(make_dot(y.mean())))
names, edges = shape(make_dot(y.mean(), params=dict(model.named_parameters()), show_attrs=True))
print(len(names), edges)
conv = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3))
print(
    *shape(
        make_dot(
            nn.functional.cross_entropy(conv(torch.randn(4, 1, 8, 8)), torch.tensor([0, 1, 2, 0])), params=dict(conv.named_parameters())
        )
    )
)
w = torch.randn(3, requires_grad=True)
(gradient,) = torch.autograd.grad((w * w * w).sum(), w, create_graph=True)
print(*shape(make_dot((gradient.sum() + w.sum()), params={"w": w})))
a = torch.cat([w, w * 2])[1:4].view(3, 1).t().expand(2, 3)
print(*shape(make_dot((a.exp(), a.sum()), params={"w": w})))
