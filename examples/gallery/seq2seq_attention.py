"""An encoder and a decoder with additive attention that learn to turn sequences around; teacher forcing, then greedy decoding."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
SYMBOLS, LENGTH, START = 8, 6, 8


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, width)
        self.rnn = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.join = nn.Linear(2 * width, width)

    def forward(self, x):
        states, last = self.rnn(self.embed(x))
        return self.join(states), torch.tanh(self.join(torch.cat([last[0], last[1]], 1)))


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.score = nn.Linear(width, width), nn.Linear(width, width, bias=False), nn.Linear(width, 1)

    def forward(self, query, states):
        weights = F.softmax(self.score(torch.tanh(self.query(query).unsqueeze(1) + self.key(states))).squeeze(2), 1)
        return torch.einsum("bt,btw->bw", weights, states), weights


class Decoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS + 1, width)
        self.attention = Attention(width)
        self.cell = nn.GRUCell(2 * width, width)
        self.out = nn.Linear(2 * width, SYMBOLS)

    def forward(self, token, hidden, states):
        context, weights = self.attention(hidden, states)
        hidden = self.cell(torch.cat([self.embed(token), context], 1), hidden)
        return self.out(torch.cat([hidden, context], 1)), hidden, weights


encoder, decoder = Encoder(24), Decoder(24)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)
for step in range(61):
    x = torch.randint(SYMBOLS, (32, LENGTH))
    y = x.flip(1)
    states, hidden = encoder(x)
    token, loss = torch.full((32,), START), 0
    for t in range(LENGTH):
        logits, hidden, _ = decoder(token, hidden, states)
        loss = loss + F.cross_entropy(logits, y[:, t]) / LENGTH
        token = y[:, t]
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_([*encoder.parameters(), *decoder.parameters()], 1.0)
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:2d} loss {loss.item():.4f} norm {norm.item():.3f}")

with torch.no_grad():
    states, hidden = encoder(torch.arange(LENGTH).unsqueeze(0))
    token = torch.full((1,), START)
    for _ in range(LENGTH):
        logits, hidden, weights = decoder(token, hidden, states)
        token = logits.argmax(1)
    print("attention of the last step", [round(w, 2) for w in weights[0].tolist()])
