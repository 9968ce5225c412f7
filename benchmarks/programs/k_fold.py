"""Five folds, a new model for each."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(0)
x = torch.randn(150, 5)
y = (x.sum(1) > 0).float().unsqueeze(1)
data = TensorDataset(x, y)
scores = []
for fold, held in enumerate(torch.randperm(150).chunk(5)):
    rest = [i for i in range(150) if i not in set(held.tolist())]
    model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(8):
        for rows, labels in DataLoader(Subset(data, rest), batch_size=20, shuffle=True):
            loss = nn.functional.binary_cross_entropy_with_logits(model(rows), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        scores.append(((model(x[held]) > 0).float() == y[held]).float().mean().item())
    print(f"fold {fold} accuracy {scores[-1]:.3f}")
print(f"mean {sum(scores) / 5:.3f}")
