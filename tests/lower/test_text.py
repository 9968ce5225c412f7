"""The text of functions: loops, branches, memory, conversions of the short floats."""

import ctypes

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, literal, module


def run(function: Function, *arguments: object) -> None:
    kinds = [ctypes.c_void_p if isinstance(a, np.ndarray) else ctypes.c_int64 for a in arguments]
    native = machine.compile_text(function.text(), function.name)
    native.function(*kinds)(*(a.ctypes.data if isinstance(a, np.ndarray) else a for a in arguments))


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize("known", [True, False])
def test_loops_run_as_often_as_range_does(n: int, known: bool) -> None:
    f = Function("count", ["ptr %out", "i64 %n"])
    for place, (start, step) in enumerate([(0, 1), (0, 3), (2, 2)]):
        total = f.variable("int64", initial="0")
        with f.loop(n if known else "%n", step, start) as i:
            total.set(str(f.add(total.get(), f.mul(i, 10))))
            total.set(str(f.add(total.get(), 1)))
        f.store(total.get(), f.gep("%out", place, "int64"), "int64")
    out = np.zeros(3, np.int64)
    run(f, out, n)
    assert out.tolist() == [sum(10 * i + 1 for i in range(start, n, step)) for start, step in [(0, 1), (0, 3), (2, 2)]]


def test_equal_instructions_are_emitted_once_where_they_are_certain_to_have_run() -> None:
    f = Function("once", ["i64 %n", "ptr %p"])
    first = f.pure("mul i64 %n, 7")
    assert f.pure("mul i64 %n, 7") == first
    with f.if_(f.op("icmp sgt i64 %n, 0")):
        assert f.pure("mul i64 %n, 7") == first
        inside = f.pure("mul i64 %n, 9")
    assert f.pure("mul i64 %n, 9") != inside
    with f.loop("%n") as _:
        inside = f.pure("mul i64 %n, 11")
    assert f.pure("mul i64 %n, 11") != inside
    machine.compile_text(f.text(), "once")


def test_integers_fold() -> None:
    f = Function("fold", [])
    assert (f.add(2, 3), f.mul(2, 3), f.add("%i", 0), f.mul("%i", 1), f.mul("%i", 0)) == (5, 6, "%i", "%i", 0)
    assert f.gep("%p", 0, "float32") == "%p"


def test_masked_memory_leaves_the_rest_alone() -> None:
    f = Function("masked", ["ptr %x", "ptr %y", "i64 %n"])
    mask = f.below("%n", 8)
    f.store(f.load("%x", "float32", 8, mask=mask), "%y", "float32", 8, mask=mask)
    x, y = np.arange(1, 9, dtype=np.float32), np.full(8, -1, np.float32)
    run(f, x, y, 3)
    assert y.tolist() == [1, 2, 3, -1, -1, -1, -1, -1]


def test_bool_is_a_byte_in_memory() -> None:
    f = Function("flip", ["ptr %x", "ptr %y"])
    m = Scalars(f, 4)
    f.store(m.logical_not(m.value(f.load("%x", "bool", 4), "bool")).name, "%y", "bool", 4)
    x, y = np.array([True, False, True, True]), np.zeros(4, bool)
    run(f, x, y)
    assert y.tolist() == [False, True, False, False]


def convert(source: str, target: str, x: np.ndarray, y: np.ndarray) -> None:
    f = Function("convert", ["ptr %x", "ptr %y", "i64 %n"])
    with f.loop("%n", 4) as i:
        f.store(f.load(f.gep("%x", i, source), source, 4), f.gep("%y", i, target), target, 4)
    run(f, x, y, len(x))


@pytest.mark.parametrize("native", [True, False])
def test_every_float16_is_read_and_written_right(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not native:      # a processor without the conversions
        monkeypatch.setattr("steepest.lower.machine.has", lambda feature: False)
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    wide = np.empty(65536, np.float32)
    convert("float16", "float32", halves, wide)
    assert np.array_equal(wide, halves.astype(np.float32), equal_nan=True)
    generator = np.random.default_rng(5)
    near = wide[np.isfinite(wide)]
    x = np.concatenate([near, np.nextafter(near, np.float32(9e9)), near * np.float32(1.00048828125), near + np.float32(2.0**-25),
                        generator.integers(0, 2**32, 40000, dtype=np.uint32).view(np.float32),
                        np.array([np.inf, -np.inf, np.nan, 65519.996, 65520.0, -65520.0, 2.0**-25, 2.0**-26], np.float32)])
    x = x[: len(x) // 4 * 4]
    back = np.empty(len(x), np.float16)
    convert("float32", "float16", x, back)
    with np.errstate(all="ignore"):
        expected = x.astype(np.float16)
    assert np.array_equal(back, expected, equal_nan=True)
    assert np.array_equal(np.signbit(back[~np.isnan(x)]), np.signbit(expected[~np.isnan(x)]))


def test_bfloat16_rounds_to_the_nearest_ties_to_even() -> None:
    values = [1.0, 1.00390625, 1.01171875, 3.4e38, np.inf, -np.inf, np.nan, -0.0, 1e-40, 1.0 + 2**-8 + 2**-20, -2.5, 7.0]
    x = np.array(values, np.float32)
    y, back = np.empty(len(x), np.uint16), np.empty(len(x), np.float32)
    convert("float32", "bfloat16", x, y)
    convert("bfloat16", "float32", y, back)
    expected = [1.0, 1.0, 1.015625, np.inf, np.inf, -np.inf, np.nan, -0.0, 9.1835e-41, 1.0078125, -2.5, 7.0]
    np.testing.assert_allclose(back, np.array(expected, np.float32), rtol=1e-3)
    assert back[9] == np.float32(1.0078125) and np.signbit(back[7])


def test_literals_are_rounded_to_their_dtype() -> None:
    assert literal(0.1, "float64") == "0x3FB999999999999A" and literal(0.1, "float32") == "0x3FB99999A0000000"
    assert literal(1e300, "float32") == literal(float("inf"), "float32")
    assert (literal(255, "int8"), literal(-1, "uint8"), literal(True, "bool")) == ("-1", "-1", "true")


def test_several_functions_share_their_declarations() -> None:
    made = []
    for name in ("one", "two"):
        f = Function(name, ["ptr %x"])
        m = Scalars(f)
        f.store(m.sin(m.value(f.load("%x", "float64"), "float64")).name, "%x", "float64")
        made.append(f)
    native = machine.compile_text(module(made), ["one", "two"])
    x = np.array([1e22])
    native.function(ctypes.c_void_p, name="two")(x.ctypes.data)
    assert abs(x[0] + 0.8522008497671888) < 1e-15 and native.address == native.addresses["one"]


def test_functions_of_equal_numbers_of_two_dtypes_are_not_mixed_up() -> None:
    f = Function("two_dtypes", ["ptr %x", "ptr %y"])
    m = Scalars(f)
    f.store(m.exp(m.constant(1.0, "float32")).name, "%x", "float32")
    f.store(m.exp(m.constant(1.0, "float64")).name, "%y", "float64")
    x, y = np.zeros(1, np.float32), np.zeros(1)
    run(f, x, y)
    assert x[0] == np.float32(np.e) and abs(y[0] - np.e) < 1e-15
