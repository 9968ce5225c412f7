"""Sequences of every length, one a step: a recurrent network adds up."""

import random

import torch
from torch import nn

torch.manual_seed(0)
random.seed(0)
cell, head = nn.GRU(1, 12, batch_first=True), nn.Linear(12, 1)
parameters = [*cell.parameters(), *head.parameters()]
optimizer = torch.optim.Adam(parameters, lr=1e-2)
sequences = [torch.rand(1, random.randint(3, 20), 1) for _ in range(60)]
for epoch in range(4):
    random.shuffle(sequences)
    total = 0.0
    for sequence in sequences:
        states, _ = cell(sequence)
        loss = (head(states[:, -1]) - sequence.sum()).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / 60:.4f}")
