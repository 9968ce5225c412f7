"""torch.testing.assert_close: what it accepts, and what it says."""

from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.testing import assert_allclose, assert_close

T = torch.tensor
NAN = float("nan")

EQUAL: list[tuple[Any, Any, dict[str, Any]]] = [
    (T([1.0]), T([1.0 + 1e-7]), {}), (T([NAN]), T([NAN]), {"equal_nan": True}), (T([1.0]), T([1.1]), {"rtol": 0.2, "atol": 0}),
    (T([1.0]), T([1.0], dtype=torch.float64), {"check_dtype": False}), ([T(1.0), {"a": 2}], [T(1.0), {"a": 2}], {}), (None, None, {}),
    (np.ones(2), np.ones(2), {}), (T(float("inf")), T(float("inf")), {}), (T([]), T([]), {}), (True, True, {}), (1.0, 1.0 + 1e-8, {}),
]
DIFFERENT: list[tuple[Any, Any, str]] = [
    (T([1.0, 2.0]), T([1.0, 2.5]),
     "Tensor-likes are not close!\n\nMismatched elements: 1 / 2 (50.0%)\nGreatest absolute difference: 0.5 at index (1,) (up to 1e-05 "
     "allowed)\nGreatest relative difference: 0.20000000298023224 at index (1,) (up to 1.3e-06 allowed)"),
    (T([1]), T([2]), "Tensor-likes are not equal!\n\nMismatched elements: 1 / 1 (100.0%)\nGreatest absolute difference: 1 at index (0,)\n"
                     "Greatest relative difference: 0.5 at index (0,)"),
    (1, 2, "Scalars are not equal!\n\nExpected 2 but got 1.\nAbsolute difference: 1\nRelative difference: 0.5"),
    (T([NAN]), T([NAN]), "Greatest absolute difference: nan at index (0,)"),
    (T([1.0]), T([1.0, 2.0]), "The values for attribute 'shape' do not match: torch.Size([1]) != torch.Size([2])."),
    (T([1.0]), T([1.0], dtype=torch.float64), "The values for attribute 'dtype' do not match: torch.float32 != torch.float64."),
    ({"a": [T(1.0), 3]}, {"a": [T(1.0), 4]}, "The failure occurred for item ['a'][1]"),
    ({"a": 1}, {"b": 1}, "Missing keys in the actual mapping: ['b']\nAdditional keys in the actual mapping: ['a']"),
    ([1], [1, 2], "The length of the sequences mismatch: 1 != 2"), (None, 1, "None mismatch: None is not 1"),
    (True, False, "Booleans mismatch: True is not False"), (T([True]), T([False]), "Greatest absolute difference: 1 at index (0,)"),
    (1, 1.0, "The (d)types do not match: <class 'int'> != <class 'float'>."), (NAN, NAN, "Expected nan but got nan."),
]


@pytest.mark.parametrize(("actual", "expected", "options"), EQUAL)
def test_what_is_close(actual: Any, expected: Any, options: dict[str, Any]) -> None:
    assert_close(actual, expected, **options)


@pytest.mark.parametrize(("actual", "expected", "said"), DIFFERENT)
def test_what_is_said_of_a_difference(actual: Any, expected: Any, said: str) -> None:
    with pytest.raises(AssertionError) as raised:
        assert_close(actual, expected)
    assert said in str(raised.value)


def test_words_of_ones_own() -> None:
    for msg, said in (("mine", "mine"), (lambda text: f"mine: {text[:12]}", "mine: Tensor-likes")):
        with pytest.raises(AssertionError, match=said):
            assert_close(T([1.0]), T([2.0]), msg=msg)


def test_what_cannot_be_compared() -> None:
    for pair in (("a", "a"), (T([1.0]), 1.0), (T([1.0]), np.ones(1))):
        with pytest.raises(TypeError, match="No comparison pair"):
            assert_close(*pair)
    with pytest.raises(ValueError, match="no atol"):
        assert_close(1.0, 1.0, rtol=0.1)


def test_the_old_name() -> None:
    with pytest.warns(FutureWarning, match="assert_close"):
        assert_allclose(T([1.0, NAN]), np.array([1.0, NAN]))
