"""A classifier in mini-batches, evaluated after every epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(600, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
train = DataLoader(TensorDataset(x[:480], y[:480]), batch_size=32, shuffle=True)
test = DataLoader(TensorDataset(x[480:], y[480:]), batch_size=60)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for epoch in range(10):
    model.train()
    total = 0.0
    for rows, labels in train:
        optimizer.zero_grad()
        loss = criterion(model(rows), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    model.eval()
    right = 0
    with torch.no_grad():
        for rows, labels in test:
            right += (model(rows).argmax(1) == labels).sum().item()
    print(f"epoch {epoch} loss {total / 480:.4f} accuracy {right / 120:.3f}")
