"""Laplace approximations of a regression and of a classifier: last layer and all weights; diagonal, Kronecker-factored and full; marginal
likelihood, predictions with their uncertainty.
"""

import torch
from laplace import Laplace
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.linspace(-2, 2, 40)[:, None]
y = torch.sin(2 * x) + 0.1 * torch.randn_like(x)
loader = DataLoader(TensorDataset(x, y), batch_size=20)
net = nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(30):
    for a, b in loader:
        loss = nn.functional.mse_loss(net(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(f"{loss.item():.5f}")
for weights in ("all", "last_layer"):
    for structure in ("full", "kron", "diag"):
        la = Laplace(net, "regression", subset_of_weights=weights, hessian_structure=structure)
        la.fit(loader)
        la.optimize_prior_precision(n_steps=5)
        mean, variance = la(torch.tensor([[0.5], [3.0]]))
        print(weights, structure, f"{la.log_marginal_likelihood().item():.3f}", mean.flatten(), variance.flatten())
labels = (x.flatten() > 0).long() + (x.flatten() > 1).long()
loader = DataLoader(TensorDataset(x, labels), batch_size=20)
net = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 3))
for _ in range(20):
    loss = nn.functional.cross_entropy(net(x), labels)
    for p, g in zip(net.parameters(), torch.autograd.grad(loss, list(net.parameters())), strict=True):
        p.data -= 0.3 * g
la = Laplace(net, "classification", subset_of_weights="last_layer", hessian_structure="kron")
la.fit(loader)
print(la(torch.tensor([[0.5], [3.0]]), link_approx="probit"), la(torch.tensor([[0.5]]), link_approx="bridge"))
