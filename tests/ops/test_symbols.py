"""Definitions run with symbols: what they are made of, and which are one call."""

import numpy as np
import pytest

from steepest.ops.meaning import NumPy
from steepest.ops.symbols import formula, single_call


def test_a_definition_gives_its_tree() -> None:
    tree = formula(lambda m, x: 1 / (1 + m.exp(-x)), ["x"])
    assert repr(tree) == "divide(1, add(1, exp(negative(x))))"
    assert repr(formula(lambda m, a, b: m.where(a <= b, abs(a) ** 2, ~b // 3), ["a", "b"])) == (
        "where(le(a, b), pow(abs(a), 2), floor_divide(bitwise_not(b), 3))")
    assert [repr(t) for t in formula(lambda m, x: (x % 2, 2 - x), ["x"])] == ["remainder(x, 2)", "subtract(2, x)"]


@pytest.mark.parametrize(("definition", "inputs", "expected"), [
    (lambda m, a, b: a + b, 2, np.add),
    (lambda m, x: m.exp(x), 1, np.exp),
    (lambda m, x: -x, 1, np.negative),
    (lambda m, a, b: a / b, 2, np.true_divide),
    (lambda m, a, b: a < b, 2, np.less),
    (lambda m, a, b: m.maximum(a, b), 2, np.maximum),
    (lambda m, x, y: m.pow(x, y), 2, NumPy.pow),
    (lambda m, c, a, b: m.where(c, a, b), 3, None),     # more than one function of NumPy
    (lambda m, x: m.erf(x), 1, None),
    (lambda m, a, b: b - a, 2, None),           # not in order
    (lambda m, x: m.maximum(x, 0), 1, None),    # a number
    (lambda m, x: m.exp(-x), 1, None),
    (lambda m, x: x, 1, None),
    (lambda m, x: x + x, 1, None),
    (lambda m, x: (x + 1, x), 1, None),
])
def test_one_call_on_the_inputs_in_order_is_recognised(definition, inputs, expected) -> None:  # type: ignore[no-untyped-def]
    assert single_call(definition, inputs) is expected


def test_a_function_outside_the_closed_list_is_an_error() -> None:
    with pytest.raises(AttributeError, match="gamma_function"):
        formula(lambda m, x: m.gamma_function(x), ["x"])
    with pytest.raises(TypeError, match=r"m\.where"):
        formula(lambda m, x: x if x > 0 else -x, ["x"])
