"""A few extreme eigenvalues."""

import torch

torch.manual_seed(0)
a = torch.randn(12, 12, dtype=torch.float64)
a, b = a @ a.mT + torch.diag(torch.arange(12.0)), torch.eye(12, dtype=torch.float64) * 2 + 0.1
for largest in (True, False):
    e, x = torch.lobpcg(a, k=3, largest=largest, niter=200, tol=1e-9)
    print([f"{v:.5f}" for v in e], bool((a @ x - x * e).abs().max() < 1e-4), tuple(x.shape))
    e, x = torch.lobpcg(a, k=2, B=b, largest=largest, niter=200, tol=1e-9)
    print([f"{v:.5f}" for v in e], bool((a @ x - b @ x * e).abs().max() < 1e-4), tuple(x.shape))
print(f"{torch.rand(1).item():.6f}", [tuple(r.shape) for r in torch.lobpcg(torch.stack([a, a]), 2)])
s = a.clone().requires_grad_()
torch.lobpcg(s, k=2, niter=500, tol=1e-10)[0].sum().backward()
print([f"{v:.4f}" for v in s.grad[0]])
for wrong in ("torch.lobpcg(a, k=5)", "torch.lobpcg(a, n=5)"):
    try:
        eval(wrong)
    except ValueError:
        print(wrong, "ValueError")
