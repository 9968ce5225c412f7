"""Random numbers into tensors that do not lie in the order of their indices: PyTorch fills them in the order of their memory."""

import pytest
import torch

import steepest
from steepest.nn import functional as F

LAYOUTS = {
    "in order": lambda t: t.ones(5, 6),
    "transposed": lambda t: t.ones(5, 6).t(),
    "batch first": lambda t: t.ones(3, 4, 8).transpose(0, 1),
    "channels last": lambda t: t.ones(2, 5, 4, 3).permute(0, 3, 1, 2),
    "axes turned round": lambda t: t.ones(2, 3, 4).permute(2, 0, 1),
    "with gaps": lambda t: t.ones(4, 6)[:, ::2],
    "with gaps, transposed": lambda t: t.ones(6, 8)[:, ::2].t(),
    "an axis of one": lambda t: t.ones(6, 1, 4).permute(2, 1, 0),
    "expanded": lambda t: t.ones(4, 1).expand(4, 5),
    "expanded between": lambda t: t.ones(3, 1, 5).permute(2, 1, 0).expand(5, 4, 3),
}
DRAWS = {
    "dropout": lambda t, f, x: f.dropout(x, 0.4), "alpha_dropout": lambda t, f, x: f.alpha_dropout(x, 0.3, True),
    "rand_like": lambda t, f, x: t.rand_like(x), "randn_like": lambda t, f, x: t.randn_like(x),
    "randint_like": lambda t, f, x: t.randint_like(x, 2, 9),
    "contiguous": lambda t, f, x: t.randn_like(x, memory_format=t.contiguous_format), "bernoulli": lambda t, f, x: t.bernoulli(x * 0.5),
    "zeros_like": lambda t, f, x: t.zeros_like(x), "full_like": lambda t, f, x: t.full_like(x, 3),
}
FILLS = {
    "uniform_": lambda x, t: x.uniform_(-1, 2), "normal_": lambda x, t: x.normal_(1, 2), "bernoulli_": lambda x, t: x.bernoulli_(0.3),
    "bernoulli_ of a tensor": lambda x, t: x.bernoulli_(t.linspace(0.1, 0.9, x.shape[-1])),
    "exponential_": lambda x, t: x.exponential_(2.0),
    "cauchy_": lambda x, t: x.cauchy_(), "log_normal_": lambda x, t: x.log_normal_(), "geometric_": lambda x, t: x.geometric_(0.3),
    "random_": lambda x, t: x.random_(50), "random_ over all": lambda x, t: x.random_(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("draw", DRAWS)
def test_what_is_made_like_a_tensor(draw: str, layout: str) -> None:
    found, expected = [], []
    for t, f, out in ((steepest, F, found), (torch, torch.nn.functional, expected)):
        t.manual_seed(3)
        x = DRAWS[draw](t, f, LAYOUTS[layout](t))
        out += [x.tolist(), tuple(x.stride()), t.rand(1).item()]
    assert found == expected


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if not name.startswith("expanded")])
@pytest.mark.parametrize("fill", FILLS)
def test_what_is_filled_in_place(fill: str, layout: str) -> None:
    found, expected = [], []
    for t, out in ((steepest, found), (torch, expected)):
        t.manual_seed(4)
        x = FILLS[fill](LAYOUTS[layout](t), t)
        out += [x.tolist(), t.rand(1).item()]
    assert found == expected


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_transformer_that_drops(batch_first: bool) -> None:
    found = []
    for t in (steepest, torch):
        t.manual_seed(0)
        layer = t.nn.TransformerEncoderLayer(16, 4, 32, dropout=0.2, batch_first=batch_first)
        x = t.randn(3, 5, 16)
        found.append(layer(x).flatten().tolist())
    assert found[0] == pytest.approx(found[1], abs=2e-5)
