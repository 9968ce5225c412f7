"""Linear, ReLU, periodic and piecewise-linear embeddings of numbers, bins by quantiles and by trees; a network over them trained."""

import torch
from rtdl_num_embeddings import (
    LinearEmbeddings,
    LinearReLUEmbeddings,
    PeriodicEmbeddings,
    PiecewiseLinearEmbeddings,
    PiecewiseLinearEncoding,
    compute_bins,
)
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 4)
y = torch.sin(3 * X[:, :1]) + X[:, 1:2]
bins = compute_bins(X, n_bins=5)
trees = compute_bins(X, tree_kwargs={"min_samples_leaf": 5, "random_state": 0}, y=y[:, 0], regression=True, n_bins=6)
print([b[:3] for b in bins], [len(b) for b in trees])
KINDS = {
    "linear": lambda: LinearEmbeddings(4, 6),
    "relu": lambda: LinearReLUEmbeddings(4, 6),
    "periodic": lambda: PeriodicEmbeddings(4, 6, lite=False),
    "lite": lambda: PeriodicEmbeddings(4, 6, n_frequencies=8, lite=True),
    "pieces": lambda: PiecewiseLinearEmbeddings(bins, 6, activation=False, version="B"),
    "trees": lambda: PiecewiseLinearEmbeddings(trees, 6, activation=True, version="A"),
}
for name, make in KINDS.items():
    torch.manual_seed(1)
    net = nn.Sequential(make(), nn.Flatten(), nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    for step in range(8):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(X), y)
        loss.backward()
        optimizer.step()
        if step % 3 == 0:
            print(name, step, f"{loss.item():.5f}", net[0](X)[0, 0, :3].detach())
print(PiecewiseLinearEncoding(bins)(X)[0])
