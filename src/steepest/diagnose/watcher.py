"""Watching a run: what it calls is counted, and now and then one pass is looked at in full. Nothing that the run computes changes.

Every pass costs a few microseconds (the loss is kept, gradients are not touched). The first passes and then ever rarer ones are
observed: the graph's nodes tell their operation, operands and line while they are made, and statistics are taken from them.
"""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.core import primitive
from steepest.core.modes import modes
from steepest.core.node import Node, record, sequence
from steepest.core.tensor import Tensor
from steepest.diagnose.names import names_in
from steepest.diagnose.reading import (
    Activation,
    LossSeen,
    Op,
    activations_of,
    by_node,
    first_inputs,
    loss_of,
    reached,
)
from steepest.optim.optimizer import register_optimizer_step_pre_hook

__all__ = ["EndOfReplay", "Observation", "OptimizerSeen", "Site", "Watcher"]

PACKAGE = str(Path(__file__).resolve().parent.parent)
PROGRAMS = str(Path(PACKAGE) / "course" / "programs")
FIRST = 12
"""So many passes are observed from the start, without a gap."""
GROWTH = 1.25
"""By this factor later observed passes lie apart: as often in every run, so that the same run gets the same findings."""
LABELS = 300
"""Of so many batches the range of the labels is noted."""
KEPT = 64
"""So many numbers of a parameter are kept to see whether it changes."""

Array = np.ndarray[Any, Any]
Line = tuple[str, int]


class EndOfReplay(BaseException):
    """A replay has seen enough; no program catches this by accident."""


_own_code: dict[int, tuple[Any, bool]] = {}
"""Whether a code object is the package's, by its identity: looked up at every pass."""


UNKNOWN = (None, True)


def is_own(code: Any) -> bool:
    """Whether a code object belongs to the package (the course's programs count as the user's)."""
    known = _own_code.get(id(code))
    if known is None:
        file = code.co_filename
        known = _own_code[id(code)] = code, file.startswith(PACKAGE) and not file.startswith(PROGRAMS)
    return known[1]


def user_frame(depth: int = 1) -> Any:
    """The innermost frame outside the package; None where there is none."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        code = frame.f_code
        known = _own_code.get(id(code))
        if not (is_own(code) if known is None else known[1]):
            return frame
        frame = frame.f_back
    return None


def user_line(depth: int = 1) -> Line:
    """File and line of the innermost frame outside the package."""
    frame = user_frame(depth + 1)
    return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)


class LookingNode(Node):
    """A node in whose backward the first NaN or infinity is looked for."""

    __slots__ = ()

    def apply(self, gradients: list[Any]) -> list[Any]:
        results = super().apply(gradients)
        watcher, op = Watcher.active, self.metadata["op"]
        if watcher is not None and watcher.bad is None and all(np.isfinite(g.array).all() for g in gradients if isinstance(g, Tensor)):
            for g in results:
                if isinstance(g, Tensor) and not np.isfinite(g.array).all():
                    inputs = [x.array if isinstance(x, Tensor) else x for x in op.operands if x is not None]
                    watcher.bad = ("backward of " + op.name, inputs, g.array, op.line, watcher.count)
                    break
        return results


def inside(function: str) -> bool:
    """Whether a function of this name is running."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False


@dataclass
class Site:
    """One place in the program that calls `backward()`: the losses of all its passes and where each stood in the run."""

    line: Line
    losses: array[float] = field(default_factory=lambda: array("d"))
    leaves: set[int] = field(default_factory=set)
    code: Any = None


@dataclass
class OptimizerSeen:
    """What is known of one optimizer."""

    of: Any
    line: Line
    steps: int = 0
    empty: int = 0            # observed steps whose gradients were all None or zero
    observed: int = 0
    carried: int = 0          # observed steps that used gradients carried over from the step before
    clean: int = 0
    cleared: bool = True      # a pass began with no gradients since the last step
    backwards: int = 0
    known: bool = False       # every pass since the last step was observed
    step_line: Line = ("", 0)

    def parameters(self) -> list[Any]:
        return [p for group in self.of.param_groups for p in group["params"]]


