"""Watching a program: its losses, the path of its parameters, its models, and what its first passes computed.

What the pictures of a program need is kept while it runs as it is: every call of `backward()` is noted with its loss and the values of
the parameters it reaches; the first passes are traced, so that the loss can be computed again at other parameters. Behind these, loops
may run natively: they show the passes at which a point of the path is kept, and tell the losses of the others.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from steepest.autograd import gradients
from steepest.compiling.onlooker import Columns, onlookers, tell
from steepest.core.modes import interpreters
from steepest.core.node import Node
from steepest.core.tensor import Tensor, from_array, refresh
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.objective import Objective
from steepest.viz.tracing import Operation, key_of, replay, slice_of, tracing

__all__ = ["EndOfWatch", "Pass", "Walk", "Watched", "watching"]

Array = np.ndarray[Any, Any]
PACKAGE = str(Path(__file__).resolve().parent.parent)
MOST_TRACED, MOST_NUMBERS, MOST_MEAN, MOST_KEPT = 64, 30_000_000, 8, 100_000
MOST_POINTS, LARGE, ENDLESS = 1000, 4_000_000, 1 << 62
"""So many points of a path are kept of a small model; of a larger one so many numbers in all."""


class EndOfWatch(BaseException):
    """The program has been watched for as long as was asked; no program catches this by accident."""


@dataclass
class Pass:
    """One traced pass: the operations from the parameters to the loss, and their keys."""

    operations: list[Operation]
    loss: int
    by: list[int]
    start: list[Array]
    signature: Any
    modules: dict[str, Any]


@dataclass
class Walk:
    """What one set of parameters went through: losses of every pass, and their values at some of them."""

    leaves: list[Tensor]
    names: list[str]
    line: tuple[str, int]
    losses: list[float] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)
    every: int = 1
    passes: list[Pass] = field(default_factory=list)
    period: int | None = None
    problem: str = ""

    @property
    def size(self) -> int:
        return sum(leaf.array.size for leaf in self.leaves)

    def note(self, loss: float) -> None:
        """One more pass; of the path every second point is dropped when there are too many."""
        if len(self.losses) % self.every == 0:
            self.points.append(np.concatenate([leaf.array.reshape(-1) for leaf in self.leaves]))
            if len(self.points) > max(20, min(MOST_POINTS, LARGE // max(self.size, 1))):
                del self.points[1::2]
                self.every *= 2
        self.losses.append(loss)

    @property
    def path(self) -> Array:
        """The parameters `(T, n)`, the last ones included."""
        last = np.concatenate([leaf.array.reshape(-1) for leaf in self.leaves])
        rows = self.points if self.points and np.array_equal(self.points[-1], last) else [*self.points, last]
        return np.stack(rows).astype(np.float64)

    def objective(self) -> Objective:
        """The loss as a function of the parameters: of one pass where every pass sees the same data, else the mean over some passes.

        Raises ValueError where the passes could not be traced.
        """
        if not self.passes:
            raise ValueError(self.problem or text("viz-watch-untraced"))
        work = max(self.size, sum(r.array.size for op in self.passes[0].operations for r in op.results) // 4)
        count = self.period or min(len(self.passes), max(2, min(MOST_MEAN, 200_000 // work)))
        parts = [(p.operations, p.loss, p.by) for p in self.passes[:count]]
        words = "" if count == 1 else text("viz-watch-mean", passes=count)
        start = np.concatenate([s.reshape(-1) for s in self.passes[0].start])
        dtype = self.leaves[0].array.dtype.type
        return Objective.of_trace(parts, [leaf.array.shape for leaf in self.leaves], start, self.names, dtype, words)

    def again(self, number: int = 0) -> tuple[Callable[[], Tensor], list[Tensor]]:
        """A function that computes the loss of a traced pass again, with a graph, and the leaves that it uses."""
        if number >= len(self.passes):
            raise ValueError(self.problem or text("viz-watch-untraced"))
        one = self.passes[number]
        leaves = [from_array(s.copy(), requires_grad=True) for s in one.start]
        function = replay(one.operations, one.by, one.loss, one.modules)
        return lambda: function(*leaves), leaves


class Watched:
    """A run that was watched: `walks` (one a set of parameters), `history`, `models`, `names` of arrays, and whether its time was over."""

    def __init__(self) -> None:
        self.walks: dict[tuple[int, ...], Walk] = {}
        self.models: dict[str, Module] = {}
        self.called: dict[int, tuple[Any, ...]] = {}
        self.targets: list[Any] = []
        self.names: dict[int, str] = {}
        self.held: list[Any] = []
        self.seconds = 0.0
        self.ended_early = False

    @property
    def walk(self) -> Walk:
        """The set of parameters with the most passes, of those that could be traced; ValueError where there was no `backward()`."""
        if not self.walks:
            raise ValueError(text("viz-watch-nothing"))
        return max(self.walks.values(), key=lambda w: (bool(w.passes), len(w.losses)))

    @property
    def history(self) -> dict[str, list[float]]:
        """The losses of the walk, for `loss_curve`."""
        return {"loss": self.walk.losses}

    @property
    def model(self) -> Module | None:
        """The outermost module that was called and holds the walk's parameters."""
        wanted = {id(leaf) for leaf in self.walk.leaves}
        for name, model in self.models.items():
            if name and wanted & {id(p) for p in model.parameters()}:
                return model
        return None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What the model was first called with."""
        model = self.model
        return self.called.get(id(model), ()) if model is not None else ()

    @property
    def data(self) -> tuple[Any, Any] | None:
        """The rows that the model was first called with, and their targets; None where it takes several inputs or these are not known."""
        inputs = self.inputs
        if len(inputs) != 1 or not self.targets or not isinstance(inputs[0], Tensor):
            return None
        target = self.targets[0]
        return (inputs[0], target) if len(target.array) == len(inputs[0].array) else None


class watching:
    """`with watching() as seen:` watches what runs inside, for at most `seconds`, or until `passes` of a walk have been traced, or fewer
    where these see the same data again. With `unless_model` a program that has a model goes on to its end."""

    def __init__(self, seconds: float = float("inf"), passes: int | None = None, unless_model: bool = False):
        self.seen, self.limit, self.passes, self.unless_model = Watched(), seconds, passes, unless_model

    def __enter__(self) -> Watched:
        self.began = time.monotonic()
        self.original = gradients.run_backward
        gradients.run_backward = self._backward  # type: ignore[assignment]
        onlookers.append(self)
        self.tracer: tracing | None = tracing()
        self.tracer.start()
        self.numbers, self.enough = 0, False
        return self.seen

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        gradients.run_backward = self.original
        onlookers.remove(self)
        if self.tracer is not None:
            self.tracer.stop()
        self.seen.seconds = time.monotonic() - self.began
        return isinstance(error, EndOfWatch)

    def _backward(self, outputs: Sequence[Tensor], given: Any, inputs: Any, keep: bool, create: bool) -> Any:
        if len(outputs) == 1 and outputs[0].array.size == 1:
            if self.tracer is not None:
                self.tracer.stop()
            try:
                self._look(outputs[0], inputs)
            finally:
                if self.enough:
                    self.tracer = None
                if self.tracer is not None:
                    self.tracer.start()
        found = self._plainly(outputs, given, inputs, keep, create)
        if self.tracer is not None and (not keep or len(self.tracer.trace.steps) > MOST_KEPT):
            self.tracer.trace.clear()
        if self.passes is not None and any(self._known(walk) for walk in self.seen.walks.values()):
            raise EndOfWatch
        self._end_in_time()
        return found

    def _known(self, walk: Walk) -> bool:
        """Whether so many passes were asked for, or there are no others."""
        traced = walk.period is not None or len(walk.passes) >= (self.passes or 0)
        return traced and not (self.unless_model and self.seen.model is not None)

    def _end_in_time(self) -> None:
        if time.monotonic() - self.began > self.limit:
            self.seen.ended_early = True
            raise EndOfWatch

    def ahead(self, keys: list[Any]) -> int:
        """How many native steps may go by before one is to be seen: up to the next point of a path."""
        counts = Counter(key[1] for key in keys if key[0] == "walk")
        walks = [(self.seen.walks.get(leaves), passes) for leaves, passes in counts.items()]
        return min((0 if walk is None else -len(walk.losses) % walk.every // passes for walk, passes in walks), default=ENDLESS)

    def admit(self, columns: Columns) -> int:
        """All native steps may stand."""
        return len(columns[0][1])

    def told(self, columns: Columns) -> None:
        """Native steps have gone by: their losses."""
        for leaves in dict.fromkeys(key[1] for key, _ in columns if key[0] == "walk"):
            losses = np.stack([values for key, values in columns if key == ("walk", leaves)], 1)
            self.seen.walks[leaves].losses.extend(losses.ravel().tolist())
        self._end_in_time()

    def _plainly(self, outputs: Sequence[Tensor], given: Any, inputs: Any, keep: bool, create: bool) -> Any:
        """The pass itself; traced only where a graph of it is made."""
        tracer = None if create else self.tracer
        if tracer is not None:
            tracer.stop()
        try:
            return self.original(outputs, given, inputs, keep, create)
        finally:
            if tracer is not None:
                tracer.start()

    def _look(self, loss: Tensor, inputs: Any) -> None:
        refresh(loss)
        walk = self._walk(loss, inputs)
        if walk is None:
            return
        if self.tracer is not None and walk.period is None and not walk.problem and len(walk.passes) < MOST_TRACED:
            self._trace(walk, loss)
        walk.note(float(loss.array.reshape(())[()]))
        if interpreters:
            tell(("walk", tuple(id(leaf) for leaf in walk.leaves)), loss)
        passes = sum(len(w.losses) for w in self.seen.walks.values())
        self.enough = self.enough or self.numbers > MOST_NUMBERS or passes > 4 * MOST_TRACED

    def _walk(self, loss: Tensor, inputs: Any) -> Walk | None:
        """The walk of the leaves that this loss reaches; of a graph seen before, without walking through it again."""
        leaves = [x for x in inputs if x.node is None] if inputs is not None else _leaves(loss)
        if not leaves:
            return None
        key = tuple(id(leaf) for leaf in leaves)
        walk = self.seen.walks.get(key)
        if walk is None:
            found = _names_around()
            for name, module in found.modules.items():
                self.seen.models.setdefault(name, module)
            self.seen.names.update(found.arrays)
            self.seen.held += found.kept
            names = [found.tensors.get(id(leaf)) or f"p{k + 1}" for k, leaf in enumerate(leaves)]
            walk = self.seen.walks[key] = Walk(leaves, names, found.line)
        return walk

    def _trace(self, walk: Walk, loss: Tensor) -> None:
        assert self.tracer is not None
        trace = self.tracer.trace
        for module, given in reversed(trace.called):        # an earlier call may have been a failed attempt
            self.seen.called.setdefault(id(module), given)
        try:
            operations = slice_of(trace, [loss], walk.leaves)
        except ValueError as problem:
            walk.problem = str(problem)
            return
        if not operations:
            return
        for op in operations:
            if op.name.endswith(("_loss", "cross_entropy", "cross_entropy_with_logits")) and len(op.operands) > 1:
                if isinstance(op.operands[1], Tensor) and len(self.seen.targets) < MOST_TRACED:
                    self.seen.targets.append(op.operands[1])
        used = [a for op in operations for a in op.reads if a is not None]
        made = {id(a) for op in operations for a in op.makes}
        by = [key_of(leaf) for leaf in walk.leaves]
        constants = [a for a in used if id(a) not in made and id(a) not in by]
        numbers = tuple(x for op in operations for x in op.operands if not isinstance(x, Tensor))
        signature = (len(operations), repr(numbers), tuple(hash(a.tobytes()) for a in constants))
        if walk.passes and walk.passes[0].signature == signature:
            walk.period = len(walk.passes)
            return
        self.numbers += sum(a.size for op in operations for a in op.makes)
        walk.passes.append(Pass(operations, key_of(loss), by, [leaf.array.copy() for leaf in walk.leaves], signature, dict(trace.modules)))


def _leaves(loss: Tensor) -> list[Tensor]:
    """The leaves that a loss reaches, in the order of their first use."""
    if loss.node is None:
        return []
    seen: set[Any] = {loss.node}
    stack, found = [loss.node], dict[int, tuple[int, Tensor]]()
    while stack:
        node = stack.pop()
        for place, edge in enumerate(node.edges):
            if edge is None:
                continue
            target = edge[0]
            if isinstance(target, Node):
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
            else:
                rank = node.sequence * 64 + min(place, 63)
                if id(target) not in found or rank < found[id(target)][0]:
                    found[id(target)] = (rank, target)
    return [leaf for _, leaf in sorted(found.values(), key=lambda pair: pair[0])]


@dataclass
class _Found:
    tensors: dict[int, str] = field(default_factory=dict)
    arrays: dict[int, str] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    line: tuple[str, int] = ("", 0)
    kept: list[Any] = field(default_factory=list)


def _names_around() -> _Found:
    """What the program calls its tensors and modules, in the frames that led here; the innermost names count."""
    found = _Found()
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(PACKAGE) or "course" in frame.f_code.co_filename:
            if not found.line[1]:
                found.line = frame.f_code.co_filename, frame.f_lineno
            for known in (frame.f_locals, frame.f_globals):
                for name, value in list(known.items()):
                    if name.startswith("_"):
                        continue
                    if isinstance(value, Tensor):
                        found.tensors.setdefault(id(value), name)
                        found.arrays.setdefault(id(value.array), name)
                        found.kept.append(value.array)
                    elif isinstance(value, Module):
                        found.modules.setdefault(name, value)
        frame = frame.f_back  # type: ignore[assignment]
    several = len([m for m in found.modules.values() if any(True for _ in m.parameters())]) > 1
    for name, module in found.modules.items():
        for inner, p in module.named_parameters():
            found.tensors[id(p)] = f"{name}.{inner}" if several else inner
    return found
