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


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16", "int64", "uint8"])
def test_evenly_spaced_numbers_to_the_last_bit(dtype: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        start, end = (rng.uniform(0, 100, 2) if "int" in dtype else rng.uniform(-10, 10, 2)).tolist()
        steps = int(rng.integers(0, 300))
        ours, theirs = (t.linspace(start, end, steps, dtype=getattr(t, dtype)) for t in (steepest, torch))
        assert ours.tolist() == theirs.tolist(), (start, end, steps)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_bags_scale_their_gradients_as_torchs(mode: str) -> None:
    rng = np.random.default_rng(0)
    index, offsets, weight = rng.integers(0, 7, 20), np.array([0, 3, 3, 9, 15]), rng.normal(size=(7, 3)).astype("float32")
    weights = rng.normal(size=20).astype("float32") if mode == "sum" else None
    found = []
    for t in (steepest, torch):
        w, given = t.tensor(weight, requires_grad=True), None if weights is None else t.tensor(weights, requires_grad=True)
        out = t.nn.functional.embedding_bag(t.tensor(index), w, t.tensor(offsets), mode=mode, scale_grad_by_freq=True,
                                            per_sample_weights=given, padding_idx=2)
        out.square().sum().backward()
        found.append([out.detach().numpy(), w.grad.numpy(), *([] if given is None else [given.grad.numpy()])])
    for mine, theirs in zip(*found, strict=True):
        assert np.allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_normal_numbers_around_complex_means_are_torchs() -> None:
    for deviation in (2.0, [0.5, 1.0, 2.0]):
        drawn = []
        for t in (steepest, torch):
            t.manual_seed(0)
            std = deviation if isinstance(deviation, float) else t.tensor(deviation)
            drawn.append(t.normal(t.tensor([1 + 2j, -3j, 0.5]), std).numpy())
        assert np.allclose(*drawn, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("hermitian", [False, True])
def test_the_pseudo_inverse_under_autocast_is_torchs(hermitian: bool) -> None:
    a = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    a = a.T @ a if hermitian else a
    found = []
    for t in (steepest, torch):
        with t.autocast("cpu", dtype=t.bfloat16):
            inverse = t.linalg.pinv(t.tensor(a), hermitian=hermitian)
        assert inverse.dtype is t.bfloat16
        found.append(inverse.float().numpy())
    assert np.allclose(*found, rtol=1e-2, atol=1e-3)
