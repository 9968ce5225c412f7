"""Tracing: what a piece of program computed, operation by operation, with the values, the modules and the lines that did it.

A trace is an interpreter that evaluates eagerly and keeps every operation. Composites stay whole (`linear`, `mse_loss`), since that is
how people think of them. `replay` computes a traced value again from other parameters, and `vmap` of it from many at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steepest.core.modes import interpreters
from steepest.core.recorder import paused, user_line
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.nn import Module
from steepest.nn.modules import hooks

__all__ = ["Operation", "Trace", "slice_of", "tracing"]


@dataclass
class Operation:
    """One operation: operands and results are tensors, or numbers as the program gave them.

    `reads` and `makes` are the arrays of these tensors at the time: a program may give a tensor another array later (`w.data = ...`).
    """

    primitive: Any
    operands: tuple[Any, ...]
    params: dict[str, Any]
    results: tuple[Tensor, ...]
    modules: tuple[str, ...]
    line: tuple[str, int]
    reads: tuple[Any, ...] = ()
    makes: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        self.reads = tuple(x.array if isinstance(x, Tensor) else None for x in self.operands)
        self.makes = tuple(r.array for r in self.results)

    @property
    def name(self) -> str:
        name: str = self.primitive.name
        return name


@dataclass(eq=False)
class Trace:
    """The operations in their order. `bodies` sees composites through their bodies, but for those named in `whole`."""

    bodies: bool = False
    whole: frozenset[str] = frozenset()
    steps: list[Operation] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    modules: dict[str, Any] = field(default_factory=dict)
    called: list[tuple[Any, tuple[Any, ...]]] = field(default_factory=list)

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if primitive.form == "composite" and self.bodies and primitive.name not in self.whole:
            return primitive.evaluate_body(operands, params)
        with paused(self):
            result = primitive(*operands, **params)
        made = result if isinstance(result, tuple) else (result,)
        self.steps.append(Operation(primitive, operands, params, made, tuple(self.inside), user_line()))
        return result

    def write(self, target: Tensor, value: Tensor) -> bool:
        """An in-place write: from here on, `target` and its views have other values."""
        self.steps.append(Operation(IN_PLACE, (target, value), {}, (target,), tuple(self.inside), user_line()))
        return False

    def accumulated(self, leaf: Tensor, gradient: Tensor) -> None:
        """Gradients that leaves keep are results of operations already traced."""

    def read(self, x: Tensor) -> None:
        """The program may look at values: they are there."""

    def clear(self) -> None:
        """Forget what was traced so far."""
        self.steps.clear()
        self.called.clear()


class _InPlace:
    """What stands for an in-place write among the operations of a trace."""

    name, form, node_name = "write", "store", "CopySlices"


IN_PLACE: Any = _InPlace()


class tracing:
    """`with tracing() as trace:` keeps what happens inside; module calls are named by their place in the outermost module."""

    def __init__(self, bodies: bool = False, whole: frozenset[str] = frozenset()):
        self.trace = Trace(bodies, whole)

    def __enter__(self) -> Trace:
        self.start()
        return self.trace

    def __exit__(self, *problem: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to trace."""
        interpreters.append(self.trace)
        self.handles = [hooks.register_module_forward_pre_hook(self._enter),
                        hooks.register_module_forward_hook(self._leave, always_call=True)]

    def stop(self) -> None:
        """Trace no longer."""
        for handle in self.handles:
            handle.remove()
        interpreters.remove(self.trace)

    def _enter(self, module: Module, inputs: Any) -> None:
        trace = self.trace
        if not trace.inside:
            trace.called.append((module, inputs))
            self._names = {id(m): name for name, m in module.named_modules()}
            self._calls: Counter[str] = Counter()
        name = self._names.get(id(module)) or type(module).__name__
        self._calls[name] += 1
        if self._calls[name] > 1:  # a module that is called again is another box
            name = f"{name} #{self._calls[name]}"
        trace.inside.append(name)
        trace.modules.setdefault(name, module)

    def _leave(self, module: Module, inputs: Any, output: Any) -> None:
        if self.trace.inside:
            self.trace.inside.pop()


