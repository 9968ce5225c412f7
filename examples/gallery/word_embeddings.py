"""Skip-grams with negative sampling: words that stand in the same places get similar vectors."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
sentences = [f"the {a} {v} the {o}" for a in ("cat", "dog") for v in ("sees", "hears") for o in ("bird", "mouse")]
sentences += [f"a {c} {d} in the {p}" for c in ("red", "blue") for d in ("car", "bus") for p in ("street", "town")]
words = sorted({w for s in sentences for w in s.split()})
index = {w: i for i, w in enumerate(words)}
pairs = torch.tensor([(index[s[i]], index[s[j]]) for s in (t.split() for t in sentences)
                      for i in range(len(s)) for j in range(max(0, i - 2), min(len(s), i + 3)) if i != j])
counts = torch.bincount(pairs[:, 1], minlength=len(words)).float() ** 0.75


class SkipGram(nn.Module):
    def __init__(self, size, width=12):
        super().__init__()
        self.inner, self.outer = nn.Embedding(size, width), nn.Embedding(size, width)

    def forward(self, centre, context, noise):
        v = self.inner(centre)
        near = F.logsigmoid((v * self.outer(context)).sum(-1))
        far = F.logsigmoid(-torch.bmm(self.outer(noise), v.unsqueeze(2)).squeeze(2)).sum(1)
        return -(near + far).mean()


model = SkipGram(len(words))
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
for epoch in range(30):
    total = 0.0
    for batch in torch.randperm(len(pairs)).split(64):
        noise = torch.multinomial(counts, len(batch) * 4, replacement=True).view(-1, 4)
        loss = model(pairs[batch, 0], pairs[batch, 1], noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1:2d} loss {total / len(pairs):.5f}")

vectors = F.normalize(model.inner.weight.detach(), dim=1)
likeness = vectors @ vectors.t()
for a, b in (("cat", "dog"), ("red", "blue"), ("cat", "town")):
    print(f"{a} {b} {likeness[index[a], index[b]].item():.3f}")
