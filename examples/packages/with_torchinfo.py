"""`summary` with input sizes, data and columns, depths, nested and reused modules, recurrent layers, multi-head attention."""

import torch
from torch import nn
from torchinfo import summary

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(channels)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)) + x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, bias=False)
        self.blocks = nn.ModuleList([Block(8), Block(8)])
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
        self.frozen = nn.Linear(4, 4)
        self.frozen.requires_grad_(False)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(block(x))
        return self.frozen(self.head(x)) * self.scale


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.encoder = nn.LSTM(8, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.decoder = nn.Linear(32, 5)

    def forward(self, tokens, *, mask=None):
        x, _ = self.encoder(self.embedding(tokens))
        x, _ = self.attention(x, x, x, key_padding_mask=mask)
        return {"tags": self.decoder(x)}


print(summary(Net(), (2, 3, 16, 16), verbose=0))
print(
    summary(
        Net(),
        input_size=(1, 3, 16, 16),
        depth=2,
        verbose=0,
        row_settings=["var_names", "depth"],
        col_names=["input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable"],
    )
)
info = summary(Net(), input_data=torch.ones(1, 3, 8, 8), verbose=0)
print(info.total_params, info.trainable_params, info.total_mult_adds, info.total_input, info.total_output_bytes)
print(summary(Tagger(), input_data=[torch.zeros(2, 7, dtype=torch.long)], verbose=0, col_width=18))
print(summary(Tagger(), input_size=(2, 7), dtypes=[torch.long], verbose=0, mode="train", device="cpu"))
print(summary(nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.Linear(4, 2)), input_size=(3, 6), verbose=0))
print(summary(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), input_size=(2, 5, 16), verbose=0, depth=4))
print(summary(Net(), verbose=0))
print(summary(nn.GRU(4, 3), (5, 2, 4), batch_dim=None, verbose=2, col_names=("output_size", "num_params")))
try:
    summary(Net(), (2, 4, 16, 16), verbose=0)
except RuntimeError as error:
    print(str(error).splitlines()[0][:60])
model = Net()
summary(model, (1, 3, 16, 16), verbose=0)
print(model.training, sum(len(m._forward_hooks) for m in model.modules()))
