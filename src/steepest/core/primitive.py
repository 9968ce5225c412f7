"""Primitive: a named operation with gradient rules; calling it binds it to the innermost interpreter or runs it eagerly.

A rule is a function whose argument names are exactly what is saved and version-checked for it: `g` (the gradient of the
result; a list of them where there are several), an operand's name, a parameter's name, `result`, `like` (shape and dtype of
the rule's own operand), or `position` (which operand this is, where there may be any number). Of several results `results` is
all, `rest` those after the first, so that the first may be changed in place. A rule runs only if its operand
wants a gradient; the engine sums over broadcast axes and casts.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.core.node import Like, Passed, record
from steepest.core.tensor import Tensor, fresh, refresh

__all__ = ["Like", "Primitive", "attach"]

Rule = Callable[..., Any]
RESERVED = {"like", "position"}
UNWRITTEN: dict[str, int] = {}
"""The versions of saved values where none was written in place yet: shared by most nodes, never changed."""


def arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's positional and keyword arguments."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


class Primitive:
    """An operation of one form; the forms are subclasses, one file each in `steepest.ops`."""

    form = ""

    def __init__(self, name: str, inputs: tuple[str, ...], rules: dict[str, Rule], node_name: str = "", variadic: bool = False):
        self.name, self.inputs, self.variadic = name, inputs, variadic
        self.node_name = node_name or "".join(part.capitalize() for part in name.split("_")) + "Backward0"
        self.position = {n: i for i, n in enumerate(inputs)}
        unknown = rules.keys() - set(inputs)
        assert not unknown, f"{name}: rules for {sorted(unknown)}, which are no operands"
        self.rules = [(rules[n], arguments(rules[n])[1:]) if n in rules else None for n in inputs]
        self._saves: dict[int, tuple[tuple[str, int], ...]] = {}
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

    def saves(self, wanted: int) -> tuple[tuple[str, int], ...]:
        """What the rules of the wanted operands (one bit each) name, with its place among the operands; -1 for results."""
        found = self._saves.get(wanted)
        if found is None:
            rules = self.rules if self.variadic else [rule for i, rule in enumerate(self.rules) if wanted >> i & 1]
            names = dict.fromkeys(n for rule in rules for n in rule[1] if n not in RESERVED)  # type: ignore[index]
            places = {**self.position, "result": -1, "results": -1, "rest": -1}
            found = self._saves[wanted] = tuple((n, places[n]) for n in names if n in places)
        return found

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
            if x.needs_grad:
                return True
    return False


def attach(primitive: Primitive, operands: tuple[Any, ...], params: dict[str, Any], results: Any) -> None:
    """Record the operation as the node of its results, one tensor or a tuple of them."""
    if primitive.with_number is not None and not isinstance(operands[primitive.with_number[0]], Tensor):
        primitive = primitive.with_number[1]
    edges: list[Any] = []
    wanted, bit = 0, 1
    for x, rule in zip(operands, repeat(primitive.rules[0]) if primitive.variadic else primitive.rules):
        edge = None
        if rule is not None and isinstance(x, Tensor):
            if x.view_of is not None:
                refresh(x)
            if x.needs_grad:
                edge = x.node or x, x.output_nr
                wanted += bit
        edges.append(edge)
        bit += bit
    if not wanted:
        return
    saved: dict[str, Any] = {}
    versions = UNWRITTEN
    for name, place in primitive._saves.get(wanted) or primitive.saves(wanted):
        if place >= 0:
            value = operands[place]
            if isinstance(value, Tensor) and value.counter is not None and value.counter.count:
                versions = {**versions, name: value.counter.count}
        elif name == "result":
            value = kept(results if isinstance(results, Tensor) else results[0])
            if value.version.count:
                versions = {**versions, name: value.version.count}
        else:
            first = int(name == "rest")
            value = tuple([kept(r) for r in results[first:]])
            for k, r in enumerate(value, first):
                r.output_nr = k
        saved[name] = value
    if isinstance(results, Tensor):
        results.node = record(primitive, edges, saved, versions, params, (results.array.shape, results.dtype))
        results.needs_grad = True
        return
    node = record(primitive, edges, saved, versions, params, [(r.array.shape, r.dtype) for r in results])
    for k, r in enumerate(results):
        if r.dtype.category >= 2:
            r.node, r.needs_grad, r.output_nr = node, True, k


def kept(result: Tensor) -> Tensor:
    """The result as a node may hold it: without the node, since that would be a cycle; one version counter for both."""
    held = fresh(result.array, result.dtype) if result.level is None else result.level.twin(result)
    held._storage = result.storage_cell
    held.counter = result.version
    held.output_nr = result.output_nr
    return held


def finish(primitive: Primitive, operands: tuple[Any, ...], params: dict[str, Any], results: Any) -> Any:
    """Attach the node where the mode and an operand want it."""
    if modes.grad and wants_gradient(operands):
        attach(primitive, operands, params, results)
    return results
