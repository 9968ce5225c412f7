"""Invertible networks: `SequenceINN` and `GraphINN` of coupling blocks (NICE, RNVP, GLOW, GIN, all in one, one-sided), actnorm, invertible
convolutions and downsampling, conditions; trained, inverted.
"""

import FrEIA.framework as Ff
import FrEIA.modules as Fm
import torch
from torch import nn

torch.manual_seed(0)


def subnet(c_in, c_out):
    return nn.Sequential(nn.Linear(c_in, 16), nn.ReLU(), nn.Linear(16, c_out))


def conv(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, c_out, 3, padding=1))


x = torch.randn(32, 4)
BLOCKS = (
    Fm.NICECouplingBlock,
    Fm.RNVPCouplingBlock,
    Fm.GLOWCouplingBlock,
    Fm.GINCouplingBlock,
    Fm.AllInOneBlock,
    Fm.AffineCouplingOneSided,
)
for block in BLOCKS:
    torch.manual_seed(1)
    inn = Ff.SequenceINN(4)
    for _ in range(2):
        inn.append(block, subnet_constructor=subnet)
        inn.append(Fm.PermuteRandom, seed=3)
    optimizer = torch.optim.Adam(inn.parameters(), lr=1e-2)
    for _ in range(3):
        optimizer.zero_grad()
        z, jac = inn(x)
        loss = (0.5 * z.square().sum(1) - jac).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        z, jac = inn(x)
        back, _ = inn(z, rev=True)
    print(block.__name__, f"{loss.item():.4f} {torch.as_tensor(jac).mean().item():.4f}", (back - x).abs().max().item() < 1e-3)

nodes = [Ff.InputNode(3, 8, 8, name="input")]
nodes.append(Ff.Node(nodes[-1], Fm.IRevNetDownsampling, {}, name="down"))
nodes.append(Ff.Node(nodes[-1], Fm.ActNorm, {}, name="actnorm"))
nodes.append(Ff.Node(nodes[-1], Fm.Fixed1x1Conv, {"M": torch.linalg.qr(torch.randn(12, 12))[0]}, name="mix"))
condition = Ff.ConditionNode(1, 4, 4, name="condition")
nodes.append(Ff.Node(nodes[-1], Fm.GLOWCouplingBlock, {"subnet_constructor": conv, "clamp": 1.2}, conditions=condition, name="glow"))
nodes.append(Ff.Node(nodes[-1], Fm.HaarDownsampling, {}, name="haar"))
nodes.append(Ff.Node(nodes[-1], Fm.Flatten, {}, name="flat"))
net = Ff.GraphINN([*nodes, condition, Ff.OutputNode(nodes[-1], name="output")], verbose=False)
pictures, c = torch.randn(5, 3, 8, 8), torch.randn(5, 1, 4, 4)
z, jac = net(pictures, c=[c])
z.square().mean().backward()
back, _ = net(z, c=[c], rev=True)
total = sum(p.grad.abs().sum() for p in net.parameters() if p.grad is not None)
print(z.shape, jac.detach(), (back - pictures).abs().max().item() < 1e-3, f"{total:.4f}")
