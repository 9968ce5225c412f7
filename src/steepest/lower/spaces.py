"""The loops of a group: its space with as few dimensions as the memory allows, the one that lies on the vector's lanes, the tiles."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from steepest.lower import machine
from steepest.lower.extents import Extent, typical
from steepest.lower.fusion import Group
from steepest.lower.statements import Ref, Statement
from steepest.lower.text import Function, Index

__all__ = ["Segment", "Shared", "Space", "lanes", "segments", "walk"]


class Shared(NamedTuple):
    """The dimension that threads share: so many equal parts of what some reference lies in."""

    parts: int

    def is_at(self, d: int, s: Statement) -> bool:
        return s.sizes[d] == self.parts and any(r.strides[d] * self.parts == r.content.size for r in s.refs())


class Space:
    """A group's statements over kept and folded dimensions, in the order of memory, neighbours merged where all references allow it.

    `inside` are the statements over both (kept first), `after` those over the kept dimensions alone. The dimension that is `shared`
    stays apart; `shared` is then its number, None where there is none.
    """

    def __init__(self, group: Group, ordered: bool = False, shared: Shared | None = None):
        root = group.root
        self.after = list(group.after)
        if root is None:
            self.kept, self.folded = list(group.sizes), []      # type: tuple[list[int], list[int]]
            self.inside: list[Statement] = []
        else:
            order = [*root.kept, *root.folded]
            self.kept, self.folded = [root.sizes[d] for d in root.kept], [root.sizes[d] for d in root.folded]
            self.inside = [_turned(s, order) for s in (*group.before, root)]
        self._wanted = shared
        self._arrange(ordered)
        self.shared = next((d for d in range(len(self.kept)) if self._is_shared(d)), None)

    @property
    def before(self) -> list[Statement]:
        return self.inside[:-1]

    @property
    def root(self) -> Statement:
        return self.inside[-1]

    def _arrange(self, ordered: bool) -> None:
        n = len(self.kept)
        main = next((r for s in (*self.inside, *self.after) for r in s.outs if 0 not in r.strides[:n]), None)
        if main is not None:
            order = sorted(range(n), key=lambda d: -abs(main.strides[d]))
            self._reorder([*order, *range(n, n + len(self.folded))])
        if not ordered and self.inside:
            operand = next(x for x in self.root.ins if isinstance(x, Ref))
            self._reorder([*range(n), *sorted(range(n, n + len(self.folded)), key=lambda d: -abs(operand.strides[d]))])
        self._merge()

    def _is_shared(self, d: int) -> bool:
        wanted = self._wanted
        return wanted is not None and any(wanted.is_at(d, s) for s in (*self.inside, *self.after) if d < len(s.sizes))

    def _reorder(self, order: list[int]) -> None:
        n = len(self.kept)
        kept = [d for d in order if d < n]
        self.inside = [_turned(s, order) for s in self.inside]
        self.after = [_turned(s, kept) for s in self.after]
        sizes = [*self.kept, *self.folded]
        self.kept, self.folded = [sizes[d] for d in kept], [sizes[d] for d in order if d >= n]

    def _merge(self) -> None:
        d = 0
        while d + 1 < len(self.kept) + len(self.folded):
            n = len(self.kept)
            sizes = [*self.kept, *self.folded]
            touching = [*self.inside, *(self.after if d < n else [])]
            same = (d + 1 < n) or d >= n
            same = same and not self._is_shared(d) and not self._is_shared(d + 1)
            if same and all(r.strides[d] == r.strides[d + 1] * sizes[d + 1] for s in touching for r in s.refs()):
                self.inside = [_merged(s, d, range(n - (d < n), len(sizes) - 1)) for s in self.inside]
                if d < n:
                    self.after = [_merged(s, d, ()) for s in self.after]
                size = sizes[d] * sizes[d + 1]
                if d < n:
                    self.kept[d:d + 2] = [size]
                else:
                    self.folded[d - n:d - n + 2] = [size]
            else:
                d += 1


def _turned(s: Statement, order: Sequence[int]) -> Statement:
    return s.over([s.sizes[d] for d in order], lambda r: [r.strides[d] for d in order], [k for k, d in enumerate(order) if d in s.folded])


def _merged(s: Statement, d: int, folded: Sequence[int]) -> Statement:
    sizes = [*s.sizes[:d], s.sizes[d] * s.sizes[d + 1], *s.sizes[d + 2:]]
    return s.over(sizes, lambda r: [*r.strides[:d], *r.strides[d + 1:]], folded)


def lanes(sizes: Sequence[int], refs: Sequence[Ref], width: int) -> int | None:
    """The dimension along which vectors are loaded: contiguous in most references; None where none is."""
    def score(d: int) -> float:
        gain = sum(2 if r.strides[d] == 1 else 1 if r.strides[d] == 0 else -2 for r in refs)
        short = 1 if typical(sizes[d]) >= width else typical(sizes[d]) / width
        return gain * short if gain > 0 else gain

    best = max(range(len(sizes)), key=score, default=None)
    if best is None or width == 1 or score(best) <= 0 or not any(r.strides[best] == 1 for r in refs) or sizes[best] < 2:
        return None
    return best


class Segment(NamedTuple):
    """Part of a dimension walked in equal steps of `size` elements; `active` of the lanes of each vector hold elements, or as many as a
    register tells."""

    start: int
    stop: int
    size: int
    width: int
    active: Index
    bounds: tuple[Index, Index] | None = None       # found while the program runs, in the place of start and stop


def segments(n: int, width: int, masked: bool) -> list[Segment]:
    """A dimension on the lanes: whole vectors, then what is left, masked or one by one."""
    full = n // width * width
    left = n - full
    if isinstance(left, Extent):
        return [Segment(0, full, width, width, width), Segment(full, n, width, width, str(left)) if masked else Segment(full, n, 1, 1, 1)]
    found = [Segment(0, full, width, width, width)] if full else []
    if left:
        found.append(Segment(full, n, left, width, left) if masked else Segment(full, n, 1, 1, 1))
    return found


def tiles(n: int, size: int) -> list[Segment]:
    """A dimension in tiles, and a smaller one at the end."""
    full = n // size * size
    left = n - full
    found = [Segment(0, full, size, 1, 1)] if isinstance(left, Extent) or full else []
    if not isinstance(left, Extent):
        return found + ([Segment(full, n, left, 1, 1)] if left else [])
    while isinstance(left, Extent):     # it is not known how much is left: tiles of half the size as long as there are any
        size //= 2
        stop = n - left % size
        found.append(Segment(n - left, stop, size, 1, 1))
        left = n - stop
    return found


def single(n: int) -> list[Segment]:
    return [Segment(0, n, 1, 1, 1)]


def masks() -> bool:
    """Whether the processor loads and stores vectors under a mask at no cost."""
    return machine.has("avx512")


@contextmanager
def partition(f: Function, segment: Segment, thread: str | None, threads: int) -> Iterator[Index]:
    """The loop over a segment, or over this thread's share of it."""
    if segment.bounds is not None:
        with f.loop(segment.bounds[1], segment.size, segment.bounds[0]) as i:
            yield i
        return
    rounds = (segment.stop - segment.start + segment.size - 1) // segment.size
    if thread is None:
        with f.loop(segment.stop, segment.size, segment.start) as i:
            yield i
        return
    low = f.pure(f"sdiv i64 {f.mul(thread, rounds)}, {threads}")
    high = f.pure(f"sdiv i64 {f.mul(f.add(thread, 1), rounds)}, {threads}")
    begin, end = f.add(f.mul(low, segment.size), segment.start), f.add(f.mul(high, segment.size), segment.start)
    with f.loop(end, segment.size, begin) as i:
        yield i


