"""Vector quantisation (van den Oord et al. 2017): a code book between encoder and decoder, the gradient straight through it."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Codes(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.book = nn.Embedding(count, width)
        nn.init.uniform_(self.book.weight, -1 / count, 1 / count)

    def forward(self, z):
        index = torch.cdist(z, self.book.weight).argmin(1)
        q = self.book(index)
        loss = F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(z, q.detach())
        return z + (q - z).detach(), loss, index


encoder = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))
decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 8))
codes = Codes(8, 4)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters(), *codes.parameters()], lr=5e-3)
patterns = torch.randn(6, 8)
for step in range(101):
    x = patterns[torch.randint(6, (64,))] + 0.05 * torch.randn(64, 8)
    q, extra, index = codes(encoder(x))
    error = F.mse_loss(decoder(q), x)
    loss = error + extra
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 0:
        print(f"step {step:3d} error {error.item():.4f} code {extra.item():.5f} used {len(index.unique())}")
