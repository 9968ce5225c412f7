"""The symbolic meaning of scalar mathematics: a definition run with symbols gives its expression tree.

    formula(lambda m, x: 1 / (1 + m.exp(-x)), ["x"])        # divide(1, add(1, exp(negative(x))))

`single_call` asks whether a definition is one call of `m` on its inputs in order, which NumPy can do without a compiled kernel.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.ops.meaning import NumPy

__all__ = ["Symbol", "Symbols", "formula", "single_call"]


class Symbol:
    """A node of an expression: `operation` is a name of `m` or the symbol's own, `children` are symbols, numbers, dtype names."""

    __slots__ = ("children", "operation")

    def __init__(self, operation: str, children: tuple[Any, ...] = ()) -> None:
        self.operation, self.children = operation, children

    def __repr__(self) -> str:
        return f"{self.operation}({', '.join(map(repr, self.children))})" if self.children else self.operation

    def __bool__(self) -> bool:
        raise TypeError("a definition cannot branch on a value: write m.where(condition, a, b)")

    __hash__ = object.__hash__


def _operator(name: str, reflected: bool = False) -> Callable[[Symbol, Any], Symbol]:
    def apply(self: Symbol, other: Any) -> Symbol:
        return Symbol(name, (other, self) if reflected else (self, other))

    return apply


_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "pow", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift",
}
for _sign, _name in _BINARY.items():
    setattr(Symbol, f"__{_sign}__", _operator(_name))
    setattr(Symbol, f"__r{_sign}__", _operator(_name, reflected=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Symbol, f"__{_name}__", _operator(_name))
for _sign, _name in {"neg": "negative", "abs": "abs", "invert": "bitwise_not"}.items():
    setattr(Symbol, f"__{_sign}__", (lambda name: lambda self: Symbol(name, (self,)))(_name))


class _Symbols:
    """The namespace `m` over symbols: every function of the closed list makes a node."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        if not hasattr(NumPy, name):
            raise AttributeError(f"m.{name} is not in the list of scalar functions (steepest.ops.meaning)")
        return lambda *children: Symbol(name, children)


Symbols = _Symbols()


def formula(definition: Callable[..., Any], names: Sequence[str]) -> Any:
    """The expression tree of a definition (a tuple of trees for several results)."""
    return definition(Symbols, *(Symbol(name) for name in names))


def single_call(definition: Callable[..., Any], inputs: int) -> Any:
    """NumPy's own function where the definition is one call on its inputs in order, else None.

    `pow` is one as well, because Python numbers as exponents have a meaning of their own.
    """
    symbols = [Symbol(f"x{i}") for i in range(inputs)]
    tree = definition(Symbols, *symbols)
    if not isinstance(tree, Symbol) or len(tree.children) != inputs or not inputs:
        return None
    if any(a is not b for a, b in zip(tree.children, symbols, strict=True)):
        return None
    function = getattr(NumPy, tree.operation)
    return function if isinstance(function, np.ufunc) or tree.operation == "pow" else None
