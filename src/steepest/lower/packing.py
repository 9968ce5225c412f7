"""Copies of operands in the order in which products read them; the exchange of two dimensions by shuffles in registers."""

import math
from collections.abc import Sequence

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.recorder import Content
from steepest.core.storage import Storage
from steepest.lower.bodies import Place, read, write
from steepest.lower.extents import typical
from steepest.lower.nest import Nest
from steepest.lower.scalar import Scalars, Value
from steepest.lower.spaces import Segment, masks, segments, single, walk
from steepest.lower.statements import Ref
from steepest.lower.text import Index

__all__ = ["pack", "room", "transposed"]


def pack(nest: Nest, x: Ref, sizes: Sequence[int], lane: int) -> Ref:
    """A copy of an operand in which the dimension `lane` is contiguous, the others as they lie."""
    used = sorted((d for d in range(len(sizes)) if x.strides[d] and d != lane), key=lambda d: -abs(x.strides[d]))
    order = [*used, lane]
    strides = [0] * len(sizes)
    step = 1
    for d in reversed(order):
        strides[d] = step
        step *= sizes[d]
    packed = Ref(room(nest, x.content.dtype, step), 0, strides)
    inner = next((d for d in used if x.strides[d] == 1), None)
    copy_exchanged(nest, x, packed, sizes, order, lane, inner)
    return packed


def room(nest: Nest, of: dtype, count: int) -> Content:
    """A content for `count` elements that one group needs."""
    content = Content(_Room(of.numpy), of, 0)
    content.size = count
    nest.room(content, count)
    return content


class _Room(Storage):
    """A storage whose memory is part of the program's temporaries."""

    def __init__(self, kind: np.dtype) -> None:
        super().__init__(np.zeros(1, kind))


def copy_exchanged(nest: Nest, source: Ref, target: Ref, sizes: Sequence[int], order: Sequence[int], lane: int, inner: int | None) -> None:
    """Copy with `lane` contiguous in the target and `inner` in the source: squares of both are turned in registers."""
    f = nest.function
    width = nest.lanes(source.dtype)
    wide = inner is not None and width > 1 and typical(sizes[lane]) >= width and typical(sizes[inner]) >= width
    square = wide and target.dtype not in ("bool",)
    outer = [d for d in order if d not in (lane, inner)] if square else [d for d in order if d != lane]
    across = segments(sizes[lane], width, masks())
    plan = [(d, single(sizes[d])) for d in outer]
    if square:
        assert inner is not None
        plan += [(inner, segments(sizes[inner], width, False))]
    plan.append((lane, across))

    def leaf(index: dict[int, Index], chosen: dict[int, Segment]) -> None:
        part = chosen[lane]
        m = nest.scalars(part.width)
        variables = [index.get(d, 0) for d in range(len(sizes))]
        if square and inner is not None and chosen[inner].width > 1 and part.width > 1 and part.active == part.width:
            along = Place(m, variables, [0] * len(sizes), inner, m.width)
            rows = transposed(m, [read(nest, source, along.moved(lane, k)) for k in range(m.width)])
            into = Place(m, variables, [0] * len(sizes), lane, m.width)
            for k, row in enumerate(rows):
                write(nest, row, target, into.moved(inner, k))
            return
        step = chosen[inner].size if square and inner is not None else 1
        for k in range(step):
            place = Place(m, variables, [0] * len(sizes), lane if m.width > 1 else None, part.active)
            at = place.moved(inner, k) if inner is not None else place
            write(nest, m.cast(read(nest, source, at), target.dtype), target, at)

    nest.spread(math.prod(sizes[d] for d in order), lambda thread: walk(f, plan, leaf, thread, nest.threads))


def transposed(m: Scalars, rows: list[Value]) -> list[Value]:
    """Rows and columns of a square of vectors exchanged, by halves."""
    f, n, kind = m.function, m.width, m.type(rows[0].dtype)

    def shuffled(a: Value, b: Value, order: list[int]) -> Value:
        lanes = ", ".join(f"i32 {k}" for k in order)
        return m.value(f.op(f"shufflevector {kind} {a.name}, {kind} {b.name}, <{n} x i32> <{lanes}>"), a.dtype)

    step = 1
    while step < n:
        made: list[Value] = list(rows)
        for k in range(n):
            if k & step:
                continue
            a, b = rows[k], rows[k + step]
            made[k] = shuffled(a, b, [i if not i & step else n + i - step for i in range(n)])
            made[k + step] = shuffled(a, b, [i + step if not i & step else n + i for i in range(n)])
        rows = made
        step *= 2
    return rows


