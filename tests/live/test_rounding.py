"""Sums of products are rounded where PyTorch rounds them: once, as fused multiply-adds."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

import steepest

CASES = {
    "add": lambda t, a, b, c: a.add(b, alpha=0.3),
    "add in place": lambda t, a, b, c: a.clone().add_(b, alpha=-0.01),
    "sub": lambda t, a, b, c: a.sub(b, alpha=0.3),
    "lerp below a half": lambda t, a, b, c: t.lerp(a, b, 0.3),
    "lerp above a half": lambda t, a, b, c: t.lerp(a, b, 0.7),
    "lerp by a tensor": lambda t, a, b, c: t.lerp(a, b, c.abs() / 3),
    "addcmul": lambda t, a, b, c: a.addcmul(b, c, value=0.3),
    "addcdiv": lambda t, a, b, c: a.addcdiv(b, c, value=0.3),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_to_the_last_bit(case: str, dtype: str) -> None:
    arrays = np.random.default_rng(0).normal(size=(3, 1000)).astype(dtype)
    ours, theirs = (CASES[case](t, *(t.from_numpy(x.copy()) for x in arrays)).numpy() for t in (steepest, torch))
    assert np.array_equal(ours, theirs)


def test_integers_stay_integers() -> None:
    for t in (steepest, torch):
        assert t.arange(4).sub(t.arange(4), alpha=3).tolist() == [0, -2, -4, -6]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """PyTorch on one thread: on several it sums in parts."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sums_and_means_to_the_last_bit(dtype: str) -> None:
    random = np.random.default_rng(1)
    for shape, dim in (((5,), 0), ((100_003,), 0), ((300, 400), 0), ((300, 400), 1), ((300, 400), None), ((2000, 5), 0), ((2000, 5), 1),
                       ((7, 2049, 33), 1), ((8, 16, 9, 11), (0, 2, 3)), ((8, 16, 9, 11), (0, 1))):
        x = random.normal(size=shape).astype(dtype)
        for of in ("sum", "mean"):
            ours, theirs = (getattr(t.from_numpy(x.copy()), of)(dim).numpy() for t in (steepest, torch))
            assert np.array_equal(ours, theirs), (shape, dim, of)
    x = random.normal(size=(90, 70)).astype(dtype)
    for dim in (0, 1):
        ours, theirs = (t.from_numpy(x.copy()).T.sum(dim).numpy() for t in (steepest, torch))
        assert np.array_equal(ours, theirs)
    losses = [t.nn.functional.mse_loss(t.from_numpy(x), t.from_numpy(x[::-1].copy())).item() for t in (steepest, torch)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_running_sums_and_products_to_the_last_bit(dtype: str) -> None:
    x = np.random.default_rng(2).normal(size=(70, 33)).astype(dtype)
    for of in ("cumsum", "cumprod"):
        for dim in (0, 1):
            ours, theirs = (getattr(t.from_numpy(x), of)(dim).numpy() for t in (steepest, torch))
            assert np.array_equal(ours, theirs)
