"""Primitive: a named operation with gradient rules; calling it binds it to the innermost interpreter or runs it eagerly.

A rule is a function whose argument names are exactly what is saved and version-checked for it: `g` (the gradient of the
result; a list of them where there are several), an operand's name, a parameter's name, `result`, `like` (shape and dtype of
the rule's own operand), or `position` (which operand this is, where there may be any number). Of several results `results` is
all, `rest` those after the first, so that the first may be changed in place. A rule runs only if its operand
wants a gradient; the engine sums over broadcast axes and casts.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.core.node import Like, Passed
from steepest.core.recording import attach
from steepest.core.tensor import Tensor, loose, refresh

__all__ = ["Like", "Primitive", "attach"]

Rule = Callable[..., Any]
RESULTS = {"result", "results", "rest"}


def arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's positional and keyword arguments."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


class Primitive:
    """An operation of one form; the forms are subclasses, one file each in `steepest.ops`."""

    form = ""
    rounds_once = False
    """Whether PyTorch's derivative is one kernel: of 16-bit floats the rules see float32, and what they give is rounded once."""

    def __init__(self, name: str, inputs: tuple[str, ...], rules: dict[str, Rule], node_name: str = "", variadic: bool = False):
        self.name, self.inputs, self.variadic = name, inputs, variadic
        self.node_name = node_name or "".join(part.capitalize() for part in name.split("_")) + "Backward0"
        self.position = {n: i for i, n in enumerate(inputs)}
        unknown = rules.keys() - set(inputs)
        assert not unknown, f"{name}: rules for {sorted(unknown)}, which are no operands"
        self.rules = [(rules[n], arguments(rules[n])[1:]) if n in rules else None for n in inputs]
        self.attacher: Callable[..., None] | None = None
        self.with_number: tuple[int, Primitive] | None = None
        self.numbers_from = len(inputs)
        self.shown: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.form} {self.name}>"

    def __reduce__(self) -> str:
        return self.name

    def name_with_number(self, operand: str, node_name: str) -> None:
        """Give the node another name where `operand` is a Python number (PyTorch counts that as another overload)."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.node_name, self.with_number = node_name, (self.position[operand], twin)
        twin.numbers_from = self.position[operand]

    def order(self, edges: Sequence[Any]) -> list[Any]:
        """The edges as `next_functions` shows them: of operands that may have a gradient and are no numbers, in PyTorch's order."""
        if self.shown:
            return [Passed(n[0], edges[self.position[n[1]]]) if isinstance(n, tuple) else edges[self.position[n]] for n in self.shown]
        rules = zip(edges, self.rules, strict=False)
        return [e for i, (e, rule) in enumerate(rules) if rule is not None and (e is not None or i < self.numbers_from)]

    def rule_of(self, i: int) -> Any:
        """The rule of operand i and the names it wants beside the gradient; None where the operand has none."""
        return self.rules[0 if self.variadic else i]

    def saves(self) -> list[tuple[str, int | None, int]]:
        """What the rules name beside parameters: name, place among the operands (None for results), whose rules (one bit each)."""
        found: dict[str, int] = {}
        for i, rule in enumerate(self.rules):
            for name in rule[1] if rule else ():
                if name in self.position or name in RESULTS:
                    found[name] = found.get(name, 0) | 1 << i
        return [(name, self.position.get(name), mask) for name, mask in found.items()]

    def __call__(self, *operands: Any, **params: Any) -> Any:
        if interpreters:
            return interpreters[-1].bind(self, operands, params)
        return self.run(operands, params)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Evaluate eagerly and, where a gradient is wanted, put a node into the graph."""
        raise NotImplementedError


def wants_gradient(operands: tuple[Any, ...]) -> bool:
    """Whether any operand takes part in autograd."""
    for x in operands:
        if isinstance(x, Tensor):
            if x.view_of is not None:
                refresh(x)
                if loose(x):
                    return True
            if x.needs_grad:
                return True
    return False


def finish(primitive: Primitive, operands: tuple[Any, ...], params: dict[str, Any], results: Any) -> Any:
    """Attach the node where the mode and an operand want it."""
    if modes.grad and wants_gradient(operands):
        attach(primitive, operands, params, results)
    return results
