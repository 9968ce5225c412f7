"""Constraints on weights: orthogonal, low rank, fixed rank, positive definite, skew, symmetric, the sphere, Grassmann, special linear;
layers trained under them, `sample`, convolutions, changes of the weight.
"""

import geotorch
import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(20, 5), torch.randn(20, 5)
KINDS = {
    "orthogonal": geotorch.orthogonal,
    "skew": geotorch.skew,
    "symmetric": geotorch.symmetric,
    "positive definite": geotorch.positive_definite,
    "positive semidefinite": lambda m, n: geotorch.positive_semidefinite(m, n),
    "low rank": lambda m, n: geotorch.low_rank(m, n, 2),
    "fixed rank": lambda m, n: geotorch.fixed_rank(m, n, 2),
    "invertible": geotorch.invertible,
    "SL": geotorch.sln,
    "sphere": lambda m, n: geotorch.sphere(m, n, radius=2.0),
    "grassmannian": geotorch.grassmannian,
    "almost orthogonal": lambda m, n: geotorch.almost_orthogonal(m, n, 0.3),
}
for name, constrain in KINDS.items():
    torch.manual_seed(1)
    layer = nn.Linear(5, 5)
    constrain(layer, "weight")
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    for _ in range(4):
        loss = (layer(x) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(
        name, f"{loss.item():.5f}", f"{torch.linalg.matrix_norm(layer.weight).item():.4f}", type(layer.parametrizations.weight[-1]).__name__
    )

conv = nn.Conv2d(3, 4, 3)
geotorch.low_rank(conv, "weight", 2)
print(conv(torch.randn(1, 3, 5, 5)).shape, conv.parametrizations.weight[0].rank)
rnn = nn.RNNCell(3, 4)
geotorch.orthogonal(rnn, "weight_hh")
rnn.weight_hh = rnn.parametrizations.weight_hh[0].sample("uniform")
print((rnn.weight_hh.T @ rnn.weight_hh - torch.eye(4)).abs().max().item() < 1e-5)
