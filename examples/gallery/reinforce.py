"""REINFORCE with a running baseline: a policy finds its way through a small grid of cliffs."""

import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(1)
ROWS, COLUMNS, GOAL, CLIFFS = 3, 4, (0, 3), {(1, 1), (1, 2)}
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]


def step(place, action):
    row, column = (min(max(p + d, 0), n - 1) for p, d, n in zip(place, MOVES[action], (ROWS, COLUMNS)))
    place = (row, column)
    return place, (1.0 if place == GOAL else -1.0 if place in CLIFFS else -0.04), place == GOAL or place in CLIFFS


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(ROWS * COLUMNS, 4)
        nn.init.zeros_(self.table.weight)

    def forward(self, place):
        return Categorical(logits=self.table(torch.tensor(place[0] * COLUMNS + place[1])))


policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=0.1)
baseline, returns = 0.0, []
for episode in range(120):
    place, log_probs, rewards, entropies = (2, 0), [], [], []
    for _ in range(20):
        chosen = policy(place)
        action = chosen.sample()
        log_probs.append(chosen.log_prob(action))
        entropies.append(chosen.entropy())
        place, reward, done = step(place, action.item())
        rewards.append(reward)
        if done:
            break
    total = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
    loss = -(torch.stack(log_probs) * (total - baseline)).sum() - 0.01 * torch.stack(entropies).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    baseline = 0.9 * baseline + 0.1 * total[0].item()
    returns.append(total[0].item())
    if episode % 30 == 29:
        print(f"episode {episode + 1:3d} return {sum(returns[-30:]) / 30:.4f} baseline {baseline:.4f}")
print("best first move:", ["up", "down", "left", "right"][policy((2, 0)).probs.argmax()])
