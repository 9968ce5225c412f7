"""AdamW, SGD and RAdam without schedules and their wrapped and closure forms: `train()` and `eval()` modes, warm-up, weight decay, states
saved in the middle.
"""

import schedulefree
import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(64, 6)
Y = torch.sin(X).sum(1, keepdim=True)


def fit(name, make, steps=12, closure=False):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(6, 12), nn.LayerNorm(12), nn.Tanh(), nn.Linear(12, 1))
    optimizer = make(net.parameters())
    values = []
    for step in range(steps):
        net.train()
        if hasattr(optimizer, "train"):
            optimizer.train()

        def compute():
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(net(X), Y)
            loss.backward()
            return loss

        loss = optimizer.step(compute) if closure else compute()
        if not closure:
            optimizer.step()
        if step == 6:
            optimizer.load_state_dict(optimizer.state_dict())
        if step % 4 == 3:
            if hasattr(optimizer, "eval"):
                optimizer.eval()
            net.eval()
            with torch.no_grad():
                values.append(f"{loss.item():.5f} {nn.functional.mse_loss(net(X), Y).item():.5f}")
    print(name, values, sorted(optimizer.param_groups[0])[:6])


fit("adamw", lambda p: schedulefree.AdamWScheduleFree(p, lr=1e-2, warmup_steps=3, weight_decay=1e-2, foreach=False))
fit("adamw foreach", lambda p: schedulefree.AdamWScheduleFree(p, lr=1e-2, warmup_steps=3, r=0.5))
fit("sgd", lambda p: schedulefree.SGDScheduleFree(p, lr=0.1, momentum=0.9, weight_decay=1e-3, foreach=False))
fit("radam", lambda p: schedulefree.RAdamScheduleFree(p, lr=1e-2, foreach=False))
fit("adamw closure", lambda p: schedulefree.AdamWScheduleFreeClosure(p, lr=1e-2, warmup_steps=2), closure=True)
fit("sgd closure", lambda p: schedulefree.SGDScheduleFreeClosure(p, lr=0.1), closure=True)
fit("radam closure", lambda p: schedulefree.RAdamScheduleFreeClosure(p, lr=1e-2), closure=True)
fit("wrapped", lambda p: schedulefree.ScheduleFreeWrapper(torch.optim.SGD(p, lr=0.1), momentum=0.9, weight_decay_at_y=1e-3))
fit("reference", lambda p: schedulefree.AdamWScheduleFreeReference(p, lr=1e-2, warmup_steps=3))
