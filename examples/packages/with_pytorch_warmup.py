"""Linear, exponential, untuned and RAdam warm-ups over schedulers of `torch.optim`, by `dampening()`; states saved."""

import pytorch_warmup as warmup
import torch
from torch import nn

for name, make in {
    "linear": lambda o: warmup.LinearWarmup(o, 4),
    "exponential": lambda o: warmup.ExponentialWarmup(o, 4),
    "untuned linear": lambda o: warmup.UntunedLinearWarmup(o),
    "untuned exponential": lambda o: warmup.UntunedExponentialWarmup(o),
    "radam": lambda o: warmup.RAdamWarmup(o),
}.items():
    torch.manual_seed(0)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.AdamW([{"params": net.weight}, {"params": net.bias, "lr": 0.5}], lr=0.1, betas=(0.9, 0.99))
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    plan = make(optimizer)
    rates = []
    for _ in range(10):
        optimizer.zero_grad()
        net(torch.ones(2, 3)).square().mean().backward()
        optimizer.step()
        with plan.dampening():
            scheduler.step()
        rates.append([round(g["lr"], 6) for g in optimizer.param_groups])
    print(name, rates[::2], plan.state_dict(), f"{net.weight.sum().item():.5f}")
