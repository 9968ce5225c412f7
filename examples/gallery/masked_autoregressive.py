"""MADE: an autoencoder whose masks let every output see only the inputs before it (Germain et al. 2015)."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class MaskedLinear(nn.Linear):
    def __init__(self, inputs, outputs, mask):
        super().__init__(inputs, outputs)
        self.register_buffer("mask", mask.float())

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


class MADE(nn.Module):
    def __init__(self, size, hidden):
        super().__init__()
        before, middle = torch.arange(size), torch.arange(hidden) % (size - 1)
        self.net = nn.Sequential(
            MaskedLinear(size, hidden, middle[:, None] >= before[None, :]), nn.ReLU(),
            MaskedLinear(hidden, hidden, middle[:, None] >= middle[None, :]), nn.ReLU(),
            MaskedLinear(hidden, size, before[:, None] > middle[None, :]))

    def forward(self, x):
        return self.net(x)

    @torch.no_grad()
    def sample(self, count, size):
        x = torch.zeros(count, size)
        for i in range(size):
            x[:, i] = torch.bernoulli(torch.sigmoid(self(x)[:, i]))
        return x


SIZE = 9
start = torch.randint(SIZE, (256, 1))
data = ((torch.arange(SIZE) - start) % SIZE < 4).float()            # rings with four ones in a row
model = MADE(SIZE, 64)
jacobian = torch.autograd.functional.jacobian(lambda v: model(v.unsqueeze(0))[0], torch.rand(SIZE))
print("sees only what is before:", bool((jacobian.triu() == 0).all()))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(40):
    for batch in torch.randperm(256).split(64):
        loss = F.binary_cross_entropy_with_logits(model(data[batch]), data[batch], reduction="sum") / len(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} nats {loss.item():.3f}")
samples = model.sample(5, SIZE)
print(samples.shape, samples.sum(1).mean().item() > 0)
