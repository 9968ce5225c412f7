"""REINFORCE on a pole that must be balanced; an episode is a loop of unknown length."""

import math

import torch
from torch import nn

torch.manual_seed(0)


def push(state, force):
    x, v, angle, turn = state
    cos, sin = math.cos(angle), math.sin(angle)
    inner = (force + 0.05 * turn**2 * sin) / 1.1
    bend = (9.8 * sin - cos * inner) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
    speed = inner - 0.05 * bend * cos / 1.1
    return [x + 0.02 * v, v + 0.02 * speed, angle + 0.02 * turn, turn + 0.02 * bend]


policy = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
lengths = []
for episode in range(40):
    state, logs, done = [0.0, 0.0, 0.02, 0.0], [], False
    while not done and len(logs) < 100:
        chosen = torch.distributions.Categorical(logits=policy(torch.tensor(state)))
        action = chosen.sample()
        logs.append(chosen.log_prob(action))
        state = push(state, 10.0 if action.item() else -10.0)
        done = abs(state[0]) > 2.4 or abs(state[2]) > 0.21
    returns = torch.arange(len(logs), 0, -1.0)
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    loss = -(torch.stack(logs) * returns).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lengths.append(len(logs))
    if episode % 10 == 9:
        print(f"episode {episode + 1} mean length {sum(lengths[-10:]) / 10:.1f}")
