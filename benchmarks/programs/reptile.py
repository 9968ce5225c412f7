"""Meta-learning: a few inner steps for each task, then the outer parameters move towards them."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
for task in range(40):
    shift = 3 * torch.rand(1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    for _ in range(8):
        x = 4 * torch.rand(10, 1) - 2
        loss = ((model(x) - torch.sin(x + shift)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    after = model.state_dict()
    model.load_state_dict({name: before[name] + 0.3 * (after[name] - before[name]) for name in before})
    if task % 10 == 9:
        print(f"task {task + 1} loss {loss.item():.4f}")
