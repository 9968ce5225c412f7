"""What has no rows: the optimizer's update, norms of gradients, running statistics. One fused loop for each group of equal shape."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from steepest.lower.expressions import Expression, Expressions, Unsupported, write
from steepest.lower.row_body import Body, evaluate
from steepest.lower.scalar import Value
from steepest.lower.text import Index

__all__ = ["Group", "groups", "write_group"]

STRAIGHT = 8
"""Vectors up to which a loop is written out."""


class Group:
    """Maps over the same dimensions, one reduction, or one join; in the order of their operands."""

    def __init__(self, kind: str, dims: frozenset[int]) -> None:
        self.kind, self.dims, self.members = kind, dims, list[int]()


def groups(body: Body, roots: Sequence[int]) -> list[Group]:
    """The values in groups, each behind those that it needs."""
    found: list[Group] = []
    where: dict[int, int] = {}
    for r in roots:
        node, dims = body.node(r), frozenset(body.root(r).dims)
        if node.kind not in ("map", "reduce", "join"):
            raise Unsupported(f"{node.kind} without rows")
        first = 0
        for a in node.args:
            if a in where:
                together = node.kind == "map" and found[where[a]].kind == "map" and found[where[a]].dims == dims
                first = max(first, where[a] + (not together))
        fits = (k for k in range(first, len(found)) if node.kind == "map" and found[k].kind == "map" and found[k].dims == dims)
        at = next(fits, len(found))
        if at == len(found):
            found.append(Group(node.kind, dims))
        found[at].members.append(r)
        where[r] = at
    return found


def is_flat(body: Body, group: Group) -> bool:
    """Whether all operands have the group's dimensions or none, so that it is one loop over contiguous memory."""
    own = set(group.members)
    operands = {a for r in group.members for a in body.node(r).args if a not in own}
    return all(frozenset(body.root(a).dims) in (group.dims, frozenset()) and not _is_position(body, a) for a in operands)


def _is_position(body: Body, r: int) -> bool:
    return body.root(r).leaf is None and body.root(r).node is None


def write_group(body: Body, group: Group, stored: Sequence[int]) -> None:
    """The instructions of a group; the values `stored` are written to memory."""
    if group.kind == "join":
        (r,) = group.members
        for k, a in enumerate(body.node(r).args):
            body.f.store(body.load(a, 0).name, body.address(r, k), body.root(r).dtype)
    elif group.kind == "reduce":
        _reduction(body, group.members[0])
    else:
        _maps(body, group, stored)


