"""Random numbers into tensors that do not lie in the order of their indices: PyTorch fills them in the order of their memory."""

from typing import Any

import numpy as np
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


@pytest.mark.parametrize("expression", [
    "a + b", "b + a", "a + c", "c + a", "d + e", "e + d", "f * h", "a + k", "l + a", "m + b", "o + n", "n + o", "torch.where(a > 3, a, b)",
    "torch.where(b > 3, a, b)", "a < b", "torch.addcmul(a, b, b)", "torch.lerp(a, b, 0.3)", "a ** b", "a + b.double()", "a.clamp(b * 0, b)",
    "a.masked_fill(b > 3, 0.0)", "a.masked_fill(a > 3, 0.0)", "a.long() + b", "torch.tensor(1.0) + a", "1 - a", "a * b * a"])
def test_operands_in_several_orders(expression: str) -> None:
    found = []
    for library in (torch, steepest):
        def made(*shape: int, library: Any = library) -> Any:
            return library.arange(float(np.prod(shape))).reshape(shape)

        names = {"a": made(4, 3).t(), "b": made(3, 4), "c": made(3, 1), "d": made(2, 3, 4).transpose(0, 2), "e": made(4, 3, 2),
                 "f": made(2, 4, 3).permute(2, 0, 1), "h": made(3, 2, 4), "k": made(6, 4)[::2], "l": made(3, 8)[:, ::2],
                 "m": made(4, 6).t()[::2], "n": made(3, 4).expand(2, 3, 4), "o": made(2, 4, 3).transpose(1, 2)}
        result = eval(expression, {"torch": library, **names})
        found.append((result.stride(), result.tolist()))
    assert found[0] == found[1]


def test_a_dropout_behind_operands_in_several_orders() -> None:
    found = []
    for library in (torch, steepest):
        library.manual_seed(0)
        tokens = library.arange(24.0).reshape(2, 3, 4).transpose(1, 2)
        found.append(library.nn.functional.dropout(tokens + library.ones(4, 3), 0.5).tolist())
    assert found[0] == found[1]
