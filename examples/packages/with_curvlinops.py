"""Curvature as linear operators: the Hessian and the generalised Gauss-Newton matrix; products, eigenvalues through SciPy."""

import numpy as np
import torch
from curvlinops import GGNLinearOperator, HessianLinearOperator
from scipy.sparse.linalg import eigsh
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(10, 4), torch.randint(3, (10,))
net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
loss = nn.CrossEntropyLoss()
data = [(x[:5], y[:5]), (x[5:], y[5:])]
params = list(net.parameters())
for kind in (HessianLinearOperator, GGNLinearOperator):
    operator = kind(net, loss, params, data)
    v = torch.linspace(-1, 1, operator.shape[1])
    product = operator @ v
    largest = eigsh(operator.to_scipy(), k=3, v0=np.ones(operator.shape[0]))[0]
    print(kind.__name__, operator.shape, f"{product.abs().sum().item():.5f}", [f"{e:.4f}" for e in largest])
