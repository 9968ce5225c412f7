"""Programs that did something else than in PyTorch when random programs found them; each is short and stays the same."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import agree

PROGRAMS = {
    "hardsigmoid's slope in float64": """
x = torch.linspace(-4, 4, 9, dtype=torch.float64).requires_grad_()
F.hardsigmoid(x).sum().backward()
x.grad
""",
    "what is not finite stays in its own windows of adaptive pooling": """
x = torch.arange(12.0).reshape(1, 2, 6)
x[0, 0, 0], x[0, 1, 5] = float('nan'), float('inf')
x.requires_grad_()
y = F.adaptive_avg_pool1d(x, 4)
y.backward(torch.tensor([[[1.0, 2, 3, float('inf')], [1, 2, 3, 4]]]))
x.grad
""",
    "a window of -inf at the edge has its first element": "F.max_pool2d(torch.full((1, 4, 4), -float('inf')), 2, padding=1, return_indices=True)",
    "masks of channels are drawn in rows, however the input lies": """
x = torch.randn(5, 3, 1).transpose(0, 1)
F.dropout1d(x, 0.5)
F.feature_alpha_dropout(x, 0.5, training=True)
F.dropout(x, 0.5)
""",
    "the norms of a vector's elements": "nn.utils.parametrizations.weight_norm(nn.RMSNorm(4))",
    "a parametrization of what is not there": """
nn.utils.parametrizations.orthogonal(nn.ReLU())
nn.utils.parametrizations.spectral_norm(nn.ReLU())
nn.utils.parametrizations.weight_norm(nn.ReLU())
""",
    "a leaf that was frozen after the forward pass gets no gradient": """
a, b = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
loss = (a * b).sum()
a = a.requires_grad_(False)
loss.backward()
a.grad, b.grad
""",
    "mistakes with recurrent cells": """
nn.RNNCell(2, 3)(torch.ones(2, 4))
nn.GRUCell(2, 3)(torch.ones(2, 2), torch.ones(2, 4))
nn.LSTMCell(2, 3)(torch.ones(2, 2), (torch.ones(3, 3), torch.ones(2, 3)))
nn.LSTM(2, 3)(torch.ones(0, 2, 2))
""",
    "sizes that do not multiply up": "torch.ones(2, 4).unflatten(1, (3, 2))",
    "sparse gradients by frequency": """
table = nn.Embedding(3, 2, sparse=True, scale_grad_by_freq=True)
table(torch.tensor([1, 1])).sum().backward()
""",
    "what an optimizer may not be given": """
torch.optim.Adafactor([torch.ones(2, 2)], d=0.5)
torch.optim.Adafactor([torch.ones(2, 2)], lr=-1)
torch.optim.Muon([torch.ones(2, 2)], lr=-1)
torch.optim.Muon([torch.ones(2, 2)], weight_decay=-1)
""",
    "what LBFGS keeps": """
w = torch.ones(3, requires_grad=True)
optimizer = torch.optim.LBFGS([w], max_iter=4, history_size=2)
def closure():\\n    optimizer.zero_grad()\\n    loss = (w ** 4).sum()\\n    loss.backward()\\n    return loss
optimizer.step(closure)
optimizer
""",
    "the order of what a scheduler keeps": """
optimizer = torch.optim.SGD([torch.ones(2)], lr=0.1)
torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 0.5).state_dict()
torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer).state_dict()
torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.2, cycle_momentum=False, scale_fn=lambda x: x).state_dict()
torch.optim.lr_scheduler.ChainedScheduler([torch.optim.lr_scheduler.StepLR(optimizer, 2)]).state_dict()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_was_found_does_what_pytorch_does(name: str) -> None:
    agree([line.replace("\\n", "\n") for line in PROGRAMS[name].strip().split("\n")])
