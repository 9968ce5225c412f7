"""Python numbers that remember where they came from, while an iteration of a loop is recorded.

`loss.item()` gives a `TracedFloat`, the loop variable is a `TracedInt`, and so is a number that the iteration before left in a
variable. Arithmetic on them is done by Python and written down as operations on 0-dim tensors (float64 or int64), so that
`total += loss.item()` becomes part of the program. What depends on nothing but the number of the step is also kept as an
expression: comparisons of it are conditions by which a step is told from another. Whatever else looks at the value is a read by the host.
Outside a recording they are plain numbers.
"""

import operator
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

__all__ = ["FLOATS", "NUMBERS", "STEP", "WIDE", "Condition", "TracedFloat", "TracedInt", "Tracer", "combined",
           "evaluate", "extreme", "kind_of", "plain", "settled", "traced", "tracers"]

STEP = ("step",)
"""The expression of the loop variable."""
WIDE = 2**62
"""Integers beyond this are not carried as int64."""

FLOATS = (float, np.float64)
"""Kinds of numbers that are carried as float64."""
NUMBERS = (int, *FLOATS)
OPERANDS = (int, float, np.integer)

Expression = Any
"""A number, STEP, ("base", path) for what a counter would be at step 0, or (name of an operation, expression, expression)."""


class Condition:
    """A comparison of expressions, by which the steps that take one way are told from those that take another."""

    __slots__ = ("left", "name", "right")

    def __init__(self, name: str, left: Expression, right: Expression):
        self.name, self.left, self.right = name, left, right

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and (self.name, self.left, self.right) == (other.name, other.left, other.right)

    def __hash__(self) -> int:
        return hash((self.name, self.left, self.right))

    def holds(self, step: Any, bases: dict[Any, int]) -> Any:
        """Its truth in a step, or an array of truths for an array of steps."""
        return getattr(operator, self.name)(evaluate(self.left, step, bases), evaluate(self.right, step, bases))


def evaluate(expression: Expression, step: Any, bases: dict[Any, int]) -> Any:
    """The value of an expression in a step, or in an array of steps; `bases` are the counters' values at step 0."""
    if not isinstance(expression, tuple):
        return expression
    if expression == STEP:
        return step
    if expression[0] == "base":
        return bases[expression[1]]
    name, a, b = expression
    return function_of(name)(evaluate(a, step, bases), evaluate(b, step, bases))


def _least(a: Any, b: Any) -> Any:
    return np.where(b < a, b, a) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else min(a, b)


def _greatest(a: Any, b: Any) -> Any:
    return np.where(b > a, b, a) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else max(a, b)


EXTREMES = {"min": _least, "max": _greatest}


def function_of(name: str) -> Callable[[Any, Any], Any]:
    """The function of two numbers, or arrays of them, of this name."""
    found: Callable[[Any, Any], Any] = EXTREMES.get(name) or getattr(operator, name)
    return found


class Tracer(Protocol):
    """Who records: told of what happens to traced numbers."""

    def tensor_of(self, number: Any) -> Any: ...

    def computed(self, name: str, value: Any, a: Any, b: Any) -> Any: ...

    def condition(self, condition: Condition, outcome: bool) -> None: ...

    def escape(self, number: Any, how: str) -> None: ...


tracers: list[Tracer] = []
"""The recording that is going on, if any."""


def kind_of(x: Any) -> Any:
    """The class of number that a traced number stands for."""
    return x.kind if isinstance(x, TracedFloat) else int


def plain(x: Any) -> Any:
    """The number itself, got without calling any of the methods below."""
    if isinstance(x, TracedFloat):
        value = float.__pos__(x)
        return value if x.kind is float else x.kind(value)
    return int.__pos__(x) if isinstance(x, TracedInt) else x


def settled(x: Any) -> Any:
    """A value with the traced numbers in its lists, tuples and dictionaries made plain; itself where there are none."""
    kind = type(x)
    if kind is tuple or kind is list:
        parts = [settled(v) for v in x]
        return x if all(a is b for a, b in zip(parts, x, strict=True)) else kind(parts)
    if kind is dict:
        values = {k: settled(v) for k, v in x.items()}
        return x if all(values[k] is v for k, v in x.items()) else values
    return plain(x)


def live(x: Any) -> Tracer | None:
    """The recording to which a traced number belongs, where that is going on."""
    tracer = x.tracer
    return tracer if tracers and tracers[-1] is tracer else None


def combined(name: str, a: Any, b: Any) -> Any:
    """Python's result of an operation of which one operand or both are traced."""
    value = function_of(name)(plain(a), plain(b))
    traced = a if isinstance(a, (TracedFloat, TracedInt)) else b
    tracer = live(traced)
    if tracer is None:
        for x in (a, b):
            if isinstance(x, (TracedFloat, TracedInt)) and tracers:
                tracers[-1].escape(x, "stale")
        return value
    return tracer.computed(name, value, a, b)


def extreme(name: str, a: Any, b: Any) -> Any:
    """`min(a, b)` or `max(a, b)`, followed where both are ints or both floats."""
    if tracers and any(isinstance(x, (TracedFloat, TracedInt)) for x in (a, b)) and type(plain(a)) is type(plain(b)):
        return combined(name, a, b)
    return min(a, b) if name == "min" else max(a, b)


