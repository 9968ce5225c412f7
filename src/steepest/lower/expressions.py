"""Scalar expressions as a graph: the namespace `m` of a definition that collects what it computes instead of computing it.

    g = Expressions()
    x = g.leaf("x", "float32")
    y = sigmoid.definition(g, x)            # a handle on four nodes

Equal expressions are one node, arithmetic on numbers is done at once, and without `exact` the rewrites are made that
reassociation allows: `x / c` is `x * (1 / c)`, `(x * c) * d` is `x * (c * d)`. `write` turns nodes into instructions.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.scalar import FLOATS, Scalars, Value
from steepest.lower.unsupported import Unsupported
from steepest.ops.meaning import NumPy

__all__ = ["Expression", "Expressions", "Node", "Unsupported", "display", "write"]

Node = tuple[Any, ...]
"""("leaf", key), ("constant", number), or an operation's name and the numbers of its operands (for a cast, the dtype as well)."""

Operand = Any       # an Expression or a Python number

DTYPES = frozenset("float32 float64 int64 int32 int16 int8 uint8 bool".split())
_TRUTHS = frozenset("lt le gt ge eq ne isnan isinf isfinite signbit logical_and logical_or logical_not logical_xor truth".split())
_COMMUTE = frozenset(("add", "multiply", "logical_and", "logical_or", "eq", "ne"))
_FOLDED = frozenset("add subtract multiply divide negative lt le gt ge eq ne sqrt".split())
_CHECKED = frozenset(("floor_divide", "remainder", "fmod"))


class Expression:
    """A node of an `Expressions` graph, with operators."""

    __slots__ = ("graph", "number")

    def __init__(self, graph: "Expressions", number: int) -> None:
        self.graph, self.number = graph, number

    @property
    def dtype(self) -> str:
        return self.graph.dtypes[self.number]

    @property
    def constant(self) -> Any:
        """The number that this is; None where it is none."""
        node = self.graph.nodes[self.number]
        return node[1] if node[0] == "constant" else None

    def __repr__(self) -> str:
        return f"<{self.number}: {self.graph.nodes[self.number]}>"

    def __add__(self, other: Operand) -> "Expression": return self.graph.apply("add", self, other)
    def __radd__(self, other: Operand) -> "Expression": return self.graph.apply("add", other, self)
    def __sub__(self, other: Operand) -> "Expression": return self.graph.apply("subtract", self, other)
    def __rsub__(self, other: Operand) -> "Expression": return self.graph.apply("subtract", other, self)
    def __mul__(self, other: Operand) -> "Expression": return self.graph.apply("multiply", self, other)
    def __rmul__(self, other: Operand) -> "Expression": return self.graph.apply("multiply", other, self)
    def __truediv__(self, other: Operand) -> "Expression": return self.graph.apply("divide", self, other)
    def __rtruediv__(self, other: Operand) -> "Expression": return self.graph.apply("divide", other, self)
    def __floordiv__(self, other: Operand) -> "Expression": return self.graph.apply("floor_divide", self, other)
    def __rfloordiv__(self, other: Operand) -> "Expression": return self.graph.apply("floor_divide", other, self)
    def __mod__(self, other: Operand) -> "Expression": return self.graph.apply("remainder", self, other)
    def __rmod__(self, other: Operand) -> "Expression": return self.graph.apply("remainder", other, self)
    def __pow__(self, other: Operand) -> "Expression": return self.graph.pow(self, other)
    def __rpow__(self, other: Operand) -> "Expression": return self.graph.pow(other, self)
    def __neg__(self) -> "Expression": return self.graph.apply("negative", self)
    def __pos__(self) -> "Expression": return self
    def __abs__(self) -> "Expression": return self.graph.apply("abs", self)
    def __invert__(self) -> "Expression": return self.graph.apply("bitwise_not", self)
    def __and__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_and", self, other)
    def __rand__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_and", other, self)
    def __or__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_or", self, other)
    def __ror__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_or", other, self)
    def __xor__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_xor", self, other)
    def __rxor__(self, other: Operand) -> "Expression": return self.graph.apply("bitwise_xor", other, self)
    def __lshift__(self, other: Operand) -> "Expression": return self.graph.apply("left_shift", self, other)
    def __rlshift__(self, other: Operand) -> "Expression": return self.graph.apply("left_shift", other, self)
    def __rshift__(self, other: Operand) -> "Expression": return self.graph.apply("right_shift", self, other)
    def __rrshift__(self, other: Operand) -> "Expression": return self.graph.apply("right_shift", other, self)
    def __lt__(self, other: Operand) -> "Expression": return self.graph.apply("lt", self, other)
    def __le__(self, other: Operand) -> "Expression": return self.graph.apply("le", self, other)
    def __gt__(self, other: Operand) -> "Expression": return self.graph.apply("gt", self, other)
    def __ge__(self, other: Operand) -> "Expression": return self.graph.apply("ge", self, other)
    def __eq__(self, other: Operand) -> "Expression": return self.graph.apply("eq", self, other)    # type: ignore[override]
    def __ne__(self, other: Operand) -> "Expression": return self.graph.apply("ne", self, other)    # type: ignore[override]
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a definition cannot branch on a value: write m.where(condition, a, b)")


