"""Q-learning in a corridor of eight rooms, one update a move."""

import random

import torch
from torch import nn

torch.manual_seed(0)
random.seed(0)
model = nn.Linear(8, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
rooms = torch.eye(8)
for episode in range(40):
    room, moves = 0, 0
    for t in range(30):
        values = model(rooms[room])
        action = random.randrange(2) if random.random() < 0.2 else int(values.argmax())
        after = max(0, min(7, room + (1 if action else -1)))
        reward = 1.0 if after == 7 else 0.0
        with torch.no_grad():
            target = reward + (0.0 if after == 7 else 0.9 * model(rooms[after]).max())
        loss = (values[action] - target) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        room, moves = after, t + 1
        if room == 7:
            break
    if episode % 10 == 9:
        print(f"episode {episode + 1} moves {moves}")
print(model.weight.argmax(0).tolist())
