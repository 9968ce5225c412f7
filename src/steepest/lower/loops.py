"""Loop nests of groups without a product: maps, and folds with the maps around them, written with explicit vectors."""

import math
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.bodies import Place, active, evaluate, operand
from steepest.lower.extents import Extent, typical
from steepest.lower.fusion import Group
from steepest.lower.nest import Nest, accumulator
from steepest.lower.scalar import Scalars, Value
from steepest.lower.spaces import Segment, Space, lanes, masks, segments, single, walk
from steepest.lower.statements import Ref, Statement
from steepest.lower.text import Index

__all__ = ["best_nest", "fold_nest", "horizontal", "map_nest", "over_kept", "vector_width"]

CHAINS = 4
"""Accumulators that a sum is spread over, so that additions need not wait for each other."""


def vector_width(statements: list[Statement]) -> int:
    """Lanes of a group's vectors: those of the wider floating dtype where there is no float32."""
    kinds = {r.dtype for s in statements for r in s.refs()}
    return machine.width("float64" if kinds & {"float64", "int64"} and not kinds & {"float32", "float16", "bfloat16"} else "float32")


def places(nest: Nest, space: int, index: dict[int, Index], m: Scalars, lane: int | None, count: Index) -> Place:
    """The place of a walk's indices, all of whose constants are 0."""
    return Place(m, [index[d] for d in range(space)], [0] * space, lane, count)


