"""Looking at one pass in full: its loss, inputs, activations and gradients, what the program calls its tensors, and what leads nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.core.node import Node, sequence
from steepest.core.tensor import Tensor
from steepest.diagnose.frames import Line
from steepest.diagnose.names import names_in
from steepest.diagnose.noting import Noting
from steepest.diagnose.reading import (
    LossSeen,
    Op,
    activations_of,
    broadcast_in,
    by_node,
    first_inputs,
    loss_of,
    mean_loss,
    plain_inputs,
    reached,
)
from steepest.diagnose.seen import LeafSeen, Observation, OptimizerSeen, Site

__all__ = ["FIRST", "Looks"]

FIRST = 12
"""So many passes are looked at from the start, without a gap."""
KEPT = 64
"""So many numbers of a parameter are kept to see whether it changes."""

Array = np.ndarray[Any, Any]


class Looks:
    """The passes that were looked at, and what is known from them of parameters, models and names."""

    def __init__(self) -> None:
        self.noting = Noting()
        self.observations: list[Observation] = []
        self.optimizers: dict[int, OptimizerSeen] = {}
        self.leaves: dict[int, LeafSeen] = {}
        self.trained_lines: set[Line] = set()                   # of operations that a gradient went through
        self.models: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.arrays: dict[int, Array] = {}
        self.dangling: dict[int, tuple[int, Line, Any]] = {}    # leaves used by operations that lead to no loss
        self.hand_carried = self.hand_clean = 0                 # steps by hand whose gradients were kept, or cleared
        self.gap = True                                         # the pass before this one was not noted
        self.lines: list[tuple[str, Line]] = []                 # of the operations that led to the loss looked at last
        self._starts: list[int] = []

    def look_before(self, number: int, root: Tensor, frame: Any, site: Site, value: float) -> LossSeen | None:
        """Look at a pass whose gradients are about to be computed; its loss, where it is one that is known."""
        below, leaves = reached(root)
        ops = [op for op in self.noting.ops if id(op.node) in below]
        noted = by_node(ops)
        self.lines = self.lines_of(ops)
        self.trained_lines.update(op.line for op in ops)
        if number == 0 or any(id(leaf) not in self.names for leaf in leaves):
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
        if loss is not None and loss.target is not None and len(self.observations) < FIRST:
            loss.value = mean_loss(loss.kind, loss.prediction, loss.target)
        activations = activations_of(ops, below)
        if loss is not None and activations and activations[-1].name == loss.producer and activations[-1].line == loss.producer_line:
            activations[-1].output = True
        found = first_inputs(ops, below)
        inputs, input_line = (None, ("", 0)) if found is None else (found[0], found[1].line)
        if inputs is None and loss is not None:
            inputs, input_line = plain_inputs(ops, loss)
        if inputs is not None:
            inputs = np.array(inputs[:64] if len(self.observations) >= FIRST or inputs.size > 100_000 else inputs)
        growing = self._growing(frame, root)
        self._starts.append(next(sequence))
        self.observations.append(Observation(
            number, site.line, value, loss, activations, inputs, input_line, [id(leaf) for leaf in leaves], {}, growing,
            broadcast_in(ops, leaves), len(ops)))
        if loss is not None:
            self._keep_loss(loss)
        return loss

    @staticmethod
    def lines_of(ops: Sequence[Op]) -> list[tuple[str, Line]]:
        """Names and lines of operations in the order in which they ran."""
        return [(op.name, op.line) for op in sorted(ops, key=lambda op: op.node.sequence)]

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
        for op in self.noting.ops:
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
        seen.known = seen.known or not self.gap

    def _growing(self, frame: Any, root: Tensor) -> dict[str, int]:
        """Variables of the program whose graph reaches back over earlier passes."""
        if len(self._starts) < 4 or self.gap:
            self.gap = False
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

    def look_after(self) -> None:
        """Gradient and parameter norms once the gradients are there."""
        latest = self.observations[-1]
        for key in latest.leaves:
            leaf = self.leaves[key].tensor
            if leaf._grad is not None and hasattr(leaf._grad, "array"):
                latest.norms[key] = (norm(leaf._grad.array), norm(leaf.array))

    # optimizers -------------------------------------------------------------------------------------------------------------------


def norm(x: Array) -> float:
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

