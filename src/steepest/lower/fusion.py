"""Fusion: statements over the same index space become one nest of loops, what they hand to each other stays in registers.

A `Group` is a nest. Around a fold (a product, a sum, a maximum with its place) stand the maps that make its operand (`before`) and those
that go on with its result (`after`). A statement joins a group if it can be written over the group's space, if no third group has
to run in between, and if both touch the same memory only element for element.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence

from steepest.core.recorder import Content
from steepest.core.storage import Storage
from steepest.lower.statements import Ref, Statement

__all__ = ["Group", "fused"]


class Group:
    """Statements over one space, in their order; the space of `after` is that of the root without its folded dimensions."""

    def __init__(self, number: int, statement: Statement):
        self.number = number
        self.members = [statement]
        self.root: Statement | None = statement if statement.kind in ("fold", "best", "product") else None
        self.other: Statement | None = statement if statement.equation is not None else None
        self.before: list[Statement] = []
        self.after: list[Statement] = [] if self.root or self.other else [statement]
        self.ancestors = 0
        self.edges: set[int] = set()

    def __repr__(self) -> str:
        return "\n".join(["group", *(f"   {s}" for s in (*self.before, *([self.root] if self.root else []), *self.after))])

    @property
    def always(self) -> bool:
        return any(s.always for s in self.statements())

    @property
    def sizes(self) -> tuple[int, ...]:
        """The space of `after`."""
        if self.root is not None:
            return tuple(self.root.sizes[d] for d in self.root.kept)
        return self.after[0].sizes if self.after else ()

    @property
    def title(self) -> str:
        """The operations, and the space of the first."""
        found = self.statements()
        names = [getattr(s.equation.primitive if s.equation is not None else s.primitive, "name", s.key) for s in found]
        return f"{', '.join(names)} over {list(found[0].sizes)}" if self.other is None else str(names[0])

    @property
    def equation(self) -> int:
        """The number of the (last) equation."""
        return self.statements()[-1].number

    def statements(self) -> list[Statement]:
        if self.other is not None:
            return [self.other]
        return [*self.before, *([self.root] if self.root is not None else []), *self.after]

    def results(self) -> dict[Content, Ref]:
        """The contents made over the space of `after`, and where they lie."""
        found: dict[Content, Ref] = {}
        if self.root is not None:
            for r in self.root.outs:
                found[r.content] = Ref(r.content, r.offset, [r.strides[d] for d in self.root.kept])
        for s in self.after:
            for r in s.outs:
                found[r.content] = r
        return found


def fused(program: list[Statement], temporary: Callable[[Storage], bool], fuse: bool = True) -> list[Group]:
    """The program as groups in an order in which they can run."""
    groups: dict[int, Group] = {}
    where: dict[int, int] = {}
    writer: dict[Storage, int] = {}
    readers: dict[Storage, list[int]] = {}
    made: dict[Content, int] = {}
    barrier: list[int] = []          # since the last one that may stop: what writes memory that Python sees
    stopping: list[int] = []
    for k, s in enumerate(program):
        needs = set()
        for c in s.reads():
            if c.storage in writer:
                needs.add(where[writer[c.storage]])
        for c in s.writes():
            if c.storage in writer:
                needs.add(where[writer[c.storage]])
            needs.update(where[r] for r in readers.get(c.storage, ()))
        apart = s.stops or s.kind == "python"
        lasting = any(not temporary(c.storage) for c in s.writes())
        if apart:
            needs.update(where[b] for b in (*barrier, *stopping))
        elif lasting:
            needs.update(where[b] for b in stopping)
        home = None
        if fuse and not apart and s.equation is None:
            home = _join(s, groups, made, needs)
        if home is None:
            home = k
            groups[k] = Group(k, s)
        where[k] = home
        group = groups[home]
        needs.discard(home)
        _depend(groups, group, needs)
        for c in s.reads():
            readers.setdefault(c.storage, []).append(k)
        for c in s.writes():
            writer[c.storage] = k
            readers[c.storage] = []
            made[c] = home
        if apart:
            stopping, barrier = [k], []
        elif lasting:
            barrier.append(k)
    return _ordered(groups)


def _depend(groups: dict[int, Group], group: Group, needs: Iterable[int]) -> None:
    """`group` runs after those that it needs; whoever runs after it runs after them too."""
    for n in needs:
        group.edges.add(n)
        group.ancestors |= groups[n].ancestors | 1 << n
    bit = 1 << group.number
    for other in groups.values():
        if other.ancestors & bit:
            other.ancestors |= group.ancestors


def _join(s: Statement, groups: dict[int, Group], made: dict[Content, int], needs: set[int]) -> int | None:
    """The group that takes the statement: one that makes an operand, or reads the same."""
    producers = list(dict.fromkeys(made[x.content] for x in s.ins if isinstance(x, Ref) and x.content in made))
    candidates = sorted(producers, key=lambda n: (groups[n].root is not None, n), reverse=True)
    if s.kind == "map":
        shared = (n for n in reversed(groups) if n not in producers and not groups[n].root and not groups[n].other
                  and groups[n].sizes == s.sizes)
        candidates += itertools.islice(shared, 8)
    elif s.kind != "fold":
        return None
    for n in candidates:
        g = groups[n]
        if g.other is not None or any(t.stops for t in g.statements()):
            continue
        if any(groups[p].ancestors >> n & 1 for p in needs if p != n):
            continue
        if (_joined_after(g, s) if s.kind == "map" else _joined_fold(g, s)):
            return n
    return None


def _joined_after(g: Group, s: Statement) -> bool:
    new = None
    for r in g.results().values():
        x = next((x for x in s.ins if isinstance(x, Ref) and x.content is r.content), None)
        if x is not None:
            new = fit(s, x, g.sizes, r)
            if new is None:
                return False
            break
    else:
        new = s if s.sizes == g.sizes and not s.sizes else _alongside(g, s)
    if new is None or not _compatible(g, new, g.root):
        return False
    g.after.append(new)
    return True


def _alongside(g: Group, s: Statement) -> Statement | None:
    """A statement that takes nothing from a group but reads or writes elements in the same order as one of its references."""
    for r in (r for t in g.after for r in (*t.ins, *t.outs) if isinstance(r, Ref) and 0 not in r.strides):
        for x in (*s.ins, *s.outs):
            if isinstance(x, Ref) and (x.content is r.content or x.strides == r.strides and x.offset == r.offset):
                return fit(s, x, g.sizes, Ref(r.content, x.offset, r.strides)) if x.offset == r.offset else None
    return None


def _joined_fold(g: Group, s: Statement) -> bool:
    """Maps whose result is folded run inside of the fold."""
    if g.root is not None:
        return False
    r = next((r for t in g.after for r in t.outs if r.content is s.ins[0].content), None)
    if r is None:
        return False
    new = fit(s, s.ins[0], g.sizes, r)
    if new is None or not _compatible(g, new, None):
        return False
    g.before, g.after, g.root = g.after, [], new
    return True


def _compatible(g: Group, s: Statement, root: Statement | None) -> bool:
    """Whether both touch the same memory only element for element."""
    mine = [(x, w) for x, w in _touched(s)]
    for t in g.statements():
        if t is root:
            kept = t.kept
            ins = [(x, False) for x in t.ins if isinstance(x, Ref)]
            outs = [(Ref(x.content, x.offset, [x.strides[d] for d in kept]), True) for x in t.outs]
            theirs = [*outs, *((Ref(x.content, x.offset, ["?"]), w) for x, w in ins)]      # type: ignore[list-item]
        elif root is not None and t in g.before:
            theirs = [(Ref(x.content, x.offset, ["?"]), w) for x, w in _touched(t)]        # type: ignore[list-item]
        else:
            theirs = _touched(t)
        for x, w in mine:
            for y, v in theirs:
                if (w or v) and x.content.storage is y.content.storage and x.place != y.place:
                    return False
    return True


def _touched(s: Statement) -> list[tuple[Ref, bool]]:
    return [(x, False) for x in s.ins if isinstance(x, Ref)] + [(x, True) for x in s.outs]


def fit(s: Statement, x: Ref, sizes: Sequence[int], r: Ref) -> Statement | None:
    """The statement over a space of these sizes in which its reference `x` is `r`; None where there is none."""
    if x.offset != r.offset or 0 in x.strides or 0 in r.strides or len(set(r.strides)) != len(r.strides):
        return None
    theirs = sorted(((r.strides[d], n, d) for d, n in enumerate(sizes)), reverse=True)
    mine = sorted(((x.strides[d], n, d) for d, n in enumerate(s.sizes)), reverse=True)
    atoms: dict[int, list[tuple[int, int, int]]] = {d: [] for d in range(len(sizes))}   # of each dimension: (own, size, factor)
    while theirs and mine:
        (t, n, d), (u, m, own) = theirs.pop(), mine.pop()
        if t != u:
            return None
        size = min(n, m)
        if max(n, m) % size:
            return None
        factor = t // x.strides[own]
        atoms[d].append((own, size, factor))
        if n > size:
            theirs.append((t * size, n // size, d))
        if m > size:
            mine.append((u * size, m // size, own))
    if theirs or mine:
        return None

    def strides(ref: Ref) -> list[int] | None:
        found = []
        for d in range(len(sizes)):
            parts = [(ref.strides[own] * factor, size) for own, size, factor in atoms[d]]
            if any(parts[k + 1][0] != parts[k][0] * parts[k][1] for k in range(len(parts) - 1)):
                return None
            found.append(parts[0][0])
        return found

    if any(strides(ref) is None for ref in s.refs()):
        return None
    folded = []
    for d in range(len(sizes)):
        inside = {own in s.folded for own, _, _ in atoms[d]}
        if len(inside) != 1:
            return None
        if inside == {True}:
            folded.append(d)
    return s.over(sizes, strides, folded)       # type: ignore[arg-type]


def _ordered(groups: dict[int, Group]) -> list[Group]:
    """The groups after those that they need, else as recorded."""
    waiting = {n: set(g.edges) for n, g in groups.items()}
    after: dict[int, list[int]] = {}
    for n, needs in waiting.items():
        for p in needs:
            after.setdefault(p, []).append(n)
    ready = [n for n, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    order = []
    while ready:
        n = heapq.heappop(ready)
        order.append(groups[n])
        for follower in after.get(n, ()):
            waiting[follower].discard(n)
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    assert len(order) == len(groups), "groups that need each other"
    return order
