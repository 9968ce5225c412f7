"""Nodes under watch: they know the line that made them and look for NaN, or hand what they save to hooks of the user's.

They take the place of plain nodes only while something is watched, so that nothing is paid for it otherwise.
"""

import linecache
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from steepest.autograd import function
from steepest.autograd.function import FunctionNode
from steepest.autograd.modes import no_grad
from steepest.core import recording
from steepest.core.dtype import FLOATING
from steepest.core.node import SEVERAL, Node, record
from steepest.core.tensor import Tensor, alias
from steepest.errors import text
from steepest.ops.views import identity

__all__ = ["Watch", "watch"]

PACKAGE = str(Path(__file__).resolve().parent.parent)


class Packed:
    """A saved tensor as a hook packed it, and its place in the graph."""

    __slots__ = ("leaf", "node", "output_nr", "unpack", "value")

    def __init__(self, x: Tensor, hooks: tuple[Callable[..., Any], Callable[..., Any]], result_of: Node | None = None):
        self.node, self.output_nr, self.unpack = x.node, x.output_nr, hooks[1]
        self.leaf = x if x.needs_grad and x.node is None else None
        shown = x if self.leaf is not None else alias(x.array, x)      # a leaf is seen itself, also when its data are replaced
        if shown is not x:
            shown.node, shown.output_nr = result_of or x.node, x.output_nr
            shown.needs_grad = x.needs_grad or result_of is not None and x.dtype.category >= FLOATING
        with no_grad():
            self.value = hooks[0](shown)

    def tensor(self, node: Any = None) -> Tensor:
        """What the other hook makes of it, in the place of the saved one (a result of `node`, where that is given)."""
        got = self.unpack(self.value)
        if not isinstance(got, Tensor):
            raise TypeError(text("unpack-hook-result", kind=type(got).__name__))
        t = alias(got.array, got)
        t.node, t.output_nr = node or self.node, self.output_nr
        if self.leaf is not None:  # another tensor than the leaf itself, so its gradient must be led there
            t.node = record(identity, [(self.leaf, 0)], {}, {}, {}, (t.array.shape, t.dtype))
        t.needs_grad = t.node is not None
        return t


class Watch:
    """What is watched now."""

    def __init__(self) -> None:
        self.anomaly, self.check_nan = False, True
        self.hooks: list[tuple[Callable[..., Any], Callable[..., Any]]] = []
        self.refused: list[str] = []

    def update(self) -> None:
        """Put watched nodes in the place of plain ones, or take them away."""
        on = self.anomaly or bool(self.hooks)
        recording.watchers[:] = [watched] if on else []
        function.FunctionNode = WatchedFunction if on else FunctionNode  # type: ignore[assignment, misc]


watch = Watch()


class WatchedNode(Node):
    """A primitive's node under watch."""

    __slots__ = ()

    def unpack(self, name: str, index: int) -> Any:
        value = self.saved.get(name)
        if isinstance(value, Packed):
            return value.tensor(self if name == "result" else None)
        if name in SEVERAL and value and isinstance(value[0], Packed):
            return tuple([v.tensor(self) for v in value])
        return super().unpack(name, index)

    def apply(self, gradients: list[Any]) -> list[Any]:
        return checked(self, self.apply_rules(gradients))


class WatchedFunction(FunctionNode):
    """The node of a user's Function under watch."""

    __slots__ = ()

    def __init__(self, of: Any):
        super().__init__(of)
        note(self)

    def save_for_backward(self, *tensors: Any) -> None:
        super().save_for_backward(*tensors)
        if watch.hooks:
            self.saved["packed"] = [Packed(x, watch.hooks[-1]) if isinstance(x, Tensor) else None for x in tensors]
            self.saved.pop("tensors")
            self.versions.pop("tensors")

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        if self.saved is None or "packed" not in self.saved:
            return super().saved_tensors
        return tuple([p and p.tensor() for p in self.saved["packed"]])

    def apply(self, gradients: list[Any]) -> list[Any]:
        return checked(self, super().apply(gradients))


def watched(node: Node, operands: tuple[Any, ...], results: Any) -> None:
    """Watch a new node."""
    node.__class__ = WatchedNode
    if watch.hooks:
        saved = node.saved
        for name, value in saved.items():
            if isinstance(value, Tensor):
                saved[name] = Packed(value, watch.hooks[-1], node if name == "result" else None)
            elif name in SEVERAL:
                saved[name] = tuple([Packed(v, watch.hooks[-1]) for v in value])
    note(node)


def note(node: Node) -> None:
    """Remember the user's lines that are running."""
    if not watch.anomaly:
        return
    lines = []
    frame: Any = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((PACKAGE, "<frozen")):
            lines.append((file, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    node.metadata["traceback"] = lines[::-1]


def shown(lines: list[tuple[str, int, str]]) -> str:
    """Lines of a program as a traceback shows them."""
    return "".join(
        f'  File "{file}", line {number}, in {name}\n    {linecache.getline(file, number).strip()}\n'
        for file, number, name in lines
    )


def checked(node: Node, gradients: list[Any]) -> list[Any]:
    """The gradients, or the error that names the node and the line where one of them is NaN."""
    if watch.anomaly and watch.check_nan:
        for index, g in enumerate(gradients):
            if isinstance(g, Tensor) and np.isnan(g.array).any():
                lines = node.metadata.get("traceback", [])
                warnings.warn(text("anomaly-forward", node=node.name(), traceback=shown(lines)), stacklevel=2)
                place = shown(lines[-1:]).strip().replace("\n   ", ":")
                raise RuntimeError(text("anomaly-nan", node=node.name(), index=index, line=place))
    return gradients
