"""Jacobian descent: aggregators of the gradients of several losses (UPGrad, MGDA, PCGrad, DualProj, AlignedMTL, IMTL-G, Krum ...); networks
trained with them.
"""

import torch
from torch import nn
from torchjd import autojac
from torchjd.aggregation import IMTLG, MGDA, AlignedMTL, ConFIG, Constant, DualProj, Krum, Mean, PCGrad, Random, Sum, TrimmedMean, UPGrad

torch.manual_seed(0)
J = torch.randn(3, 6)
for aggregator in (
    UPGrad(),
    MGDA(),
    PCGrad(),
    DualProj(),
    AlignedMTL(),
    ConFIG(),
    IMTLG(),
    Mean(),
    Sum(),
    Random(),
    Constant(torch.tensor([1.0, 2, 3])),
    TrimmedMean(1),
    Krum(n_byzantine=0, n_selected=2),
):
    torch.manual_seed(1)
    print(aggregator, aggregator(J))

x, targets = torch.randn(16, 4), torch.randn(2, 16, 1)
for aggregator in (UPGrad(), MGDA(), Mean()):
    torch.manual_seed(2)
    trunk, heads = nn.Sequential(nn.Linear(4, 6), nn.Tanh()), nn.ModuleList([nn.Linear(6, 1), nn.Linear(6, 1)])
    parameters = [*trunk.parameters(), *heads.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for _ in range(4):
        features = trunk(x)
        losses = [nn.functional.mse_loss(head(features), y) for head, y in zip(heads, targets, strict=True)]
        optimizer.zero_grad()
        autojac.mtl_backward(losses, features=features)
        autojac.jac_to_grad(trunk.parameters(), aggregator)
        optimizer.step()
    print(aggregator, [f"{loss.item():.5f}" for loss in losses])