@dataclass
class LoaderSeen:
    """A loader, where its first pass began, and whether `backward()` ran between its batches."""

    of: Any
    line: Line
    trains: bool = False


@dataclass
class LeafSeen:
    """A tensor that gradients reach."""

    tensor: Any
    name: str
    first: Array
    changed: bool = False
    passes: int = 0
    last: Array | None = None


@dataclass
class Observation:
    """One pass looked at in full."""

    number: int
    site: Line
    loss: float
    seen: LossSeen | None
    activations: list[Activation]
    inputs: Array | None
    input_line: Line
    leaves: list[int]
    norms: dict[int, tuple[float, float]]      # gradient and parameter, by leaf
    growing: dict[str, int]                    # variables whose graph reaches back over passes
    broadcast: tuple[Any, ...] | None
    ops: int
    evaluating: bool = False


@dataclass
class Evaluation:
    """Values of a loss function on one line of the program."""

    line: Line
    code: Any = None
    trained: bool = False       # a gradient went through this line
    values: array[float] = field(default_factory=lambda: array("d"))
    passes: array[int] = field(default_factory=lambda: array("q"))
    without_grad: int = 0
    weights: array[int] = field(default_factory=lambda: array("q"))


class Watcher:
    """Counts and observations of one run; `start` and `stop` put the hooks in place and take them away."""

    active: Watcher | None = None

    def __init__(self) -> None:
        self.count = 0
        self.next = 0
        self.sites: dict[Any, Site] = {}
        self.begun = self.first_pass = 0.0
        self.optimizers: dict[int, OptimizerSeen] = {}
        self.observations: list[Observation] = []
        self.leaves: dict[int, LeafSeen] = {}
        self.evaluations: dict[Line, Evaluation] = {}
        self.loss_modules: dict[Line, Any] = {}
        self.modes: dict[tuple[bool, bool], Line] = {}          # of the running pass: (with gradients, training)
        self.mode_passes = {"train": 0, "eval-only": 0, "predicting-in-training": 0}
        self.mode_lines: dict[str, Line] = {}
        self.trained_lines: set[Line] = set()                   # of operations that a gradient went through
        self.loaders: list[LoaderSeen] = []
        self.loader: LoaderSeen | None = None                   # the one whose pass began last
        self.labels: list[tuple[float, float, int]] = []        # smallest, largest and count of early batches
        self.label_values: dict[float, int] = {}
        self.models: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.arrays: dict[int, Array] = {}
        self.dangling: dict[int, tuple[int, Line, Any]] = {}    # leaves used by operations that lead to no loss
        self.hand_carried = self.hand_clean = 0                 # steps by hand whose gradients were kept, or cleared
        self.first_bad: int | None = None
        self.broken: BaseException | None = None
        self.original: Callable[..., Any] = run_backward
        self.shapes: list[tuple[tuple[int, ...], tuple[int, ...], Line]] = []
        self._ops: list[Op] = []
        self._starts: list[int] = []
        self._loss_lines: dict[tuple[int, int], Evaluation] = {}
        self._step_hook: Any = None
        self._observing = False
        self._gap = True
        self._restore: list[Callable[[], None]] = []
        self.probes: dict[int, Callable[[Watcher, Tensor], None]] = {}
        self.limit: int | None = None
        self.until: Callable[[float], bool] | None = None       # of the loss: a replay ends where it holds
        self.check_finite = False
        self.bad: tuple[Any, ...] | None = None
        self.native_loops = False                               # steps may have run without being seen
        self.push: list[tuple[Tensor, Array]] = []              # to be added to leaves after the running pass
        self.last_ops: list[Op] = []
        self.warned: list[tuple[str, Line]] = []

    # hooks ------------------------------------------------------------------------------------------------------------------------

    def start(self) -> Watcher:
        """Put the hooks in place; one watcher at a time."""
        from steepest.diagnose.seams import install

        self.begun = self.first_pass = time.perf_counter()
        self.previous, Watcher.active = Watcher.active, self
        self._step_hook = register_optimizer_step_pre_hook(self.before_step)
        self._restore = install(self)
        self._observe_next(True)
        return self

    def stop(self) -> None:
        """Take the hooks away."""
        self.last_ops = list(self._ops)
        self._observe_next(False)
        if self._step_hook is not None:
            self._step_hook.remove()
            self._step_hook = None
        while self._restore:
            self._restore.pop()()
        Watcher.active = self.previous

    def _observe_next(self, wanted: bool) -> None:
        """Note the operations from here on, or no more; the user's own anomaly mode keeps its place."""
        self._ops.clear()
        if wanted and primitive.record is record:
            primitive.record = self._record  # type: ignore[assignment]
            self._observing = True
        elif not wanted and self._observing:
            if primitive.record == self._record:
                primitive.record = record
            self._observing = False

    def _record(self, of: Any, edges: Any, saved: Any, versions: Any, params: dict[str, Any], outputs: Any) -> Node:
        node = record(of, edges, saved, versions, params, outputs)
        # The frame of `attach` knows operands and results; asking it costs the plain path nothing.
        caller = sys._getframe(1).f_locals
        results = caller.get("results")
        result = results if isinstance(results, Tensor) else results[0] if results else None
        if result is not None and "operands" in caller:
            op = Op(of.name, node, caller["operands"], result, params, user_line(2))
            self._ops.append(op)
            if self.check_finite and self.bad is None:
                self._look_for_bad(op)
                node.__class__ = LookingNode
                node.metadata["op"] = op
        return node

    def _look_for_bad(self, op: Op) -> None:
        """The first operation whose result is not finite although its operands are."""
        if not np.isfinite(op.result.array).all():
            inputs = [x.array if isinstance(x, Tensor) else x for x in op.operands if x is not None]
            if all(np.isfinite(np.asarray(x, dtype=np.float64)).all() for x in inputs if np.asarray(x).dtype.kind in "fiub"):
                self.bad = (op.name, inputs, op.result.array, op.line, self.count)

    # the passes -------------------------------------------------------------------------------------------------------------------

    def backward(self, outputs: Any, gradients: Any, inputs: Any, keep: bool, create: bool) -> Any:
        """A backward pass of the program, in the place of the engine's function."""
        if inputs is not None:
            return self.original(outputs, gradients, inputs, keep, create)
        number = self.count
        self.count = number + 1
        root = outputs[0]
        frame: Any = sys._getframe(2)
        code = frame.f_code
        while _own_code.get(id(code), UNKNOWN)[1] and is_own(code) and frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
        key = id(code), frame.f_lasti           # the line is worked out only where it is wanted: that takes time
        site = self.sites.get(key)
        if site is None:
            site = self.sites[key] = Site((code.co_filename, frame.f_lineno), code=code)
        value = _number(root.array)
        site.losses.append(value)
        if value - value != 0 and self.first_bad is None and root.array.size == 1:
            self.first_bad = number
        if self.modes:
            self._count_modes()
        observed = number >= self.next
        if not observed and number + 1 < self.next and not self.probes and self.limit is None:
            return self.original(outputs, gradients, inputs, keep, create)
        if not number:
            self.first_pass = time.perf_counter()
        if observed:
            self._guarded(self._before, root, frame, site, value)
        probe = self.probes.get(number)
        if probe is not None:
            probe(self, root)
        result = self.original(outputs, gradients, inputs, keep, create)
        while self.push:
            leaf, by = self.push.pop()
            leaf.array[...] += by
        if observed:
            for seen in self.optimizers.values():
                seen.backwards += 1
            self._guarded(self._after)
            self.next = self._next_observed(number)
        elif number + 1 >= self.next:
            self._gap = True
        if number + 1 >= self.next:
            if not self._observing:
                self._gap = True
                self._observe_next(True)
            else:
                self._ops.clear()
        elif self._observing:
            self._observe_next(False)
        if self.limit is not None and (self.count >= self.limit or self.until is not None and self.until(value)):
            raise EndOfReplay
        return result

    def _next_observed(self, number: int) -> int:
        """The pass that is observed next."""
        return number + 1 if number + 1 < FIRST or self.check_finite else int(number * GROWTH) + 1

    def _guarded(self, look: Callable[..., None], *given: Any) -> None:
        """Look; whatever goes wrong in looking must not reach the program."""
        if self.broken is None:
            before = modes.grad
            modes.grad = False
            try:
                with np.errstate(all="ignore"):
                    look(*given)
            except Exception as error:
                self.broken = error
            finally:
                modes.grad = before

    def _count_modes(self) -> None:
        """What Dropout and BatchNorm were told in the pass that ends here."""
        seen = self.modes
        if (True, True) in seen:
            self.mode_passes["train"] += 1
        elif (True, False) in seen and self.mode_passes["train"]:
            self.mode_passes["eval-only"] += 1
            self.mode_lines.setdefault("eval-only", seen[True, False])
        if (False, True) in seen:
            self.mode_passes["predicting-in-training"] += 1
            self.mode_lines.setdefault("predicting-in-training", seen[False, True])
        seen.clear()

    def _before(self, root: Tensor, frame: Any, site: Site, value: float) -> None:
        """Look at a pass whose gradients are about to be computed."""
        if self.loader is not None:
            self.loader.trains = True
        below, leaves = reached(root)
        ops = [op for op in self._ops if id(op.node) in below]
        noted = by_node(ops)
        self.trained_lines.update(op.line for op in ops)
        if self.count == 1 or any(id(leaf) not in self.names for leaf in leaves):
            models, names, arrays = names_in(frame)
            self.models.update(models)
            self.names.update(names)
            self.arrays.update(arrays)
        for leaf in leaves:
            self._see_leaf(leaf, site)
        self._see_dangling(below)
        for seen in self.optimizers.values():
            self._see_gradients(seen)
        loss = loss_of(root, noted)
        activations = activations_of(ops, below)
        if loss is not None and activations and activations[-1].name == loss.producer and activations[-1].line == loss.producer_line:
            activations[-1].output = True
        found = first_inputs(ops, below)
        inputs, input_line = (None, ("", 0)) if found is None else (found[0], found[1].line)
        if inputs is None and loss is not None:
            inputs, input_line = plain_inputs(ops, loss)
        if len(self.observations) >= FIRST or inputs is not None and inputs.size > 100_000:
            inputs = None if inputs is None else inputs[:64]
        growing = self._growing(frame, root)
        self._starts.append(next(sequence))
        self.observations.append(Observation(
            self.count - 1, site.line, value, loss, activations, inputs, input_line, [id(leaf) for leaf in leaves], {}, growing,
            broadcast_in(ops, leaves), len(ops)))
        if loss is not None:
            self._keep_loss(loss)
            self.mode_lines.setdefault("loss", loss.line)

    def _keep_loss(self, loss: LossSeen) -> None:
        """Copies of what would change: small, and only of the first passes in full."""
        rows = 4096 if len(self.observations) <= FIRST else 512
        loss.prediction = np.array(loss.prediction[:rows] if loss.prediction.ndim else loss.prediction)
        if loss.target is not None:
            loss.target = np.array(loss.target[:rows] if loss.target.ndim else loss.target)
        loss.outer = None

    def _see_leaf(self, leaf: Tensor, site: Site) -> None:
        site.leaves.add(id(leaf))
        seen = self.leaves.get(id(leaf))
        sample = leaf.array.reshape(-1)[:KEPT]
        if seen is None:
            first = np.array(sample)
            self.leaves[id(leaf)] = LeafSeen(leaf, self.names.get(id(leaf), ""), first, passes=1, last=first)
            return
        seen.passes += 1
        if not self.optimizers and not np.array_equal(seen.last, sample, equal_nan=True):  # type: ignore[arg-type]
            seen.last = np.array(sample)
            if leaf._grad is not None and leaf._grad.array.any():
                self.hand_carried += 1
            else:
                self.hand_clean += 1
        if not seen.changed and not np.array_equal(seen.first, sample, equal_nan=True):
            seen.changed = True

    def _see_dangling(self, below: set[int]) -> None:
        """Parameters whose operations lead to no loss in this pass."""
        for op in self._ops:
            if id(op.node) not in below:
                for edge in op.node.edges:
                    if edge is not None and not isinstance(edge[0], Node):
                        count = self.dangling[id(edge[0])][0] if id(edge[0]) in self.dangling else 0
                        self.dangling[id(edge[0])] = count + 1, op.line, edge[0]

    def _see_gradients(self, seen: OptimizerSeen) -> None:
        """Whether a pass begins with an optimizer's gradients cleared."""
        have = [p._grad for p in seen.parameters()[:8]]
        if all(g is None or not g.array.any() for g in have):
            seen.cleared = True
        seen.known = seen.known or not self._gap

    def _growing(self, frame: Any, root: Tensor) -> dict[str, int]:
        """Variables of the program whose graph reaches back over earlier passes."""
        if len(self._starts) < 4 or self._gap:
            self._gap = False
            return {}
        old, before, now = self._starts[-3:]
        found = {}
        for name, x in {**frame.f_globals, **frame.f_locals}.items():
            if isinstance(x, Tensor) and x.node is not None and x is not root and x.array.size == 1 and x.node.sequence > now:
                length = reach_back(x.node, old)
                if length:
                    found[name] = length
            elif isinstance(x, list) and len(x) >= 3 and all(isinstance(v, Tensor) and v.node is not None and v.array.size == 1
                                                              for v in x[-3:]):
                if x[-3].node.sequence < old and x[-1].node.sequence > before:
                    found[name] = len(x)
        return found

    def _after(self) -> None:
        """Gradient and parameter norms once the gradients are there."""
        latest = self.observations[-1]
        for key in latest.leaves:
            leaf = self.leaves[key].tensor
            if leaf._grad is not None and hasattr(leaf._grad, "array"):
                latest.norms[key] = (_norm(leaf._grad.array), _norm(leaf.array))

    # optimizers -------------------------------------------------------------------------------------------------------------------

    def optimizer(self, of: Any) -> OptimizerSeen:
        """What is known of an optimizer, begun where it is new."""
        seen = self.optimizers.get(id(of))
        if seen is None:
            seen = self.optimizers[id(of)] = OptimizerSeen(of, user_line(2))
            if self._step_hook is None:
                self._step_hook = register_optimizer_step_pre_hook(self.before_step)
        return seen

    def before_step(self, of: Any, args: Any, kwargs: Any) -> None:
        """An optimizer is about to step."""
        seen = self.optimizers.get(id(of)) or self.optimizer(of)
        if not seen.steps:
            seen.step_line = user_line(2)
        self._guarded(self._see_step, seen)
        seen.steps += 1
        # After its first steps nothing is to be learnt from an optimizer that works.
        if self._step_hook is not None and all(o.steps >= FIRST and o.empty < o.observed for o in self.optimizers.values()):
            self._step_hook.remove()
            self._step_hook = None

    def _see_step(self, seen: OptimizerSeen) -> None:
        gradients = [p._grad for p in seen.parameters()]
        seen.observed += 1
        if all(g is None for g in gradients):
            seen.empty += 1
        elif seen.steps and seen.backwards and seen.known:
            if seen.cleared:
                seen.clean += 1
            else:
                seen.carried += 1
        seen.cleared, seen.backwards, seen.known = False, 0, False

    # losses, modes, loaders -------------------------------------------------------------------------------------------------------

    def loss_called(self, prediction: Any, target: Any, result: Any) -> None:
        """A loss function gave a result."""
        frame: Any = sys._getframe(2)
        code = frame.f_code
        while _own_code.get(id(code), UNKNOWN)[1] and is_own(code) and frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
        key = id(code), frame.f_lasti
        seen = self._loss_lines.get(key)
        if seen is None:
            seen = Evaluation((code.co_filename, frame.f_lineno), code)
            seen = self._loss_lines[key] = self.evaluations.setdefault(seen.line, seen)
        elif seen.trained and modes.grad and len(self.labels) >= LABELS:
            return
        seen.trained = seen.line in self.trained_lines
        if isinstance(result, Tensor) and result.array.size == 1:
            seen.values.append(_number(result.array))
            seen.passes.append(self.count)
            seen.weights.append(prediction.array.shape[0] if prediction.array.ndim else 1)
        if isinstance(target, Tensor) and prediction.array.shape != target.array.shape and len(self.shapes) < 20:
            self.shapes.append((prediction.array.shape, target.array.shape, seen.line))
        if not modes.grad:
            seen.without_grad += 1
        elif len(self.labels) < LABELS and isinstance(target, Tensor):
            self._guarded(self._see_labels, target)

    def _see_labels(self, target: Tensor) -> None:
        t = target.array
        labels = t.ndim and t.size == len(t) and len(t) >= 4
        self.labels.append((float(t.min()), float(t.max()), len(t)) if labels else (0.0, 1.0, 0))

    def mode_called(self, training: bool) -> None:
        """Dropout or BatchNorm ran."""
        key = modes.grad, bool(training)
        if key not in self.modes and not (key == (False, True) and inside("update_bn")):
            self.modes[key] = user_line(3)

    def loader_started(self, loader: Any) -> None:
        """A pass through a loader begins."""
        self.loader = next((seen for seen in self.loaders if seen.of is loader), None)
        if self.loader is None and len(self.loaders) < 8:
            self.loader = LoaderSeen(loader, user_line(3))
            self.loaders.append(self.loader)

    def chunk(self, step: int, losses: Any) -> None:
        """A native loop ends a chunk at `step`; what its steps since the last call had as losses."""
        values = np.asarray(losses, np.float64).reshape(-1)
        site = self.sites.setdefault("native", Site(user_line(3)))
        for number, value in enumerate(values.tolist(), step - len(values)):
            site.losses.append(value)
            if value - value != 0 and self.first_bad is None:
                self.first_bad = number
        self.count = max(self.count, step)


