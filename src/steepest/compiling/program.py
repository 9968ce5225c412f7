"""A program: what two recordings of the same step agree on, with every storage given its part.

*Carry* is what a step reads and a step before wrote: in the same storage, or in one that the step before made or was left with. In
the second case a step begins by copying: from the storage that Python holds, where its results land, to the one that the equations
read. *Invariants* are only read. *Streams* are the tensors the caller hands to each step. Anything else that changes between the
recordings cannot be carried natively and is refused with the line that reads it.
"""

import gc
import weakref
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Content, Equation, Recorder
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["Differs", "Program"]


class Differs(Exception):
    """Two recordings are not the same program; the text names the line."""


class Program:
    """The equations of the second recording, its streams and the storages that successive steps hand on."""

    def __init__(self, first: Recorder, second: Recorder, streams: list[tuple[Storage, Storage]]):
        self.equations = second.equations
        self.streams = [new for _, new in streams]
        self.handed_on: list[tuple[Storage, Storage]] = []
        self.gradients = list(second.gradients.values())
        self.versions = list(second.versions.values())
        self._compare(first, second, dict(streams))
        self.handed_on = self._in_order(self.handed_on)
        self.holders = [weakref.ref(x) for s in {to for _, to in self.handed_on} for x in gc.get_referrers(s) if isinstance(x, Tensor)]

    def current(self) -> bool:
        """Whether the tensors that Python is left with after a step are still those of the recording."""
        return all(holder() is not None for holder in self.holders)

    def _compare(self, first: Recorder, second: Recorder, streams: dict[Storage, Storage]) -> None:
        if len(first.equations) != len(second.equations):
            raise Differs(text("program-length", first=len(first.equations), second=len(second.equations)))
        pairs: dict[Content, Content] = {}
        for a, b in zip(first.equations, second.equations, strict=True):
            self._compare_equations(a, b)
            for x, y in zip((*a.operands, *a.results), (*b.operands, *b.results), strict=True):
                if not isinstance(x, Access):
                    continue
                if pairs.setdefault(x.content, y.content) is not y.content:
                    raise Differs(text("program-flow", operation=b.primitive.name, file=b.line[0], line=b.line[1]))
        for x, y in pairs.items():
            if (x.equation is None) != (y.equation is None):
                raise self._refused("program-flow", y)
            if y.equation is None:
                self._place(x, y, streams, pairs, first, second)

    def _compare_equations(self, a: Equation, b: Equation) -> None:
        place = {"file": b.line[0], "line": b.line[1]}
        if a.primitive is not b.primitive or a.line != b.line or len(a.operands) != len(b.operands) or a.params.keys() != b.params.keys():
            raise Differs(text("program-operation", first=a.primitive.name, second=b.primitive.name, **place))
        for name, value in b.params.items():
            if not _equal(a.params[name], value):
                raise Differs(text("program-number", first=a.params[name], second=value, operation=b.primitive.name, **place))
        for x, y in zip((*a.operands, *a.results), (*b.operands, *b.results), strict=True):
            if isinstance(x, Access) != isinstance(y, Access) or isinstance(x, Access) and x.place != y.place:
                raise Differs(text("program-shape", operation=b.primitive.name, **place))
            if not isinstance(x, Access) and not _equal(x, y):
                raise Differs(text("program-number", first=x, second=y, operation=b.primitive.name, **place))

    def _place(self, x: Content, y: Content, streams: dict[Storage, Storage], pairs: dict[Content, Content], first: Recorder,
               second: Recorder) -> None:
        """Decide what part an input plays: `x` in the first recording, `y` in the second."""
        if x.storage in streams:
            if streams[x.storage] is not y.storage:
                raise self._refused("program-flow", y)
            return
        left = first.current.get(y.storage)
        if left is None:
            raise self._refused("program-new-tensor", y)
        after = pairs.get(left)
        if after is None or second.current[after.storage] is not after or after.storage in self.streams:
            raise self._refused("program-flow", y)
        if after.storage is not y.storage:
            self.handed_on.append((y.storage, after.storage))

    def _refused(self, key: str, y: Content) -> Differs:
        """The refusal of the content `y`, with the operation that reads it."""
        reader = next(e for e in self.equations if any(isinstance(o, Access) and o.content is y for o in (*e.operands, *e.results)))
        return Differs(text(key, operation=reader.primitive.name, file=reader.line[0], line=reader.line[1]))

    def _in_order(self, copies: list[tuple[Storage, Storage]]) -> list[tuple[Storage, Storage]]:
        """The copies so that none overwrites what a later one still reads."""
        waiting, ordered = list(copies), []
        while waiting:
            free = next((c for c in waiting if all(c[0] is not source for other, source in waiting if other is not c[0])), None)
            if free is None:
                raise Differs(text("program-exchange", size=waiting[0][0].flat.size))
            waiting.remove(free)
            ordered.append(free)
        return ordered

    def storages(self) -> list[Storage]:
        """Every storage that the equations touch, in the order of their appearance."""
        seen: dict[Storage, None] = {}
        for e in self.equations:
            for x in (*e.operands, *e.results):
                if isinstance(x, Access):
                    seen.setdefault(x.content.storage)
        return list(seen)


def _equal(a: Any, b: Any) -> bool:
    """Whether two parameters or numbers are the same to the last bit."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return bool(a == b) and repr(a) == repr(b) or bool(a != a) and bool(b != b)