def key_of(x: Tensor) -> int:
    """What tells a value from others: autograd makes several tensors over one array, and views of views share it."""
    return id(x.array)


def slice_of(trace: Trace, results: Sequence[Tensor], by: Sequence[Tensor]) -> list[Operation]:
    """The operations that lead from the tensors `by` to `results`, in their order.

    Raises ValueError where a value between them was written in place: then it has no single meaning to be computed again.
    """
    own = {key_of(x) for x in by}
    forward, outdated = set(own), dict[int, int]()
    reached: list[Operation] = []
    for step in trace.steps:
        reads = {id(a) for a in step.reads if a is not None} & forward
        if step.primitive is not IN_PLACE:
            if reads:
                forward.update(map(id, step.makes))
                reached.append(step)
        elif id(step.reads[0]) in own:  # a parameter is set or updated: what was computed from it before is another function's
            outdated.update((id(a), step.line[1]) for op in reached for a in op.makes if id(a) not in own)
            forward, reached = set(own), []
        elif id(step.reads[0]) in forward:
            if not _replaces(step, reached):
                raise ValueError(text("viz-in-place", line=step.line[1]))
            reached.append(step)
        elif reads:  # kept for later, as running statistics are: it matters only to what reads it
            outdated[id(step.reads[0])] = step.line[1]
    late = next((outdated[id(a)] for op in reached for a in op.reads if id(a) in outdated), None)
    if late is not None:
        raise ValueError(text("viz-in-place", line=late))
    needed = {key_of(x) for x in results}
    kept = []
    for step in reversed(reached):
        if any(id(a) in needed for a in step.makes):
            kept.append(step)
            if step.primitive is IN_PLACE:
                needed.discard(id(step.reads[0]))
                needed.add(id(step.reads[1]))
                continue
            needed.update(id(a) for a in step.reads if a is not None)
    return kept[::-1]


def _replaces(step: Operation, reached: Sequence[Operation]) -> bool:
    """Whether an in-place write gives a whole intermediate value its next content, and nothing else views its memory."""
    target, value = step.reads
    return target.shape == value.shape and not any(
        np.may_share_memory(a, target) for op in reached for a in op.makes if a is not target)


def replay(steps: Sequence[Operation], by: Sequence[int], result: int, modules: dict[str, Any] | None = None) -> Callable[..., Tensor]:
    """The function that computes a value again from other values of `by`; all other values stay what they were.

    `by` and `result` are keys (`key_of`) at the time of the trace. A trace that is on meanwhile sees the same modules.
    """

    def function(*values: Tensor) -> Tensor:
        known: dict[int, Any] = dict(zip(by, values, strict=True))
        watching = interpreters[-1] if interpreters and isinstance(interpreters[-1], Trace) else None
        for step in steps:
            if step.primitive is IN_PLACE:
                known[id(step.reads[0])] = known.get(id(step.reads[1])) if id(step.reads[1]) in known else from_array(step.reads[1])
                continue
            operands = [x if a is None else known[id(a)] if id(a) in known else from_array(a)
                        for x, a in zip(step.operands, step.reads, strict=True)]
            if watching is not None:
                watching.inside[:] = step.modules
            out = step.primitive(*operands, **step.params)
            known.update(zip(map(id, step.makes), out if isinstance(out, tuple) else (out,), strict=True))
        if watching is not None:
            watching.inside.clear()
            watching.modules.update(modules or {})
        return known[result]

    return function


def as_array(x: Any) -> np.ndarray[Any, Any]:
    """Tensors, arrays, lists and numbers as an array of floats."""
    array = x.detach().array if isinstance(x, Tensor) else np.asarray(x)
    return np.asarray(array, np.float64)
