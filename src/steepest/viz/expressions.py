"""Formulas: expressions over numbers, vectors and matrices, simplified as they are built, and their values.

Elementwise parts follow NumPy's broadcasting. Shapes with one element count as numbers. `ones` stands where an expression has no
part that gives it its shape. Sums and products keep the order in which people wrote them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from steepest.core.tensor import Tensor, from_array
from steepest.ops.meaning import NumPy
from steepest.ops.symbols import Symbol

__all__ = ["Expression", "add", "call", "from_symbols", "matmul", "multiply", "name", "number", "power", "total", "value_of"]

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


class Expression:
    """A node: `op` says what it is, `args` are expressions, `extra` what else it is made of. Equal ones have equal keys."""

    __slots__ = ("args", "extra", "key", "op", "shape", "size")

    key: tuple[Any, ...]

    def __init__(self, op: str, args: tuple[Expression, ...], shape: Shape, extra: Any = None):
        self.op, self.args, self.extra = op, args, extra
        self.shape = () if math.prod(shape) == 1 else tuple(shape)
        self.key = (op, tuple(a.key for a in args), extra, self.shape if op in ("ones", "expand", "reshape") else None)
        self.size: int = 1 + sum(a.size for a in args)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.args)) if self.args else repr(self.extra)
        return f"{self.op}({inside})"

    @property
    def is_scalar(self) -> bool:
        return self.shape == ()


def name(said: str, shape: Shape = ()) -> Expression:
    """A variable."""
    return Expression("name", (), shape, said)


def number(value: Any) -> Expression:
    """A number; floats that are short fractions are taken for these."""
    if isinstance(value, Fraction):
        return Expression("number", (), (), value)
    if isinstance(value, (bool, int, np.integer)):
        return Expression("number", (), (), Fraction(int(value)))
    value = float(value)
    if math.isfinite(value):
        short = Fraction(value).limit_denominator(1_000_000)
        if float(short) == value:
            return Expression("number", (), (), short)
    return Expression("number", (), (), value)


ZERO, ONE = number(0), number(1)


def ones(shape: Shape) -> Expression:
    """A tensor of ones; of one element it is the number."""
    return ONE if math.prod(shape) == 1 else Expression("ones", (), shape)


def together(parts: Sequence[Expression]) -> Shape:
    """The shape to which the parts broadcast."""
    return tuple(np.broadcast_shapes(*[p.shape for p in parts])) if parts else ()


def shaped(x: Expression, shape: Shape) -> Expression:
    """The expression with exactly this shape: as it is, or times ones."""
    if math.prod(shape) == 1 or x.shape == tuple(shape):
        return x
    if x.is_scalar:
        return _product(*_split(x), [ones(shape)])
    return Expression("expand", (x,), shape)


def add(terms: Sequence[Expression], shape: Shape | None = None) -> Expression:
    """The sum; equal terms are counted, zeros left out."""
    target = together(terms) if shape is None else shape
    counted: dict[Expression, Any] = {}
    for term, times in Counter(terms).items():
        if times > 1 and term.op == "sum":  # u + u is 2*u, not twice every term of u
            term = multiply([number(times), term])
            times = 1
        for part in [p for p in (term.args if term.op == "sum" else (term,)) for _ in range(times)]:
            coefficient, rest = _split(part)
            rest_of = _product(Fraction(1), rest)
            counted[rest_of] = counted.get(rest_of, Fraction(0)) + coefficient
    left = [(c, rest) for rest, c in counted.items() if c != 0]
    sizes = {abs(c) for c, _ in left}
    if len(left) > 1 and len(sizes) == 1 and 1 not in sizes and target != ():  # softmax / 4 - y / 4
        signed = sorted(((1 if c > 0 else -1, rest) for c, rest in left), key=lambda pair: pair[0] < 0)
        inner = add([_scaled(Fraction(sign), rest) for sign, rest in signed], target)
        return multiply([_number_of(sizes.pop()), inner], target)
    parts = [_scaled(c, rest) for c, rest in left]
    for i, part in enumerate(parts):  # ones and broadcasts are not needed where another term has the shape
        bare = _bare(part)
        if bare is not part and together([bare, *parts[:i], *parts[i + 1:]]) == together(parts):
            parts[i] = bare
    result = ZERO if not parts else parts[0] if len(parts) == 1 else Expression("sum", tuple(parts), together(parts))
    return shaped(result, target)


def multiply(factors: Sequence[Expression], shape: Shape | None = None) -> Expression:
    """The elementwise product; numbers are put together, equal bases become powers."""
    target = together(factors) if shape is None else shape
    coefficient: Any = Fraction(1)
    flat: list[Expression] = []
    for factor in factors:
        c, rest = _split(factor)
        coefficient = coefficient * c
        flat += rest
    if coefficient == 0:
        return shaped(ZERO, target)
    return shaped(_product(coefficient, flat), target)


def power(base: Expression, exponent: Expression, shape: Shape | None = None) -> Expression:
    """`base` to the power of `exponent`."""
    target = together([base, exponent]) if shape is None else shape
    if exponent == ZERO:
        return shaped(ONE, target)
    if exponent == ONE:
        return shaped(base, target)
    if base.op == "number" and exponent.op == "number" and isinstance(base.extra, Fraction) and exponent.extra.denominator == 1:
        if base.extra != 0 and abs(exponent.extra) < 64:
            return shaped(number(base.extra ** int(exponent.extra)), target)
    if exponent.op == "number" and isinstance(exponent.extra, Fraction) and exponent.extra.denominator == 1:
        if base.op == "product":
            coefficient, rest = _split(base)
            whole = int(exponent.extra)
            return multiply([number(coefficient ** whole), *[power(f, exponent) for f in rest]], target)
        if base.op == "power":
            return power(base.args[0], multiply([base.args[1], exponent]), target)
    return shaped(Expression("power", (base, exponent), together([base, exponent])), target)


def reciprocal(x: Expression) -> Expression:
    """One divided by `x`."""
    return power(x, number(-1))


def call(function: str, args: Sequence[Expression], definition: Callable[..., Any] | None = None,
         shape: Shape | None = None) -> Expression:
    """An elementwise function by its name; `definition` where it is not one of `m`."""
    made = Expression("call", tuple(args), together(args), (function, definition))
    return made if shape is None else shaped(made, shape)


def matmul(parts: Sequence[Expression], shape: Shape) -> Expression:
    """The matrix product; numbers come out to the front, products in products are one chain."""
    outside: list[Expression] = []
    chain: list[Expression] = []
    for part in parts:
        scalars, rest = _scalars_of(part)
        outside += scalars
        chain += rest.args if rest.op == "matmul" else (rest,)
    if any(part.is_scalar for part in chain):  # of a matrix with one element
        return multiply([*outside, *chain], shape)
    if not chain:
        return multiply(outside, shape)
    return multiply([*outside, Expression("matmul", tuple(chain), shape)])


def transpose(x: Expression, shape: Shape) -> Expression:
    """The transposed matrix."""
    if x.is_scalar:
        return x
    if x.op == "transpose":
        return x.args[0]
    scalars, rest = _scalars_of(x)
    if scalars:
        return multiply([*scalars, transpose(rest, shape)])
    if x.op == "matmul":
        return Expression("matmul", tuple(transpose(a, a.shape[::-1]) for a in reversed(x.args)), shape)
    if x.op == "ones":
        return ones(shape)
    return Expression("transpose", (x,), shape)


def total(x: Expression, shape: Shape, was: Shape) -> Expression:
    """The sum of all elements of `x`, which has the shape `was`."""
    if math.prod(was) == 1:
        return x
    x = shaped(x, was)
    scalars, rest = _scalars_of(x)
    if rest.op == "ones":
        return multiply([*scalars, number(math.prod(rest.shape))])
    return multiply([*scalars, Expression("total", (rest,), ())])


def other(primitive: Any, params: Mapping[str, Any], args: Sequence[Expression], shape: Shape, word: str, result: int = 0) -> Expression:
    """An operation without a notation of its own: shown as a function, computed by itself. Of several results it is number `result`."""
    shown = f"{word}_{result}" if result else word
    return Expression("other", tuple(args), shape, (shown, _Operation(primitive, dict(params), result)))


class _Operation:
    """A primitive with its parameters and which of its results is meant, equal to itself alone."""

    def __init__(self, primitive: Any, params: dict[str, Any], result: int):
        self.primitive, self.params, self.result = primitive, params, result


def _split(x: Expression) -> tuple[Any, list[Expression]]:
    """The number in front, and the other factors."""
    if x.op == "number":
        return x.extra, []
    if x.op == "product":
        first = x.args[0]
        return (first.extra, list(x.args[1:])) if first.op == "number" else (Fraction(1), list(x.args))
    return Fraction(1), [x]


def _number_of(value: Any) -> Expression:
    return number(value) if isinstance(value, Fraction) else Expression("number", (), (), value)


def _scaled(coefficient: Any, rest: Expression) -> Expression:
    return _product(coefficient * _split(rest)[0], _split(rest)[1])


def _product(coefficient: Any, factors: Sequence[Expression], more: Sequence[Expression] = ()) -> Expression:
    """A product of factors that are no products: powers of one base together, ones left out where the others have their shape."""
    exponents: dict[Expression, list[Expression]] = {}
    for factor in (*factors, *more):
        base, exponent = (factor.args[0], factor.args[1]) if factor.op == "power" else (factor, ONE)
        exponents.setdefault(base, []).append(exponent)
    left = []
    for base, several in exponents.items():
        if base.op == "ones":
            left.append(base)
            continue
        exponent = several[0] if len(several) == 1 else add(several)
        if exponent != ZERO:
            left.append(base if exponent == ONE else Expression("power", (base, exponent), together([base, exponent])))
    target = together([*factors, *more])
    i = 0
    while i < len(left):
        bare = _bare(left[i])
        others = left[:i] + left[i + 1:]
        if left[i].op == "ones" and together(others) == target:
            left = others
            continue
        if bare is not left[i] and together([bare, *others]) == target:
            left[i] = bare
        i += 1
    head = [] if coefficient == 1 and left else [_number_of(coefficient)]
    parts = (*head, *left)
    result = parts[0] if len(parts) == 1 else Expression("product", parts, together(left))
    return result if result.shape == target or math.prod(target) == 1 else Expression(
        "product", (*(result.args if result.op == "product" else (result,)), ones(target)), target)


def _bare(x: Expression) -> Expression:
    """Without the broadcast around it."""
    if x.op == "expand":
        return x.args[0]
    if x.op == "product" and any(f.op == "ones" for f in x.args):
        rest = [f for f in x.args if f.op != "ones"]
        return rest[0] if len(rest) == 1 else Expression("product", tuple(rest), together(rest))
    return x


def _scalars_of(x: Expression) -> tuple[list[Expression], Expression]:
    """The numbers among the factors of a tensor, and the rest."""
    if x.op != "product":
        return [], x
    scalars = [f for f in x.args if f.is_scalar]
    rest = [f for f in x.args if not f.is_scalar]
    if not rest or not scalars:
        return [], x
    return scalars, _product(Fraction(1), rest)


# definitions of elementwise operations ------------------------------------------------------------------------------------------------
SAME = {"cast", "conj"}
COMPARED = {"lt", "le", "gt", "ge", "eq", "ne"}
NEGATED = {"lt": "ge", "ge": "lt", "le": "gt", "gt": "le", "eq": "ne", "ne": "eq"}
GUARDS = {number(-100), number(1e-12)}
"""What losses put below a logarithm or a divisor, so that no infinity comes out: left out of formulas, which are for all other points."""
BUILDERS: dict[str, Callable[..., Expression]] = {
    "add": lambda a, b: add([a, b]), "subtract": lambda a, b: add([a, multiply([number(-1), b])]),
    "multiply": lambda a, b: multiply([a, b]), "divide": lambda a, b: multiply([a, reciprocal(b)]),
    "negative": lambda x: multiply([number(-1), x]), "pow": power, "fma": lambda a, b, c: add([multiply([a, b]), c]),
    "sqrt": lambda x: power(x, number(Fraction(1, 2))), "where": lambda c, a, b: chosen(c, a, b),
    "log1p": lambda x: call("log", [add([ONE, x])]), "maximum": lambda a, b: a if b in GUARDS else call("maximum", [a, b]),
}  # fmt: skip


def chosen(condition: Expression, a: Expression, b: Expression) -> Expression:
    """`a` where the condition holds, else `b`; with a zero it is a product with the condition."""
    if condition.op == "call" and condition.extra[0] in COMPARED:
        if b == ZERO:
            return multiply([a, condition])
        if a == ZERO:
            return multiply([b, call(NEGATED[condition.extra[0]], condition.args)])
    return call("where", [condition, a, b])


def from_symbols(tree: Any, known: Mapping[str, Expression]) -> Expression:
    """The expression of a definition's tree, its inputs as `known`."""
    if isinstance(tree, Expression):
        return tree
    if not isinstance(tree, Symbol):
        return number(tree)
    if not tree.children:
        return known[tree.operation]
    if tree.operation in SAME:
        return from_symbols(tree.children[0], known)
    args = [from_symbols(child, known) for child in tree.children]
    builder = BUILDERS.get(tree.operation)
    return builder(*args) if builder is not None else call(tree.operation, args)


