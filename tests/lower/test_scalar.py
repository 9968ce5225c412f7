"""Every function of `m` on special values, in the NumPy and the LLVM meaning, against PyTorch (scripts/reference/scalar.py)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.lower.ufunc import make_ufunc
from steepest.ops.meaning import NumPy

REFERENCE = np.load(Path(__file__).parent.parent / "reference" / "scalar.npz")
FLOATS, WHOLE = ["float32", "float64"], ["int8", "int16", "int32", "int64", "uint8"]
# what PyTorch calls otherwise, and operators
NAMES: dict[str, Callable[..., Any]] = {
    "add": lambda m, a, b: a + b, "sub": lambda m, a, b: a - b, "mul": lambda m, a, b: a * b, "divide": lambda m, a, b: a / b,
    "neg": lambda m, a: -a, "bitwise_left_shift": lambda m, a, b: a << b, "bitwise_right_shift": lambda m, a, b: a >> b,
}
# The largest difference in units in the last place between PyTorch and either meaning; 0 for all others. (PyTorch's vectorised
# square root is not always the nearest number.)
LOOSE = dict.fromkeys("exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc "
                      "lgamma atan2 pow hypot rsqrt".split(), 4) | {"sqrt": 1, "digamma": 16}


def definition(name: str) -> Callable[..., Any]:
    if name.startswith("to_"):
        return lambda m, a: m.cast(a, name.removeprefix("to_"))
    return NAMES.get(name) or (lambda m, *operands: getattr(m, name)(*operands))


def functions(dtype: str) -> list[str]:
    names = [key.removeprefix(dtype + "/") for key in REFERENCE.files if key.startswith(dtype + "/")]
    return [name for name in names if name not in ("a", "b")]


def operands(dtype: str, name: str) -> list[np.ndarray]:
    a, b = REFERENCE[f"{dtype}/a"], REFERENCE[f"{dtype}/b"]
    single = len(REFERENCE[f"{dtype}/{name}"]) < len(a)
    if single:
        return [b[: round(len(a) ** 0.5)]]
    return [a, np.maximum(b, 0)] if name == "pow" and dtype in WHOLE else [a, b]


@cache
def compiled(dtype: str, arity: int, width: int | None) -> dict[str, np.ndarray]:
    """The results of all functions of one arity, by one ufunc with many results."""
    names = [n for n in functions(dtype) if len(operands(dtype, n)) == arity and not (n == "pow" and dtype in WHOLE)]
    outputs = []
    for name in names:
        kind = REFERENCE[f"{dtype}/{name}"].dtype.name
        outputs.append("float32" if name in ("to_float16", "to_bfloat16") else name[3:] if name.startswith("to_") else kind)
    found: dict[str, np.ndarray] = {}
    for first in range(0, len(names), 24):
        part = slice(first, first + 24)
        ufunc = make_ufunc("grid", lambda m, *x: tuple(definition(n)(m, *x) for n in names[part]), [dtype] * arity, outputs[part],  # noqa: B023
                           width=width)
        results = ufunc(*operands(dtype, names[0]))
        found |= dict(zip(names[part], results if isinstance(results, tuple) else [results], strict=True))
    return found


def check(name: str, dtype: str, got: np.ndarray, what: str) -> None:
    wanted = REFERENCE[f"{dtype}/{name}"]
    xs = operands(dtype, name)
    keep = np.ones(len(wanted), bool)
    if dtype in WHOLE and name in ("floor_divide", "remainder", "fmod"):
        keep = xs[1] != 0
        assert not got[~keep].any(), f"{what}: integer division by zero must give 0"
    if name in ("remainder", "fmod") and dtype in FLOATS:       # PyTorch's is NaN where the quotient overflows
        with np.errstate(all="ignore"):
            keep = ~(np.abs(xs[0] / xs[1]) > 1e6)
    got, wanted = got.astype(wanted.dtype)[keep], wanted[keep]
    same = (got == wanted) | ((got != got) & (wanted != wanted))
    if name in LOOSE:
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(wanted), 1 if name in ("lgamma", "digamma") else 0)
            same |= np.abs(got - wanted) <= LOOSE[name] * np.spacing(size.astype(dtype))
    if wanted.dtype.kind == "f" and name not in ("maximum", "minimum", "fmax", "fmin", "floor_divide"):
        same &= (np.signbit(got) == np.signbit(wanted)) | (got != 0) | (wanted != 0)
    rows = [tuple(x[keep][i] for x in xs) + (got[i], wanted[i]) for i in np.nonzero(~same)[0][:5]]
    assert same.all(), f"{what} {name} of {dtype}: (operands, got, PyTorch) {rows}"


@pytest.mark.parametrize("dtype", FLOATS + WHOLE)
def test_numpy_meaning_gives_pytorchs_results(dtype: str) -> None:
    with np.errstate(all="ignore"):
        for name in functions(dtype):
            check(name, dtype, np.asarray(definition(name)(NumPy, *operands(dtype, name))), "NumPy")


@pytest.mark.parametrize("width", [None, 1])
@pytest.mark.parametrize("dtype", FLOATS + WHOLE)
def test_native_meaning_gives_pytorchs_results(dtype: str, width: int | None) -> None:
    for arity in (1, 2):
        for name, got in compiled(dtype, arity, width).items():
            check(name, dtype, got, f"width {width}")


@pytest.mark.parametrize("dtype", FLOATS + WHOLE)
def test_scalar_and_vector_code_give_the_same_bits(dtype: str) -> None:
    for arity in (1, 2):
        for name, got in compiled(dtype, arity, 1).items():
            assert np.array_equal(got, compiled(dtype, arity, None)[name], equal_nan=got.dtype.kind == "f"), name


@pytest.mark.parametrize("dtype", WHOLE)
def test_integer_powers_wrap_around_and_take_negative_exponents(dtype: str) -> None:
    a, b = REFERENCE[f"{dtype}/a"], REFERENCE[f"{dtype}/b"]
    power = make_ufunc("pow", lambda m, x, y: m.pow(x, y), [dtype, dtype], [dtype])
    check("pow", dtype, power(a, np.maximum(b, 0)), "native")
    assert np.array_equal(power(a, b), NumPy.pow(a, b))
    if dtype != "uint8":
        assert power(*np.array([[1, -1, -1, 2, 0], [-3, -3, -2, -1, -1]], dtype)).tolist() == [1, -1, 1, 0, 0]


@pytest.mark.parametrize("dtype", FLOATS)
def test_powers_with_numbers_are_products_and_roots(dtype: str) -> None:
    x = np.array([0.0, -0.0, 2.0, -3.0, np.inf, -np.inf, np.nan, 0.7], dtype)
    exponents = [2, 3, 0.5, -0.5, -1, -2, 0, 1, 2.5, -3]
    power = make_ufunc("powers", lambda m, x: tuple(m.pow(x, e) for e in exponents), [dtype], [dtype] * len(exponents))
    with np.errstate(all="ignore"):
        for got, exponent in zip(power(x), exponents, strict=True):
            tolerance = 1e-6 if dtype == "float32" else 1e-14
            np.testing.assert_allclose(got, NumPy.pow(x, exponent), rtol=tolerance, err_msg=str(exponent))


@pytest.mark.parametrize("dtype", FLOATS)
def test_fma_rounds_once(dtype: str) -> None:
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=(2, 2000)).astype(dtype)
    c = (-(a * b) * generator.choice([1, 1 + 1e-7, 0.5, 1e-9], 2000)).astype(dtype)
    fused = make_ufunc("fma", lambda m, a, b, c: m.fma(a, b, c), [dtype] * 3, [dtype])(a, b, c)
    assert np.array_equal(fused, NumPy.fma(a, b, c))
    assert (fused != a * b + c).any()


def test_every_function_of_the_closed_list_is_in_both_meanings() -> None:
    from steepest.lower.scalar import Scalars

    listed = {name for name in vars(NumPy) if not name.startswith("_")}
    assert {name for name in listed if not callable(getattr(Scalars, name, None))} == set()


def test_a_definition_may_not_branch_or_mix_dtypes() -> None:
    with pytest.raises(TypeError, match=r"m\.where"):
        make_ufunc("branch", lambda m, x: x if x > 0 else -x, ["float32"], ["float32"])
    with pytest.raises(TypeError, match="float32"):
        make_ufunc("mix", lambda m, x, y: x + y, ["float32", "float64"], ["float64"])
    for wrong in (lambda m, x: x << 1, lambda m, x: x & 1, lambda m, x: ~x):
        with pytest.raises(TypeError, match="not defined for float32"):
            make_ufunc("wrong", wrong, ["float32"], ["float32"])
    for wrong in (lambda m, x: m.exp(x), lambda m, x: m.sqrt(x), lambda m, x: x / 2):
        with pytest.raises(TypeError, match="floating values, not for int32"):
            make_ufunc("wrong", wrong, ["int32"], ["int32"])
    with pytest.raises(TypeError, match="int32"):
        make_ufunc("half", lambda m, x: x * 0.5, ["int32"], ["int32"])
