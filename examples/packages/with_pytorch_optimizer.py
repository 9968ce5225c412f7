"""Fifty optimizers made by `load_optimizer` on one small network, lookahead, SAM, a schedule with warm-up, losses.

SOAP turns by eigenvectors of matrices that have lost their rank, which are not unique; it is not compared.
"""

import torch
from pytorch_optimizer import (
    SAM,
    BCEFocalLoss,
    CosineAnnealingWarmupRestarts,
    DiceLoss,
    JaccardLoss,
    Lookahead,
    load_optimizer,
)
from torch import nn

NAMES = """adabelief adabound adamod adamp adams adan adapnm apollo aggmo amos avagrad came diffgrad fromage gravity kate lamb lars
lion madgrad msvag nero novograd padam pid pnm prodigy qhadam qhm ranger ranger21 sgdp shampoo sm3 sophiah srmm swats
tiger yogi adammini adatam adopt schedulefreeadamw schedulefreesgd adalite adasmooth stableadamw ftrl adashift"""
torch.manual_seed(0)
x, y = torch.randn(16, 4), torch.randn(16, 3)


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))


for name in NAMES.split():
    net = network()
    try:
        kind = load_optimizer(name)
    except (NotImplementedError, ValueError, KeyError):
        continue
    options = {"num_iterations": 10} if name == "ranger21" else {}
    groups = net if name == "adammini" else net.parameters()
    if name == "adammini":
        options = {"num_embeds": 4, "num_heads": 1}
    try:
        optimizer = kind(groups, lr=1e-2, **options)
        for _ in range(4):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(net(x), y)
            loss.backward(create_graph=name == "sophiah")
            optimizer.step()
        print(name, f"{loss.item():.6f}")
    except (TypeError, RuntimeError, ValueError) as problem:
        print(name, type(problem).__name__)

net = network()
optimizer = Lookahead(load_optimizer("adamw")(net.parameters(), lr=1e-2), k=2, alpha=0.5)
for _ in range(4):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print("lookahead", f"{loss.item():.6f}")
net = network()
optimizer = SAM(net.parameters(), load_optimizer("lion"), rho=0.1, lr=1e-3)
for _ in range(3):
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.first_step(zero_grad=True)
    nn.functional.mse_loss(net(x), y).backward()
    optimizer.second_step(zero_grad=True)
print("SAM", f"{loss.item():.6f}")
optimizer = load_optimizer("adamw")(network().parameters(), lr=1e-3)
schedule = CosineAnnealingWarmupRestarts(optimizer, first_cycle_steps=6, max_lr=1e-2, min_lr=1e-4, warmup_steps=2)
rates = []
for _ in range(8):
    rates.append(f"{optimizer.param_groups[0]['lr']:.5f}")
    schedule.step()
print(rates)
labels = (torch.rand(4, 1, 6, 6) > 0.5).float()
scores = torch.randn(4, 1, 6, 6)
print(BCEFocalLoss()(scores, labels), DiceLoss()(scores, labels), JaccardLoss(mode="binary")(scores, labels))