def divides(parts: Sequence[Segment], threads: int) -> bool:
    """Whether every thread gets as much of each of the segments as the others, or nearly."""
    rounds = [typical((s.stop - s.start + s.size - 1) // s.size) for s in parts]
    return all(n % threads == 0 or n >= 4 * threads for n in rounds)


def walk(f: Function, plan: Sequence[tuple[int, list[Segment]]], leaf: Callable[[dict[int, Index], dict[int, Segment]], None],
         thread: str | None = None, threads: int = 1, shared: int | None = None) -> None:
    """Loops over dimensions, the first outermost; `leaf` is written once for each combination of segments.

    Threads share the dimension `shared` where it has equal parts for all, else the first one that has parts enough.
    """
    at: int | None = None
    if thread is not None:
        count = [sum(typical((s.stop - s.start + s.size - 1) // s.size) for s in parts) for _, parts in plan]
        enough = [k for k, n in enumerate(count) if n >= 4 * threads]
        at = enough[0] if enough else max(range(len(plan)), key=lambda k: count[k], default=None)
        at = next((k for k, (d, parts) in enumerate(plan) if d == shared and divides(parts, threads)), at)

    def inner(k: int, index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        if k == len(plan):
            leaf(index, chosen)
            return
        d, parts = plan[k]
        for part in parts:
            with partition(f, part, thread if k == at else None, threads) as i:
                inner(k + 1, {**index, d: i}, {**chosen, d: part})

    inner(0, {}, {})
