"""Products: register tiles of accumulators, whose epilogue is whatever maps follow.

A tile holds `rows` elements along a dimension of one operand alone by `columns` along dimensions of the other. The lanes of its vectors
are a dimension that is contiguous in the operand which is loaded as vectors (the other one is broadcast), or a folded dimension
contiguous in both, whose lanes are summed at the end. An operand that has no such dimension is packed first.
"""

import itertools
import math
from typing import Any, NamedTuple

from steepest.lower import machine
from steepest.lower.bodies import Place, address, evaluate, read, write
from steepest.lower.extents import Extent, typical
from steepest.lower.fusion import Group
from steepest.lower.loops import horizontal, over_kept, vector_width
from steepest.lower.nest import Nest, accumulator
from steepest.lower.packing import pack, room
from steepest.lower.scalar import Scalars, Value
from steepest.lower.spaces import Segment, Space, masks, segments, single, tiles, walk
from steepest.lower.statements import Ref
from steepest.lower.text import Index, Variable, itemsize

__all__ = ["product_nest"]

FEW, LONG = 8, 128
"""Rounds up to which the innermost loop is unrolled, and multiply-adds that this may give."""


class Plan(NamedTuple):
    """How a product is computed: the operand that is loaded as vectors second, its lanes, tiles (dimension, elements)."""

    a: Ref
    b: Ref
    lane: int | None
    rows: tuple[int, int]
    columns: list[tuple[int, int]]
    width: int


PREFETCH = "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)"
APART, OFTEN = 1024, 32
"""Bytes between neighbours from which on an operand is copied together, if each element is used with so many vectors."""
PIECE = 1.06
"""What one more variant of the tile, for what is left at an edge, counts: it has to be compiled too."""
MANY = 4096
"""What a dimension whose size is not known counts where tiles are chosen: what is left at its end does not."""
CACHE = 24_000
"""Bytes of a panel of vectors that stay in the first cache while the rows pass by."""


def product_nest(nest: Nest, group: Group) -> None:
    """The product of two operands summed over the folded dimensions, and the maps after it."""
    space = Space(group, nest.exact, nest.shared)
    plan = _planned(nest, space)
    _Product(nest, space, plan).emit()


def _sides(space: Space, a: Ref, b: Ref) -> tuple[list[int], list[int]]:
    """The kept dimensions that only `a`, and only `b`, has, but for the one that threads share."""
    kept = [d for d in range(len(space.kept)) if d != space.shared]
    return ([d for d in kept if a.strides[d] and not b.strides[d]], [d for d in kept if b.strides[d] and not a.strides[d]])


