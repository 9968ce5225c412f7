"""The NumPy meaning where it is more than NumPy's own function (special values are in tests/lower/test_scalar.py)."""

import warnings

import numpy as np
import pytest

from steepest.ops.meaning import NumPy


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_float_to_integer_is_defined_for_every_value(dtype: str) -> None:
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1.9, 300.7, -2147483648.0], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert NumPy.cast(x, "int32").tolist() == [-2**31, -2**31, -2**31, -2**31, -1, 300, -2**31]
        assert NumPy.cast(x, "int8").tolist() == [0, 0, 0, 0, -1, 44, 0]
        assert NumPy.cast(x, "int64").tolist()[:5] == [-2**63] * 4 + [-1]
        assert NumPy.cast(x, "bool").all()


def test_integer_division_by_zero_is_zero_without_a_warning() -> None:
    a, zero = np.array([5, -5, -128], np.int8), np.zeros(3, np.int8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (NumPy.floor_divide, NumPy.remainder, NumPy.fmod):
            assert function(a, zero).tolist() == [0, 0, 0]
        assert NumPy.floor_divide(a, np.int8(-1)).tolist() == [-5, 5, -128]


def test_results_keep_the_dtype_beside_python_numbers() -> None:
    x = np.ones(2, np.float32)
    for result in (NumPy.where(x > 0, 1.5, x), NumPy.pow(x, 2.5), NumPy.remainder(x, 3), NumPy.erf(x), NumPy.fma(x, 2, 1),
                   NumPy.sign(x), NumPy.floor_divide(x, 2), NumPy.rsqrt(x)):
        assert result.dtype == np.float32
    assert NumPy.pow(np.array([3], np.int8), 5).dtype == np.int8


def test_fma_is_exact_on_known_cases() -> None:
    a = np.array([1 + 2.0**-30, 1e308, 3.0, np.inf])
    assert NumPy.fma(a, a, np.array([-1.0, 0.0, np.nan, 1.0]))[0] == 2.0**-29 + 2.0**-60
    assert NumPy.fma(np.float64(1e200), np.float64(1e200), np.float64(-np.inf)) == -np.inf
    x = np.float32(1 + 2.0**-12)
    assert NumPy.fma(x, x, np.float32(-1)) == np.float32(2.0**-11 + 2.0**-24)


def test_short_floats_are_rounded() -> None:
    x = np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8, 65519.0, 65520.0, -1e-9, np.nan], np.float32)
    assert NumPy.cast(x[:4], "bfloat16").tolist() == [1, 1.015625, 65536, 65536]
    np.testing.assert_array_equal(NumPy.cast(x, "float16"), np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8, 65504, np.inf, -0.0, np.nan]))
