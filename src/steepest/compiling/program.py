"""A program: what two recordings of the same step agree on, with every storage given its part.

*Carry* is what a step reads and a step before wrote: in the same storage, or in one that the step before made. *Invariants* are
only read. *Streams* are the tensors the caller hands to each step. Anything else that changes between the recordings cannot be
carried natively and is refused with the line that reads it.
"""

from typing import Any

from steepest.core.recorder import Access, Content, Equation, Recorder
from steepest.core.storage import Storage
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
        self.invariants: list[Storage] = []
        self.written = [c.storage for c in second.before]
        self.before = second.before
        self.gradients = list(second.gradients.values())
        self.versions = list(second.versions.values())
        self._compare(first, second, dict(streams))

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
        made = {r.content.storage for e in first.equations for r in e.results}
        old = {id(c.storage): c for c in first.inputs}
        for x, y in pairs.items():
            if (x.equation is None) != (y.equation is None):
                raise Differs(text("program-flow", operation="input", file="", line=0))
            if y.equation is None:
                self._place(x, y, made, streams, old)

    def _compare_equations(self, a: Equation, b: Equation) -> None:
        same = (a.primitive is b.primitive and a.line == b.line and a.params == b.params and len(a.operands) == len(b.operands))
        if not same:
            raise Differs(text("program-operation", first=a.primitive.name, second=b.primitive.name, file=b.line[0], line=b.line[1]))
        for x, y in zip(a.operands, b.operands, strict=True):
            if isinstance(x, Access) != isinstance(y, Access) or isinstance(x, Access) and x.place != y.place:
                raise Differs(text("program-shape", operation=b.primitive.name, file=b.line[0], line=b.line[1]))
            if not isinstance(x, Access) and x is not y and x != y:
                raise Differs(text("program-number", first=x, second=y, operation=b.primitive.name, file=b.line[0], line=b.line[1]))

    def _place(self, x: Content, y: Content, made: set[Storage], streams: dict[Storage, Storage], old: dict[int, Content]) -> None:
        """Decide what part an input plays."""
        if x.storage in streams:
            if streams[x.storage] is not y.storage:
                raise Differs(text("program-flow", operation="stream", file="", line=0))
        elif x.storage is y.storage:
            if y not in self.before and y.storage not in self.written:
                self.invariants.append(y.storage)
        elif y.storage in made:
            self.handed_on.append((y.storage, self._counterpart(y.storage, x, y)))
        else:
            reader = next(e for e in self.equations if any(isinstance(o, Access) and o.content is y for o in e.operands))
            raise Differs(text("program-new-tensor", operation=reader.primitive.name, file=reader.line[0], line=reader.line[1]))

    def _counterpart(self, storage: Storage, x: Content, y: Content) -> Storage:
        """The storage that this step makes where the step before made `storage`."""
        raise Differs(text("program-rebound", size=y.size))

    def storages(self) -> list[Storage]:
        """Every storage that the equations touch, in the order of their appearance."""
        seen: dict[Storage, None] = {}
        for e in self.equations:
            for x in (*e.operands, *e.results):
                if isinstance(x, Access):
                    seen.setdefault(x.content.storage)
        return list(seen)
