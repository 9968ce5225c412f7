"""An ensemble: five models learn from resampled rows and vote."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(120, 2)
y = (x.norm(dim=1) > 1.1).float().unsqueeze(1)
models = [nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 1)) for _ in range(5)]
for number, model in enumerate(models):
    rows = torch.randint(0, 120, (120,))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    history = []
    for _ in range(80):
        loss = nn.functional.binary_cross_entropy_with_logits(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    print(f"model {number} loss {history[0]:.3f} -> {history[-1]:.3f}")
with torch.no_grad():
    votes = torch.stack([model(x).sigmoid() for model in models]).mean(0)
print(f"accuracy {((votes > 0.5).float() == y).float().mean().item():.3f}")
