"""The generator against PyTorch: every draw bit for bit, and the state after it byte for byte."""

import numpy as np
import pytest
import torch

from steepest.core.generator import Generator

SEEDS = (0, 1, 42, -1, 2**63, 123456789012)
SIZES = (0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 100, 623, 624, 625, 1000, 1247, 4099)
FLOATS = {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16}


def both(seed: int) -> tuple[Generator, torch.Generator]:
    return Generator().manual_seed(seed), torch.Generator().manual_seed(seed)


def numpy_type(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def same(mine: np.ndarray, theirs: torch.Tensor, where: object = None) -> None:
    assert mine.shape == tuple(theirs.shape), where
    if theirs.dtype.is_complex:
        mine, theirs = mine.view(mine.real.dtype), torch.view_as_real(theirs).reshape(*theirs.shape[:-1], -1)
    bits = {1: (np.int8, torch.int8), 2: (np.int16, torch.int16), 4: (np.int32, torch.int32), 8: (np.int64, torch.int64)}
    n, t = bits[mine.itemsize]
    different = np.flatnonzero(np.ascontiguousarray(mine).view(n).ravel() != theirs.contiguous().view(t).numpy().ravel())
    assert not len(different), (where, different[:5], mine.ravel()[different[:5]], theirs.ravel()[different[:5].tolist()])


def same_state(mine: Generator, theirs: torch.Generator, where: object = None) -> None:
    assert mine.get_state().tobytes() == theirs.get_state().numpy().tobytes(), where


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize(
    "bounds", [(0.0, 1.0), (-1.0, 1.0), (-0.3125, 0.3125), (-0.1, 0.3), (2.0, 5.5), (0.0, 0.37), (-3.0, -2.9), (1.0, 1.0)]
)
def test_uniform(name: str, bounds: tuple[float, float]) -> None:
    for seed in SEEDS:
        g, t = both(seed)
        for n in SIZES:
            same(g.uniform((n,), *bounds, numpy_type(name)), torch.empty(n, dtype=FLOATS[name]).uniform_(*bounds, generator=t), n)
        same_state(g, t)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("parameters", [(0.0, 1.0), (0.0, 0.02), (3.0, 2.5), (-1.7, 0.3), (5.0, 0.0)])
def test_normal(name: str, parameters: tuple[float, float]) -> None:
    for seed in SEEDS[:4]:
        g, t = both(seed)
        for n in SIZES:
            expected = torch.empty(n, dtype=FLOATS[name]).normal_(*parameters, generator=t)
            same(g.normal((n,), *parameters, numpy_type(name)), expected, n)
            same_state(g, t, n)


@pytest.mark.parametrize("name", FLOATS)
def test_normal_into_memory_that_is_not_contiguous(name: str) -> None:
    g, t = both(5)
    for n in (1, 2, 9, 33):
        target = torch.empty(2 * n, dtype=FLOATS[name])[::2].normal_(0.5, 1.25, generator=t)
        same(g.normal((n,), 0.5, 1.25, numpy_type(name), contiguous=n == 1), target, n)
        same_state(g, t)


def test_normal_of_many_elements() -> None:
    g, t = both(7)
    same(g.normal((300001,)), torch.randn(300001, generator=t))


@pytest.mark.parametrize("name", ["complex64", "complex128"])
def test_complex(name: str) -> None:
    g, t = both(3)
    for shape in ((1,), (3, 4), (5, 7)):
        same(g.normal(shape, dtype=np.dtype(name)), torch.randn(shape, dtype=getattr(torch, name), generator=t), shape)
        same(g.uniform(shape, dtype=np.dtype(name)), torch.rand(shape, dtype=getattr(torch, name), generator=t), shape)
    same_state(g, t)


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_normal_with_arrays_of_means_and_deviations(name: str) -> None:
    g, t = both(11)
    for shape in ((3,), (4, 5), (2, 100)):
        mean, std = torch.linspace(-2, 2, shape[-1], dtype=FLOATS[name]), torch.rand(shape, dtype=FLOATS[name])
        same(g.normal(shape, mean.numpy(), std.numpy(), np.dtype(name)), torch.normal(mean.expand(shape), std, generator=t))
        same(g.normal(shape, 1.5, std.numpy(), np.dtype(name)), torch.normal(1.5, std, generator=t))
        same(g.normal(mean.shape, mean.numpy(), 0.7, np.dtype(name)), torch.normal(mean, 0.7, generator=t))
    same_state(g, t)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.8, 1.0 - 0.3, 1.0])
