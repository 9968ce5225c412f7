"""Ufuncs made of definitions: shapes, strides, several results and types, silence, and results that do not depend on position."""

import gc
import math
import warnings
from typing import Any

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.ufunc import make_ufunc


def sigmoid(m: Any, x: Any) -> Any:
    return 1 / (1 + m.exp(-x))


SIGMOID = make_ufunc("sigmoid", sigmoid, [["float32"], ["float64"]], [["float32"], ["float64"]])
SCALED = make_ufunc("scaled", lambda m, a, b, c: m.tanh(a) * b + c, ["float32"] * 3, ["float32"])


def values(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def test_it_is_a_ufunc_with_a_name() -> None:
    assert isinstance(SIGMOID, np.ufunc) and SIGMOID.__name__ == "sigmoid" and SIGMOID.types == ["f->f", "d->d"]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 15, 16, 17, 33, 1000])
def test_each_length_is_right(n: int) -> None:
    x = values(n)
    for array in (x, x.astype(np.float64)):
        expected = 1 / (1 + np.exp(-array.astype(np.float64)))
        assert SIGMOID(array).dtype == array.dtype
        np.testing.assert_allclose(SIGMOID(array), expected, rtol=2e-7 if array.dtype == np.float32 else 4e-16)


def test_results_do_not_depend_on_position_or_strides() -> None:
    x = values(257)
    whole = SIGMOID(x)
    for start in range(0, 40):
        assert np.array_equal(SIGMOID(x[start:]), whole[start:])
    for i in (0, 5, 256):
        assert SIGMOID(x[i]) == whole[i]
    assert np.array_equal(SIGMOID(x[::3]), whole[::3]) and np.array_equal(SIGMOID(x[::-1]), whole[::-1])
    block = values(12, 34)
    assert np.array_equal(SIGMOID(block.T), SIGMOID(block).T)
    assert np.array_equal(SIGMOID(block[:, 1:30:2]), SIGMOID(block)[:, 1:30:2])


def test_scalar_and_vector_width_give_the_same_bits() -> None:
    x = values(1001) * 5
    narrow = make_ufunc("narrow", sigmoid, ["float32"], ["float32"], width=1)
    assert np.array_equal(narrow(x), SIGMOID(x))


def test_operands_broadcast() -> None:
    a, b, c = values(5, 37), values(37), values(5, 1)
    expected = np.tanh(a) * b + c
    np.testing.assert_allclose(SCALED(a, b, c), expected, rtol=1e-5, atol=1e-6)
    assert np.array_equal(SCALED(a, np.float32(2), np.float32(1)), SCALED(a, np.full_like(a, 2), np.full_like(a, 1)))
    assert np.array_equal(SCALED(np.float32(0.5), b, c), SCALED(np.full((5, 37), 0.5, np.float32), b, c))
    assert SCALED(np.float32(1), np.float32(2), np.float32(3)).shape == ()


def test_results_can_go_into_an_operand() -> None:
    x = values(100)
    expected = SIGMOID(x)
    SIGMOID(x, out=x)
    assert np.array_equal(x, expected)
    y = values(101)
    expected = SIGMOID(y[:-1])
    SIGMOID(y[:-1], out=y[1:])          # overlapping memory
    assert np.array_equal(y[1:], expected)
    z = np.zeros((4, 3), np.float32)
    SIGMOID(values(4), out=z[:, 1])
    assert np.array_equal(z[:, 1], SIGMOID(values(4))) and not z[:, ::2].any()


def test_unaligned_memory_works() -> None:
    raw = np.zeros(4 * 21 + 1, np.uint8)
    x = raw[1:].view(np.float32)
    x[:] = values(21)
    assert np.array_equal(SIGMOID(x), SIGMOID(values(21)))


def test_several_results_of_different_dtypes() -> None:
    outputs = ["float64", "bool", "int32"]
    both = make_ufunc("both", lambda m, x, y: (x * y, x < y, m.cast(x, "int32")), ["float64", "float64"], outputs)
    x, y = values(2, 53).astype(np.float64) * 3
    product, less, whole = both(x, y)
    assert np.array_equal(product, x * y) and np.array_equal(less, x < y) and np.array_equal(whole, x.astype(np.int32))
    assert (less.dtype, whole.dtype) == (np.bool_, np.int32)


def test_a_result_may_be_a_constant() -> None:
    assert np.array_equal(make_ufunc("one", lambda m, x: 1, ["float32"], ["float32"])(values(3)), np.ones(3, np.float32))


def test_bool_and_bytes() -> None:
    pick = make_ufunc("pick", lambda m, c, a, b: m.where(c, a, b), ["bool", "uint8", "uint8"], ["uint8"])
    condition = np.random.default_rng(2).random(200) < 0.5
    a, b = np.arange(200, dtype=np.uint8), np.zeros(200, np.uint8)
    assert np.array_equal(pick(condition, a, b), np.where(condition, a, b))
    assert np.array_equal(pick(condition[::2], a[::2], b[::2]), np.where(condition, a, b)[::2])


def test_constants_are_keyword_arguments() -> None:
    leaky = make_ufunc("leaky", lambda m, x, slope: m.where(x > 0, x, x * slope), ["float32"], ["float32"], {"slope": 0.25})
    assert leaky(np.array([-4, 4], np.float32)).tolist() == [-1, 4]


def test_floating_point_warnings_are_silent_and_the_users_settings_stand() -> None:
    steep = make_ufunc("steep", lambda m, x: m.exp(x) / (x - x), ["float32"], ["float32"])
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        assert np.isinf(steep(np.array([1000, 1], np.float32))).all()
        with pytest.raises(FloatingPointError):
            np.float32(1) / np.zeros(1, np.float32)


def test_it_outlives_everything_it_was_made_from() -> None:
    made = [make_ufunc(f"shift{k}", lambda m, x, by: x + by, ["float64"], ["float64"], {"by": k}) for k in range(5)]
    gc.collect()
    assert [float(u(np.float64(1))) for u in made] == [1, 2, 3, 4, 5]


def test_large_definitions_too() -> None:
    gamma = make_ufunc("gamma", lambda m, x: m.exp(m.lgamma(x)), ["float64"], ["float64"])
    x = np.arange(1.0, 20.0)
    np.testing.assert_allclose(gamma(x), [math.factorial(k) for k in range(19)], rtol=1e-13)
    assert np.array_equal(gamma(x[::2]), gamma(x)[::2])


def test_a_vector_is_as_wide_as_its_widest_operand_allows() -> None:
    mixed = make_ufunc("mixed", lambda m, b, x: m.where(b, x, 0), ["bool", "float64"], ["float64"])
    n = 3 * machine.width("float64") + 1
    assert mixed(np.ones(n, bool), np.ones(n)).sum() == n