def _binary(name: str, reflected: bool) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, OPERANDS):
            return NotImplemented
        return combined(name, other, self) if reflected else combined(name, self, other)

    return method


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, OPERANDS):
            return NotImplemented
        outcome = getattr(operator, name)(plain(self), plain(other))
        tracer = live(self)
        if tracer is None:
            if tracers:
                tracers[-1].escape(self, "stale")
            return outcome
        left, right = self.expression, expression_of(other)
        if left is None or right is None:
            tracer.escape(self, "compared")
        else:
            tracer.condition(Condition(name, left, right), outcome)
        return outcome

    return method


def expression_of(x: Any) -> Expression:
    """How a number follows from the step; None where it does not."""
    return x.expression if isinstance(x, (TracedFloat, TracedInt)) else x


UFUNCS = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "true_divide": "truediv", "power": "pow"}
RELATIONS = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "equal": "eq", "not_equal": "ne"}


def _ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """NumPy's function of a traced number: arithmetic and comparisons with NumPy's scalars are followed, all else looks at it."""
    scalars = method == "__call__" and not options and len(inputs) == 2 and all(isinstance(x, OPERANDS) for x in inputs)
    if scalars and ufunc.__name__ in UFUNCS:
        return combined(UFUNCS[ufunc.__name__], *inputs)
    if scalars and ufunc.__name__ in RELATIONS:
        a, b = inputs
        if not isinstance(a, (TracedFloat, TracedInt)):
            return getattr(b, f"__{MIRRORED.get(RELATIONS[ufunc.__name__], RELATIONS[ufunc.__name__])}__")(a)
        return getattr(a, f"__{RELATIONS[ufunc.__name__]}__")(b)
    for x in inputs:
        if isinstance(x, (TracedFloat, TracedInt)) and tracers:
            tracers[-1].escape(x, "looked at")
    return getattr(ufunc, method)(*map(plain, inputs), **options)


MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def _negative(self: Any) -> Any:
    return combined("mul", self, -1)


def _looked_at(base: type, name: str) -> Callable[..., Any]:
    """A method of the plain number, told to the recording as a read."""
    original = getattr(base, name)

    def method(self: Any, *rest: Any) -> Any:
        if tracers:
            tracers[-1].escape(self, "looked at")
        return original(self, *rest)

    return method


def _truth(self: Any) -> bool:
    return bool(self != 0)


class TracedFloat(float):
    """A float with the 0-dim float64 tensor that holds it in the recording."""

    __slots__ = ("expression", "kind", "tensor", "tracer")

    kind: Any
    """`float`, or NumPy's float64."""
    tracer: Tracer
    tensor: Any
    expression: Expression

    def as_tensor(self) -> Any:
        """The 0-dim tensor of the recording; the plain number outside of it."""
        tracer = live(self)
        return plain(self) if tracer is None else tracer.tensor_of(self)


class TracedInt(int):
    """An int with the 0-dim int64 tensor that holds it in the recording, or with how it follows from the number of the step."""

    tracer: Tracer
    tensor: Any
    expression: Expression
    carried = False
    """Whether it contains a number that the iteration before left."""

    as_tensor = TracedFloat.as_tensor


ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")
LOOKED_AT = {
    float: ("__hash__", "__str__", "__repr__", "__format__", "__int__", "__float__", "__round__", "__trunc__", "__floor__", "__ceil__",
            "__divmod__", "__rdivmod__", "__abs__", "is_integer", "hex", "as_integer_ratio"),
    int: ("__hash__", "__str__", "__repr__", "__format__", "__int__", "__float__", "__round__", "__trunc__", "__floor__", "__ceil__",
          "__divmod__", "__rdivmod__", "__abs__", "__index__", "__and__", "__rand__", "__or__", "__ror__", "__xor__", "__rxor__",
          "__lshift__", "__rlshift__", "__rshift__", "__rrshift__", "__invert__", "bit_length", "to_bytes"),
}

def _give_methods(kind: Any, base: type) -> None:
    for name in ARITHMETIC:
        setattr(kind, f"__{name}__", _binary(name, reflected=False))
        setattr(kind, f"__r{name}__", _binary(name, reflected=True))
    for name in COMPARED:
        setattr(kind, f"__{name}__", _comparison(name))
    for name in LOOKED_AT[base]:
        setattr(kind, name, _looked_at(base, name))
    kind.__neg__ = _negative
    kind.__pos__ = lambda self: self
    kind.__bool__ = _truth
    kind.__array_ufunc__ = _ufunc
    kind.__reduce__ = lambda self: (kind_of(self), (plain(self),))


_give_methods(TracedFloat, float)
_give_methods(TracedInt, int)


def traced(value: Any, tracer: Tracer, tensor: Any, expression: Expression = None) -> Any:
    """A number of the recording `tracer`; other kinds than int and float stay as they are."""
    if type(value) in FLOATS:
        made: Any = float.__new__(TracedFloat, value)
        made.kind = type(value)
    elif type(value) is int and -WIDE < value < WIDE:
        made = int.__new__(TracedInt, value)
    else:
        return value
    made.tracer, made.tensor, made.expression = tracer, tensor, expression
    return made