# values -----------------------------------------------------------------------------------------------------------------------------
def value_of(x: Expression, known: Mapping[str, Any]) -> Array:
    """The value of an expression, the variables by their names; float64 as far as the values are."""
    kept: dict[int, Array] = {}

    def value(e: Expression) -> Array:
        found = kept.get(id(e))
        if found is None:
            found = kept[id(e)] = np.asarray(_value(e, [value(a) for a in e.args], known))
        return found

    with np.errstate(all="ignore"):
        return value(x)


def _value(e: Expression, args: list[Array], known: Mapping[str, Any]) -> Any:
    if e.op == "name":
        return known[e.extra]
    if e.op == "number":
        return float(e.extra)
    if e.op == "call":
        function, definition = e.extra
        return definition(NumPy, *args) if definition is not None else getattr(NumPy, function)(*args)
    if e.op == "other":
        return _run(e.extra[1], args)
    return VALUES[e.op](e, args)


def _run(operation: _Operation, args: list[Array]) -> Array:
    out = operation.primitive(*[from_array(np.array(a)) for a in args], **operation.params)
    meant = out[operation.result] if isinstance(out, tuple) else out
    assert isinstance(meant, Tensor)
    return meant.array


def _product_value(e: Expression, args: list[Array]) -> Any:
    out = args[0]
    for a in args[1:]:
        out = out * a
    return out


VALUES: dict[str, Callable[[Expression, list[Array]], Any]] = {
    "ones": lambda e, a: np.ones(e.shape), "sum": lambda e, a: sum(a[1:], a[0]), "product": _product_value,
    "power": lambda e, a: np.power(a[0].astype(np.float64), a[1]),
    "matmul": lambda e, a: np.linalg.multi_dot(a) if len(a) > 1 and all(x.ndim == 2 for x in a) else _chain(a),
    "transpose": lambda e, a: a[0].T, "total": lambda e, a: a[0].sum(), "expand": lambda e, a: np.broadcast_to(a[0], e.shape),
    "reshape": lambda e, a: a[0].reshape(e.shape), "index": lambda e, a: a[0][e.extra], "reduce": lambda e, a: a[0].sum(
        axis=e.extra[0], keepdims=e.extra[1]), "put": lambda e, a: _put(e, a[0]),
}  # fmt: skip


def _chain(args: list[Array]) -> Array:
    out = args[0]
    for a in args[1:]:
        out = out @ a
    return out


def _put(e: Expression, value: Array) -> Array:
    out = np.zeros(e.shape)
    out[e.extra] = value
    return out
