"""A program of a function of tensors: what two recordings of it agree on, with every storage given its part.

*Streams* are the tensors that each call is given, one row a step. *Carry* is what a step reads and a step before wrote: in the same
storage, or in one that the step before made or was left with. In the second case a step begins by copying: from the storage that
Python holds, where its results land, to the one that the equations read. *Invariants* are only read. Anything else that changes
between the recordings cannot be carried natively and is refused with the line that reads it.

Loops and compiled functions find their inputs by place instead: see `loop_program` and `function_program`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from steepest.compiling.pairing import Differs, in_order, paired, refused
from steepest.core.recorder import Access, Content, Equation, Recorder, recording
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = ["Differs", "Program", "Steps"]


class Steps(Protocol):
    """A program as lowerings and executables see it: the equations of a step, its streams, the storages that successive steps hand on (as
    pairs of target and source), the leaves' gradients, the counters of writes, and the storages at which Python looks afterwards."""

    equations: list[Equation]
    streams: list[Storage]
    handed_on: list[tuple[Storage, Storage]]
    gradients: list[Any]
    versions: list[Any]
    visible: set[Storage]

    def storages(self) -> list[Storage]:
        """Every storage that the equations touch, in the order of their appearance."""


class Program:
    """The equations of the second recording, its streams and the storages that successive steps hand on; `results` are what the function
    returned. Raises Differs where the recordings are not the same program, or Python looked at a value.
    """

    def __init__(self, function: Callable[..., Any], first: Sequence[Tensor] = (), second: Sequence[Tensor] = ()):
        earlier, streams_1, _ = _recorded(function, first)
        later, streams_2, self.results = _recorded(function, second)
        if later.reads:
            file, line = later.reads[0][1]
            raise Differs(text("program-host-read", file=file, line=line))
        self.equations = later.equations
        self.streams = streams_2
        self.handed_on: list[tuple[Storage, Storage]] = []
        self.gradients = list(later.gradients.values())
        self.versions = list(later.versions.values())
        self.generators = later.generators
        pairs = paired(earlier, later)
        for x, y in pairs.items():
            if y.equation is None:
                self._place(x, y, dict(zip(streams_1, streams_2, strict=True)), pairs, earlier, later)
        self.handed_on = in_order(self.handed_on)
        self.visible = {r.content.storage for e in self.equations for r in e.results}

    def _place(self, x: Content, y: Content, streams: dict[Storage, Storage], pairs: dict[Content, Content], first: Recorder,
               second: Recorder) -> None:
        """Decide what part an input plays: `x` in the first recording, `y` in the second."""
        if x.storage in streams:
            if streams[x.storage] is not y.storage:
                raise refused("program-flow", second, y)
            return
        left = first.current.get(y.storage)
        if left is None:
            raise refused("program-new-tensor", second, y)
        after = pairs.get(left)
        if after is None or second.current[after.storage] is not after or after.storage in self.streams:
            raise refused("program-flow", second, y)
        if after.storage is not y.storage:
            self.handed_on.append((y.storage, after.storage))

    def storages(self) -> list[Storage]:
        """See `Steps`."""
        seen: dict[Storage, None] = {}
        for e in self.equations:
            for x in (*e.operands, *e.results):
                if isinstance(x, Access):
                    seen.setdefault(x.content.storage)
        return list(seen)


def _recorded(function: Callable[..., Any], arguments: Sequence[Tensor]) -> tuple[Recorder, list[Storage], list[Access]]:
    """One call on copies of its arguments: what happened, the storages of the arguments, the results."""
    own = [fresh(x.array.copy(), x.dtype) for x in arguments]
    with recording() as recorder:
        out = function(*own)
        returned = [] if out is None else [out] if isinstance(out, Tensor) else list(out)
        results = [recorder.access(x) for x in returned]
    return recorder, [x.storage_cell for x in own], results
