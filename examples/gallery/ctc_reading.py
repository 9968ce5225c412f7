"""Reading without marks (CTC, Graves et al. 2006): a recurrent network spells noisy strips whose letters have no known places."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
LETTERS, WIDTH = 4, 5
shapes = torch.randn(LETTERS + 1, WIDTH)


def strips(n):
    words, lengths, pictures = [], [], []
    for _ in range(n):
        word = torch.randint(1, LETTERS + 1, (int(torch.randint(2, 4, ())),))
        columns = torch.cat([shapes[c].repeat(int(torch.randint(2, 4, ())), 1) for c in word])
        pictures.append(F.pad(columns, (0, 0, 0, 10 - len(columns))) + 0.1 * torch.randn(10, WIDTH))
        words.append(word)
        lengths.append(len(word))
    return torch.stack(pictures), nn.utils.rnn.pad_sequence(words, batch_first=True), torch.tensor(lengths)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(WIDTH, 16, bidirectional=True, batch_first=True)
        self.out = nn.Linear(32, LETTERS + 1)

    def forward(self, x):
        return F.log_softmax(self.out(self.rnn(x)[0]), 2)


def spell(log_probs):
    best = log_probs.argmax(1)
    kept = torch.unique_consecutive(best)
    return kept[kept != 0].tolist()


model = Reader()
loss_function = nn.CTCLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(41):
    x, words, lengths = strips(16)
    log_probs = model(x)
    loss = loss_function(log_probs.transpose(0, 1), words, torch.full((16,), 10), lengths)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step:2d} loss {loss.item():.4f}")
with torch.no_grad():
    right = sum(spell(p) == w[:k].tolist() for p, w, k in zip(model(x), words, lengths))
print("read rightly:", right, "of 16")
