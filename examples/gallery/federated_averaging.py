"""Federated averaging (McMahan et al. 2017): clients train on data of their own, and only their weights meet."""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(0)
x = torch.randn(240, 5)
y = (x[:, 0] * x[:, 1] > 0).long()
data = TensorDataset(x, y)
by_first = x[:, 0].argsort()
clients = [Subset(data, part.tolist()) for part in by_first.chunk(4)]      # every client sees another part of the world
server = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 2))


def local(model, subset, epochs=3):
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
    for _ in range(epochs):
        for a, b in DataLoader(subset, batch_size=20, shuffle=True):
            loss = F.cross_entropy(model(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.state_dict(), loss.item()


for round_ in range(6):
    states, losses = zip(*[local(server, subset) for subset in clients])
    server.load_state_dict({name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]})
    with torch.no_grad():
        logits = server(x)
    print(f"round {round_} clients {sum(losses) / 4:.4f} all {F.cross_entropy(logits, y).item():.4f} "
          f"right {(logits.argmax(1) == y).float().mean().item():.4f}")
drift = [nn.utils.parameters_to_vector([v.flatten() for v in s.values()]) for s in states]
print("distance between two clients", f"{(drift[0] - drift[-1]).norm().item():.4f}")
