"""The layout of temporaries: the rows of a mini-batch innermost, so that a vector holds one feature of several rows.

Then a pixel or a feature is a vector and a weight is broadcast: products and convolutions need neither transposes of the weights nor
shuffles. A storage of N rows of S elements can be turned where every reference to it keeps rows and elements apart.
"""

from collections.abc import Callable, Iterable
from typing import Any

from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower.statements import Ref, Statement

__all__ = ["rows_innermost"]


def rows_innermost(program: list[Statement], temporary: Callable[[Storage], bool], width: int, parts: int = 1) -> bool:
    """Turn the temporaries whose rows are the mini-batch's, where most of the memory of products is of such temporaries.

    With several `parts` the rows of each of them lie together, where these rows are more of what products read than all else is: threads
    share the parts, and what one of them has made lies near it when it goes on. Says whether that is so.
    """
    places: dict[Storage, list[tuple[int, list[tuple[int, int]]]]] = {}
    for s in program:
        for storage, offset, dims in _places(s):
            if temporary(storage):
                places.setdefault(storage, []).append((offset, dims))
    votes: dict[int, int] = {}
    total = 0
    multiplied = {r.content.storage for s in program if s.kind == "product" for r in s.ins}
    for storage, seen in places.items():
        if storage not in multiplied:
            continue
        size = storage.flat.size
        total += size
        for rows in {n for _, dims in seen for n, t in dims if n * t == size}:
            if rows > 1 and _turnable(seen, rows, size):
                votes[rows] = votes.get(rows, 0) + size
    rows = max(votes, key=lambda n: votes[n], default=0)
    inner = [s.flat.size // rows for s, seen in places.items() if rows and s.flat.size % rows == 0 and _turnable(seen, rows, s.flat.size)]
    if rows < width or 2 * votes[rows] < total or rows > 2 * parts * max(inner, default=0):
        return False
    turned = {s for s, seen in places.items() if s.flat.size % rows == 0 and s.flat.size > rows and _turnable(seen, rows, s.flat.size)}
    for s in program:
        _turn(s, turned, rows)
    mine = sum(s.flat.size for s in multiplied & turned)
    if parts == 1 or rows % (parts * width) or mine <= sum(s.flat.size for s in multiplied - turned):
        return False
    apart = turned - {c.storage for s in program if s.equation is not None and not _picks(s.equation, rows)
                      for c in (*s.reads(), *s.writes())}
    apart -= {x.content.storage for s in program for x in (*s.ins, *s.outs) if isinstance(x, Ref) and not _by_rows(s, x, rows)}
    for k, s in enumerate(program):
        program[k] = _in_parts(s, apart, rows, parts)
    return True


def _rows(s: Statement, x: Ref, rows: int) -> list[int]:
    """The dimensions along which a reference to a turned storage goes from row to row."""
    return [d for d, t in enumerate(x.strides) if t % rows]


def _by_rows(s: Statement, x: Ref, rows: int) -> bool:
    """Whether a reference to a turned storage goes over all rows in their order."""
    along = _rows(s, x, rows)
    return len(along) == 1 and x.strides[along[0]] == 1 and s.sizes[along[0]] == rows and x.offset % rows == 0


def _picks(e: Equation, rows: int) -> bool:
    """Whether an equation picks the rows of a mini-batch, each by an index, from something else."""
    if e.primitive.form != "index" or len(e.operands) != 2 or e.params["places"][0] != 0:
        return False
    (x, at), (result,) = e.operands, e.results
    return at.shape == (rows,) and result.strides[0] == 1 and x.content.storage is not result.content.storage


def _picked_in_parts(s: Statement, apart: set[Storage], rows: int, parts: int) -> Statement:
    assert s.equation is not None
    (result, *more), each = s.equation.results, rows // parts
    if more or result.content.storage not in apart:
        return s
    x, at = s.equation.operands
    e = Equation(s.equation.primitive, (x, Access(at.content, at.offset, (parts, each), (at.strides[0] * each, at.strides[0]))),
                 s.equation.params, s.equation.line)
    strides = (result.content.size // parts, 1, *(t // parts for t in result.strides[1:]))
    e.results = (Access(result.content, result.offset // parts, (parts, each, *result.shape[1:]), strides),)
    return Statement(s.number, s.kind, equation=e, stops=s.stops)


def _in_parts(s: Statement, apart: set[Storage], rows: int, parts: int) -> Statement:
    """The statement with its rows in two dimensions: the part, and the row within it."""
    if s.equation is not None:
        return _picked_in_parts(s, apart, rows, parts)
    mine = {id(x): _rows(s, x, rows)[0] for x in (*s.ins, *s.outs) if isinstance(x, Ref) and x.content.storage in apart}
    cut = set(mine.values())
    if not cut:
        return s
    each = rows // parts
    pieces = [(parts, each) if d in cut else (n,) for d, n in enumerate(s.sizes)]

    def strides(x: Ref) -> list[int]:
        found = []
        for d, t in enumerate(x.strides):
            if id(x) in mine and d == mine[id(x)]:
                found += [x.content.size // parts, 1]
            else:
                t = t // parts if id(x) in mine else t
                found += [t * each, t] if d in cut else [t]
        return found

    where = [d for d, piece in enumerate(pieces) for _ in piece]
    new = s.over([n for piece in pieces for n in piece], strides, [k for k, d in enumerate(where) if d in s.folded])
    for mended, old in ((new.ins, s.ins), (new.outs, s.outs)):
        for k, x in enumerate(old):
            if id(x) in mine:
                mended[k] = Ref(x.content, x.offset // parts, mended[k].strides)
    return new


def _places(s: Statement) -> list[tuple[Storage, int, list[tuple[int, int]]]]:
    """Storage, offset and (size, stride) of the dimensions of every reference."""
    if s.equation is not None:
        accesses = [x for x in (*s.equation.operands, *s.equation.results) if isinstance(x, Access)]
        return [(x.content.storage, x.offset, [(n, t) for n, t in zip(x.shape, x.strides, strict=True) if n != 1]) for x in accesses]
    refs = [x for x in (*s.ins, *s.outs) if isinstance(x, Ref)]
    return [(x.content.storage, x.offset, [(n, t) for n, t in zip(s.sizes, x.strides, strict=True) if t]) for x in refs]


def _turnable(seen: list[tuple[int, list[tuple[int, int]]]], rows: int, size: int) -> bool:
    """Whether every reference moves along rows or within one, never from the end of one row into the next."""
    inner = size // rows
    if size % rows or inner == 1:
        return inner == 1
    for offset, dims in seen:
        low = high = offset % inner
        top = bottom = offset // inner
        for n, t in dims:
            if t % inner == 0:
                top, bottom = top + max(t // inner, 0) * (n - 1), bottom + min(t // inner, 0) * (n - 1)
            else:
                high, low = high + max(t, 0) * (n - 1), low + min(t, 0) * (n - 1)
        if low < 0 or high >= inner or bottom < 0 or top >= rows:
            return False
    return True


def _turn(s: Statement, turned: set[Storage], rows: int) -> None:
    def place(storage: Storage, offset: int, strides: Iterable[int], sizes: Iterable[int]) -> tuple[int, tuple[int, ...]]:
        inner = storage.flat.size // rows
        moved = tuple(t if n == 1 else t // inner if t % inner == 0 else t * rows for n, t in zip(sizes, strides, strict=True))
        return offset % inner * rows + offset // inner, moved

    if s.equation is not None:
        e = s.equation

        def access(x: Any) -> Any:
            if not isinstance(x, Access) or x.content.storage not in turned:
                return x
            return Access(x.content, *_swapped(place(x.content.storage, x.offset, x.strides, x.shape), x.shape))

        new = Equation(e.primitive, tuple(access(x) for x in e.operands), e.params, e.line)
        new.results = tuple(access(x) for x in e.results)
        s.equation = new
        return
    for refs in (s.ins, s.outs):
        for k, x in enumerate(refs):
            if isinstance(x, Ref) and x.content.storage in turned:
                refs[k] = Ref(x.content, *place(x.content.storage, x.offset, x.strides, s.sizes))


def _swapped(placed: tuple[int, tuple[int, ...]], shape: tuple[int, ...]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    offset, strides = placed
    return offset, shape, strides
