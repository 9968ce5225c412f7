"""The schedule of a program: statements simplified, hoisted, laid out, fused into groups, temporaries placed in one arena.

    schedule = Schedule(equations, records, roles)
    schedule.before      groups that run once, before the first step
    schedule.groups      groups of every step, in their order
    schedule.offsets     where each temporary lies in the arena, in bytes
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.lower import arena, machine
from steepest.lower.boxes import boxes
from steepest.lower.fusion import fused
from steepest.lower.layout import rows_innermost
from steepest.lower.simplify import add_in_place, living, see_through_copies, share, unpool
from steepest.lower.statements import Ref, Statement, aligned, copying, statements

__all__ = ["Roles", "Schedule"]


class Roles(NamedTuple):
    """What storages are to the program: `streams` change with every step, `handed` are copied between steps, of the temporaries Python
    looks at those that are `visible` (None: at all)."""

    streams: frozenset[Storage]
    handed: frozenset[Storage]
    visible: frozenset[Storage] | None


class Schedule:
    """How a program runs. Without `fuse` every equation runs by itself on the storages' own memory, in the order of the recording.

    The rows of a mini-batch may lie in `parts`, for so many threads; with 0 they lie as recorded, whatever their number.
    """

    def __init__(self, equations: Sequence[Equation], records: Sequence[tuple[Access, Content]], roles: Roles, fuse: bool = True,
                 exact: bool = False, parts: int = 1):
        self.roles = roles
        program = statements(equations, records)
        self.recorded = _storages(program)
        self.partly = {e.results[0].content.storage for e in equations if e.primitive.form == "store" and _leaves_some(e)}
        self.ghosts: set[Storage] = set()
        self.lasting = self._lasting(program, records, False) if fuse else self.recorded
        self.in_parts = False       # the rows of a mini-batch lie in parts that threads share
        if fuse:
            program = self._simplified(program)
            if not exact:
                program = add_in_place(program, lambda s: self.temporary(s) and not self.visible(s))
            self.lasting = self._lasting(program, records, True)
            program = self._living(self._settled(program))
            self.in_parts = parts > 0 and rows_innermost(program, self.temporary, machine.width(), parts)
        self.boxes = boxes(program) if fuse else {}
        first, rest = self._hoisted(program) if fuse else ([], program)
        self.before = fused(first, self.temporary, fuse)
        self.groups = fused(rest, self.temporary, fuse)
        for g in self.groups:
            if g.root is not None and g.always:     # a fold takes its elements from registers, in which every step must put them
                for s in (*g.before, g.root):
                    s.always = True
        self.need = self._needed()
        self._once = {c.storage for g in self.before for s in g.statements() for c in s.writes()}
        self.offsets: dict[Storage, int] = {}
        self.size = 0

    def temporary(self, storage: Storage) -> bool:
        """Whether a storage's content may lie elsewhere, or nowhere, while the program runs."""
        return storage not in self.lasting

    def visible(self, storage: Storage) -> bool:
        """Whether Python looks at a temporary after the last step."""
        seen = self.recorded if self.roles.visible is None else self.roles.visible
        return storage in self.ghosts or self.temporary(storage) and storage in seen

    def _lasting(self, program: list[Statement], records: Sequence[tuple[Access, Content]], stopping: bool) -> set[Storage]:
        """The storages that stay in their own memory: those that are there before, between and after steps, also where only some of
        their elements are written, those that Python reads or writes in between, and those in which it looks for what stopped the
        program."""
        found = {*self.roles.streams, *self.roles.handed, *(c.storage for _, c in records), *self.partly}
        for s in program:
            for c in s.reads():
                if c.equation is None:
                    found.add(c.storage)
            if s.kind == "python":
                found.update(c.storage for c in (*s.reads(), *s.writes()))
            elif s.stops and stopping:
                found.update(c.storage for c in s.reads() if s.equation is None or not c.dtype.is_floating_point)
        return found

    def _settled(self, program: list[Statement]) -> list[Statement]:
        """Where Python will look for the results."""
        made = []
        for s in program:
            made.append(s)
            for k, r in enumerate(s.outs):
                if self.visible(r.content.storage):
                    s.homes[k] = Ref(r.content, r.offset, r.strides)
            if s.equation is None or s.kind == "python":
                continue
            for access in s.equation.results:
                if self.visible(access.content.storage) and 0 not in access.shape:
                    made.append(self._settling(s.number, access))
        return made

    def _settling(self, number: int, access: Access) -> Statement:
        """The copy of a temporary to where Python will look for it."""
        source = aligned(access, access.shape)
        ghost = Content(Storage(access.content.storage.array), access.content.dtype, number)
        self.ghosts.add(ghost.storage)
        s = copying(number, access.shape, source, Ref(ghost, source.offset, source.strides))
        s.homes[0] = Ref(access.content, source.offset, source.strides)
        return s

    def _simplified(self, program: list[Statement]) -> list[Statement]:
        program = self._living(share(program, self.temporary))
        see_through_copies(program, self.temporary)
        program = unpool(program, self.temporary)
        see_through_copies(program, self.temporary)
        return program

    def _living(self, program: list[Statement]) -> list[Statement]:
        return living(program, lambda s: s.stops or s.kind == "python", self.visible, self.temporary)

    def _hoisted(self, program: list[Statement]) -> tuple[list[Statement], list[Statement]]:
        """What depends on nothing that changes is computed once."""
        count: dict[Storage, int] = {}
        for s in program:
            for c in s.writes():
                count[c.storage] = count.get(c.storage, 0) + 1
        fixed: set[Storage] = set()
        first, rest = [], []
        changing = self.roles.streams | self.roles.handed
        for s in program:
            steady = all(c.storage in fixed or c.storage not in count and c.storage not in changing for c in s.reads())
            own = all(count[c.storage] == 1 and self.temporary(c.storage) for c in s.writes())
            if steady and own and not s.stops and s.kind != "python" and not (s.kind == "map" and not s.reads()):
                fixed.update(c.storage for c in s.writes())
                s.always = True
                first.append(s)
            else:
                rest.append(s)
        return first, rest

    def _needed(self) -> dict[Storage, bool]:
        """Which temporaries are stored: True in every step, False in the last one alone."""
        made: dict[Storage, set[int]] = {}
        groups = [*self.before, *self.groups]
        for k, g in enumerate(groups):
            for s in g.statements():
                for c in s.writes():
                    made.setdefault(c.storage, set()).add(k)
        several = {c.storage for g in groups for s in g.statements() for c in s.writes() if len(made[c.storage]) > 1}
        need: dict[Storage, bool] = {}
        for k, g in enumerate(groups):
            for s in g.statements():
                outside = g.other is not None
                for c in (*s.reads(), *(s.writes() if outside else ())):
                    if c.storage in made and (outside or made[c.storage] != {k} or c.storage in several):
                        need[c.storage] = need.get(c.storage, False) or s.always
        return need

    def needed(self, content: Content) -> bool | None:
        """Whether a content is stored: in every step (True), in the last one (False), never (None)."""
        if not self.temporary(content.storage):
            return True
        if content.storage in self.ghosts:
            return None
        return self.need.get(content.storage)

    def place(self, rooms: Iterable[tuple[Content, int, int]]) -> None:
        """Give every stored temporary its place; `rooms` are further contents, their elements and the group that needs them."""
        self.offsets, self.size = arena.placed(self.blocks(rooms))

    def blocks(self, rooms: Iterable[tuple[Content, int, int]]) -> list[tuple[Storage, int, int, int]]:
        """What needs a place: storage, the first and the last group that use it, bytes."""
        first: dict[Storage, int] = {}
        last: dict[Storage, int] = {}
        for k, g in enumerate(self.groups):
            for s in g.statements():
                for c in (*s.reads(), *s.writes()):
                    if self.temporary(c.storage) and self.needed(c) is not None:
                        first.setdefault(c.storage, k)
                        last[c.storage] = k
        for storage in self._once:
            if storage in self.need:
                first[storage], last[storage] = 0, len(self.groups)
        blocks = [(x, first[x], last[x], x.flat.nbytes) for x in first]
        return blocks + [(c.storage, k, k, count * c.storage.flat.itemsize) for c, count, k in rooms]


def _leaves_some(store: Equation) -> bool:
    """Whether a write leaves some elements of a storage as they were before the program."""
    region, (result,) = store.operands[0], store.results
    whole = math.prod(result.shape) == result.content.size and 0 not in result.strides
    return isinstance(region, Access) and region.content.equation is None and not whole


def _storages(program: list[Statement]) -> set[Storage]:
    return {c.storage for s in program for c in (*s.reads(), *s.writes())}
