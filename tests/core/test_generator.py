"""The generator draws PyTorch's numbers: compared with a file made by PyTorch, and its own rules."""

import hashlib
import json
import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from steepest.core import gaussian, mt19937, permutation
from steepest.core.fused import fma32, fma64
from steepest.core.generator import Generator

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "generator.json").read_text(encoding="utf-8"))["draws"]
SIZES = (1, 3, 15, 16, 17, 100, 1000)


def digest(x: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("seed", REFERENCE)
def test_draws_are_those_of_pytorch(seed: str) -> None:
    g = Generator().manual_seed(int(seed))
    expected = REFERENCE[seed]
    assert g.initial_seed() == expected["initial_seed"]
    for n in SIZES:
        got = {
            "uniform": g.uniform((n,), -0.3, 0.3),
            "uniform float64": g.uniform((n,), -0.3, 0.3, np.float64),
            "normal": g.normal((n,), 0.5, 1.5),
            "randn": g.normal((n,)),
            "bernoulli": g.bernoulli(0.3, (n,)),
            "randint": g.randint(-7, 100, (n,)),
            "randint wide": g.randint(0, 2**40, (n,)),
            "randperm": g.randperm(n),
            "state": g.get_state(),
        }
        for name, values in got.items():
            assert digest(values) == expected[f"{name} {n}"], (name, n)
    assert [x.hex() for x in g.uniform((3,)).tolist()] == expected["first uniform"]
    assert [x.hex() for x in g.normal((16,)).tolist()] == expected["first normal"]
    # in float64 the C library's logarithm, sine and cosine decide the last digit
    normals = [float.fromhex(x) for x in expected["normal float64"]]
    assert g.normal((17,), dtype=np.float64).tolist() == pytest.approx(normals, rel=1e-14)
    assert [x.hex() for x in g.exponential((5,), 2.0).tolist()] == expected["exponential"]
    assert [x.hex() for x in g.cauchy((5,), 1.0, 2.0).tolist()] == expected["cauchy"]
    assert [x.hex() for x in g.log_normal((5,), 0.0, 0.5).tolist()] == expected["log_normal"]
    assert g.geometric((8,), 0.2).tolist() == expected["geometric"]
    weights = np.array([0.1, 2.0, 0.5, 1.0], np.float32)
    assert g.multinomial(weights, 3).tolist() == expected["multinomial"]
    assert g.multinomial(weights, 12, True).tolist() == expected["multinomial with replacement"]
    assert g.poisson(np.array([0.5, 4.0, 20.0, 300.0], np.float32)).tolist() == expected["poisson"]
    counts, probabilities = np.array([5.0, 40.0, 200.0], np.float32), np.array([0.3, 0.6, 0.2], np.float32)
    assert g.binomial(counts, probabilities).tolist() == expected["binomial"]
    assert digest(g.get_state()) == expected["state"]


def test_a_state_taken_at_any_point_gives_the_same_numbers_again() -> None:
    g = Generator().manual_seed(3)
    for draws in (0, 1, 2, 620, 1, 624):
        g.random(draws)
        g.normal((3,))
        state = g.get_state()
        first = g.normal((20,)), g.normal((5,)), g.random64(3), g.get_state()
        g.set_state(state)
        for a, b in zip(first, (g.normal((20,)), g.normal((5,)), g.random64(3), g.get_state()), strict=True):
            assert a.tobytes() == b.tobytes()


def test_a_clone_and_a_pickle_go_on_by_themselves() -> None:
    g = Generator().manual_seed(3)
    g.normal((3,))
    others = g.clone_state(), pickle.loads(pickle.dumps(g))
    values = g.normal((5,)).tolist()
    for other in others:
        assert other.normal((5,)).tolist() == values
        assert other.initial_seed() == 3


def test_rejection_takes_no_more_words_than_it_uses() -> None:
    g, h = Generator().manual_seed(1), Generator().manual_seed(1)
    g.poisson(np.full(400, 3.0))
    for _ in range(400):
        h.poisson(np.array([3.0]))
    assert g.get_state().tobytes() == h.get_state().tobytes()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 50, 299, 300, 301, 1000])
