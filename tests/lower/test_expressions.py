"""Scalar expressions as a graph: equal ones are one node, numbers are computed at once, sums become linear forms."""

import ctypes
from typing import Any

import numpy as np
import pytest

from steepest.lower import machine
from steepest.lower.expressions import Expressions, Unsupported, display, write
from steepest.lower.linear_forms import linear
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function
from steepest.ops.meaning import NumPy


def computed(g: Expressions, outputs: list[int], **leaves: float) -> list[float]:
    """What the instructions for the outputs give for float64 leaves."""
    f = Function("run", ["ptr %in", "ptr %out"])
    m = Scalars(f, exact=g.exact)
    order = list(leaves)
    memo: dict[int, Any] = {}
    write(g, outputs, [lambda key, dtype: m.value(f.load(f.gep("%in", order.index(key), dtype), dtype), dtype)], m, [memo])
    for k, number in enumerate(outputs):
        f.store(memo[number].name, f.gep("%out", k, "float64"), "float64")
    given, out = np.array(list(leaves.values())), np.zeros(len(outputs))
    machine.compile_text(f.text(), "run").function(ctypes.c_void_p, ctypes.c_void_p)(given.ctypes.data, out.ctypes.data)
    return out.tolist()


def test_equal_expressions_are_one_node() -> None:
    g = Expressions()
    x, y = g.leaf("x", "float64"), g.leaf("y", "float64")
    assert (x * y).number == (y * x).number
    assert (g.exp(x) + 1).number == (1 + g.exp(x)).number
    assert (x - y).number != (y - x).number


def test_numbers_are_computed_at_once_in_their_dtype() -> None:
    g = Expressions()
    assert (g.constant(0.1, "float32") + 0.2).constant == float(np.float32(0.1) + np.float32(0.2))
    assert g.where(g.constant(1, "float64") < 2, g.leaf("x", "float64"), 0).number == g.leaf("x", "float64").number


def test_zeros_of_both_signs_are_two_numbers() -> None:
    g = Expressions()
    assert g.constant(0.0, "float64").number != g.constant(-0.0, "float64").number


def test_exact_arithmetic_is_left_as_written() -> None:
    g, h = Expressions(exact=True), Expressions()
    x, y = g.leaf("x", "float64"), h.leaf("x", "float64")
    assert (x / 3).number != (x * (1 / 3)).number
    assert (y / 3).number == (y * (1 / 3)).number
    assert (x + 0).number != x.number and (x * 1).number == x.number


def test_what_is_not_known_is_refused() -> None:
    g = Expressions()
    with pytest.raises(Unsupported, match="complex64"):
        g.leaf("x", "complex64")
    with pytest.raises(Unsupported, match="zero"):
        _ = g.leaf("n", "int64") // g.leaf("k", "int64")


@pytest.mark.parametrize("p", [0.0, 1e-30, 1e-9, 0.3, 1 - 1e-9, 1.0])
def test_the_slope_of_cross_entropy_times_that_of_a_sigmoid(p: float) -> None:
    g = Expressions()
    x, y = g.leaf("x", "float64"), g.leaf("y", "float64")
    g.probabilities.add(x.number)
    value = (x - y) / g.maximum((1 - x) * x, 1e-12) * 7.0 * ((1 - x) * x)
    assert "divide" not in display(g, {"value": value.number})
    expected = (p - 1.0) / max((1 - p) * p, 1e-12) * 7.0 * ((1 - p) * p)
    np.testing.assert_allclose(computed(g, [value.number], x=p, y=1.0), [expected], rtol=1e-12)


def test_sums_over_data_become_two_products() -> None:
    g = Expressions()
    m, b = g.leaf("m", "float64"), g.leaf("b", "float64")
    total = None
    for k in range(6):
        error = m * g.leaf(f"x{k}", "float64") + b - g.leaf(f"y{k}", "float64")
        total = error if total is None else total + error
    assert total is not None
    value = m - total * 0.5
    made, (output,) = linear(g, [value.number], lambda key: key in ("m", "b"))
    varies = made.depending(lambda key: key in ("m", "b"))
    inside = [k for k in made.needed([output]) if varies[k] and made.operands(k)]
    assert [made.nodes[k][0] for k in inside].count("multiply") == 2 and len(inside) == 4
    leaves = {"m": 1.5, "b": -0.25, **{f"x{k}": 0.1 * k for k in range(6)}, **{f"y{k}": 1.0 - k for k in range(6)}}
    np.testing.assert_allclose(computed(made, [output], **leaves), computed(g, [value.number], **leaves), rtol=1e-13)


def test_products_of_two_things_that_change_are_no_forms() -> None:
    g = Expressions()
    a, b = g.leaf("a", "float64"), g.leaf("b", "float64")
    value = (a * 2 + 1) * (b * 3) + g.exp(a + b)
    made, (output,) = linear(g, [value.number], lambda _: True)
    x, y = 0.3, -1.2
    np.testing.assert_allclose(computed(made, [output], a=x, b=y), [(x * 2 + 1) * y * 3 + np.exp(x + y)], rtol=1e-14)


def test_every_function_of_m_can_be_collected() -> None:
    g = Expressions()
    x = g.leaf("x", "float64")
    for name in ("exp", "log1p", "tanh", "erf", "sin", "floor", "abs", "sign", "isnan", "rsqrt"):
        assert hasattr(NumPy, name) and getattr(g, name)(x).graph is g
    with pytest.raises(AttributeError, match="no function"):
        g.nothing(x)