def _number(array: Array) -> float:
    """The one element of an array as a float; NaN where there are several."""
    value = array.item() if array.size == 1 else float("nan")
    return value if type(value) is float else float(value.real)


def _norm(x: Array) -> float:
    flat = x.reshape(-1)
    if flat.dtype.kind == "c":
        flat = np.abs(flat)
    return float(np.sqrt(np.dot(flat, flat, ) if flat.dtype.kind == "f" and flat.dtype.itemsize >= 4 else (flat.astype(float) ** 2).sum()))


def reach_back(node: Node, before: int) -> int:
    """How many nodes lie on the way from a node to one recorded before `before`; 0 if none is found."""
    stack, seen = [(node, 0)], 0
    while stack and seen < 60:
        at, depth = stack.pop()
        seen += 1
        if at.sequence < before:
            return max(depth, 1)
        below = [edge[0] for edge in at.edges if edge is not None and isinstance(edge[0], Node)]
        stack += [(n, depth + 1) for n in sorted(below, key=lambda n: -n.sequence)]
    return 0


def plain_inputs(ops: list[Op], loss: LossSeen) -> tuple[Array | None, Line]:
    """The data of a model without layers: a factor of a parameter with as many rows as the prediction."""
    columns: list[Array] = []
    line = ("", 0)
    for op in ops:
        if op.name in ("mul", "mv"):
            for x, other in ((op.operands[0], op.operands[-1]), (op.operands[-1], op.operands[0])):
                if isinstance(x, Tensor) and not x.needs_grad and x.dtype.is_floating_point and x.array.ndim \
                        and isinstance(other, Tensor) and other.needs_grad and len(x.array) == loss.rows and loss.rows > 1:
                    line = line if line[1] else op.line
                    columns.append(x.array.reshape(len(x.array), -1))
    if not columns:
        return None, line
    unique: list[Array] = []
    for c in columns:
        if not any(c is u or c.shape == u.shape and np.array_equal(c, u) for u in unique):
            unique.append(c)
    return np.concatenate(unique, 1), line


def broadcast_in(ops: list[Op], leaves: list[Tensor]) -> tuple[Any, ...] | None:
    """A difference of (n, 1) and (n) that became (n, n), in a loss written by hand."""
    for op in ops:
        if op.name in ("sub", "rsub") and len(op.operands) == 2 and all(isinstance(x, Tensor) for x in op.operands):
            a, b = op.operands
            shapes = {a.array.shape, b.array.shape}
            n = op.result.array.shape
            if len(n) == 2 and n[0] == n[1] > 1 and shapes == {(n[0], 1), (n[0],)} and not (a.needs_grad and b.needs_grad):
                return a.array.shape, b.array.shape, op.line
    return None
