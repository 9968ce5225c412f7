"""Noting the operations of a pass while the program runs them; also looking for the first that gives NaN or infinity."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.core.node import Node
from steepest.core.recording import watchers
from steepest.core.tensor import Tensor
from steepest.diagnose.frames import Line, user_line
from steepest.diagnose.reading import Op

__all__ = ["Bad", "Noting"]

Array = np.ndarray[Any, Any]
Bad = tuple[str, list[Any], Array, Line, int]
"""An operation whose result is not finite although what it was given is: name, inputs, result, line, number of the pass."""


class Noting:
    """While it is on, every operation that makes a graph node is noted."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.on = False
        self.pass_number = 0
        self.finite_only = False
        """Look for the first operation whose result is not finite."""
        self.bad: Bad | None = None

    def turn(self, on: bool) -> None:
        """Note the operations from here on, or no more; the user's own anomaly mode keeps its place."""
        self.ops.clear()
        if on and not watchers:
            watchers.append(self._note)
            self.on = True
        elif not on and self.on:
            if self._note in watchers:
                watchers.remove(self._note)
            self.on = False

    def _note(self, node: Node, operands: tuple[Any, ...], results: Any) -> None:
        op = Op(node.primitive.name, node, operands, results if isinstance(results, Tensor) else results[0], node.params, user_line(2))
        self.ops.append(op)
        if self.finite_only and self.bad is None:
            self._look(op)
            node.__class__ = LookingNode
            node.metadata["noting"] = self, op

    def _look(self, op: Op) -> None:
        """Keep the first operation whose result is not finite although its operands are."""
        if not np.isfinite(op.result.array).all():
            inputs = _arrays(op)
            if all(np.isfinite(np.asarray(x, dtype=np.float64)).all() for x in inputs if np.asarray(x).dtype.kind in "fiub"):
                self.bad = (op.name, inputs, op.result.array, op.line, self.pass_number)


class LookingNode(Node):
    """A node in whose backward the first NaN or infinity is looked for."""

    __slots__ = ()

    def apply(self, gradients: list[Any]) -> list[Any]:
        results = super().apply(gradients)
        noting, op = self.metadata["noting"]
        if noting.bad is None and all(np.isfinite(g.array).all() for g in gradients if isinstance(g, Tensor)):
            bad = next((g for g in results if isinstance(g, Tensor) and not np.isfinite(g.array).all()), None)
            if bad is not None:
                noting.bad = ("backward of " + op.name, _arrays(op), bad.array, op.line, noting.pass_number)
        return results


def _arrays(op: Op) -> list[Any]:
    return [x.array if isinstance(x, Tensor) else x for x in op.operands if x is not None]