def test_bernoulli(p: float) -> None:
    for seed in SEEDS[:3]:
        g, t = both(seed)
        for n in SIZES:
            same(g.bernoulli(p, (n,)), torch.empty(n).bernoulli_(p, generator=t), n)
            for dtype in (torch.float32, torch.float64):
                each = torch.linspace(0, 1, n, dtype=dtype)
                same(g.bernoulli(each.numpy(), dtype=each.numpy().dtype), torch.bernoulli(each, generator=t), n)
        same_state(g, t)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_dropout(p: float) -> None:
    for dtype in (torch.float32, torch.float64):
        x = torch.linspace(1, 2, 1000, dtype=dtype)
        torch.manual_seed(4)
        g = Generator().manual_seed(4)
        mask = g.dropout_mask((1000,), p, x.numpy().dtype)
        same(x.numpy() * mask, torch.nn.functional.dropout(x, p), p)
        assert g.get_state().tobytes() == torch.get_rng_state().numpy().tobytes()


RANGES = [(0, 10), (-5, 5), (0, 2), (3, 4), (0, 2**28 - 1), (0, 2**28), (0, 2**28 + 1), (-(2**30), 2**30), (0, 2**40),
          (-(2**63), 2**63 - 1), (0, 2**63 - 1)]


@pytest.mark.parametrize("bounds", RANGES)
def test_randint(bounds: tuple[int, int]) -> None:
    for seed in SEEDS[:4]:
        g, t = both(seed)
        for n in SIZES:
            same(g.randint(*bounds, (n,)), torch.randint(*bounds, (n,), generator=t), n)
        same_state(g, t)


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "uint8", "bool", *FLOATS])
def test_randint_of_other_types(name: str) -> None:
    dtype = getattr(torch, name)
    for low, high in ((0, 1), (0, 2), (0, 100), (-3, 3), (0, 2049), (0, 3001), (-70000, 70001), (5, 2**25 + 3)):
        g, t = both(low + high)
        try:
            expected = torch.empty(50, dtype=dtype).random_(low, high, generator=t)
        except RuntimeError:
            with pytest.raises(RuntimeError):
                g.randint(low, high, (50,), numpy_type(name))
        else:
            same(g.randint(low, high, (50,), numpy_type(name)), expected, (low, high))
            same_state(g, t)


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64", "uint8", "bool", *FLOATS])
def test_full_range(name: str) -> None:
    dtype, mine = getattr(torch, name), numpy_type(name)
    g, t = both(8)
    same(g.random_((50,), mine), torch.empty(50, dtype=dtype).random_(generator=t))
    same(g.randint(0, None, (50,), mine), torch.empty(50, dtype=dtype).random_(0, None, generator=t))
    if name in ("int64", "float64", "float32", "bfloat16"):
        same(g.randint(-(2**63), None, (50,), mine), torch.empty(50, dtype=dtype).random_(-(2**63), None, generator=t))
    same_state(g, t)


def test_randperm() -> None:
    for seed in SEEDS:
        g, t = both(seed)
        for n in (*SIZES, 299, 300, 301, 65535, 65536, 70000):
            same(g.randperm(n), torch.randperm(n, generator=t), n)
        same_state(g, t)