_POWERS: dict[float, Callable[["Expressions", Expression], Expression]] = {
    0.5: lambda m, x: m.sqrt(x), -0.5: lambda m, x: m.rsqrt(x), -1: lambda m, x: 1 / x, -2: lambda m, x: 1 / (x * x),
    1: lambda m, x: x, 0: lambda m, x: m.constant(1, x.dtype),
}


class Expressions:
    """The namespace `m` over nodes. `nodes` and `dtypes` are in an order in which operands come first."""

    def __init__(self, exact: bool = False) -> None:
        self.exact = exact
        self.nodes: list[Node] = []
        self.dtypes: list[str] = []
        self._known: dict[Any, int] = {}
        self.probabilities: set[int] = set()
        """Nodes known to lie between 0 and 1, or to be NaN."""

    def _put(self, node: Node, dtype: str) -> Expression:
        key = (node, dtype, str(node[1])) if node[0] == "constant" else (node, dtype)      # 0.0 and -0.0 are equal and differ
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.nodes)
            self.nodes.append(node)
            self.dtypes.append(dtype)
        return Expression(self, number)

    def leaf(self, key: Hashable, dtype: str) -> Expression:
        """A value from outside, equal keys being the same one."""
        if dtype not in DTYPES:
            raise Unsupported(f"values of {dtype}")
        return self._put(("leaf", key), dtype)

    def constant(self, value: Any, dtype: str) -> Expression:
        """A number, rounded to the dtype."""
        if dtype not in DTYPES:
            raise Unsupported(f"values of {dtype}")
        with np.errstate(all="ignore"):
            return self._put(("constant", np.asarray(value).astype(dtype).item()), dtype)

    def apply(self, name: str, *operands: Any) -> Expression:
        """An operation of `m` on expressions and numbers."""
        if name == "where":
            return self._where(*operands)
        first = next((x for x in operands if isinstance(x, Expression)), None)
        if first is None:
            raise Unsupported(f"{name} of numbers alone")
        dtype = first.dtype
        xs = [x if isinstance(x, Expression) else self.constant(x, dtype) for x in operands]
        if name in _CHECKED and dtype not in FLOATS:
            raise Unsupported("integer division, which must be checked for zero")
        if any(x.dtype != dtype for x in xs) and name not in ("logical_and", "logical_or", "logical_xor"):
            raise TypeError(f"a definition mixed {[x.dtype for x in xs]} in {name}")
        if dtype not in FLOATS and name in ("divide", "sqrt", "exp", "log"):
            raise TypeError(f"{name} is not defined for {dtype}")
        return self._rewritten(name, xs, "bool" if name in _TRUTHS else dtype)

    def _rewritten(self, name: str, xs: list[Expression], dtype: str) -> Expression:
        """The node of an operation, or the simpler one that means the same."""
        numbers = [x.constant for x in xs]
        if name in _FOLDED and all(n is not None for n in numbers):
            with np.errstate(all="ignore"):
                arrays = [np.asarray(n, x.dtype) for n, x in zip(numbers, xs, strict=True)]
                return self.constant(getattr(NumPy, name)(*arrays), dtype)
        if name in _COMMUTE and (numbers[0] is not None or numbers[1] is None and xs[1].number < xs[0].number):
            xs, numbers = xs[::-1], numbers[::-1]
        simpler = self._simpler(name, xs, numbers[-1]) if dtype in FLOATS else None
        return self._put((name, *(x.number for x in xs)), dtype) if simpler is None else simpler

    def _simpler(self, name: str, xs: list[Expression], c: Any) -> Expression | None:
        x, inner = xs[0], self.nodes[xs[0].number]
        if name in ("multiply", "divide") and c == 1 or name == "subtract" and c == 0:
            return x
        if name == "negative" and inner[0] == "negative":
            return Expression(self, inner[1])
        if self.exact:
            return None
        if name == "multiply" and c == -1:
            return self.apply("negative", x)
        if name == "add" and c == 0:
            return x
        if name == "divide" and c:
            inverse = 1 / self.constant(c, x.dtype).constant
            usual = np.isfinite(inverse) and abs(inverse) >= np.finfo(x.dtype).tiny
            return x * inverse if usual else None
        if name == "multiply":
            return self._times(x, inner, c) if c is not None else self._slope(xs[0], xs[1]) or self._slope(xs[1], xs[0])
        if name in ("add", "subtract") and self.nodes[xs[-1].number][0] == "negative":
            positive = Expression(self, self.nodes[xs[-1].number][1])
            return self.apply("subtract" if name == "add" else "add", x, positive)
        if name == "add" and inner[0] == "negative":
            return self.apply("subtract", xs[1], Expression(self, inner[1]))
        return None

    def _times(self, x: Expression, inner: Node, c: Any) -> Expression | None:
        """x * c where x is a product with a number, or a negation."""
        if inner[0] == "negative":
            return Expression(self, inner[1]) * -c
        if inner[0] == "multiply":
            other = Expression(self, inner[2]).constant
            if other is not None:
                both = other * c
                if np.isfinite(both) and abs(both) >= np.finfo(x.dtype).tiny:
                    return Expression(self, inner[1]) * both
        return None

    def _slope(self, a: Expression, p: Expression) -> Expression | None:
        """Two products with a probability: `(1 - p) p` (the slope of a sigmoid), and `c d / max(p, k) p`, of which the quotient is
        1 or `p / k` (the slope of cross entropy, which is divided by what a sigmoid's slope brings in again)."""
        if p.number not in self.probabilities:
            return None
        node, factor = self.nodes[a.number], None
        if node[0] == "subtract" and node[2] == p.number and Expression(self, node[1]).constant == 1:
            if machine.has("fma"):
                made = self._put(("fma", self.apply("negative", p).number, p.number, p.number), p.dtype)
            else:
                made = self._put(("multiply", a.number, p.number), p.dtype)
            self.probabilities.add(made.number)
            return made
        if node[0] == "multiply" and Expression(self, node[2]).constant is not None:
            factor, node = Expression(self, node[2]), self.nodes[node[1]]
        if node[0] != "divide" or self.nodes[node[2]][0] != "maximum":
            return None
        first, least = (Expression(self, k) for k in self.nodes[node[2]][1:])
        if first.number != p.number or not least.constant or least.constant <= 0:
            return None
        share = self.where(p >= least, 1, p * (1 / least.constant))
        product = Expression(self, node[1]) * share
        return product if factor is None else product * factor

    # what is not an operation on operands of one dtype

    def where(self, condition: Any, a: Any, b: Any) -> Expression:
        return self.apply("where", condition, a, b)

    def _where(self, condition: Any, a: Any, b: Any) -> Expression:
        if not isinstance(condition, Expression):
            raise Unsupported("where by a number")
        dtype = next((x.dtype for x in (a, b) if isinstance(x, Expression)), None)
        if dtype is None:
            raise Unsupported("a choice between two numbers")
        a, b = (x if isinstance(x, Expression) else self.constant(x, dtype) for x in (a, b))
        if condition.dtype != "bool":
            condition = self.truth(condition)
        if condition.constant is not None:
            return a if condition.constant else b
        return a if a.number == b.number else self._put(("where", condition.number, a.number, b.number), dtype)

    def truth(self, x: Expression) -> Expression:
        return x if x.dtype == "bool" else x != 0

    def cast(self, x: Expression, dtype: str) -> Expression:
        if dtype == x.dtype:
            return x
        if dtype not in DTYPES:
            raise Unsupported(f"values of {dtype}")
        if x.constant is not None:
            return self.constant(NumPy.cast(np.asarray(x.constant, x.dtype), dtype), dtype)
        return self._put(("cast", x.number, dtype), dtype)

    def fma(self, a: Any, b: Any, c: Any) -> Expression:
        """a * b + c: rounded once where that is asked for, else as the processor likes."""
        if self.exact:
            return self.apply("fma", a, b, c)
        product = self.apply("multiply", a, b)
        return self.apply("add", product, c)

    muladd = fma

    def pow(self, x: Any, y: Any) -> Expression:
        if isinstance(x, Expression) and not isinstance(y, Expression):
            if y == 2:
                return x * x
            if y == 3:
                return x * x * x
            if x.dtype in FLOATS and y in _POWERS:
                return _POWERS[y](self, x)
        return self.apply("pow", x, y)

    def sqrt(self, x: Expression) -> Expression:
        return self.apply("sqrt", x)

    def rsqrt(self, x: Expression) -> Expression:
        return 1 / self.sqrt(x)

    def conj(self, x: Expression) -> Expression:
        return x

    def __getattr__(self, name: str) -> Callable[..., Expression]:
        if name.startswith("_") or not hasattr(NumPy, name):
            raise AttributeError(f"m has no function {name}")
        return lambda *operands: self.apply(name, *operands)

    # walking

    def operands(self, number: int) -> tuple[int, ...]:
        """The numbers of a node's operands."""
        node = self.nodes[number]
        if node[0] in ("leaf", "constant"):
            return ()
        return node[1:2] if node[0] == "cast" else node[1:]

    def needed(self, outputs: Iterable[int]) -> list[int]:
        """The nodes that the outputs are made of, operands first."""
        wanted = set(outputs)
        for number in range(max(wanted, default=-1), -1, -1):
            if number in wanted:
                wanted.update(self.operands(number))
        return sorted(wanted)

    def depending(self, leaf: Callable[[Any], bool]) -> list[bool]:
        """For every node whether it depends on a leaf whose key fulfils a condition."""
        found: list[bool] = []
        for number, node in enumerate(self.nodes):
            found.append(leaf(node[1]) if node[0] == "leaf" else any(found[k] for k in self.operands(number)))
        return found

    def leaves(self, outputs: Iterable[int]) -> list[Any]:
        """The keys of the leaves that the outputs are made of."""
        return [self.nodes[k][1] for k in self.needed(outputs) if self.nodes[k][0] == "leaf"]


