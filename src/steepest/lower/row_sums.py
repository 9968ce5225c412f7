"""Sums over the rows, in a second pass over what the chain stored: some twenty accumulators at a time in registers.

Sums with few elements are taken all together, in the order of their buffers; the accumulators' lanes are summed by transposition:
`width` accumulators become one vector. Larger ones are tiles of four by four.
"""

from collections.abc import Sequence

import numpy as np

from steepest.lower import machine
from steepest.lower.expressions import Unsupported
from steepest.lower.row_body import Body
from steepest.lower.scalar import FLOATS, Value
from steepest.lower.text import Function, llvm_type

__all__ = ["SMALL", "Sums", "lane_sums"]

SMALL = 256
"""Elements up to which the sums of a value are accumulated together with others."""

ACCUMULATORS = {32: 24, 16: 12}
"""Vectors that are summed into at the same time, by the number of registers."""

Element = tuple[int, tuple[tuple[int, int], ...]]
"""A sum's root and its factors: roots with rows and the places among their features."""


class Sums:
    """The sums that end a pass: `begin` before its blocks of rows, `add` in each of them, `end` after all."""

    def __init__(self, body: Body, roots: Sequence[int]) -> None:
        self.body = body
        self.large = [r for r in roots if body.size(r) > SMALL]
        self.chunks: list[Chunk] = []
        self.ends: list[tuple[list[Chunk], str, str]] = []
        small = [r for r in roots if body.size(r) <= SMALL]
        for dtype in dict.fromkeys(body.root(r).dtype for r in small):
            self._arrange([r for r in small if body.root(r).dtype == dtype], dtype)

    def _arrange(self, roots: Sequence[int], dtype: str) -> None:
        body, w = self.body, self.body.width
        elements = [e for r in roots for e in _elements(body, r)]
        pointer = body.buffers.of(("sums", *roots), -(-len(elements) // w) * w, dtype)
        first = 0
        for r in roots:
            body.places[r] = pointer, first
            first += body.size(r)
        many = ACCUMULATORS[machine.registers()]
        chunks = [Chunk(body, elements[k:k + many], dtype, pointer, k) for k in range(0, len(elements), many)]
        self.chunks += chunks
        self.ends.append((chunks, pointer, dtype))

    def begin(self) -> None:
        if _has_blocks(self.body):
            for chunk in self.chunks:
                chunk.clear()

    def add(self, held: dict[tuple[int, int], list[Value]]) -> None:
        """The rows of a block; `held` are values that the chain gave back in registers."""
        for chunk in self.chunks:
            chunk.add(held)
        for r in self.large:
            _tiles(self.body, r)

    def end(self) -> None:
        """The sums of the lanes to where the values lie."""
        f, w = self.body.f, self.body.width
        for chunks, pointer, dtype in self.ends:
            totals = [name for chunk in chunks for name in (chunk.held() if _has_blocks(self.body) else chunk.totals)]
            for k in range(0, len(totals), w):
                f.store(lane_sums(f, totals[k:k + w], w, dtype), f.gep(pointer, k, dtype), dtype, w, align=_aligned(w, dtype))


def _has_blocks(body: Body) -> bool:
    return body.block < body.padded


class Chunk:
    """Elements whose accumulators are in registers together; between blocks of rows they lie in memory."""

    def __init__(self, body: Body, elements: Sequence[Element], dtype: str, pointer: str, first: int) -> None:
        self.body, self.elements, self.dtype, self.pointer, self.first = body, elements, dtype, pointer, first
        self.totals: list[str] = []

    def _memory(self, k: int) -> str:
        body = self.body
        memory = body.buffers.of(("accumulators", self.pointer, self.first), len(self.elements) * body.width, self.dtype)
        return body.f.gep(memory, k * body.width, self.dtype)

    def clear(self) -> None:
        zero = self.body.m.constant(0, self.dtype).name
        for k in range(len(self.elements)):
            self.body.f.store(zero, self._memory(k), self.dtype, self.body.width, align=_aligned(self.body.width, self.dtype))

    def held(self) -> list[str]:
        body = self.body
        align = _aligned(body.width, self.dtype)
        return [body.f.load(self._memory(k), self.dtype, body.width, align=align) for k in range(len(self.elements))]

    def add(self, held: dict[tuple[int, int], list[Value]]) -> None:
        """The rows of the block."""
        body, blocks = self.body, _has_blocks(self.body)
        if not blocks and isinstance(body.length, int) and body.length <= 2 * body.width:
            self.totals = [_straight(body, factors, held).name for _, factors in self.elements]
            return
        begin = self.held() if blocks else [body.m.constant(0, self.dtype).name] * len(self.elements)
        self.totals = _accumulated(body, [factors for _, factors in self.elements], self.dtype, begin)
        if blocks:
            for k, name in enumerate(self.totals):
                body.f.store(name, self._memory(k), self.dtype, body.width, align=_aligned(self.body.width, self.dtype))


def _aligned(width: int, dtype: str) -> int:
    return min(64, width * np.dtype(dtype).itemsize)


def _elements(body: Body, r: int) -> list[Element]:
    order, out = body.features(r), []
    for at in np.ndindex(*[body.graph.size[d] for d in order]):
        index = dict(zip(order, at, strict=True))
        factors = []
        for a in body.node(r).args:
            place = body.flat(a, dict(index))
            assert isinstance(place, int)
            factors.append((a, place))
        out.append((r, tuple(factors)))
    return out


def _straight(body: Body, factors: Sequence[tuple[int, int]], held: dict[tuple[int, int], list[Value]]) -> Value:
    """The sum of one or two vectors of rows."""
    assert isinstance(body.length, int)
    total: Value | None = None
    for u in range(body.length // body.width):
        term: Value | None = None
        for key in factors:
            value = held[key][u] if key in held else body.load_rows(*key, u * body.width)
            term = value if term is None else term * value
        assert term is not None
        total = term if total is None else total + term
    assert total is not None
    return total


def _accumulated(body: Body, elements: Sequence[tuple[tuple[int, int], ...]], dtype: str, begin: Sequence[str]) -> list[str]:
    """A vector of partial sums for every element, from what they begin with on."""
    f, m = body.f, body.m
    cells = [f.variable(dtype, body.width, initial=name) for name in begin]
    with f.loop(body.length, body.width) as row:
        loaded: dict[tuple[int, int], Value] = {}
        for cell, factors in zip(cells, elements, strict=True):
            for key in factors:
                if key not in loaded:
                    loaded[key] = body.load_rows(key[0], key[1], row)
            term = loaded[factors[0]]
            for key in factors[1:]:
                term = term * loaded[key]
            cell.set((m.value(cell.get(), dtype) + term).name)
    return [cell.get() for cell in cells]


def lane_sums(f: Function, vectors: Sequence[str], width: int, dtype: str) -> str:
    """`width` vectors (or fewer) become one whose lanes are the sums of their lanes: halves are exchanged and added, again and again."""
    kind = llvm_type(dtype, width)
    add = "fadd" if dtype in FLOATS else "add"
    left: list[str | None] = [*vectors, *[None] * (width - len(vectors))]
    distance = width // 2
    while len(left) > 1:
        low = [x for b in range(0, width, 2 * distance) for x in (*range(b, b + distance), *range(width + b, width + b + distance))]
        orders = [", ".join(f"i32 {x + shift}" for x in low) for shift in (0, distance)]
        half = len(left) // 2
        following: list[str | None] = []
        for a, b in zip(left[:half], left[half:], strict=True):
            if a is None and b is None:
                following.append(None)
                continue
            pair = [f.op(f"shufflevector {kind} {a or 'zeroinitializer'}, {kind} {b or 'zeroinitializer'}, <{width} x i32> <{order}>")
                    for order in orders]
            following.append(f.op(f"{add} {kind} {pair[0]}, {pair[1]}"))
        left, distance = following, distance // 2
    assert left[0] is not None
    return left[0]


def _tiles(body: Body, r: int) -> None:
    """A large sum of products: tiles of four features of one operand by four of the other."""
    f, m, w, dtype = body.f, body.m, body.width, body.root(r).dtype
    order, args = body.features(r), list(body.node(r).args)
    if len(args) == 2 and order and order[0] not in body.features(args[0]):
        args.reverse()
    parts = [body.features(a) for a in args]
    if tuple(d for p in parts for d in p) != order or w < 4 or dtype not in FLOATS:
        raise Unsupported("the layout of a large sum over rows")
    sizes = [body.graph.count(p) for p in parts] + [1] * (2 - len(parts))
    across = next(k for k in (4, 3, 2, 1) if sizes[1] % k == 0)
    down = next(k for k in range(w // across, 0, -1) if sizes[0] % k == 0 and k <= 4)
    pointer, first = body.place(r)
    with f.loop(sizes[0], down) as i, f.loop(sizes[1], across) as j:
        cells = [f.variable(dtype, w, initial=m.constant(0, dtype).name) for _ in range(down * across)]
        with f.loop(body.length, w) as row:
            a = [body.load_rows(args[0], f.add(i, k), row) for k in range(down)]
            b = [body.load_rows(args[1], f.add(j, k), row) for k in range(across)] if len(args) == 2 else []
            for k, cell in enumerate(cells):
                term = a[k // across] * b[k % across] if b else a[k // across]
                cell.set((m.value(cell.get(), dtype) + term).name)
        total = lane_sums(f, [cell.get() for cell in cells], w, dtype)
        kind, part = llvm_type(dtype, w), llvm_type(dtype, across)
        for k in range(down):
            place = f.gep(pointer, f.add(f.add(first, f.mul(f.add(i, k), sizes[1])), j), dtype)
            if across == 1:
                value = f.lane(total, k, dtype, w)
            else:
                lanes = ", ".join(f"i32 {k * across + c}" for c in range(across))
                value = f.op(f"shufflevector {kind} {total}, {kind} poison, <{across} x i32> <{lanes}>")
            f.do(f"store {part} {value}, ptr {place}, align {np.dtype(dtype).itemsize}")