@pytest.mark.parametrize("name", FLOATS)
def test_continuous_distributions(name: str) -> None:
    dtype, mine = FLOATS[name], numpy_type(name)
    for seed in SEEDS[:4]:
        g, t = both(seed)
        for n in SIZES[:-4]:
            same(g.exponential((n,), 1.0, mine), torch.empty(n, dtype=dtype).exponential_(1.0, generator=t), n)
            same(g.exponential((n,), 2.3, mine), torch.empty(n, dtype=dtype).exponential_(2.3, generator=t), n)
            same(g.cauchy((n,), 0.4, 1.3, mine), torch.empty(n, dtype=dtype).cauchy_(0.4, 1.3, generator=t), n)
            same(g.log_normal((n,), 0.4, 1.3, mine), torch.empty(n, dtype=dtype).log_normal_(0.4, 1.3, generator=t), n)
            same(g.geometric((n,), 0.3, mine), torch.empty(n, dtype=dtype).geometric_(0.3, generator=t), n)
        same_state(g, t)


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_multinomial(name: str) -> None:
    for seed in SEEDS[:3]:
        g, t = both(seed)
        for shape in ((1,), (5,), (100,), (3, 7), (4, 50)):
            weights = torch.rand(shape, dtype=FLOATS[name], generator=torch.Generator().manual_seed(3)) * 5
            for n in (1, shape[-1] // 2 + 1, shape[-1]):
                same(g.multinomial(weights.numpy(), n), torch.multinomial(weights, n, generator=t), (shape, n))
                same(g.multinomial(weights.numpy(), 1, True), torch.multinomial(weights, 1, True, generator=t), (shape, 1))
                expected = torch.multinomial(weights, 3 * n, True, generator=t)
                same(g.multinomial(weights.numpy(), 3 * n, True), expected, (shape, n))
        same_state(g, t)


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_counts(name: str) -> None:
    for seed in SEEDS[:3]:
        g, t = both(seed)
        rates = torch.tensor([0.0, 0.3, 2.0, 9.99, 10.0, 37.5, 1000.0] * 30, dtype=FLOATS[name])
        same(g.poisson(rates.numpy()), torch.poisson(rates, generator=t))
        count = torch.tensor([0.0, 1.0, 5.0, 30.0, 100.0, 1000.0] * 35, dtype=FLOATS[name])
        probability = torch.linspace(0, 1, len(count), dtype=FLOATS[name])
        same(g.binomial(count.numpy(), probability.numpy()), torch.binomial(count, probability, generator=t))
        same_state(g, t)


def test_draws_in_a_row_keep_the_same_stream() -> None:
    g, t = both(99)
    for n in (3, 20, 1, 17):
        same(g.normal((n,)), torch.randn(n, generator=t))
        same(g.uniform((n,)), torch.rand(n, generator=t))
        same(g.log_normal((n,)), torch.empty(n).log_normal_(generator=t))
        same(g.randperm(n), torch.randperm(n, generator=t))
        same(g.bernoulli(0.5, (n,)), torch.empty(n).bernoulli_(0.5, generator=t))
    same_state(g, t)


def test_states_are_interchangeable() -> None:
    for draws in (0, 1, 3, 311, 312, 623, 624, 625, 1248):
        g, t = both(draws)
        same_state(g, t)
        torch.randint(0, 5, (draws,), generator=t)
        g.set_state(t.get_state().numpy())
        same_state(g, t, draws)
        assert g.initial_seed() == t.initial_seed()
        same(g.normal((3,)), torch.randn(3, generator=t))
        other = torch.Generator()
        other.set_state(torch.from_numpy(g.get_state()))
        assert other.get_state().equal(t.get_state())
        same(g.normal((4,)), torch.randn(4, generator=other))


def test_seeds() -> None:
    for seed in (*SEEDS, -(2**63), 2**64 - 1):
        g, t = both(seed)
        assert g.initial_seed() == t.initial_seed()
        same_state(g, t, seed)
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    same_state(Generator(), torch.Generator())
    for seed in (2**64, -(2**63) - 1):
        with pytest.raises(ValueError):
            Generator().manual_seed(seed)
        with pytest.raises(ValueError):
            torch.Generator().manual_seed(seed)
