"""Kolmogorov-Arnold networks: splines fitted to a function by Adam and LBFGS, pruned, refined, symbolic functions fixed."""

import torch
from kan import KAN, create_dataset

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
data = create_dataset(lambda x: torch.exp(torch.sin(torch.pi * x[:, [0]]) + x[:, [1]] ** 2), n_var=2, train_num=60, test_num=30, seed=0)
for optimizer, steps in (("Adam", 5), ("LBFGS", 3)):
    model = KAN(width=[2, 3, 1], grid=3, k=3, seed=1, auto_save=False)
    results = model.fit(data, opt=optimizer, steps=steps, lamb=0.001, log=100)
    print(optimizer, [f"{v:.4f}" for v in results["train_loss"]], [f"{v:.4f}" for v in results["test_loss"]])
refined = model.refine(5)
print(f"{(refined(data['test_input']) - model(data['test_input'])).abs().mean().item():.3f}", refined.grid)
model.fix_symbolic(0, 0, 0, "sin", verbose=False)
print(f"{model(data['test_input']).mean().item():.4f}")