def copy_node(target: Expressions, source: Expressions, number: int, operands: Sequence[Expression]) -> Expression:
    """A node of one graph in another one, on other operands."""
    node = source.nodes[number]
    if node[0] == "leaf":
        return target.leaf(node[1], source.dtypes[number])
    if node[0] == "constant":
        return target.constant(node[1], source.dtypes[number])
    if node[0] == "cast":
        return target.cast(operands[0], node[2])
    return target.apply(node[0], *operands)


def write(graph: Expressions, outputs: Sequence[int], leaf: Sequence[Callable[[Any, str], Value]], m: Scalars,
          memos: Sequence[dict[int, Value]], only: Callable[[int], bool] = lambda _: True) -> None:
    """Instructions for the outputs, kept in `memos` by node number: for several sets of leaves in turn, instruction by instruction.

    The turns hide latency, which neither LLVM nor a processor with long dependency chains in sight does as well.
    """
    for number in graph.needed(outputs):
        if only(number):
            for values, memo in zip(leaf, memos, strict=True):
                if number not in memo:
                    memo[number] = _instruction(graph, number, values, m, memo)


def _instruction(graph: Expressions, number: int, leaf: Callable[[Any, str], Value], m: Scalars, memo: dict[int, Value]) -> Value:
    node, dtype = graph.nodes[number], graph.dtypes[number]
    if node[0] == "leaf":
        return leaf(node[1], dtype)
    if node[0] == "constant":
        return m.constant(node[1], dtype)
    if node[0] == "cast":
        return m.cast(memo[node[1]], node[2])
    operands: list[Any] = [memo[k] for k in node[1:]]
    if node[0] in ("maximum", "minimum"):        # one comparison is enough for a number
        operands = [x if graph.nodes[k][0] != "constant" else graph.nodes[k][1] for x, k in zip(operands, node[1:], strict=True)]
        if not any(isinstance(x, Value) for x in operands):
            operands = [memo[k] for k in node[1:]]
    result: Value = getattr(m, node[0])(*operands)
    return result


def display(graph: Expressions, outputs: dict[str, int], name: Callable[[Any], str] = str) -> str:
    """The expressions as text, one node a line."""
    lines = []
    for number in graph.needed(outputs.values()):
        node = graph.nodes[number]
        if node[0] == "leaf":
            shown = name(node[1])
        elif node[0] == "constant":
            shown = repr(node[1])
        else:
            shown = f"{node[0]} {', '.join(f'e{k}' for k in graph.operands(number))}"
        lines.append(f"e{number}:{graph.dtypes[number]} = {shown}")
    return "\n".join([*lines, *(f"{label} = e{number}" for label, number in outputs.items())])