def _maps(body: Body, group: Group, stored: Sequence[int]) -> None:
    f, w, graph = body.f, body.width, body.graph
    g, elements = Expressions(), dict[int, Expression]()

    def get(r: int, _: Any) -> Expression:
        if r not in elements:
            elements[r] = g.leaf(r, graph.roots[r].dtype)
        return elements[r]

    if not stored:
        return
    for r in group.members:
        elements[r] = evaluate(g, graph, r, {}, get)
    numbers = [elements[r].number for r in stored]
    if not group.dims:
        _at(body, g, numbers, stored, lambda r: body.load(r, 0), 0, 1)
        return
    order = body.features(group.members[0])
    if not is_flat(body, group):
        _nest(body, g, numbers, stored, order)
        return
    vectors = -(-graph.count(order) // w)
    spread = {r: body.spread(r, 0) for r in g.leaves(numbers) if not graph.roots[r].dims}
    together = 1 if vectors > STRAIGHT else vectors
    with f.loop(vectors * w, together * w) as first:
        for k in range(together):
            place = f.add(first, k * w)
            _at(body, g, numbers, stored, partial(_contiguous, body, spread, place), place, w)


def _contiguous(body: Body, spread: dict[int, Value], at: Index, r: int) -> Value:
    return spread[r] if r in spread else body.load(r, at, body.width)


def _nest(body: Body, g: Expressions, numbers: Sequence[int], stored: Sequence[int], order: Sequence[int]) -> None:
    """Operands with other dimensions than the group's: loops over all but the last dimension, that one on the lanes.

    What runs over the end of a row is written again by the next row.
    """
    f, w, graph = body.f, body.width, body.graph
    with ExitStack() as stack:
        at: dict[int, Index] = {d: stack.enter_context(f.loop(graph.size[d])) for d in order[:-1]}
        last = order[-1]
        at[last] = stack.enter_context(f.loop(graph.size[last], w))

        def leaf(r: int) -> Value:
            if _is_position(body, r):
                return _positions(body, at[graph.roots[r].dims[0]], graph.roots[r].dims[0] == last)
            if last not in graph.roots[r].dims:
                return body.spread(r, body.flat(r, at))
            if body.features(r)[-1] != last:
                raise Unsupported("operands in opposite orders")
            return body.load(r, body.flat(r, at), w)

        _at(body, g, numbers, stored, leaf, body.flat(stored[0], at), w)


def _positions(body: Body, first: Index, runs: bool) -> Value:
    start = body.m.splat(str(first), "int64")
    if not runs:
        return start
    lanes = f"<{', '.join(f'i64 {k}' for k in range(body.width))}>"
    return start + body.m.value(lanes, "int64")


def _at(body: Body, g: Expressions, numbers: Sequence[int], stored: Sequence[int], leaf: Callable[[int], Value], at: Index,
        width: int) -> None:
    """The stored values at one place: everything is read before anything is written."""
    m = body.one if width == 1 else body.m
    memo: dict[int, Value] = {}
    write(g, numbers, [lambda r, _: leaf(r)], m, [memo])
    for r, number in zip(stored, numbers, strict=True):
        body.f.store(memo[number].name, body.address(r, at), body.root(r).dtype, width)


def _reduction(body: Body, r: int) -> None:
    """A reduction without rows, element by element of its result; the sum of a whole tensor a vector at a time."""
    f, node, graph, dtype = body.f, body.node(r), body.graph, body.root(r).dtype
    whole = frozenset(node.reduced)
    if not body.root(r).dims and node.identity == 0 and node.name in ("sum", "product") and all(
            frozenset(body.root(a).dims) == whole for a in node.args):
        _whole_sum(body, r)
        return
    with ExitStack() as stack:
        at: dict[int, Index] = {d: stack.enter_context(f.loop(graph.size[d])) for d in body.features(r)}
        one = body.one

        def term(inside: dict[int, Index]) -> Value:
            value: Value | None = None
            for a in node.args:
                x = body.load(a, body.flat(a, inside))
                value = x if value is None else value * x
            assert value is not None
            return value

        start = one.constant(node.identity, dtype) if node.identity is not None else term({**at, **dict.fromkeys(node.reduced, 0)})
        total = f.variable(dtype, initial=start.name)
        with ExitStack() as inner:
            inside = {**at, **{d: inner.enter_context(f.loop(graph.size[d])) for d in node.reduced}}
            total.set(node.combine(one, one.value(total.get(), dtype), term(inside)).name)
        f.store(total.get(), body.address(r, body.flat(r, at)), dtype)


def _whole_sum(body: Body, r: int) -> None:
    f, w, node, dtype = body.f, body.width, body.node(r), body.root(r).dtype
    size = body.size(node.args[0])
    whole = size // w * w
    one = body.one

    def term(at: Index, width: int) -> Value:
        values = [body.load(a, at, width) for a in node.args]
        return values[0] * values[1] if len(values) == 2 else values[0]

    total = one.constant(0, dtype)
    if whole:
        cell = f.variable(dtype, w, initial=body.m.constant(0, dtype).name)
        with f.loop(whole, w) as at:
            cell.set((body.m.value(cell.get(), dtype) + term(at, w)).name)
        lanes = cell.get()
        for k in range(w):
            total = total + one.value(f.lane(lanes, k, dtype, w), dtype)
    for k in range(whole, size):
        total = total + term(k, 1)
    f.store(total.name, body.address(r, 0), dtype)
