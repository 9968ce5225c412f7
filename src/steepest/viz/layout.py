"""A layered layout of directed graphs (Sugiyama, Tagawa and Toda 1981): layers, order within them, coordinates.

Small graphs on one file's page need no more: Graphviz compiled to WebAssembly would add over a megabyte to every page and draw nothing
where no browser runs, such as an SVG written from a program.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Layout", "layered"]

SWEEPS = 12


@dataclass
class Layout:
    """Centres of the nodes, the points that each edge passes, and the size of the whole; layers run from left to right."""

    centres: list[tuple[float, float]]
    routes: list[list[tuple[float, float]]]
    width: float
    height: float


def layered(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]], groups: Sequence[str | None], *,
            between_layers: float = 78, between_nodes: float = 20) -> Layout:
    """Place nodes of the given sizes; edges go from lower layers to higher ones and the graph has no ring.

    `groups[i]` names the box that node i belongs to: nodes of a box stay together within a layer.
    """
    layer = _layers(len(sizes), edges)
    columns, chains, real = _with_bends(len(sizes), edges, layer)
    heights = [size[1] for size in sizes] + [0.0] * (real - len(sizes))
    boxes = [*groups, *[None] * (real - len(sizes))]
    before, after = _neighbours(chains)
    _order(columns, before, after, boxes)
    y = _coordinates(columns, heights, before, after, between_nodes)
    widths = [max((sizes[i][0] for i in column if i < len(sizes)), default=0.0) for column in columns]
    x, at = [], 0.0
    for width in widths:
        x.append(at + width / 2)
        at += width + between_layers
    lowest = min((y[i] - heights[i] / 2 for column in columns for i in column), default=0.0)
    place = {i: (x[k], y[i] - lowest) for k, column in enumerate(columns) for i in column}
    bottom = max((place[i][1] + heights[i] / 2 for i in place), default=0.0)
    return Layout([place[i] for i in range(len(sizes))], [[place[i] for i in chain] for chain in chains],
                  max(at - between_layers, 0.0), bottom)


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The longest way from a source; sources stand just before the first node that uses them."""
    successors: dict[int, list[int]] = defaultdict(list)
    waiting = [0] * count
    for a, b in edges:
        successors[a].append(b)
        waiting[b] += 1
    sources = [i for i in range(count) if not waiting[i]]
    layer, ready = [0] * count, list(sources)
    while ready:
        a = ready.pop()
        for b in successors[a]:
            layer[b] = max(layer[b], layer[a] + 1)
            waiting[b] -= 1
            if not waiting[b]:
                ready.append(b)
    for a in sources:
        if successors[a]:
            layer[a] = min(layer[b] for b in successors[a]) - 1
    return layer


def _with_bends(count: int, edges: Sequence[tuple[int, int]], layer: list[int]) -> tuple[list[list[int]], list[list[int]], int]:
    """The layers with a bend wherever an edge crosses one, each edge as the chain of nodes and bends it passes, the count of all."""
    columns: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for i in range(count):
        columns[layer[i]].append(i)
    chains, following = [], count
    for a, b in edges:
        chain = [a]
        for k in range(layer[a] + 1, layer[b]):
            columns[k].append(following)
            chain.append(following)
            following += 1
        chains.append([*chain, b])
    return columns, chains, following


def _neighbours(chains: list[list[int]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for a, b in itertools.pairwise(chain):
            before[b].append(a)
            after[a].append(b)
    return before, after


def _order(columns: list[list[int]], before: dict[int, list[int]], after: dict[int, list[int]], boxes: Sequence[str | None]) -> None:
    """Sort every layer by the mean place of its neighbours, to and fro, and keep the order with the fewest crossings."""
    best, fewest = [list(c) for c in columns], _crossings(columns, after)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = before if forward else after
        for k in range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1):
            near = {i: p for p, i in enumerate(columns[k - 1 if forward else k + 1])}
            own = {i: p for p, i in enumerate(columns[k])}
            mean = {i: _mean([near[j] for j in neighbours[i] if j in near], own[i]) for i in columns[k]}
            box = {name: _mean([mean[i] for i in columns[k] if boxes[i] == name], 0.0) for name in {boxes[i] for i in columns[k]} - {None}}
            columns[k].sort(key=lambda i: (box.get(boxes[i], mean[i]), boxes[i] or "", mean[i], own[i]))
        now = _crossings(columns, after)
        if now < fewest:
            best, fewest = [list(c) for c in columns], now
    columns[:] = best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(columns: list[list[int]], after: dict[int, list[int]]) -> int:
    count = 0
    for left, right in itertools.pairwise(columns):
        place = {i: p for p, i in enumerate(right)}
        ends = [place[j] for i in left for j in sorted(after[i], key=lambda j: place.get(j, 0)) if j in place]
        count += sum(a > b for n, a in enumerate(ends) for b in ends[n + 1:])
    return count


def _coordinates(columns: list[list[int]], heights: list[float], before: dict[int, list[int]], after: dict[int, list[int]],
                 gap: float) -> dict[int, float]:
    """Every node near the mean of its neighbours, with nothing overlapping; from both sides in turn."""
    y: dict[int, float] = {}
    for column in columns:
        at = 0.0
        for i in column:
            y[i] = at + heights[i] / 2
            at += heights[i] + gap
        shift = at / 2
        for i in column:
            y[i] -= shift
    for sweep in range(2 * SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        order = columns if sweep % 2 == 0 else columns[::-1]
        for column in order:
            wanted = [_mean([y[j] for j in neighbours[i]], y[i]) for i in column]
            for i, value in zip(column, _apart(wanted, [heights[i] for i in column], gap), strict=True):
                y[i] = value
    return y


def _apart(wanted: list[float], heights: list[float], gap: float) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep the order and the distances: pool adjacent violators."""
    offsets, at = [], 0.0
    for k, height in enumerate(heights):
        at += (heights[k - 1] / 2 + gap + height / 2) if k else 0.0
        offsets.append(at)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, other = blocks.pop()
            total, count = total + more, count + other
        blocks.append((total, count))
    flat = [total / count for total, count in blocks for _ in range(count)]
    return [base + offset for base, offset in zip(flat, offsets, strict=True)]
