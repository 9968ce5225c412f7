"""A program: what two recordings of the same step agree on, with every storage given its part.

*Carry* is what a step reads and a step before wrote: in the same storage, or in one that the step before made or was left with. In
the second case a step begins by copying: from the storage that Python holds, where its results land, to the one that the equations
read. *Invariants* are only read. *Streams* are the tensors the caller hands to each step. Anything else that changes between the
recordings cannot be carried natively and is refused with the line that reads it.
"""

import gc
import weakref

from steepest.compiling.pairing import Differs, in_order, paired, refused
from steepest.core.recorder import Access, Content, Recorder
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor

__all__ = ["Differs", "Program"]


class Program:
    """The equations of the second recording, its streams and the storages that successive steps hand on."""

    def __init__(self, first: Recorder, second: Recorder, streams: list[tuple[Storage, Storage]]):
        self.equations = second.equations
        self.streams = [new for _, new in streams]
        self.handed_on: list[tuple[Storage, Storage]] = []
        self.gradients = list(second.gradients.values())
        self.versions = list(second.versions.values())
        self._compare(first, second, dict(streams))
        self.handed_on = in_order(self.handed_on)
        self.holders = [weakref.ref(x) for s in {to for _, to in self.handed_on} for x in gc.get_referrers(s) if isinstance(x, Tensor)]

    def current(self) -> bool:
        """Whether the tensors that Python is left with after a step are still those of the recording."""
        return all(holder() is not None for holder in self.holders)

    def _compare(self, first: Recorder, second: Recorder, streams: dict[Storage, Storage]) -> None:
        pairs = paired(first, second)
        for x, y in pairs.items():
            if y.equation is None:
                self._place(x, y, streams, pairs, first, second)

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
        """Every storage that the equations touch, in the order of their appearance."""
        seen: dict[Storage, None] = {}
        for e in self.equations:
            for x in (*e.operands, *e.results):
                if isinstance(x, Access):
                    seen.setdefault(x.content.storage)
        return list(seen)
