"""Recurrent networks that learn a text letter by letter: an LSTM and a GRU, and what they write."""

import torch
import torch.nn as nn
import torch.nn.functional as F

TEXT = (
    "the rain fell on the roof and the rain fell on the road. "
    "the wind ran round the house and rattled the red door. "
    "then the rain and the wind were gone, and the road was dry. "
)
alphabet = sorted(set(TEXT))
index = {letter: i for i, letter in enumerate(alphabet)}
data = torch.tensor([index[letter] for letter in TEXT], dtype=torch.long)


class CharRNN(nn.Module):
    def __init__(self, kind, letters, embedding=16, hidden=48, layers=2):
        super().__init__()
        self.embed = nn.Embedding(letters, embedding)
        self.rnn = getattr(nn, kind)(embedding, hidden, num_layers=layers, batch_first=True, dropout=0.1)
        self.head = nn.Linear(hidden, letters)

    def forward(self, x, state=None):
        output, state = self.rnn(self.embed(x), state)
        return self.head(output), state


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def train(model, steps=40, length=25, batch=4):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    state = None
    for step in range(steps):
        starts = torch.randint(0, len(data) - length - 1, (batch,))
        x = torch.stack([data[s : s + length] for s in starts])
        y = torch.stack([data[s + 1 : s + 1 + length] for s in starts])
        logits, state = model(x, state)
        state = detached(state)
        loss = F.cross_entropy(logits.reshape(-1, len(alphabet)), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0 or step == steps - 1:
            print(f"{step:3d} loss {loss.item():.5f} gradient norm {norm.item():.5f}")


@torch.no_grad()
def write(model, start="the ", count=40):
    model.eval()
    state, letters = None, list(start)
    x = torch.tensor([[index[letter] for letter in start]])
    for _ in range(count):
        logits, state = model(x, state)
        x = logits[:, -1].argmax(dim=-1, keepdim=True)
        letters.append(alphabet[x.item()])
    return "".join(letters)


for kind in ("LSTM", "GRU"):
    torch.manual_seed(7)
    model = CharRNN(kind, len(alphabet))
    print(model)
    train(model)
    print(repr(write(model)))
    print("state:", {name: tuple(value.shape) for name, value in list(model.rnn.state_dict().items())[:4]})
