"""Errors of the native functions in units in the last place, against values of 60 digits (scripts/reference/mathematics.py).

`pytest -s tests/lower/test_mathematics.py` prints what was measured. The bounds hold for processors with and without fused
multiply-add. Near the zeros of digamma the error is absolute; the arguments keep away from them.
"""

import ctypes
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function
from steepest.lower.ufunc import make_ufunc
from steepest.ops.activations import sigmoid
from steepest.ops.meaning import NumPy

REFERENCE = np.load(Path(__file__).parent.parent / "reference" / "mathematics.npz")
NAMES = sorted({key.split("/")[0] for key in REFERENCE.files})

# largest error allowed: (float32, float64); float32 is computed in float64 where half a unit is given
BOUNDS = {
    "exp": (1.2, 1.2), "exp2": (1.2, 1.2), "expm1": (1.6, 2.1), "log": (1.0, 1.0), "log1p": (1.0, 1.0), "log2": (2.4, 2.3),
    "log10": (2.1, 2.0), "tanh": (1.6, 1.7), "erf": (1.6, 1.6), "sin": (0.51, 1.0), "cos": (0.51, 1.0), "tan": (0.51, 2.5),
    "asin": (0.51, 1.3), "acos": (0.51, 1.0), "atan": (0.51, 1.0), "atan2": (0.51, 1.4), "sinh": (0.51, 2.6), "cosh": (0.51, 2.6),
    "asinh": (0.51, 2.0), "acosh": (0.51, 2.2), "atanh": (0.51, 2.0), "erfc": (0.51, 3.5), "lgamma": (0.51, 4.0),
    "digamma": (0.6, 60.0), "pow": (0.51, 1.5), "hypot": (0.51, 1.0), "sigmoid": (2.6, 2.6), "rsqrt": (1.6, 1.6),
}
WITHOUT_FMA = {"erf": (2.8, 1.6)}


def native(name: str, dtype: str, arity: int = 1) -> Callable[..., np.ndarray]:
    """The function over NumPy arrays of a dtype."""
    definition = sigmoid.definition if name == "sigmoid" else lambda m, *x: getattr(m, name)(*x)
    return make_ufunc(name, definition, [dtype] * arity, [dtype])


def errors(name: str, dtype: str, function: Callable[..., np.ndarray]) -> np.ndarray:
    """The error of each result in units in the last place of its dtype."""
    arguments = [REFERENCE[f"{name}/{dtype}/{letter}"] for letter in "xy" if f"{name}/{dtype}/{letter}" in REFERENCE.files]
    high, low = REFERENCE[f"{name}/{dtype}/high"], REFERENCE[f"{name}/{dtype}/low"]
    with np.errstate(all="ignore"):
        got = function(*arguments).astype(np.float64)
        nearest = high.astype(dtype)
        unit = np.spacing(np.abs(nearest)).astype(np.float64)
        error = np.abs((got - high) / unit - low * (np.spacing(np.abs(high)) / unit))
    ends = np.isinf(nearest)
    assert np.array_equal(got[ends], nearest[ends].astype(np.float64)), f"{name}: infinite where it should be"
    assert not np.isnan(got).any(), f"{name}: NaN at {[x[np.isnan(got)][:3] for x in arguments]}"
    return np.where(ends, 0, error)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_error_is_within_its_bound(name: str, dtype: str) -> None:
    arity = 2 if f"{name}/{dtype}/y" in REFERENCE.files else 1
    error = errors(name, dtype, native(name, dtype, arity))
    bound = (BOUNDS if machine.has("fma") else BOUNDS | WITHOUT_FMA)[name][dtype == "float64"]
    print(f"{name} {dtype}: {error.max():.3f} units in the last place (bound {bound})")
    assert error.max() <= bound, f"at {REFERENCE[f'{name}/{dtype}/x'][error.argmax()]!r}"


@pytest.mark.parametrize("name", ["erf", "erfc", "lgamma", "digamma"])
def test_special_functions_over_numpy(name: str) -> None:
    error = errors(name, "float64", getattr(NumPy, name))
    print(f"{name}: {error.max():.3f} units in the last place")
    assert error.max() <= BOUNDS[name][1]


