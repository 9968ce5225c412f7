"""More than gradients in one backward pass: those of each example, their variance and norms, diagonals of the Hessian and of the
Gauss-Newton matrix, its factors (KFAC, KFLR), products with the Hessian.
"""

import torch
from backpack import backpack, extend, extensions
from backpack.hessianfree.ggnvp import ggn_vector_product
from backpack.hessianfree.hvp import hessian_vector_product
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(6, 1, 6, 6), torch.tensor([0, 1, 2, 0, 1, 2])
net = extend(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sigmoid(), nn.Flatten(), nn.Linear(32, 4), nn.Tanh(), nn.Linear(4, 3)))
criterion = extend(nn.CrossEntropyLoss())
for name in (
    "BatchGrad",
    "BatchL2Grad",
    "SumGradSquared",
    "Variance",
    "DiagGGNExact",
    "DiagHessian",
    "KFLR",
    "BatchDiagGGNExact",
    "SqrtGGNExact",
):
    net.zero_grad()
    with backpack(getattr(extensions, name)()):
        criterion(net(x), y).backward()
    saved = {
        "BatchGrad": "grad_batch",
        "BatchL2Grad": "batch_l2",
        "SumGradSquared": "sum_grad_squared",
        "Variance": "variance",
        "DiagGGNExact": "diag_ggn_exact",
        "DiagHessian": "diag_h",
        "KFLR": "kflr",
        "BatchDiagGGNExact": "diag_ggn_exact_batch",
        "SqrtGGNExact": "sqrt_ggn_exact",
    }[name]
    values = [getattr(p, saved) for p in net.parameters()]
    print(name, [f"{(v if torch.is_tensor(v) else v[0]).abs().sum().item():.5f}" for v in values])
torch.manual_seed(1)
with backpack(extensions.DiagGGNMC(mc_samples=3), extensions.KFAC(mc_samples=2)):
    criterion(net(x), y).backward()
print([f"{p.diag_ggn_mc.sum().item():.5f}" for p in net.parameters()])
plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
loss = nn.functional.cross_entropy(plain(x), y)
v = [torch.ones_like(p) for p in plain.parameters()]
print([f"{h.abs().sum().item():.5f}" for h in hessian_vector_product(loss, list(plain.parameters()), v)])
output = plain(x)
loss = nn.functional.cross_entropy(output, y)
print([f"{h.abs().sum().item():.5f}" for h in ggn_vector_product(loss, output, plain, v)])
