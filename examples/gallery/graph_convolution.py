"""A graph convolution on Zachary's karate club (1977): two labels, and the rest of the members sort themselves out."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
EDGES = """0-1 0-2 0-3 0-4 0-5 0-6 0-7 0-8 0-10 0-11 0-12 0-13 0-17 0-19 0-21 0-31 1-2 1-3 1-7 1-13 1-17 1-19 1-21 1-30 2-3 2-7 2-8 2-9
2-13 2-27 2-28 2-32 3-7 3-12 3-13 4-6 4-10 5-6 5-10 5-16 6-16 8-30 8-32 8-33 9-33 13-33 14-32 14-33 15-32 15-33 18-32 18-33 19-33
20-32 20-33 22-32 22-33 23-25 23-27 23-29 23-32 23-33 24-25 24-27 24-31 25-31 26-29 26-33 27-33 28-31 28-33 29-32 29-33 30-32 30-33
31-32 31-33 32-33"""
TEACHER = {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 16, 17, 19, 21}

index = torch.tensor([[int(n) for n in edge.split("-")] for edge in EDGES.split()]).t()
adjacency = torch.eye(34)
adjacency[index[0], index[1]] = 1
adjacency[index[1], index[0]] = 1
degree = adjacency.sum(1).rsqrt()
spread = degree[:, None] * adjacency * degree[None, :]
label = torch.tensor([0 if member in TEACHER else 1 for member in range(34)])
known = torch.tensor([0, 33])


class GraphNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(34, 8), nn.Linear(8, 2)

    def forward(self, x):
        hidden = torch.tanh(spread @ self.first(x))
        return spread @ self.second(F.dropout(hidden, 0.2, self.training))


model = GraphNet()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-3)
for epoch in range(101):
    model.train()
    logits = model(torch.eye(34))
    loss = F.cross_entropy(logits[known], label[known])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 25 == 0:
        model.eval()
        with torch.no_grad():
            right = (model(torch.eye(34)).argmax(1) == label).float().mean()
        print(f"epoch {epoch:3d} loss {loss.item():.4f} right {right.item():.4f}")
