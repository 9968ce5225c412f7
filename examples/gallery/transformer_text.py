"""A language model of nn.TransformerEncoder: predict the next word of a made-up grammar."""

import math

import torch
from torch import nn
from torch.nn import TransformerEncoder, TransformerEncoderLayer

torch.manual_seed(3)
WORDS = ["<s>", "the", "a", "cat", "dog", "bird", "sees", "likes", "chases", "small", "old", "."]
KINDS = {"det": [1, 2], "noun": [3, 4, 5], "verb": [6, 7, 8], "adj": [9, 10]}


def pick(kind):
    return KINDS[kind][torch.randint(len(KINDS[kind]), (1,)).item()]


def sentence():
    words = [0]
    for role in ("subject", "object"):
        words.append(pick("det"))
        if torch.rand(1) < 0.5:
            words.append(pick("adj"))
        words.append(pick("noun"))
        if role == "subject":
            words.append(pick("verb"))
    return torch.tensor(words + [11])


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=32):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return self.dropout(x + self.pe[: x.size(0)])


class TransformerModel(nn.Module):
    def __init__(self, ntoken, d_model=32, nhead=4, d_hid=64, nlayers=2, dropout=0.1):
        super().__init__()
        self.pos_encoder = PositionalEncoding(d_model, dropout)
        layer = TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
        self.transformer_encoder = TransformerEncoder(layer, nlayers)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.d_model = d_model
        self.linear = nn.Linear(d_model, ntoken)
        self.embedding.weight.data.uniform_(-0.1, 0.1)
        self.linear.bias.data.zero_()

    def forward(self, src, src_mask=None, padding=None):
        src = self.pos_encoder(self.embedding(src) * math.sqrt(self.d_model))
        if src_mask is None:
            src_mask = nn.Transformer.generate_square_subsequent_mask(len(src))
        return self.linear(self.transformer_encoder(src, src_mask, padding))


sentences = nn.utils.rnn.pad_sequence([sentence() for _ in range(64)], padding_value=11)
model = TransformerModel(len(WORDS))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.5)
print(sentences.shape, sum(p.numel() for p in model.parameters()))

model.train()
for epoch in range(20):
    batch = sentences[:, torch.randperm(64)[:16]]
    data, targets = batch[:-1], batch[1:].reshape(-1)
    output = model(data)
    loss = criterion(output.view(-1, len(WORDS)), targets)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    scheduler.step()
    if epoch % 4 == 0:
        print(f"epoch {epoch:2d} lr {scheduler.get_last_lr()[0]:.3f} loss {loss.item():.5f} ppl {math.exp(loss.item()):.4f}")

model.eval()
with torch.no_grad():
    probabilities = model(sentences[:3, :1])[-1, 0].softmax(-1)
top = probabilities.topk(3)
print([(WORDS[i], round(p, 4)) for p, i in zip(top.values.tolist(), top.indices.tolist())])
