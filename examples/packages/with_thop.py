"""`profile` of convolutional, recurrent, normalised and attending networks: multiplications and parameters, operations of one's own,
`clever_format`.
"""

import torch
from thop import clever_format, profile
from torch import nn

torch.manual_seed(0)
NETS = {
    "conv": (
        nn.Sequential(
            nn.Conv2d(3, 8, 3),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, groups=4),
            nn.PReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(16, 4),
            nn.Softmax(1),
        ),
        (torch.randn(2, 3, 16, 16),),
    ),
    "transposed": (nn.Sequential(nn.ConvTranspose2d(4, 2, 2), nn.Upsample(scale_factor=2), nn.AvgPool2d(2)), (torch.randn(1, 4, 8, 8),)),
    "lstm": (nn.LSTM(6, 8, num_layers=2, bidirectional=True), (torch.randn(5, 2, 6),)),
    "gru": (nn.GRU(6, 8, batch_first=True), (torch.randn(2, 5, 6),)),
    "rnn": (nn.RNNCell(6, 8), (torch.randn(2, 6),)),
    "normalised": (nn.Sequential(nn.Linear(8, 8), nn.LayerNorm(8), nn.InstanceNorm1d(4)), (torch.randn(2, 4, 8),)),
}
for name, (net, inputs) in NETS.items():
    macs, params = profile(net, inputs=inputs, verbose=False)
    print(name, macs, params, clever_format([macs, params], "%.3f"), sum(len(m._forward_hooks) for m in net.modules()))


class Own(nn.Module):
    def forward(self, x):
        return x @ x.T


macs, params = profile(
    nn.Sequential(nn.Linear(4, 4), Own()),
    inputs=(torch.randn(3, 4),),
    verbose=True,
    custom_ops={Own: lambda m, x, y: m.total_ops.add_(y.numel() * x[0].shape[-1])},
)
print(macs, params)
macs, params, layers = profile(NETS["conv"][0], inputs=(torch.randn(1, 3, 16, 16),), verbose=False, ret_layer_info=True)
print({k: v[:2] for k, v in layers.items()})