def map_nest(nest: Nest, group: Group) -> None:
    """Every map of the group at every index."""
    space = Space(group, shared=nest.shared)
    careful = any(s.stops for s in space.after)
    width = vector_width(space.after)
    lane = lanes(space.kept, [r for s in space.after for r in s.refs()], width)
    plan = _plan(space.kept, lane, width, masks() and not careful) or [(-1, single(1))]

    def leaf(index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        part = chosen[lane] if lane is not None else Segment(0, 1, 1, 1, 1)
        m = nest.scalars(part.width)
        evaluate(nest, space.after, places(nest, len(space.kept), index, m, lane if part.width > 1 else None, part.active), {})

    work = math.prod(space.kept) * len(space.after)
    _spread(nest, space, work, plan, leaf)


def _spread(nest: Nest, space: Space, work: int, plan: list[tuple[int, list[Segment]]], leaf: Any) -> None:
    """The loops of a plan, shared by the threads where there is work enough."""
    shared = space.shared
    nest.spread(work, lambda thread: walk(nest.function, plan, leaf, thread, nest.threads, shared), shared is not None)


def _plan(sizes: list[int], lane: int | None, width: int, masked: bool) -> list[tuple[int, list[Segment]]]:
    outer = [(d, single(n)) for d, n in enumerate(sizes) if d != lane]
    return outer if lane is None else [*outer, (lane, segments(sizes[lane], width, masked))]


def identity(s: Statement, dtype: str) -> Any:
    """The value that changes nothing."""
    if s.primitive.identity is not None:
        return s.primitive.identity
    largest = s.primitive.ufunc is np.minimum
    if dtype in ("float32", "float64"):
        return math.inf if largest else -math.inf
    if dtype == "bool":
        return largest
    info = np.iinfo(dtype)
    return int(info.max if largest else info.min)


def fold_nest(nest: Nest, group: Group) -> None:
    """A monoid folded over some dimensions of what the maps before it make, and the maps after it."""
    space = Space(group, nest.exact, nest.shared)
    root, n = space.root, len(space.kept)
    kind = accumulator(root.outs[0].dtype)
    width = vector_width([*space.inside, *space.after])
    refs = [x for s in space.inside for x in (*s.ins, *s.outs) if isinstance(x, Ref) and (s is not root or x in s.ins)]
    sizes = [*space.kept, *space.folded]
    lane = lanes(sizes[:n] if nest.exact else sizes, refs, width)
    careful = any(s.stops for s in (*space.before, *space.after))
    combine = root.primitive.combine
    across = lane is not None and lane >= n
    plan = _plan(space.kept, lane if lane is not None and lane < n else None, width, masks() and not careful)
    if not plan:
        plan = [(-1, single(1))]

    def element(place: Place) -> Value:
        values: dict[Any, Value] = {}
        evaluate(nest, space.before, place, values)
        return operand(nest, root.ins[0], kind, place, values)

    def inner(place_of: Any, m: Scalars, dims: list[int], part: Segment | None) -> Value:
        """Everything folded: loops over `dims`, the last of them over several accumulators."""
        chains = CHAINS if not nest.exact and math.prod(typical(sizes[d]) for d in dims) >= 2 * CHAINS else 1
        start = m.constant(identity(root, kind), kind)
        totals = [nest.function.variable(kind, m.width, start.name) for _ in range(chains)]

        def add(k: int, place: Place) -> None:
            totals[k].set(combine(m, m.value(totals[k].get(), kind), _masked(m, element(place), place, start)).name)

        *outer, last = dims
        step = part.size if part is not None else 1
        first, stop = (part.start, part.stop) if part is not None else (0, sizes[last])
        chunk = step * chains
        ragged = part is not None and isinstance(part.active, str)
        whole = first if ragged else first + (stop - first) // chunk * chunk
        unknown = isinstance(stop - whole, Extent)

        def leaf(index: dict[int, Index], chosen: Any) -> None:
            f = nest.function
            if not ragged and (unknown or whole > first):
                with f.loop(whole, chunk, first) as i:
                    for k in range(chains):
                        add(k, place_of({**index, last: i}, k * step, last))
            if unknown:
                with f.loop(stop, step, whole) as i:
                    add(0, place_of({**index, last: i}, 0, last))
                return
            for k in range((stop - whole) // step if part is None or part.active == part.width else int(stop > whole)):
                add(k, place_of({**index, last: whole}, k * step, last))

        walk(nest.function, [(d, single(sizes[d])) for d in outer], leaf)
        total = m.value(totals[0].get(), kind)
        for other in totals[1:]:
            total = combine(m, total, m.value(other.get(), kind))
        return total

    def leaf(index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        part = chosen.get(lane) if lane is not None else None
        m = nest.scalars(part.width if part is not None else 1)
        dims = list(range(n, len(sizes)))

        def place_of(inside: dict[int, Index], by: int, moved: int) -> Place:
            all_of = {**index, **inside}
            wide = m if not across else nest.scalars(width)
            place = Place(wide, [all_of[d] for d in range(len(sizes))], [0] * len(sizes), lane if wide.width > 1 else None,
                          part.active if part is not None and not across else wide.width)
            return place.moved(moved, by) if by else place

        if across:
            assert lane is not None
            others = [d for d in dims if d != lane]
            total = _across(nest, root, kind, sizes[lane], width, others, lane, inner, place_of, masks() and not careful)
        else:
            total = inner(place_of, m, dims, None) if dims else element(place_of({}, 0, 0))
        kept = Place(m, [index[d] for d in range(n)], [0] * n, lane if m.width > 1 else None, part.active if part is not None else 1)
        made = m.cast(total, root.outs[0].dtype)
        out = over_kept(root, n)
        evaluate(nest, space.after, kept, {root.outs[0].content: made}, [out])

    _spread(nest, space, math.prod(sizes) * len(space.inside), plan, leaf)


def over_kept(s: Statement, n: int) -> Statement:
    """The results of a fold over the kept dimensions, which come first."""
    new = s.over(s.sizes, lambda r: r.strides, s.folded)
    new.outs = [Ref(r.content, r.offset, r.strides[:n]) for r in s.outs]
    new.homes = [None if r is None else Ref(r.content, r.offset, r.strides[:n]) for r in s.homes]
    return new


def _masked(m: Scalars, value: Value, place: Place, start: Value) -> Value:
    """A value whose inactive lanes are the identity, where the lanes are folded too."""
    if place.count == m.width or place.lane is None:
        return value
    return m.where(m.value(active(m, place.count), "bool"), value, start)


def _across(nest: Nest, root: Statement, kind: str, size: int, width: int, outer: list[int], lane: int, inner: Any, place_of: Any,
            masked: bool) -> Value:
    """A fold whose lanes are folded as well: whole vectors, the rest, then the lanes of the total."""
    m, combine = nest.scalars(width), root.primitive.combine
    total: Value | None = None
    for part in segments(size, width, masked):
        wide = nest.scalars(part.width)

        def at(inside: dict[int, Index], by: int, moved: int, part: Segment = part, wide: Scalars = wide) -> Place:
            place = place_of(inside, by, moved)
            place.m, place.lane, place.count = wide, lane if wide.width > 1 else None, part.active
            return place

        found = inner(at, wide, [*outer, lane], part)
        if wide.width > 1:
            found = horizontal(nest, m, found, lambda a, b: combine(m, a, b))
        one = nest.scalars(1)
        total = found if total is None else combine(one, one.value(total.name, kind), one.value(found.name, kind))
    assert total is not None
    return nest.scalars(1).value(total.name, kind)


def horizontal(nest: Nest, m: Scalars, value: Value, combine: Any) -> Value:
    """The lanes of a vector combined in halves."""
    f, width = nest.function, m.width
    while width > 1:
        width //= 2
        order = ", ".join(f"i32 {k + width}" if k < width else "i32 poison" for k in range(m.width))
        kind = m.type(value.dtype)
        moved = f.pure(f"shufflevector {kind} {value.name}, {kind} poison, <{m.width} x i32> <{order}>")
        value = combine(value, m.value(moved, value.dtype))
    return nest.scalars(1).value(f.lane(value.name, 0, value.dtype, m.width), value.dtype)


def best_nest(nest: Nest, group: Group) -> None:
    """The best element over the folded dimensions and the first place where it is, counted in their order."""
    space = Space(group, ordered=True, shared=nest.shared)
    root, n, f = space.root, len(space.kept), nest.function
    sizes = [*space.kept, *space.folded]
    kind, count = accumulator(root.outs[0].dtype), math.prod(space.folded)
    few = not isinstance(count, Extent) and count <= 16
    width = vector_width([root])
    lane = lanes(space.kept, [x for x in root.ins if isinstance(x, Ref)], width)
    plan = _plan(space.kept, lane, width, masks()) or [(-1, single(1))]
    number = "int32" if count < 2**31 else "int64"

    def leaf(index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        part = chosen[lane] if lane is not None else Segment(0, 1, 1, 1, 1)
        m = nest.scalars(part.width)
        start: list[Index] = [*(index[d] for d in range(n)), *[0] * len(space.folded)]
        begin = Place(m, start, [0] * len(sizes), lane if m.width > 1 else None, part.active)
        first = operand(nest, root.ins[0], kind, begin, {})
        best, where = f.variable(kind, m.width, first.name), f.variable(number, m.width, m.constant(0, number).name)

        def compare(folded: dict[int, Index], chosen: Any) -> None:
            place = Place(m, [*begin.variables[:n], *(folded[d] for d in range(n, len(sizes)))], [0] * len(sizes), begin.lane, part.active)
            value = operand(nest, root.ins[0], kind, place, {})
            at: Index = 0
            for d in range(n, len(sizes)):
                at = f.add(f.mul(at, sizes[d]), folded[d])
            here = m.constant(at, number) if isinstance(at, int) else m.splat(
                at if number == "int64" else f.pure(f"trunc i64 {at} to i32"), number)
            better = root.primitive.better(m, value, m.value(best.get(), kind))
            best.set(m.where(better, value, m.value(best.get(), kind)).name)
            where.set(m.where(better, here, m.value(where.get(), number)).name)

        inside = [(d, [Segment(k, k + 1, 1, 1, 1) for k in range(sizes[d])] if few else single(sizes[d]))
                  for d in range(n, len(sizes))]
        walk(f, inside, compare)
        found = m.value(best.get(), kind), m.value(where.get(), number)
        values = {r.content: m.cast(found[min(k, 1)], r.dtype) for k, r in enumerate(root.outs)}
        kept = Place(m, begin.variables[:n], [0] * n, begin.lane, part.active)
        evaluate(nest, space.after, kept, values, [over_kept(root, n)])

    _spread(nest, space, math.prod(sizes), plan, leaf)
