"""The outline of a schedule: its numbers apart from all else, so that schedules of the same program for different sizes can be compared.

Two schedules whose `structure` is equal differ in nothing but `numbers` (sizes, strides, offsets) and `constants` (numbers to calculate
with). A third one of that structure is made by putting others in their places, extents above all.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.lower.boxes import Box
from steepest.lower.fusion import Group
from steepest.lower.schedule import Schedule
from steepest.lower.statements import Ref, Statement
from steepest.lower.unsupported import Unsupported

__all__ = ["Outline"]


class Outline:
    """A walk through a schedule. `number` gives what is put in the place of each number, `constant` what is put in that of a constant that
    is calculated with as a given dtype over so many dimensions; `before`, `groups` and `boxes` are those of the schedule with these.
    """

    def __init__(self, schedule: Schedule, number: Callable[[int], Any] | None = None,
                 constant: Callable[[Any, str, int], Any] | None = None):
        self.schedule = schedule
        self._number, self._constant = number, constant
        self.numbers: list[int] = []
        self.sizes: list[int] = []
        """Which of the numbers are sizes of loops."""
        self.constants: list[tuple[Any, str]] = []
        self.storages: dict[Storage, int] = {}
        self.lengths: dict[Storage, Any] = {}
        """The elements of each storage."""
        self.contents: dict[Content, Content] = {}
        self._order: dict[Content, int] = {}
        self._structure: list[Any] = [schedule.in_parts]
        self.before = [self._group(g) for g in schedule.before]
        self._structure.append("each")
        self.groups = [self._group(g) for g in schedule.groups]
        self.boxes = {self.contents[c]: self._box(c, b) for c, b in schedule.boxes.items() if c in self.contents}

    @property
    def structure(self) -> tuple[Any, ...]:
        """All but the numbers and constants."""
        return tuple(self._structure)

    def add(self, word: str, storages: Iterable[Storage]) -> None:
        """Storages that play a part beside the schedule's statements."""
        for s in storages:
            self._note(word, self._storage(s))

    def _note(self, *parts: Any) -> None:
        self._structure.extend(parts)

    def _numbered(self, n: int) -> Any:
        self.numbers.append(int(n))
        return n if self._number is None else self._number(n)

    def _all(self, numbers: Sequence[int]) -> tuple[Any, ...]:
        self._note(len(numbers))
        return tuple([self._numbered(n) for n in numbers])

    def _content(self, c: Content) -> Content:
        found = self.contents.get(c)
        if found is not None:
            self._note(self._order[c])
            return found
        self._note("content", self._storage(c.storage), c.dtype, c.equation, self.schedule.needed(c))
        made = self.contents[c] = Content.__new__(Content)
        made.storage, made.dtype, made.equation, made.size = c.storage, c.dtype, c.equation, self.lengths[c.storage]
        self._order[c] = len(self._order)
        return made

    def _storage(self, s: Storage) -> int:
        if s not in self.storages:
            self.storages[s] = len(self.storages)
            self._note(s.flat.dtype, self.schedule.temporary(s), self.schedule.visible(s))
            self.lengths[s] = self._numbered(s.flat.size)
        return self.storages[s]

    def _ref(self, x: Ref) -> Ref:
        return Ref(self._content(x.content), self._numbered(x.offset), self._all(x.strides))

    def _access(self, x: Access) -> Access:
        return Access(self._content(x.content), self._numbered(x.offset), self._all(x.shape), self._all(x.strides))

    def _operand(self, x: Any, kind: str | None, dims: int) -> Any:
        if isinstance(x, Ref):
            return self._ref(x)
        assert kind is not None
        self._note(type(x))
        self.constants.append((x, kind))
        return x if self._constant is None else self._constant(x, kind, dims)

    def _statement(self, s: Statement) -> Statement:
        if s.equation is not None:
            made = Statement(s.number, s.kind, equation=self._equation(s.equation), stops=s.stops)
            self._note(s.number, s.kind, s.stops, s.always)
        else:
            if s.key is None:
                raise Unsupported("a computation without a name")
            self._note(s.number, s.kind, s.key, s.primitive, s.stops, s.always, s.folded, tuple(s.kinds))
            first = len(self.numbers)
            sizes = self._all(s.sizes)
            self.sizes += range(first, len(self.numbers))
            ins = [self._operand(x, kind, len(sizes)) for x, kind in zip(s.ins, s.kinds, strict=True)]
            made = Statement(s.number, s.kind, sizes, ins, [self._ref(x) for x in s.outs], s.kinds, s.compute, s.folded, s.primitive,
                             s.stops, None, s.key)
            made.homes = [None if x is None else self._ref(x) for x in s.homes]
            self._note(tuple(x is None for x in s.homes))
        made.always = s.always
        return made

    def _equation(self, e: Equation) -> Equation:
        self._note(e.primitive)
        operands = tuple(self._access(x) if isinstance(x, Access) else self._plain(x) for x in e.operands)
        made = Equation(e.primitive, operands, {k: self._plain(v) for k, v in e.params.items()}, e.line)
        self._note(tuple(e.params))
        made.results = tuple(self._access(x) for x in e.results)
        return made

    def _plain(self, x: Any) -> Any:
        """A parameter, with other numbers."""
        if type(x) is int:
            return self._numbered(x)
        self._note(type(x))
        if isinstance(x, (tuple, list)):
            self._note(len(x))
            return type(x)([self._plain(v) for v in x])
        if isinstance(x, dict):
            self._note(tuple(x))
            return {k: self._plain(v) for k, v in x.items()}
        if x is None or isinstance(x, (bool, float, complex, str, dtype)):
            self._note(repr(x))
        elif isinstance(x, np.ndarray):
            self._note(x.shape, x.dtype, x.tobytes())
        elif isinstance(x, slice):
            return slice(*(self._plain(v) for v in (x.start, x.stop, x.step)))
        elif x.__hash__ is None:
            raise Unsupported("a parameter of its own kind")
        else:
            self._note(x)
        return x

    def _group(self, g: Group) -> Group:
        self._note("group", len(g.before), g.root is not None, g.other is not None, len(g.after))
        made = Group.__new__(Group)
        made.number, made.ancestors, made.edges = g.number, g.ancestors, g.edges
        made.other = None if g.other is None else self._statement(g.other)
        made.before = [self._statement(s) for s in g.before]
        made.root = None if g.root is None else self._statement(g.root)
        made.after = [self._statement(s) for s in g.after]
        made.members = made.statements()
        return made

    def _box(self, c: Content, b: Box) -> Box:
        self._note("box", self._order[c])
        return Box(self._numbered(b.offset), tuple([self._all(d) for d in b.dims]))
