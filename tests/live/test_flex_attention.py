"""`torch.nn.attention.flex_attention` beside torch's, and its gradients beside those of torch's own operations."""

import importlib
import math
from typing import Any

import numpy as np
import pytest
import torch

import steepest

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def torchs_own_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without compiling, which takes seconds for every function."""
    monkeypatch.setattr(importlib.import_module("torch.nn.attention.flex_attention"), "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True)


def flex(lib: Any) -> Any:
    return importlib.import_module(f"{lib.__name__}.nn.attention.flex_attention")


def seen(value: Any) -> Any:
    if isinstance(value, (steepest.Tensor, torch.Tensor)):
        return value.detach().double().numpy() if value.is_floating_point() else value.numpy()
    if isinstance(value, (tuple, list)):
        return [seen(v) for v in value]
    return value


def same(mine: Any, theirs: Any, close: float = 2e-6) -> None:
    if isinstance(mine, list):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same(a, b, close)
    elif isinstance(mine, np.ndarray):
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=close, atol=close)
    else:
        assert mine == theirs


def both(program: Any, close: float = 2e-6) -> None:
    results = []
    for lib in (steepest, torch):
        lib.manual_seed(0)
        results.append(seen(program(lib)))
    same(*results, close)


def heads(lib: Any, kv: int = 4, dtype: str = "float32") -> Any:
    q, k, v = lib.randn(2, 4, 48, 8), lib.randn(2, kv, 40, 8), lib.randn(2, kv, 40, 6)
    return [x.to(getattr(lib, dtype)) for x in (q, k, v)]


def causal(b: Any, h: Any, q: Any, kv: Any) -> Any:
    return q >= kv


def window(b: Any, h: Any, q: Any, kv: Any) -> Any:
    return (q - kv).abs() < 5 + 3 * h + b


SCORES: dict[str, Any] = {
    "as they are": lambda lib: None,
    "alibi": lambda lib: lambda s, b, h, q, kv: s + (kv - q) * 0.1 * (h + 1),
    "a bias": lambda lib: (lambda table: lambda s, b, h, q, kv: s * table[h] + lib.tanh(s))(lib.randn(4)),
    "a table": lambda lib: (lambda table: lambda s, b, h, q, kv: s + table[q, kv])(lib.randn(48, 40)),
    "cut": lambda lib: lambda s, b, h, q, kv: lib.where(q >= kv, s, -float("inf")),
    "a soft cap": lambda lib: lambda s, b, h, q, kv: 2 * lib.tanh(s / 2),
}


@pytest.mark.parametrize("name", SCORES)
def test_scores_are_changed_as_torchs(name: str) -> None:
    both(lambda lib: flex(lib).flex_attention(*heads(lib), score_mod=SCORES[name](lib)))


@pytest.mark.parametrize("mask", [causal, window])
def test_masks_and_sums_of_exponentials(mask: Any) -> None:
    def program(lib: Any) -> Any:
        f = flex(lib)
        made = f.create_block_mask(mask, 2, 4, 48, 40, BLOCK_SIZE=16)
        return f.flex_attention(*heads(lib), block_mask=made, scale=0.3, return_lse=True)

    both(program)


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-12), ("bfloat16", 2e-2), ("float16", 2e-3)])
def test_other_dtypes_and_shared_heads(dtype: str, close: float) -> None:
    both(lambda lib: flex(lib).flex_attention(*heads(lib, 2, dtype), enable_gqa=True), close)


def test_block_masks_are_torchs() -> None:
    def parts(mask: Any) -> list[Any]:
        return [str(mask), repr(mask), mask.shape, mask.numel(), mask.sparsity(), mask.to_dense(), *mask.as_tuple()[2:10]]

    def program(lib: Any) -> Any:
        f, found = flex(lib), list[Any]()
        for options in ({}, {"BLOCK_SIZE": 32}, {"BLOCK_SIZE": (32, 16)}, {"separate_full_blocks": False}):
            for batch, number in ((None, None), (2, 4)):
                mask = f.create_block_mask(window, batch, number, 200, 300, **options)
                found += parts(mask)
        found += parts(f.create_block_mask(causal, None, None, 256, 256))
        found += [parts(mask[index]) for index in (0, (1, 2), (slice(0, 1), slice(1, 3)), -1)]
        found += [f.create_mask(f.and_masks(causal, window), 1, 2, 9, 9), f.create_mask(f.or_masks(causal, window), None, None, 9, 9)]
        blocks = f.BlockMask.from_kv_blocks(lib.tensor([[[1, 2]]], dtype=lib.int32), lib.tensor([[[[0, 1], [0, 1]]]], dtype=lib.int32))
        return [*found, *parts(blocks), *parts(f.create_block_mask(causal, None, None, 256, 256)._adjust(128, 128))]

    both(program)


def test_rows_without_keys_are_zero() -> None:
    def program(lib: Any) -> Any:
        f = flex(lib)
        nothing = f.create_block_mask(lambda b, h, q, kv: (q > 3) & (kv > q), None, None, 48, 40)
        return f.flex_attention(*heads(lib), block_mask=nothing, return_lse=True)

    both(program)


REFUSED: dict[str, Any] = {
    "heads": lambda lib, q, k, v: flex(lib).flex_attention(q, k[:, :2], v[:, :2]),
    "dimensions": lambda lib, q, k, v: flex(lib).flex_attention(q[0], k[0], v[0]),
    "embedding": lambda lib, q, k, v: flex(lib).flex_attention(q, k[..., :5], v),
    "batches": lambda lib, q, k, v: flex(lib).flex_attention(q[:1], k, v),
    "lengths": lambda lib, q, k, v: flex(lib).flex_attention(q, k, v, block_mask=flex(lib).create_block_mask(causal, None, None, 99, 99)),
    "values": lambda lib, q, k, v: flex(lib).create_block_mask(lambda b, h, i, j: i if i > 3 else j, None, None, 5, 5),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_the_same_error(name: str) -> None:
    kinds = []
    for lib in (steepest, torch):
        with pytest.raises((ValueError, NotImplementedError, RuntimeError)) as caught:
            REFUSED[name](lib, *heads(lib))
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def test_gradients_are_those_of_the_operations_written_out() -> None:
    def program(lib: Any) -> Any:
        q, k, v = (x.requires_grad_() for x in heads(lib))
        slope = lib.tensor(0.1, requires_grad=True)
        places = lib.arange(48)[:, None], lib.arange(40)[None, :]
        if lib is steepest:
            f = flex(lib)
            mask = f.create_block_mask(causal, None, None, 48, 40)
            out = f.flex_attention(q, k, v, score_mod=lambda s, b, h, i, j: s + (j - i) * slope, block_mask=mask)
        else:
            scores = q @ k.mT / math.sqrt(8) + (places[1] - places[0]) * slope
            out = lib.where(places[0] >= places[1], scores, -math.inf).softmax(-1) @ v
        out.square().sum().backward()
        return [out, q.grad, k.grad, v.grad, slope.grad]

    both(program, 1e-4)
