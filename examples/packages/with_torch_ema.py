"""`ExponentialMovingAverage` of a model's parameters while it trains, and in their place for a while."""

import torch
from torch_ema import ExponentialMovingAverage

torch.manual_seed(0)
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
average = ExponentialMovingAverage(model.parameters(), decay=0.9)
for _ in range(5):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).pow(2).mean().backward()
    optimizer.step()
    average.update()
with average.average_parameters():
    print([round(v, 5) for v in model.weight.flatten().tolist()])
print([round(v, 5) for v in model.weight.flatten().tolist()])
