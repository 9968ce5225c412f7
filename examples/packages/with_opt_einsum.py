"""`contract` with the torch backend: paths, expressions with constants, batches, gradients, shared intermediates."""

import opt_einsum as oe
import torch

torch.manual_seed(0)
a, b, c = torch.rand(4, 5, requires_grad=True), torch.rand(5, 6, 3), torch.rand(3, 4)
out = oe.contract("ij,jkl,lm->ikm", a, b, c)
out.square().sum().backward()
print(out.shape, f"{out.sum().item():.5f}", f"{a.grad.sum().item():.4f}")
path, info = oe.contract_path("ij,jkl,lm->ikm", a, b, c, optimize="optimal")
print(path, info.opt_cost, info.largest_intermediate)
for optimize in ("greedy", "branch-2", "dp", "auto", "random-greedy"):
    print(optimize, f"{oe.contract('ij,jkl,lm,mi->k', a, b, c, torch.ones(4, 4), optimize=optimize).sum().item():.5f}")
expression = oe.contract_expression("ij,jkl,lm->ikm", (4, 5), b, c, constants=[1, 2])
print(f"{expression(a, backend='torch').sum().item():.5f}")
arrays = oe.contract("ij,jk->ik", torch.ones(2, 3), torch.ones(3, 2), backend="torch")
print(type(arrays).__name__, arrays.sum())
with oe.shared_intermediates():
    print(f"{oe.contract('ij,jkl,lm->m', a, b, c).sum().item():.5f} {oe.contract('ij,jkl,lm->k', a, b, c).sum().item():.5f}")
print(
    oe.contract("bij,bjk->bik", torch.ones(2, 3, 4), torch.ones(2, 4, 5)).shape,
    oe.contract("ii->i", torch.eye(3)),
    oe.contract("...ij->...ji", b).shape,
)
print(oe.contract(a.detach(), [0, 1], torch.ones(5), [1], [0]), torch.is_tensor(arrays), oe.contract("abc->", b))