NAN, INF = math.nan, math.inf
ENDS = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0]
# what IEEE 754-2019 (9.2.1) and C (annex F) say of ENDS; None where it is a number like any other
AT_ENDS: dict[str, list[float | None]] = {
    "exp": [NAN, INF, 0.0, 1.0, 1.0, None, None], "exp2": [NAN, INF, 0.0, 1.0, 1.0, 2.0, 0.5],
    "expm1": [NAN, INF, -1.0, 0.0, -0.0, None, None], "log": [NAN, INF, NAN, -INF, -INF, 0.0, NAN],
    "log2": [NAN, INF, NAN, -INF, -INF, 0.0, NAN], "log10": [NAN, INF, NAN, -INF, -INF, 0.0, NAN],
    "log1p": [NAN, INF, NAN, 0.0, -0.0, None, -INF], "tanh": [NAN, 1.0, -1.0, 0.0, -0.0, None, None],
    "sigmoid": [NAN, 1.0, 0.0, 0.5, 0.5, None, None], "erf": [NAN, 1.0, -1.0, 0.0, -0.0, None, None],
    "erfc": [NAN, 0.0, 2.0, 1.0, 1.0, None, None], "sin": [NAN, NAN, NAN, 0.0, -0.0, None, None],
    "cos": [NAN, NAN, NAN, 1.0, 1.0, None, None], "tan": [NAN, NAN, NAN, 0.0, -0.0, None, None],
    "rsqrt": [NAN, 0.0, NAN, INF, -INF, 1.0, NAN], "sinh": [NAN, INF, -INF, 0.0, -0.0, None, None],
    "cosh": [NAN, INF, INF, 1.0, 1.0, None, None], "asin": [NAN, NAN, NAN, 0.0, -0.0, None, None],
    "acos": [NAN, NAN, NAN, None, None, 0.0, None], "atan": [NAN, None, None, 0.0, -0.0, None, None],
    "asinh": [NAN, INF, -INF, 0.0, -0.0, None, None], "acosh": [NAN, INF, NAN, NAN, NAN, 0.0, NAN],
    "atanh": [NAN, NAN, NAN, 0.0, -0.0, INF, -INF],
}
POWERS = [(NAN, 0.0, 1.0), (1.0, NAN, 1.0), (NAN, 1.0, NAN), (0.0, -1.0, INF), (-0.0, -1.0, -INF), (-0.0, -2.0, INF), (0.0, 2.0, 0.0),
          (-0.0, 3.0, -0.0), (-1.0, INF, 1.0), (-1.0, -INF, 1.0), (0.5, INF, 0.0), (0.5, -INF, INF), (2.0, INF, INF), (2.0, -INF, 0.0),
          (INF, 2.0, INF), (INF, -2.0, 0.0), (-INF, 3.0, -INF), (-INF, 2.0, INF), (-INF, -3.0, -0.0), (-2.0, 0.5, NAN), (-2.0, 3.0, -8.0),
          (-2.0, 2.0, 4.0)]


def same(got: np.ndarray, expected: list[float]) -> None:
    """The same values, NaN and the signs of zeros too."""
    wanted = np.array(expected, got.dtype)
    np.testing.assert_array_equal(got, wanted)
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[known]), np.signbit(wanted[known]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", AT_ENDS)
def test_special_values(name: str, dtype: str) -> None:
    """A vector of them, so that no lane spoils another one."""
    with np.errstate(all="ignore"):
        got = native(name, dtype)(np.array(ENDS * 5, dtype)).reshape(5, -1)
    told = [k for k, value in enumerate(AT_ENDS[name]) if value is not None]
    for row in got:
        same(row[told], [value for value in AT_ENDS[name] if value is not None])
        assert np.isfinite(np.delete(row, told)).all() or name in ("acos", "acosh")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_special_powers(dtype: str) -> None:
    x, y, expected = (list(column) for column in zip(*POWERS, strict=True))
    with np.errstate(all="ignore"):
        same(native("pow", dtype, 2)(np.array(x, dtype), np.array(y, dtype)), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["exp", "expm1", "sinh", "cosh"])
def test_the_last_number_before_infinity(name: str, dtype: str) -> None:
    """Overflow begins where the exact result rounds to infinity, not before."""
    limit = 2 * math.log(2) * np.finfo(dtype).maxexp if name in ("sinh", "cosh") else math.log(2) * np.finfo(dtype).maxexp
    edge = np.dtype(dtype).type(math.log(np.finfo(dtype).max) + (math.log(2) if name in ("sinh", "cosh") else 0))
    below, above = np.nextafter(edge, np.dtype(dtype).type(0)), np.nextafter(np.nextafter(edge, limit * 2), limit * 2)
    with np.errstate(all="ignore"):
        got = native(name, dtype)(np.array([below, above], dtype))
    assert np.isfinite(got[0]) and np.isinf(got[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_subnormal_results_are_not_flushed(dtype: str) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    exp = make_ufunc("exp", lambda m, x: m.exp(x), [dtype], [dtype])
    least = np.array([-103.2, -95.0, -88.0] if dtype == "float32" else [-744.4, -720.0, -709.0], dtype)
    assert (exp(least) > 0).all()
    same = make_ufunc("same", lambda m, x: (m.sin(x), m.tanh(x), m.expm1(x), m.log1p(x), m.erf(x) / x), [dtype], [dtype] * 5)
    values = np.array([tiny, -tiny, 3 * tiny], dtype)
    for result in same(values)[:4]:
        assert np.array_equal(result, values)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_odd_functions_keep_the_sign_of_zero(dtype: str) -> None:
    names = "sin tan asin atan sinh tanh asinh atanh erf expm1 log1p".split()
    odd = make_ufunc("odd", lambda m, x: tuple(getattr(m, name)(x) for name in names), [dtype], [dtype] * len(names))
    for name, result in zip(names, odd(np.array([0.0, -0.0], dtype)), strict=True):
        assert np.array_equal(np.signbit(result), [False, True]), name


@pytest.mark.parametrize("width", [1, 4])
def test_the_librarys_functions_are_those_of_pythons_math(width: int) -> None:
    f = Function("library", ["ptr %x", "ptr %y", "i64 %n"])
    m = Scalars(f, width, library=True)
    names = ["exp", "log", "sin", "tanh", "erf"]
    with f.loop("%n", width) as i:
        x = m.value(f.load(f.gep("%x", i, "float64"), "float64", width), "float64")
        for k, name in enumerate(names):
            f.store(getattr(m, name)(x).name, f.gep("%y", f.add(i, 400 * k), "float64"), "float64", width)
    x, y = np.linspace(0.01, 30, 400), np.empty((5, 400))
    kinds = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64
    machine.compile_text(f.text(), "library").function(*kinds)(x.ctypes.data, y.ctypes.data, 400)
    for name, row in zip(names, y, strict=True):
        assert row.tolist() == [getattr(math, name)(v) for v in x.tolist()], name