def test_permutations_are_those_of_the_swaps_one_after_the_other(n: int) -> None:
    rng = np.random.default_rng(n)
    if n:
        offsets = rng.integers(0, n - np.arange(n - 1)) if n > 1 else np.zeros(0, np.int64)
        values = list(range(n))
        for i, offset in enumerate(offsets.tolist()):
            values[i], values[i + offset] = values[i + offset], values[i]
        assert permutation.forward_swaps(offsets).tolist() == values
    chosen = rng.integers(0, np.arange(n) + 1) if n else np.zeros(0, np.int64)
    values = [0] * n
    for i, z in enumerate(chosen.tolist()):
        values[i] = i
        values[i] = values[z]
        values[z] = i
    assert permutation.inside_out(chosen).tolist() == values


def test_fused_multiply_add_rounds_once() -> None:
    rng = np.random.default_rng(0)
    for exponent in range(-30, 30, 3):
        b = float(rng.standard_normal())
        c = float(rng.standard_normal()) * 2.0**exponent
        for x, y in zip(a := rng.random(20), fma64(a, b, c), strict=True):
            assert float(Fraction(float(x)) * Fraction(b) + Fraction(c)) == y
        a32, b32, c32 = a.astype(np.float32), np.float32(b), np.float32(c)
        for x, y in zip(a32, fma32(a32, b32, c32), strict=True):
            exact = Fraction(float(x)) * Fraction(float(b32)) + Fraction(float(c32))
            neighbours = (np.nextafter(y, np.float32(np.inf)), np.nextafter(y, np.float32(-np.inf)))
            assert all(abs(Fraction(float(y)) - exact) <= abs(Fraction(float(z)) - exact) for z in neighbours)
    half = np.array([1 + 2.0**-12], np.float32)
    above, below = (fma32(half, half[0], np.float32(sign * 2.0**-60)) for sign in (1, -1))
    assert above[0] == np.float32(1 + 2.0**-11 + 2.0**-23) and below[0] == np.float32(1 + 2.0**-11)


def test_uniform_never_reaches_its_upper_bound() -> None:
    g = Generator().manual_seed(0)
    assert g.uniform((70000,), dtype=np.float16).max() < 1
    assert g.uniform((1000,), 1.0, 1.0 + 2.0**-23).max() < np.float32(1.0 + 2.0**-23)