def _planned(nest: Nest, space: Space) -> Plan:
    root, n = space.root, len(space.kept)
    a, b = root.ins
    c = root.outs[0]
    width = vector_width([root])
    true = [*space.kept, *space.folded]
    sizes = [typical(n) for n in true]
    kind = accumulator(c.dtype)

    def contiguous(d: int) -> bool:
        return all(x.strides[d] in (0, 1) for x in (a, b)) and any(x.strides[d] == 1 for x in (a, b))

    least = max(2, width // 2)
    kept = [d for d in range(n) if contiguous(d) and sizes[d] >= least]
    lane = max(kept, key=lambda d: (c.strides[d] == 1, min(sizes[d], 4 * width)), default=None)
    across = [] if nest.exact else [d for d in range(n, len(sizes)) if a.strides[d] == b.strides[d] == 1 and sizes[d] >= least]
    wanted = max((d for d in range(n) if c.strides[d] == 1 and sizes[d] >= least), key=lambda d: sizes[d], default=None)
    if lane is None or c.strides[lane] != 1:
        packed = wanted is not None and lane is None and _worth_packing(space, a, b, wanted, bool(across))
        if packed and wanted is not None:
            first = bool(a.strides[wanted])
            moved = pack(nest, a if first else b, true, wanted)
            a, b = (moved, b) if first else (a, moved)
            lane = wanted
        elif across and lane is None:
            lane = across[0]
        if lane is None:
            lane = _any_lane(space, a, b, width)
            if lane is not None and a.strides[lane]:
                a = pack(nest, a, true, lane)
            elif lane is not None:
                b = pack(nest, b, true, lane)
    if lane is not None and lane < n and a.strides[lane] and not b.strides[lane]:
        a, b = b, a
    if kind == "bool":
        lane = None
    deep = [d for d in range(n, len(sizes)) if a.strides[d]]
    apart = len(deep) == 1 and typical(abs(a.strides[deep[0]])) * itemsize(a.dtype) >= APART
    if apart and lane is not None and lane < n and sizes[deep[0]] >= width:
        vectors = math.prod(sizes[d] for d in range(n) if b.strides[d] and not a.strides[d]) // width
        if vectors >= OFTEN:
            a = pack(nest, a, true, deep[0])
    return _tiled(space, a, b, lane, width if lane is not None else 1)


def _any_lane(space: Space, a: Ref, b: Ref, width: int) -> int | None:
    """A kept dimension of one operand that is worth being made contiguous there, though it is not in the result."""
    kept = [typical(n) for n in space.kept]
    found = [d for d in range(len(kept)) if kept[d] >= width and bool(a.strides[d]) != bool(b.strides[d])
             and _worth_packing(space, a, b, d, False)]
    return max(found, key=lambda d: kept[d], default=None) if math.prod(map(typical, space.folded)) >= 2 * width else None


def _worth_packing(space: Space, a: Ref, b: Ref, wanted: int, across: bool) -> bool:
    """Whether enough is multiplied with each packed element; more where the lanes could be summed instead."""
    sizes = [typical(n) for n in (*space.kept, *space.folded)]
    x, y = (a, b) if a.strides[wanted] else (b, a)
    if y.strides[wanted] or across and math.prod(n for d, n in enumerate(sizes) if x.strides[d]) > 2 * typical(x.content.size):
        return False            # each element would be copied several times, as those of an image for all places in a filter
    reused = math.prod(n for d, n in enumerate(sizes[:len(space.kept)]) if y.strides[d] and not x.strides[d])
    return reused >= (8 if across else 4)


def _tiled(space: Space, a: Ref, b: Ref, lane: int | None, width: int) -> Plan:
    """The tile that takes the fewest cycles, of all shapes that fit into the registers."""
    only_a, only_b = _sides(space, a, b)
    n, size = len(space.kept), [MANY if isinstance(k, Extent) else k for k in space.kept]
    kept_lane = lane is not None and lane < n
    deep = math.prod(map(typical, space.folded)) * width * 4
    free = sorted((d for d in only_b if d != lane), key=lambda d: abs(b.strides[d]))[:3]
    shapes: list[list[tuple[int, int]]] = [[], *([(d, k)] for d in free for k in range(2, min(size[d], 12) + 1))]
    shapes += [[(d, k), (e, j)] for d, e in itertools.combinations(free, 2) for k in range(2, min(size[d], 5) + 1)
               for j in range(2, min(size[e], 5) + 1)]
    best: tuple[float, Plan] | None = None
    for vectors in range(1, (min(4, -(-size[lane] // width)) if lane is not None and kept_lane else 1) + 1):
        for shape in shapes:
            columns = ([(lane, vectors * width)] if lane is not None and kept_lane else []) + shape
            for row in (*only_a, -1) if only_a else (-1,):
                for tall in range(1, min(size[row], 12) + 1) if row >= 0 else (1,):
                    count = vectors * math.prod(k for _, k in shape)
                    if tall * count + min(count, tall) + 1 > machine.registers():
                        continue
                    plan = Plan(a, b, lane, (row, tall), columns, width)
                    cost = _cost(plan, size, deep)
                    if best is None or cost < best[0]:
                        best = cost, plan
    assert best is not None
    return best[1]


def _cost(plan: Plan, size: list[int], deep: int) -> float:
    """Cycles for one round of the folded dimensions over the whole product: two multiply-adds or two loads a cycle, four to be done."""
    rows = [(1, 1)] if plan.rows[0] < 0 else _pieces(size[plan.rows[0]], plan.rows[1])
    shapes = [(1, 1)]
    for d, k in plan.columns:
        unit = plan.width if d == plan.lane else 1
        pieces = _pieces(-(-size[d] // unit), -(-k // unit))
        shapes = [(c * m, t * times) for c, t in shapes for m, times in pieces]
    covered = {plan.rows[0], *(d for d, _ in plan.columns)}
    others = math.prod(n for d, n in enumerate(size) if d not in covered)
    across = plan.lane is not None and plan.lane >= len(size)
    total = 0.0
    for r, many in rows:
        for c, times in shapes:
            far = 0.4 * c if deep * c > CACHE else 0.0
            loads = (r + c) * 0.9 if across else (r + c) / 2        # of whole vectors, or of numbers mostly
            total += many * times * (max(r * c / 2, 4) + loads / 2 + far + 0.5)
    return total * others * PIECE ** (len(rows) * len(shapes) - 1)


def _pieces(n: int, tile: int) -> list[tuple[int, int]]:
    """(elements, how many) of the tiles along a dimension."""
    return [(tile, n // tile)] + ([(n % tile, 1)] if n % tile else [])


class _Product:
    def __init__(self, nest: Nest, space: Space, plan: Plan):
        self.nest, self.space, self.plan, self.f = nest, space, plan, nest.function
        self.n = len(space.kept)
        self.sizes = [*space.kept, *space.folded]
        self.kind = accumulator(space.root.outs[0].dtype)
        self.out = over_kept(space.root, self.n)
        self.panel: Ref | None = None       # the columns copied together, of `size` elements for each thread
        self.size, self.share = 0, 0        # type: tuple[int, Index]

    def emit(self) -> None:
        plan, n = self.plan, self.n
        lane, width = plan.lane, plan.width
        across = lane is not None and lane >= n
        tile = {d: k for d, k in [plan.rows, *plan.columns] if d >= 0}
        order: list[tuple[int, list[Segment]]] = []
        columns = [d for d, _ in plan.columns]
        if lane is not None and not across:
            order.append((lane, self._lane_segments(lane, tile[lane], width)))
        order += [(d, single(self.sizes[d])) for d in range(n) if d not in tile]
        order += [(d, tiles(self.sizes[d], tile[d])) for d in columns if d != lane]
        if plan.rows[0] >= 0:
            order.append((plan.rows[0], tiles(self.sizes[plan.rows[0]], tile[plan.rows[0]])))
        if not order:
            order.append((-1, single(1)))
        self._choose_panel(tile)
        self.nest.spread(math.prod(self.sizes), lambda thread: self._walk(order, thread), self.space.shared is not None)

    def _walk(self, order: list[tuple[int, list[Segment]]], thread: str | None) -> None:
        """The loops over the tiles; where there is a panel, it is filled inside of the first one."""
        f, threads = self.f, self.nest.threads
        if self.panel is None:
            walk(f, order, self._tile, thread, threads, self.space.shared)
            return
        outer = sum(typical((s.stop - s.start + s.size - 1) // s.size) for s in order[0][1]) >= 4 * threads
        self.share = f.mul(thread, self.size) if thread is not None else 0

        def columns(index: dict[int, Index], chosen: dict[int, Segment]) -> None:
            self._fill_panel(index, chosen)
            walk(f, order[1:], lambda i, c: self._tile({**index, **i}, {**chosen, **c}), None if outer else thread, threads)

        walk(f, order[:1], columns, thread if outer else None, threads)

    def _choose_panel(self, tile: dict[int, int]) -> None:
        """Columns whose rows lie far apart, each in another line of memory and many in the same set of the cache, are copied to a panel of
        their own for all the rows that pass by."""
        b, lane, n = self.plan.b, self.plan.lane, self.n
        deep = [d for d in range(n, len(self.sizes)) if b.strides[d]]
        if lane is None or lane >= n or any(b.strides[d] for d in range(n) if d != lane) or not deep or b.content in self.nest.boxes:
            return
        rows = math.prod(typical(n) for d, n in enumerate(self.space.kept) if not b.strides[d])
        far = min(typical(abs(b.strides[d])) for d in deep) * itemsize(b.dtype) >= APART
        if not far or math.prod(typical(self.sizes[d]) for d in deep) < 128 or rows < 8 * self.plan.rows[1]:
            return
        strides, step = [0] * len(self.sizes), tile[lane]
        strides[lane] = 1
        for d in sorted(deep, key=lambda d: abs(b.strides[d])):
            strides[d] = step
            step *= self.sizes[d]
        self.size = step
        self.panel = Ref(room(self.nest, b.content.dtype, step * self.nest.threads), 0, strides)

    def _fill_panel(self, index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        b, lane, panel = self.plan.b, self.plan.lane, self.panel
        assert lane is not None and panel is not None
        part = chosen[lane]
        m = self.nest.scalars(part.width)
        deep = sorted((d for d in range(self.n, len(self.sizes)) if b.strides[d]), key=lambda d: -abs(b.strides[d]))

        def leaf(folded: dict[int, Index], _: Any) -> None:
            source = self._place([index.get(d, 0) for d in range(self.n)], folded, m, lane, part.active)
            target = self._in_panel(source)
            target.count = m.width
            for k in range(0, part.size, part.width):
                write(self.nest, read(self.nest, b, source.moved(lane, k)), panel, target.moved(lane, k))

        walk(self.f, [(d, single(self.sizes[d])) for d in deep], leaf)

    def _in_panel(self, place: Place) -> Place:
        """A place of the columns in the panel of this thread."""
        variables = list(place.variables)
        variables[self.plan.lane or 0] = self.share
        return Place(place.m, variables, place.constants, place.lane, place.count)

    def _lane_segments(self, d: int, tile: int, width: int) -> list[Segment]:
        """Tiles of whole vectors, then smaller ones, the last with a mask or one element wide."""
        n, start, found = self.sizes[d], 0, []
        whole = n // tile * tile
        if isinstance(n - whole, Extent):
            vectors, *rest = segments(n, width, masks())
            return [Segment(0, whole, tile, width, width), *([vectors._replace(start=whole)] if tile > width else []), *rest]
        if whole:
            found.append(Segment(0, whole, tile, width, width))
            start = whole
        vectors = (n - start) // width
        if vectors:
            found.append(Segment(start, start + vectors * width, vectors * width, width, width))
            start += vectors * width
        return found + [s._replace(start=s.start + start, stop=s.stop + start) for s in segments(n - start, width, masks())]

    def _tile(self, index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        """One tile: accumulators in registers, the loops over the folded dimensions, the epilogue."""
        plan, n, nest = self.plan, self.n, self.nest
        lane = plan.lane
        across = lane is not None and lane >= n
        part = chosen[lane] if lane is not None and not across else None
        width = part.width if part is not None else plan.width if across else 1
        m = nest.scalars(width)
        count = part.active if part is not None else m.width
        rows = chosen[plan.rows[0]].size if plan.rows[0] >= 0 else 1
        offsets: list[dict[int, int]] = [{}]
        for d, _ in plan.columns:
            step = width if d == lane else 1
            size = chosen[d].size
            offsets = [{**o, d: k} for o in offsets for k in range(0, size, step)]
        zero = m.constant(0, self.kind)
        totals = [[self.f.variable(self.kind, m.width, zero.name) for _ in offsets] for _ in range(rows)]
        base = [index.get(d, 0) for d in range(n)]
        self._prefetch(base, rows, offsets)
        if across:
            assert lane is not None
            self._folded_lanes(base, rows, offsets, totals, lane)
        else:
            self._folded(base, rows, offsets, totals, m, range(n, len(self.sizes)), {}, lane, count)
        for r in range(rows):
            for k, offset in enumerate(offsets):
                self._finish(base, r, offset, m, totals[r][k], lane if not across else None, count)

    def _place(self, base: list[Index], folded: dict[int, Index], m: Scalars, lane: int | None, count: Index) -> Place:
        return Place(m, [*base, *(folded.get(d, 0) for d in range(self.n, len(self.sizes)))], [0] * len(self.sizes),
                     lane if m.width > 1 else None, count)

    def _folded(self, base: list[Index], rows: int, offsets: list[dict[int, int]], totals: list[list[Variable]], m: Scalars, dims: Any,
                fixed: dict[int, Segment], lane: int | None, count: Index) -> None:
        """The loops over folded dimensions; the innermost is unrolled where it has few rounds."""
        dims = list(dims)
        last = dims[-1] if dims else None
        parts = {d: fixed.get(d) or self._bounded(d, base, rows, offsets) for d in dims}
        few = last is not None and not isinstance(self.sizes[last], Extent) and self.sizes[last] <= FEW
        unrolled = few and last not in fixed and parts[last].bounds is None
        unrolled = unrolled and last is not None and rows * len(offsets) * self.sizes[last] <= LONG
        plan = [(d, [parts[d]]) for d in (dims[:-1] if unrolled else dims)]

        def leaf(index: dict[int, Index], chosen: Any) -> None:
            rounds = self.sizes[last] if unrolled and last is not None else 1
            now = [[m.value(t.get(), self.kind) for t in row] for row in totals]
            place = self._place(base, index, m, lane, count)
            for k in range(rounds):
                at = place.moved(last, k) if unrolled and last is not None else place
                now = self._multiplied(at, rows, offsets, m, now)
            for row, values in zip(totals, now, strict=True):
                for t, v in zip(row, values, strict=True):
                    t.set(v.name)

        walk(self.f, plan, leaf)

    def _folded_lanes(self, base: list[Index], rows: int, offsets: list[dict[int, int]], totals: list[list[Variable]], lane: int) -> None:
        """The lanes are folded as well: whole vectors first, then what is left, with lanes of zeros or one by one."""
        others = [d for d in range(self.n, len(self.sizes)) if d != lane]
        for part in segments(self.sizes[lane], self.plan.width, masks()):
            if part.width > 1:
                m = self.nest.scalars(part.width)
                order = [*others, lane] if typical(part.stop - part.start) > part.size else [lane, *others]
                self._folded(base, rows, offsets, totals, m, order, {lane: part}, lane, part.active)
                continue
            m = self.nest.scalars(1)
            rest = [[self.f.variable(self.kind, 1, m.constant(0, self.kind).name) for _ in offsets] for _ in range(rows)]
            self._folded(base, rows, offsets, rest, m, [*others, lane], {lane: part}, None, 1)
            wide = self.nest.scalars(self.plan.width)
            zero = wide.constant(0, self.kind)
            for row, added in zip(totals, rest, strict=True):
                for t, v in zip(row, added, strict=True):
                    first = self.f.op(f"insertelement {wide.type(self.kind)} {zero.name}, {m.type(self.kind)} {v.get()}, i64 0")
                    t.set((wide.value(t.get(), self.kind) + wide.value(first, self.kind)).name)

    def _bounded(self, d: int, base: list[Index], rows: int, offsets: list[dict[int, int]]) -> Segment:
        """A folded dimension, without what meets zeros of a padded operand for every element of the tile."""
        whole = Segment(0, self.sizes[d], 1, 1, 1)
        for x in (self.plan.a, self.plan.b):
            box = self.nest.boxes.get(x.content)
            if box is None or not x.strides[d]:
                continue
            found = box.coordinate(x, d, self.n)
            if found is None:
                continue
            kept, per_kept, low, high = found
            moves = [0] if kept is None else list(range(rows)) if kept == self.plan.rows[0] else [o.get(kept, 0) for o in offsets]
            at: Index = 0 if kept is None else self.f.mul(base[kept], per_kept)
            furthest = max(moves) + (self.plan.width - 1 if kept is not None and kept == self.plan.lane else 0)
            start = self._limit("smax", 0, self._minus(low - furthest * per_kept, at))
            stop = self._limit("smin", self.sizes[d], self._minus(high - min(moves) * per_kept, at))
            return whole._replace(bounds=(start, stop))
        return whole

    def _minus(self, a: int, b: Index) -> Index:
        return self.f.pure(f"sub i64 {a}, {b}") if isinstance(b, str) else a - b

    def _limit(self, name: str, a: int, b: Index) -> Index:
        if isinstance(a, int) and isinstance(b, int):
            return max(a, b) if name == "smax" else min(a, b)
        return self.f.call(f"llvm.{name}.i64", "i64", [("i64", str(a)), ("i64", str(b))])

    def _multiplied(self, place: Place, rows: int, offsets: list[dict[int, int]], m: Scalars, now: list[list[Value]]) -> list[list[Value]]:
        def moved(by: dict[int, int]) -> Place:
            at = Place(m, place.variables, place.constants, place.lane, place.count)
            for d, k in by.items():
                at.constants[d] += k
            return at

        if self.panel is not None:
            columns = [m.cast(read(self.nest, self.panel, self._in_panel(moved(o))), self.kind) for o in offsets]
        else:
            columns = [m.cast(read(self.nest, self.plan.b, moved(o)), self.kind) for o in offsets]
        out = []
        for r in range(rows):
            factors: dict[Any, Value] = {}
            row = []
            for o, column, total in zip(offsets, columns, now[r], strict=True):
                by = {d: k for d, k in [*o.items(), (self.plan.rows[0], r)] if d >= 0 and self.plan.a.strides[d]}
                key = tuple(sorted(by.items()))
                if key not in factors:
                    factors[key] = m.cast(read(self.nest, self.plan.a, moved(by)), self.kind)
                row.append(total + factors[key] * column if self.nest.exact else m.muladd(factors[key], column, total))
            out.append(row)
        return out

    def _finish(self, base: list[Index], r: int, offset: dict[int, int], m: Scalars, total: Variable, lane: int | None,
                count: Index) -> None:
        """The maps that follow, for one accumulator."""
        value = m.value(total.get(), self.kind)
        if m.width > 1 and lane is None:
            value = horizontal(self.nest, m, value, lambda x, y: x + y)
            m = self.nest.scalars(1)
        place = Place(m, base, [0] * self.n, lane if m.width > 1 else None, count if m.width > 1 else 1)
        for d, k in offset.items():
            place.constants[d] += k
        if self.plan.rows[0] >= 0:
            place.constants[self.plan.rows[0]] += r
        result = self.space.root.outs[0]
        with self.f.scope():
            evaluate(self.nest, self.space.after, place, {result.content: m.cast(value, result.dtype)}, [self.out])

    def _prefetch(self, base: list[Index], rows: int, offsets: list[dict[int, int]]) -> None:
        """Ask for what the epilogue reads while the product is computed."""
        refs = {(x.content.storage, x.offset, x.strides): x for s in self.space.after if s.always for x in s.ins
                if isinstance(x, Ref) and x.content.equation is None and all(x.strides)}
        if len(self.sizes) == self.n or not refs:
            return
        m = self.nest.scalars(1)
        self.f.declare(PREFETCH)
        for x in refs.values():
            for r in range(rows):
                for offset in offsets:
                    place = Place(m, base, [0] * self.n)
                    for d, k in [*offset.items(), (self.plan.rows[0], r)]:
                        if d >= 0:
                            place.constants[d] += k
                    self.f.do(f"call void @llvm.prefetch.p0(ptr {address(self.nest, x, place)}, i32 0, i32 3, i32 1)")
