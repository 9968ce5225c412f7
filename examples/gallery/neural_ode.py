"""A neural differential equation (Chen et al. 2018): a spiral learned through the steps of Runge and Kutta's method."""

import torch
from torch import nn

torch.manual_seed(0)
TRUE = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
times = torch.linspace(0, 2, 21)


def integrate(field, start, times):
    states = [start]
    for t, h in zip(times[:-1], times.diff()):
        y = states[-1]
        k1 = field(t, y)
        k2 = field(t + h / 2, y + h / 2 * k1)
        k3 = field(t + h / 2, y + h / 2 * k2)
        k4 = field(t + h, y + h * k3)
        states.append(y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return torch.stack(states)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 2))
        for layer in self.net:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.1)
                nn.init.zeros_(layer.bias)

    def forward(self, t, y):
        return self.net(y**3)


with torch.no_grad():
    truth = integrate(lambda t, y: (y**3) @ TRUE, torch.tensor([[1.2, 0.0]]), times)
field = Field()
optimizer = torch.optim.RMSprop(field.parameters(), lr=5e-3)
for step in range(41):
    at = torch.randint(0, 16, (8,))
    start = truth[at, 0]
    wanted = torch.stack([truth[at + k, 0] for k in range(5)])
    made = integrate(field, start, times[:5])
    loss = (made - wanted).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step:2d} loss {loss.item():.5f}")
with torch.no_grad():
    print(f"whole path off by {(integrate(field, truth[0], times) - truth).abs().mean().item():.4f}")
