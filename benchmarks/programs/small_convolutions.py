"""A convolutional network on small pictures, the last batch of an epoch smaller, accuracy after each."""

import torch
from torch import nn

torch.manual_seed(0)
pictures = torch.randn(200, 1, 12, 12)
labels = (pictures[:, 0, :6].sum((1, 2)) > pictures[:, 0, 6:].sum((1, 2))).long()
model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(150, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(6):
    model.train()
    for rows in torch.randperm(200).split(33):
        loss = nn.functional.cross_entropy(model(pictures[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = (model(pictures).argmax(1) == labels).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.4f} accuracy {right:.3f}")
