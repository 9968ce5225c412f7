"""A small model of letters: trained a little, then it writes letter by letter at three temperatures."""

import torch
from torch import nn

torch.manual_seed(0)
text = "the quick brown fox jumps over the lazy dog and the dog sleeps " * 4
letters = sorted(set(text))
number = {c: i for i, c in enumerate(letters)}
data = torch.tensor([number[c] for c in text])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.head = nn.Embedding(len(letters), 16), nn.GRU(16, 32, batch_first=True), nn.Linear(32, len(letters))

    def forward(self, x, state=None):
        out, state = self.cell(self.embedding(x), state)
        return self.head(out), state


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for _ in range(60):
    start = torch.randint(0, len(data) - 17, (16,))
    rows = torch.stack([data[i:i + 17] for i in start])
    logits, _ = model(rows[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
model.eval()
with torch.no_grad():
    for temperature in (0.3, 0.7, 1.0):
        letter, state, written = torch.tensor([[0]]), None, ""
        for _ in range(60):
            logits, state = model(letter, state)
            letter = torch.multinomial((logits[0, -1] / temperature).softmax(0), 1).unsqueeze(0)
            written += letters[letter.item()]
        print(temperature, written)
