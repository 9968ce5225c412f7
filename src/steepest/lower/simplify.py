"""Passes over statements before they are fused: equal computations once, copies seen through, maxima put back without indices.

Every pass keeps what each content holds; only contents of storages that are written once and are nobody's but the program's are
replaced in those who read them. What nobody needs any more is removed by `living`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.lower.statements import Ref, Statement, copying
from steepest.ops.meaning import NumPy

__all__ = ["add_in_place", "living", "see_through_copies", "share", "unpool"]

Temporary = Callable[[Storage], bool]
Parts = list[list[tuple[int, int]]]


def _writers(program: Iterable[Statement]) -> dict[Storage, list[int]]:
    """Where each storage is written."""
    found: dict[Storage, list[int]] = {}
    for k, s in enumerate(program):
        for c in s.writes():
            found.setdefault(c.storage, []).append(k)
    return found


def _signature(x: Any) -> Any:
    return (x.content, x.offset, x.strides) if isinstance(x, Ref) else (type(x), repr(x))


def share(program: list[Statement], temporary: Temporary) -> list[Statement]:
    """A computation that was made before becomes a copy of its results."""
    writers = _writers(program)

    def alone(s: Statement) -> bool:
        return all(temporary(r.content.storage) and len(writers[r.content.storage]) == 1 for r in s.outs)

    seen: dict[Any, Statement] = {}
    made: list[Statement] = []
    for s in program:
        if s.equation is not None or s.stops or s.key is None or s.key == "copy" or not alone(s):
            made.append(s)
            continue
        places = tuple((r.offset, r.strides) for r in s.outs)
        key = (s.kind, s.key, s.sizes, s.folded, tuple(map(_signature, s.ins)), tuple(s.kinds), places)
        before = seen.setdefault(key, s)
        if before is s:
            made.append(s)
            continue
        kept = s.kept
        for old, new in zip(before.outs, s.outs, strict=True):
            sizes = [s.sizes[d] for d in kept]
            made.append(copying(s.number, sizes, Ref(old.content, old.offset, [old.strides[d] for d in kept]),
                                Ref(new.content, new.offset, [new.strides[d] for d in kept])))
    return made


class _Copy:
    """Where the elements of a copy came from: digits of an address in the copy, and the stride of each in the source."""

    def __init__(self, s: Statement):
        (source,), (target,) = s.ins, s.outs
        self.source = source
        order = sorted(range(len(s.sizes)), key=lambda d: target.strides[d])
        self.digits: list[tuple[int, int, int]] = []        # size, stride in the copy, stride in the source
        expected, self.dense = 1, target.offset == 0
        for d in order:
            n, t, u = s.sizes[d], target.strides[d], source.strides[d]
            self.dense &= t == expected
            expected = t * n
            if self.digits and self.digits[-1][0] * self.digits[-1][2] == u:
                size, stride, inner = self.digits[-1]
                self.digits[-1] = size * n, stride, inner
            else:
                self.digits.append((n, t, u))

    def seen(self, offset: int, sizes: Sequence[int], strides: Sequence[int]) -> tuple[int, Parts] | None:
        """Offset and (size, stride) of each dimension in the source, outermost first; None where that is not affine."""
        low = [offset // t % n for n, t, _ in self.digits]
        high = list(low)
        begin = sum(d * u for d, (_, _, u) in zip(low, self.digits, strict=True))
        if offset < 0 or offset >= math.prod(n for n, _, _ in self.digits):
            return None
        parts: Parts = []
        for n, t in zip(sizes, strides, strict=True):
            if t == 0 or n == 1:
                parts.append([(n, 0)])
                continue
            k = max((k for k, (_, stride, _) in enumerate(self.digits) if t % stride == 0), default=None)
            if k is None:
                return None
            q, inner, left = t // self.digits[k][1], [], n
            while left > 1 and k < len(self.digits):
                size, _, u = self.digits[k]
                here = left if abs(q) * (left - 1) < size else size if q == 1 and left % size == 0 else 0
                if not here:
                    return None
                inner.append((here, q * u))
                (high if q > 0 else low)[k] += (here - 1) * q
                left, k, q = left // here, k + 1, 1
            if left > 1:
                return None
            parts.append(inner[::-1])
        if any(a < 0 or b >= n for a, b, (n, _, _) in zip(low, high, self.digits, strict=True)):
            return None
        return self.source.offset + begin, parts


def see_through_copies(program: list[Statement], temporary: Temporary) -> None:
    """Those who read a copy read what was copied, where that is still there and the elements lie affinely in it."""
    writers = _writers(program)
    readers: dict[Content, list[int]] = {}
    for k, s in enumerate(program):
        for c in s.reads():
            readers.setdefault(c, []).append(k)
    for k, s in enumerate(program):
        if not s.copies or not temporary(s.outs[0].content.storage) or len(writers[s.outs[0].content.storage]) != 1:
            continue
        copy, content, source = _Copy(s), s.outs[0].content, s.ins[0].content
        if not copy.dense:
            continue
        overwritten = min((w for w in writers.get(source.storage, []) if w > k), default=len(program))
        for r in dict.fromkeys(readers.get(content, [])):
            if r < overwritten and (new := _redirected(program[r], content, copy)) is not None:
                program[r] = new
                readers.setdefault(source, []).append(r)


def _redirected(s: Statement, content: Content, copy: _Copy) -> Statement | None:
    if s.kind == "python":
        return None
    if s.equation is not None:
        return _redirected_equation(s, content, copy)
    while True:
        x = next((x for x in s.ins if isinstance(x, Ref) and x.content is content), None)
        if x is None:
            return s
        found = copy.seen(x.offset, s.sizes, x.strides)
        if found is None:
            return None
        begin, parts = found
        at = s.ins.index(x)
        if any(len(p) > 1 for p in parts):
            s = _split(s, [[n for n, _ in p] for p in parts])
        else:
            s = s.over(s.sizes, lambda r: r.strides, s.folded)
        s.ins[at] = Ref(copy.source.content, begin, [stride for p in parts for _, stride in p])


def _split(s: Statement, sizes: list[list[int]]) -> Statement:
    """Each dimension as several, the outermost first."""
    def strides(r: Ref) -> list[int]:
        return [r.strides[d] * math.prod(part[k + 1:]) for d, part in enumerate(sizes) for k in range(len(part))]

    groups = [d for d, part in enumerate(sizes) for _ in part]
    return s.over([n for part in sizes for n in part], strides, [k for k, d in enumerate(groups) if d in s.folded])


def _redirected_equation(s: Statement, content: Content, copy: _Copy) -> Statement | None:
    e = s.equation
    assert e is not None
    operands = list(e.operands)
    for i, x in enumerate(operands):
        if isinstance(x, Access) and x.content is content:
            found = copy.seen(x.offset, x.shape, x.strides)
            if found is None or any(len(p) > 1 for p in found[1]):
                return None
            operands[i] = Access(copy.source.content, found[0], x.shape, tuple(p[0][1] for p in found[1]))
    new = Equation(e.primitive, tuple(operands), e.params, e.line)
    new.results = e.results
    return Statement(s.number, s.kind, equation=new, stops=s.stops)


def living(program: list[Statement], always: Callable[[Statement], bool], finally_: Callable[[Storage], bool],
           temporary: Temporary) -> list[Statement]:
    """The statements that matter, marked with whether they do in every step or only in the last one, after which Python looks."""
    wanted: dict[Storage, bool] = {}
    kept: list[Statement] = []
    for s in reversed(program):
        outs = [c.storage for c in s.writes()]
        s.always = always(s) or any(not temporary(c) or wanted.get(c, False) for c in outs)
        if not s.always and not any(c in wanted or finally_(c) for c in outs):
            continue
        kept.append(s)
        for c in s.reads():
            # a fold may be in a loop with others that run in every step: what it folds has to be there whenever it runs
            wanted[c.storage] = wanted.get(c.storage, False) or s.always or s.kind != "map"
    return kept[::-1]


# slices put back ------------------------------------------------------------------------------------------------------------

def add_in_place(program: list[Statement], own: Temporary) -> list[Statement]:
    """A sum with something that is zero outside of a region is computed in that region alone, in the memory of the other operand.

    So do the gradients of slices add up: those of the steps of a recurrent network, each padded with zeros to the whole. `own` says
    which storages are nobody's but the program's.
    """
    readers: dict[Content, int] = {}
    made_by: dict[Content, list[Statement]] = {}
    for s in program:
        for c in s.reads():
            readers[c] = readers.get(c, 0) + 1
        for c in s.writes():
            made_by.setdefault(c, []).append(s)
    regions = {s.outs[0].content: s for s, zeros in zip(program[1:], program, strict=False) if _region_of_zeros(zeros, s, made_by)}
    same: dict[Content, Content] = {}
    made: list[Statement] = []
    for s in program:
        _rename(s, same)
        part = _added(s, regions, readers, own)
        if part is None:
            made.append(s)
            continue
        same[s.outs[0].content] = part.outs[0].content
        readers[part.outs[0].content] = readers.get(s.outs[0].content, 0)
        made.append(part)
    return made


def _region_of_zeros(zeros: Statement, region: Statement, made_by: dict[Content, list[Statement]]) -> bool:
    """Whether two statements in a row fill a storage with zeros and write one region of it."""
    if zeros.key != "copy" or region.key != "copy" or zeros.outs[0].content.storage is not region.outs[0].content.storage:
        return False
    value = zeros.ins[0]
    if isinstance(value, Ref):
        makers = made_by.get(value.content, [])
        value = makers[0].ins[0] if len(makers) == 1 and makers[0].key == "copy" else None
    return not isinstance(value, Ref) and value is not None and value == 0 and isinstance(region.ins[0], Ref)


def _rename(s: Statement, same: dict[Content, Content]) -> None:
    if s.equation is not None:
        e = s.equation
        if any(isinstance(x, Access) and x.content in same for x in e.operands):
            new = Equation(e.primitive, tuple(
                Access(same[x.content], x.offset, x.shape, x.strides) if isinstance(x, Access) and x.content in same else x
                for x in e.operands), e.params, e.line)
            new.results = e.results
            s.equation = new
        return
    s.ins = [Ref(same[x.content], x.offset, x.strides) if isinstance(x, Ref) and x.content in same else x for x in s.ins]


def _added(s: Statement, regions: dict[Content, Statement], readers: dict[Content, int], own: Temporary) -> Statement | None:
    """The sum of two operands, one of which is zero outside of a region, as a write of that region."""
    if s.kind != "map" or getattr(s.primitive, "name", "") != "add" or len(s.ins) != 2 or not all(isinstance(x, Ref) for x in s.ins):
        return None
    out = s.outs[0]
    for padded, whole in ((s.ins[1], s.ins[0]), (s.ins[0], s.ins[1])):
        region = regions.get(padded.content)
        if region is None or any(x.place[1:] != out.place[1:] or x.dtype != out.dtype for x in s.ins):
            continue
        lone = readers[padded.content] == readers[whole.content] == 1
        if not lone or padded.content.storage is whole.content.storage or not (own(whole.content.storage) and own(out.content.storage)):
            continue
        content = Content(whole.content.storage, whole.content.dtype, s.number)
        place = region.outs[0]
        return Statement(s.number, "map", region.sizes, [Ref(whole.content, place.offset, place.strides), region.ins[0]],
                         [Ref(content, place.offset, place.strides)], s.kinds, s.compute, primitive=s.primitive, key=s.key)
    return None


# maxima put back ------------------------------------------------------------------------------------------------------------

def unpool(program: list[Statement], temporary: Temporary) -> list[Statement]:
    """A sum scattered to zeros, at places that a maximum over windows gives, as a comparison of each element with its window's place.

    The indices are a function of the place within the window. Where that function, found by evaluating it for every place, is affine and
    no two windows share an element, `result[window, place] = source[window] if place is the maximum's else 0`.
    """
    made_by: dict[Content, Statement] = {r.content: s for s in program if s.equation is None for r in s.outs}
    writers = _writers(program)
    made: list[Statement] = []
    for s in program:
        new = None
        if s.equation is not None and s.equation.primitive.form == "scatter" and s.equation.primitive.ufunc is np.add:
            new = _unpooled(s, s.equation, made_by, writers, temporary)
        if new is None:
            made.append(s)
            continue
        if made and made[-1].number == s.number:
            made.pop()          # the copy of the zeros
        made += new
    return made


def _unpooled(s: Statement, e: Equation, made_by: dict[Content, Statement], writers: dict[Storage, list[int]],
              temporary: Temporary) -> list[Statement] | None:
    x, index, source = e.operands
    (result,), dim = e.results, e.params["dim"]
    zero, chain = made_by.get(x.content), made_by.get(index.content)
    if zero is None or zero.key != "copy" or zero.ins[0] != 0 or chain is None or dim != len(index.shape) - 1:
        return None
    best = _origin(chain, made_by)
    if best is None or any(len(writers[r.content.storage]) != 1 or not temporary(r.content.storage) for r in best.outs[:2]):
        return None
    if index.shape != source.shape or not index.shape:
        return None
    shape = tuple(best.sizes[d] for d in best.kept)
    count = math.prod(best.sizes[d] for d in best.folded)
    outs = best.outs[1]
    own = [outs.strides[d] for d in best.kept]
    lead = _leading(shape, index.shape[-1])
    if count > 256 or lead is None or chain.sizes != shape or not _dense(own, shape):
        return None
    if not all(_dense(a.strides, a.shape) and a.offset == 0 for a in (index, source, result)):
        return None
    try:
        places = np.stack([_evaluated(chain, made_by, best, t) for t in range(count)])
    except LookupError:
        return None
    if any(n != 1 for n in places.shape[1:1 + lead]):
        return None
    places = np.broadcast_to(places, (count, *(1,) * lead, *shape[lead:])).reshape(count, *shape[lead:])
    taps = _radix(places.reshape(count, -1)[:, 0])
    if taps is None or len(np.unique(places)) != places.size or places.min() < 0 or places.max() >= result.shape[dim]:
        return None
    first = int(places.reshape(-1)[0])
    steps = [int(places[(0, *(int(k == d) for k in range(len(shape) - lead)))]) - first if n > 1 else 0 for d, n in enumerate(shape[lead:])]
    expected = np.full((), first) + sum(np.arange(n).reshape([-1 if k == d else 1 for k in range(len(taps))]) * t
                                        for d, (n, t) in enumerate(taps))
    expected = expected.reshape(count, *(1,) * (len(shape) - lead)) + sum(
        np.arange(n).reshape([-1 if k == d else 1 for k in range(len(shape) - lead)]) * t for d, (n, t) in enumerate(
            zip(shape[lead:], steps, strict=True)))
    if not np.array_equal(np.broadcast_to(expected, places.shape), places):
        return None
    return _selection(s, best, result, source, shape, lead, taps, steps, first, places.size, dim)


def _selection(s: Statement, best: Statement, result: Access, source: Access, shape: tuple[int, ...], lead: int,
               taps: list[tuple[int, int]], steps: list[int], first: int, covered: int, dim: int) -> list[Statement]:
    """The statements that write a source over the elements that the maxima came from, and zeros over the others."""
    narrow = next((r for r in best.outs[2:]), None)
    if narrow is None:
        size = best.outs[1].content.storage.flat.size
        narrow = Ref(Content(Storage(np.empty(size, np.uint8)), dtypes.uint8, best.number), best.outs[1].offset, best.outs[1].strides)
        best.outs.append(narrow)
        best.homes.append(None)
    made = []
    unit = result.strides[dim]
    if covered != result.shape[dim]:
        before = Content(result.content.storage, result.content.dtype, s.number)
        made.append(copying(s.number, result.shape, 0, Ref(before, result.offset, result.strides)))
    count = math.prod(n for n, _ in taps)
    table = Content(Storage(np.arange(count, dtype=np.uint8)), dtypes.uint8, None)
    sizes = [*shape, *(n for n, _ in taps)]
    dense = [math.prod(shape[d + 1:]) for d in range(len(shape))]
    planes = [math.prod(shape[d + 1:lead]) * result.shape[dim] * unit for d in range(lead)]
    nothing = [0] * len(taps)
    digits = [math.prod(n for n, _ in taps[k + 1:]) for k in range(len(taps))]
    kind = result.content.dtype.name
    ins = [Ref(narrow.content, narrow.offset, [*(narrow.strides[d] for d in best.kept), *nothing]),
           Ref(table, 0, [0] * len(shape) + digits),
           Ref(source.content, source.offset, [*dense, *nothing])]
    out = Ref(result.content, result.offset + first * unit, [*planes, *(t * unit for t in steps), *(t * unit for _, t in taps)])
    made.append(Statement(s.number, "map", sizes, ins, [out], ["uint8", "uint8", kind], _chosen, key="unpool"))
    return made


def _chosen(m: Any, place: Any, tap: Any, value: Any) -> Any:
    return m.where(place == tap, value, 0)


def _dense(strides: Sequence[int], shape: Sequence[int]) -> bool:
    return all(n == 1 or t == math.prod(shape[d + 1:]) for d, (n, t) in enumerate(zip(shape, strides, strict=True)))


def _leading(shape: Sequence[int], trailing: int) -> int | None:
    """How many dimensions stand before those whose product is `trailing`."""
    return next((k for k in range(len(shape) + 1) if math.prod(shape[k:]) == trailing), None)


def _origin(s: Statement, made_by: dict[Content, Statement]) -> Statement | None:
    """The only maximum from whose places a chain of maps computes its result."""
    found: set[Statement] = set()
    waiting, seen = [s], {s}
    while waiting:
        at = waiting.pop()
        for x in at.ins:
            if isinstance(x, Ref) and x.content.equation is not None:
                maker = made_by.get(x.content)
                if maker is None or maker.kind not in ("map", "best") or maker.kind == "best" and x.content is maker.outs[0].content:
                    return None
                if maker.kind == "best":
                    found.add(maker)
                elif maker not in seen:
                    seen.add(maker)
                    waiting.append(maker)
    return found.pop() if len(found) == 1 else None


def _evaluated(s: Statement, made_by: dict[Content, Statement], best: Statement, tap: int) -> np.ndarray[Any, Any]:
    """What a chain of maps gives if every window has its maximum at place `tap`: one element along dimensions on which nothing depends."""
    cache: dict[Content, np.ndarray[Any, Any]] = {}

    def value(x: Any, reader: Statement, kind: str | None) -> Any:
        if not isinstance(x, Ref):
            return np.asarray(x, kind)
        if x.content.equation is None:
            flat = x.content.storage.flat[x.offset:]
            shape = [n if t else 1 for n, t in zip(reader.sizes, x.strides, strict=True)]
            return np.lib.stride_tricks.as_strided(flat, shape, [t * flat.itemsize for t in x.strides])
        maker = made_by[x.content]
        if maker is best:
            if x.offset != best.outs[1].offset or tuple(x.strides) != tuple(best.outs[1].strides[d] for d in best.kept):
                raise LookupError
            return np.full((1,) * len(reader.sizes), tap)
        out = maker.outs[0]
        assert maker.compute is not None
        if x.content not in cache:
            cache[x.content] = np.asarray(maker.compute(NumPy, *[value(i, maker, k) for i, k in zip(maker.ins, maker.kinds, strict=True)])
                                          if maker.key != "copy" else value(maker.ins[0], maker, maker.kinds[0]))
        made = cache[x.content]
        if x.offset != out.offset:
            raise LookupError
        made = np.broadcast_to(made, [max(n, 1) for n in made.shape]) if made.ndim else made.reshape((1,) * len(maker.sizes))
        axes = []
        for n, t in zip(reader.sizes, x.strides, strict=True):
            axes.append(next((d for d in range(len(maker.sizes)) if maker.sizes[d] == n and out.strides[d] == t), None) if t else None)
        used = [a for a in axes if a is not None]
        if used != sorted(used) or len(used) != len(maker.sizes) or any(a is None and t for a, t in zip(axes, x.strides, strict=True)):
            raise LookupError
        return made.reshape([1 if a is None else made.shape[a] for a in axes])

    if s.kind != "map" or s.compute is None or len(s.outs) != 1:
        raise LookupError
    values = [value(i, s, k) for i, k in zip(s.ins, s.kinds, strict=True)]
    return np.asarray(values[0] if s.key == "copy" else s.compute(NumPy, *values))


def _radix(sequence: np.ndarray[Any, Any]) -> list[tuple[int, int]] | None:
    """(size, stride) of the digits, outermost first, of which a sequence's distances from its first element are an affine function."""
    rest, digits = np.asarray(sequence) - sequence[0], []
    while len(rest) > 1:
        step = int(rest[1])
        run = next((k for k in range(1, len(rest)) if rest[k] != k * step), len(rest))
        if len(rest) % run:
            return None
        digits.append((run, step))
        rest = rest[::run]
    return digits[::-1] or [(1, 0)]