@pytest.mark.parametrize(
    ("draw", "kind", "words"),
    [
        (lambda g: g.manual_seed(1.5), RuntimeError, "manual_seed expected a long, but got float"),
        (lambda g: g.manual_seed(2**64), ValueError, "Overflow when unpacking long long"),
        (lambda g: Generator("cuda"), RuntimeError, "write torch.Generator()"),
        (lambda g: g.set_state(np.zeros(5056)), TypeError, "RNG state must be a torch.ByteTensor"),
        (lambda g: g.set_state(np.zeros(3, np.uint8)), RuntimeError, "of size 5056 but found the input RNG state size to be 3"),
        (lambda g: g.set_state(np.zeros(5056, np.uint8)), RuntimeError, "Invalid mt19937 state"),
        (lambda g: g.uniform((2,), 3.0, 1.0), RuntimeError, "found from=3.0 > to=1.0"),
        (lambda g: g.uniform((2,), -3e38, 3e38), RuntimeError, "to - from"),
        (lambda g: g.uniform((2,), 0.0, 1e6, np.float16), RuntimeError, "to is out of bounds for float16"),
        (lambda g: g.uniform((2,), dtype=np.int64), NotImplementedError, "is not implemented for int64"),
        (lambda g: g.normal((2,), 0.0, -1.0), RuntimeError, "normal expects std >= 0.0, but found std -1.0"),
        (lambda g: g.normal((2,), 0.0, np.array([1.0, -2.0])), RuntimeError, "all elements of std >= 0.0"),
        (lambda g: g.bernoulli(2.0, (2,)), RuntimeError, "but got p=2.0"),
        (lambda g: g.bernoulli(np.array([0.5, 1.5])), RuntimeError, "lie between 0.5 and 1.5"),
        (lambda g: g.randint(3, 3, (2,)), RuntimeError, "got from=3 >= to=3"),
        (lambda g: g.randint(0, 1000, (2,), np.int8), RuntimeError, "to - 1 is out of bounds for int8"),
        (lambda g: g.randperm(-1), RuntimeError, "negative dimension -1"),
        (lambda g: g.exponential((2,), -1.0), RuntimeError, "exponential_ expects lambda > 0.0, but found lambda=-1.0"),
        (lambda g: g.geometric((2,), 2.0), RuntimeError, "but got p=2.0"),
        (lambda g: g.multinomial(np.ones(2), 3), RuntimeError, "3 of 2"),
        (lambda g: g.multinomial(np.ones(2), 0), RuntimeError, "n_sample <= 0"),
        (lambda g: g.multinomial(np.zeros(2), 1), RuntimeError, "sum of probabilities <= 0"),
        (lambda g: g.multinomial(np.array([1.0, np.nan]), 1), RuntimeError, "`inf`, `nan` or element < 0"),
        (lambda g: g.poisson(np.array([-1.0])), RuntimeError, "invalid Poisson rate"),
    ],
)
def test_errors_say_what_was_seen(draw, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        draw(Generator())
    assert words in str(caught.value)


def test_one_draw_with_replacement_is_one_without() -> None:
    weights = np.array([[0.1, 2.0, 0.5], [3.0, 1.0, 1.0]], np.float32)
    first, second = Generator(), Generator()
    assert [first.manual_seed(3).multinomial(weights, 1, r).tolist() for r in (True, False)] == [
        second.manual_seed(3).multinomial(weights, 1, r).tolist() for r in (False, False)]
    assert (first.get_state() == second.get_state()).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("parameters", [(0.0, 1.0), (-1.25, 0.3)])
def test_native_normals_are_those_of_numpy_to_the_last_bit(dtype, parameters, monkeypatch) -> None:
    def drawn(n):
        g = Generator().manual_seed(n)
        return g.normal((n,), *parameters, np.dtype(dtype)), g.get_state()

    for n in (5000, 16, 17, 31, 100):  # the first one loads the compiler
        native, state = drawn(n)
        with monkeypatch.context() as plain:
            plain.setattr(gaussian, "makers", [])
            expected, expected_state = drawn(n)
        assert native.tobytes() == expected.tobytes() and np.array_equal(state, expected_state)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_native_code_fills_small_arrays_with_the_same_numbers(kind, monkeypatch):
    Generator().uniform((5000,))
    sizes = [1, 2, 15, 16, 17, 31, 100, 624, 625, 1000, (3, 7), (2, 3, 4)]
    runs = []
    for fillers in (mt19937.fillers, []):
        monkeypatch.setattr(mt19937, "fillers", fillers)
        generator = Generator().manual_seed(11)
        runs.append([getattr(generator, kind)(n if isinstance(n, tuple) else (n,)).tobytes() for n in sizes * 3])
        runs[-1].append(generator.get_state().tobytes())
    assert runs[0] == runs[1]


def test_categories_are_drawn_in_the_order_of_memory():
    weights = np.array([[1, 2, 3, 1], [3, 2, 1, 2]], np.float32).T
    assert Generator().manual_seed(3).multinomial(weights, 1).tolist() == [[0], [0], [1], [0]]
    assert Generator().manual_seed(3).multinomial(np.ascontiguousarray(weights), 1).tolist() == [[0], [1], [0], [0]]
