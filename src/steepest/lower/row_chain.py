"""What is computed for every row: forward, loss and backward, with `width` rows on the lanes.

Small steps are one straight line for two vectors of rows, instruction by instruction in turn, so that one hides the other's latency.
Wide layers are groups of values with the same feature dimension: for each group a loop over tiles of features and row vectors, with
the contractions of the tile in registers and what is elementwise as its epilogue.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.expressions import Expression, Expressions, Unsupported, write
from steepest.lower.row_body import Body, evaluate
from steepest.lower.row_input import load_rows
from steepest.lower.scalar import Value
from steepest.lower.text import Index

__all__ = ["chain", "fits_registers", "is_small"]

Registers = dict[tuple[int, int], list[Value]]
"""Values by root and feature, one for each vector of rows."""

UNROLLED = 250
"""So many multiply-adds a row at most in a straight line."""

TILE = {32: 8, 16: 4}
"""Features in a tile, by the number of registers."""


def is_small(body: Body, inside: Sequence[int]) -> bool:
    graph = body.graph
    return sum(body.size(r) * graph.count(body.node(r).reduced) for r in inside) <= UNROLLED


def chain(body: Body, inside: Sequence[int], outputs: Sequence[int], held: Sequence[int] = ()) -> Registers:
    """The row values `inside` for all rows; `outputs` are stored, but for those that are `held` in registers and given back."""
    if not outputs:
        return {}
    if not is_small(body, inside):
        _tiled(body, inside, outputs)
        return {}
    if held:
        return _unrolled(body, inside, outputs, False, held)
    for part, narrow in segments(body, inside):
        own = set(part)
        read = {a for r in inside if r not in own for a in body.stages.args(r)}
        _unrolled(body, part, [r for r in part if r in read or r in outputs], narrow)
    return {}


def fits_registers(body: Body, inside: Sequence[int]) -> bool:
    """Whether a pass is one round of a straight line, so that its values need no memory on their way to the sums."""
    return body.padded == body.block == body.width * body.pair and is_small(body, inside)


def segments(body: Body, inside: Sequence[int]) -> list[tuple[list[int], bool]]:
    """The values cut where a wide part becomes narrow (one number a row, as from the last layer through the loss), and back.

    A processor looks some hundred instructions ahead. Through the narrow part of one vector of rows it would not reach the wide part
    of the next one; with loops of their own each part overlaps with itself. Narrow ones take more vectors of rows at a time.
    """
    parts: list[tuple[list[int], bool]] = []
    for r in inside:
        narrow = body.size(r) == 1
        if not parts or parts[-1][1] != narrow:
            parts.append(([], narrow))
        parts[-1][0].append(r)
    return parts if len(parts) <= 3 else [(list(inside), False)]


def _loaded(body: Body, r: int, row: Index) -> list[Value]:
    """The features of the next rows of a stream, or of those rows of a table that a stream of indices names."""
    f, graph, root, node = body.f, body.graph, body.root(r), body.node(r)
    last = body.count - 1 if body.count < body.padded else None
    numbers: list[Index] = []
    for j in range(body.width):
        at = f.add(f.add(body.start, row), j)
        if last is not None:
            inside = f.pure(f"icmp slt i64 {at}, {last}")
            at = f.pure(f"select i1 {inside}, i64 {at}, i64 {last}")
        numbers.append(at)
    source = root if node.kind == "stream" else body.root(node.args[0])
    leaf = source.leaf
    assert leaf is not None
    strides = dict(zip(source.dims, leaf.strides, strict=True))
    if node.kind == "take":
        along = source.dims[0]
        base = body.sources[node.args[0]]
        numbers = [_index(body, node.args[1], at) for at in numbers]
    else:
        assert body.rows is not None and leaf.stream is not None
        along = body.rows
        base = f.gep(body.streams[leaf.stream], f.mul(body.step, leaf.storage.flat.size), root.dtype)
    rows = [f.gep(base, f.add(leaf.offset, f.mul(n, strides[along])), root.dtype) for n in numbers]
    order = body.features(r)
    offsets = [sum(i * strides[d] for i, d in zip(at, order, strict=True)) for at in np.ndindex(*[graph.size[d] for d in order])]
    return [body.m.value(v, root.dtype) for v in load_rows(f, rows, offsets, root.dtype)]


def _index(body: Body, r: int, row: Index) -> str:
    """One element of an int64 vector over the rows."""
    f, root = body.f, body.root(r)
    leaf = root.leaf
    if leaf is None or root.dtype != "int64":
        raise Unsupported("rows at computed places")
    if leaf.stream is None:
        pointer, first = body.place(r)
        return f.load(f.gep(pointer, f.add(first, row), "int64"), "int64")
    if len(leaf.strides) != 1:
        raise Unsupported("an index that is not one number a row")
    base = f.gep(body.streams[leaf.stream], f.mul(body.step, leaf.storage.flat.size), "int64")
    return f.load(f.gep(base, f.add(leaf.offset, f.mul(row, leaf.strides[0])), "int64"), "int64")


# straight lines -----------------------------------------------------------------------------------------------------------------------


def _unrolled(body: Body, inside: Sequence[int], outputs: Sequence[int], narrow: bool, held: Sequence[int] = ()) -> Registers:
    graph, f = body.graph, body.f
    vectors = body.padded // body.width, body.block // body.width
    together = 4 if narrow and all(n % 4 == 0 for n in vectors) else body.pair
    g, elements, own = Expressions(), dict[Any, Expression](), set(inside)

    def get(r: int, at: dict[int, Any]) -> Expression:
        root = graph.roots[r]
        if root.leaf is None and root.node is None:
            return g.constant(at[root.dims[0]], "int64")
        index = body.flat(r, at)
        key = (r, index)
        if key not in elements:
            kind = "rows" if body.has_rows(r) else "flat"
            elements[key] = g.leaf((kind, r, index), root.dtype)
            mark(r, elements[key])
        return elements[key]

    def mark(r: int, x: Expression) -> None:
        node = graph.roots[r].node
        if node is not None and node.name == "sigmoid":
            g.probabilities.add(x.number)

    for r in inside:
        order = body.features(r)
        for k, at in enumerate(np.ndindex(*[graph.size[d] for d in order])):
            if body.node(r).kind in ("take", "stream"):
                elements[r, k] = g.leaf(("loaded", r, k), graph.roots[r].dtype)
            else:
                elements[r, k] = evaluate(g, graph, r, dict(zip(order, at, strict=True)), get)
                mark(r, elements[r, k])
    places = [(r, k) for r in outputs if r in own for k in range(body.size(r))]
    stored = [(r, k, elements[r, k].number) for r, k in places]
    with f.loop(body.length, body.width * together) as first:
        rows = [f.add(first, u * body.width) for u in range(together)]
        loaded = [{r: _loaded(body, r, row) for r in inside if body.node(r).kind in ("take", "stream")} for row in rows]
        spread: dict[Any, Value] = {}

        def leaf(u: int, key: Any, dtype: str) -> Value:
            kind, r, index = key
            if kind == "loaded":
                return loaded[u][r][index]
            if kind == "rows":
                return body.load_rows(r, index, rows[u])
            if key not in spread:
                spread[key] = body.spread_here(r, index)
            return spread[key]

        memos: list[dict[int, Value]] = [{} for _ in rows]
        write(g, [number for _, _, number in stored], [partial(leaf, u) for u in range(together)], body.m, memos)
        for memo, row in zip(memos, rows, strict=True):
            for r, k, number in stored:
                if r not in held:
                    body.store_rows(memo[number], r, k, row)
        return {(r, k): [memo[number] for memo in memos] for r, k, number in stored if r in held}


# tiles --------------------------------------------------------------------------------------------------------------------------------


def _groups(body: Body, inside: Sequence[int]) -> list[tuple[int | None, list[int]]]:
    """Values with the same feature dimension; a reduction begins behind the group of what it reduces."""
    groups: list[tuple[int | None, list[int]]] = []
    where: dict[int, int] = {}
    for r in inside:
        features = body.features(r)
        if len(features) > 1:
            raise Unsupported("several feature dimensions in a wide layer")
        d = features[0] if features else None
        node = body.node(r)
        args = () if node.kind in ("take", "stream") else node.args
        first = max((where[a] + (node.kind == "reduce") for a in args if a in where), default=0)
        at = next((k for k in range(first, len(groups)) if groups[k][0] == d), len(groups))
        if at == len(groups):
            groups.append((d, []))
        groups[at][1].append(r)
        where[r] = at
    return groups


def _tiled(body: Body, inside: Sequence[int], outputs: Sequence[int]) -> None:
    f, w = body.f, body.width
    groups = _groups(body, inside)
    where = {r: k for k, (_, members) in enumerate(groups) for r in members}
    crossing = {a for r in inside for a in body.stages.args(r)
                if a in where and body.node(r).kind not in ("take", "stream") and (where[a] != where[r] or body.node(r).kind == "reduce")}
    crossing |= {r for r in outputs if r in where}
    step = body.pair
    with f.loop(body.length, w * step) as first:
        rows = [f.add(first, u * w) for u in range(step)]
        for d, members in groups:
            loads = [r for r in members if body.node(r).kind in ("take", "stream")]
            for r in loads:
                for row in rows:
                    for k, value in enumerate(_loaded(body, r, row)):
                        body.store_rows(value, r, k, row)
            rest = [r for r in members if r not in loads]
            if rest:
                _tile(body, d, rest, [r for r in rest if r in crossing], rows)


def _tile(body: Body, d: int | None, members: Sequence[int], stored: Sequence[int], rows: Sequence[Index]) -> None:
    """One group for a few row vectors: a loop over tiles of its features."""
    f, m, graph = body.f, body.m, body.graph
    size = 1 if d is None else graph.size[d]
    tile = next(k for k in range(min(TILE[machine.registers()], size), 0, -1) if size % k == 0)
    with f.loop(size, tile) as feature:
        totals = {r: _reduced(body, r, d, feature, tile, rows) for r in members if body.node(r).kind == "reduce"}
        g, elements = Expressions(), dict[int, Expression]()

        def get(r: int, _: Any) -> Expression:
            if r not in elements:
                elements[r] = g.leaf(r, graph.roots[r].dtype)
            return elements[r]

        for r in members:
            if r not in totals:
                elements[r] = evaluate(g, graph, r, {}, get)
        numbers = [get(r, {}).number for r in stored]
        for i in range(tile):
            at = f.add(feature, i)
            spread: dict[int, Value] = {}

            def leaf(u: int, r: int, dtype: str, i: int = i, at: Index = at, spread: dict[int, Value] = spread) -> Value:
                if r in totals:
                    return totals[r][i][u]
                if body.has_rows(r):
                    return body.load_rows(r, at if body.features(r) else 0, rows[u])
                if r not in spread:
                    root = graph.roots[r]
                    position = root.leaf is None and root.node is None
                    spread[r] = m.splat(str(at), "int64") if position else body.spread(r, at if root.dims else 0)
                return spread[r]

            memos: list[dict[int, Value]] = [{} for _ in rows]
            write(g, numbers, [partial(leaf, u) for u in range(len(rows))], m, memos)
            for memo, row in zip(memos, rows, strict=True):
                for r, number in zip(stored, numbers, strict=True):
                    body.store_rows(memo[number], r, at, row)


def _reduced(body: Body, r: int, d: int | None, feature: Index, tile: int, rows: Sequence[Index]) -> list[list[Value]]:
    """A reduction over one feature dimension for a tile, as values by feature and row vector."""
    f, m, node, dtype = body.f, body.m, body.node(r), body.root(r).dtype
    if len(node.reduced) != 1 or d is not None and any(d in body.features(a) and body.has_rows(a) for a in node.args):
        raise Unsupported("a reduction over several dimensions in a wide layer")
    (k,) = node.reduced
    lanes = [a for a in node.args if body.has_rows(a)]
    weights = [a for a in node.args if not body.has_rows(a)]
    if len(lanes) != 1 or any(k not in body.features(a) for a in lanes):
        if len(lanes) != 2 or weights or d is not None:
            raise Unsupported("a product of rows in a wide layer")

    def terms(at: Index) -> list[list[Value]]:
        values = [[body.load_rows(a, at, row) for row in rows] for a in lanes]
        base = [values[0][u] if len(lanes) == 1 else values[0][u] * values[1][u] for u in range(len(rows))]
        out = []
        for i in range(tile):
            places = {k: at} if d is None else {k: at, d: f.add(feature, i)}
            factor = [body.spread(a, body.flat(a, places)) for a in weights]
            out.append([x * factor[0] for x in base] if factor else base)
        return out

    first: Index = 0 if node.identity is not None else 1
    begin = terms(0) if node.identity is None else [[m.constant(node.identity, dtype)] * len(rows) for _ in range(tile)]
    totals = [[f.variable(dtype, body.width, initial=v.name) for v in line] for line in begin]
    size = body.graph.size[k]
    if size > int(first):
        with f.loop(size, start=first) as at:
            new = terms(at)
            for line, values in zip(totals, new, strict=True):
                for total, value in zip(line, values, strict=True):
                    total.set(node.combine(m, m.value(total.get(), dtype), value).name)
    return [[m.value(total.get(), dtype) for total in line] for line in totals]
