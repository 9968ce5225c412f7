"""Statements: equations as computations over an index space, which passes can move, split and fuse.

A `Statement` computes, for every index of `sizes`, results from operands; dimensions in `folded` are summed or otherwise folded
away. A `Ref` says where the element at an index lies: an offset and a stride for each dimension, 0 where the index does not matter.
What has no such form (gathers, sorts, calls of Python) is a statement of kind "other" or "python" with its equation.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.lower.drawing import sampler
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function

__all__ = ["Ref", "Statement", "statements", "tag", "through"]


class Ref:
    """Elements of a content, one for each index of a space."""

    __slots__ = ("content", "offset", "strides")

    def __init__(self, content: Content, offset: int, strides: Sequence[int]):
        self.content, self.offset, self.strides = content, offset, tuple(strides)

    def __repr__(self) -> str:
        return f"{id(self.content) % 10007}+{self.offset}{list(self.strides)}"

    @property
    def dtype(self) -> str:
        return str(self.content.dtype.name)

    @property
    def place(self) -> tuple[Any, ...]:
        return self.content.storage, self.offset, self.strides


class Statement:
    """One computation. `compute(m, *values)` is the definition of a map, `primitive` that of a fold.

    `kinds` are the dtypes to which operands are converted, None where they stay as they lie. `homes` says where the results have to
    be found by Python after the last step (None: nowhere), `always` whether the statement matters in the steps before the last one.
    """

    __slots__ = ("always", "compute", "equation", "folded", "homes", "ins", "key", "kind", "kinds", "number", "outs", "primitive", "sizes",
                 "stops")

    def __init__(self, number: int, kind: str, sizes: Sequence[int] = (), ins: Sequence[Any] = (), outs: Sequence[Ref] = (),
                 kinds: Sequence[str | None] = (), compute: Callable[..., Any] | None = None, folded: Sequence[int] = (),
                 primitive: Any = None, stops: bool = False, equation: Equation | None = None, key: Any = None):
        self.number, self.kind, self.sizes, self.folded = number, kind, tuple(sizes), tuple(folded)
        self.ins, self.outs, self.kinds, self.compute = list(ins), list(outs), list(kinds), compute
        self.primitive, self.stops, self.equation, self.key = primitive, stops, equation, key
        self.homes: list[Ref | None] = [None] * len(self.outs)
        self.always = True

    def __repr__(self) -> str:
        name = getattr(self.primitive, "name", "")
        return f"<{self.number} {self.kind} {name} {list(self.sizes)} {self.ins} -> {self.outs}>"

    @property
    def copies(self) -> bool:
        """Whether the result is the operand in another place."""
        return self.kind == "map" and self.key == "copy" and isinstance(self.ins[0], Ref) and self.ins[0].dtype == self.outs[0].dtype

    @property
    def kept(self) -> tuple[int, ...]:
        return tuple(d for d in range(len(self.sizes)) if d not in self.folded)

    def reads(self) -> list[Content]:
        """The contents that are read."""
        if self.equation is not None:
            return [x.content for x in self.equation.operands if isinstance(x, Access)]
        return [x.content for x in self.ins if isinstance(x, Ref)]

    def writes(self) -> list[Content]:
        """The contents that come into being."""
        if self.equation is not None:
            return [x.content for x in self.equation.results]
        return [x.content for x in self.outs]

    def over(self, sizes: Sequence[int], strides: Callable[[Ref], Sequence[int]], folded: Sequence[int] = ()) -> "Statement":
        """The same computation over another space; `strides` gives those of each reference there."""
        new = Statement(self.number, self.kind, sizes, (), (), self.kinds, self.compute, folded, self.primitive, self.stops, None,
                        self.key)
        new.ins = [Ref(x.content, x.offset, strides(x)) if isinstance(x, Ref) else x for x in self.ins]
        new.outs = [Ref(x.content, x.offset, strides(x)) for x in self.outs]
        new.homes = [None if x is None else Ref(x.content, x.offset, strides(x)) for x in self.homes]
        new.always = self.always
        return new

    def refs(self) -> list[Ref]:
        """Every reference to memory."""
        return [x for x in (*self.ins, *self.outs, *self.homes) if isinstance(x, Ref)]


def aligned(x: Access, shape: Sequence[int]) -> Ref:
    """An access broadcast to a shape."""
    extra = len(shape) - len(x.shape)
    pairs = list(zip(x.shape, x.strides, strict=True))[max(-extra, 0):]
    return Ref(x.content, x.offset, [0] * max(extra, 0) + [0 if n == 1 else s for n, s in pairs])


def squeezed(s: Statement) -> Statement:
    """Without dimensions of size 1."""
    keep = [d for d, n in enumerate(s.sizes) if n != 1]
    if len(keep) == len(s.sizes):
        return s
    folded = [k for k, d in enumerate(keep) if d in s.folded]
    return s.over([s.sizes[d] for d in keep], lambda r: [r.strides[d] for d in keep], folded)


def copying(number: int, shape: Sequence[int], source: Any, target: Ref) -> Statement:
    """A value over every element of the target."""
    kind = target.dtype if not isinstance(source, Ref) else None
    return Statement(number, "map", shape, [source], [target], [kind], lambda m, x: x, key="copy")


def statements(equations: Sequence[Equation], records: Sequence[tuple[Access, Content]] = ()) -> list[Statement]:
    """The statements of a program, and copies of what is recorded to the contents that are its records."""
    made: list[Statement] = []
    known: dict[Content, np.ndarray[Any, Any]] = {}
    latest: dict[Storage, Content] = {}
    same: dict[Content, Content] = {}       # what is the content before, since nothing was written
    for number, e in enumerate(equations):
        e = _with_contents(e, same)
        latest.update({x.content.storage: x.content for x in e.operands if isinstance(x, Access)})
        accesses = [x for x in (*e.operands, *e.results) if isinstance(x, Access)]
        convert = CONVERSIONS.get(e.primitive.form)
        found = None
        if any(x.content.dtype.is_complex for x in accesses):
            found = [Statement(number, "python", equation=e)]
        else:
            found = convert(number, e, known) if convert is not None else [Statement(number, "python", equation=e)]
        for s in found:
            if s.equation is not None:
                made.append(s)
            elif 0 not in s.sizes:
                made.append(squeezed(s))
            elif s.kind in ("fold", "product") and 0 not in [s.sizes[d] for d in s.kept]:
                made.append(squeezed(_of_nothing(s)))
            else:
                same.update({c: latest[c.storage] for c in s.writes() if latest.get(c.storage, c) is not c})
                continue
            latest.update({c.storage: c for c in s.writes()})
        latest.update({x.content.storage: same.get(x.content, x.content) for x in e.results})
    for access, content in records:
        if 0 not in access.shape:
            dense = [math.prod(access.shape[d + 1:]) for d in range(len(access.shape))]
            target = aligned(Access(content, 0, access.shape, tuple(dense)), access.shape)
            made.append(squeezed(copying(len(equations) - 1, access.shape, aligned(_renamed(access, same), access.shape), target)))
    return made


def _renamed(x: Any, same: dict[Content, Content]) -> Any:
    """An access with the content by which its own is to be called."""
    if not isinstance(x, Access) or x.content not in same:
        return x
    return Access(same[x.content], x.offset, x.shape, x.strides)


def _with_contents(e: Equation, same: dict[Content, Content]) -> Equation:
    if not same:
        return e
    new = Equation(e.primitive, tuple(_renamed(x, same) for x in e.operands), e.params, e.line)
    new.results = e.results
    return new


def _of_nothing(s: Statement) -> Statement:
    """What is folded over no elements is the identity."""
    value = s.primitive.identity if s.kind == "fold" else 0
    out = s.outs[0]
    return copying(s.number, [s.sizes[d] for d in s.kept], value, Ref(out.content, out.offset, [out.strides[d] for d in s.kept]))


def _map(number: int, e: Equation, known: Any) -> list[Statement]:
    primitive, shape = e.primitive, e.results[0].shape
    compute, _ = primitive.types(tuple(tag(x) for x in e.operands))
    kinds = tuple("bool" if i in primitive.keep else compute.name for i in range(len(e.operands)))
    numbers = tuple(None if isinstance(x, Access) else x for x in e.operands)
    stops = _probed(primitive, kinds, numbers)
    if stops is None:
        return [Statement(number, "python", equation=e)]
    ins = [aligned(x, shape) if isinstance(x, Access) else x for x in e.operands]
    return [Statement(number, "map", shape, ins, [aligned(x, shape) for x in e.results], kinds, primitive.definition,
                      primitive=primitive, stops=stops, key=primitive)]


def tag(x: Any) -> Any:
    if isinstance(x, Access):
        return x.content.dtype if x.shape else x.content.dtype.scalar
    return type(x)


@cache
def _probed(primitive: Any, kinds: tuple[str, ...], numbers: tuple[Any, ...]) -> bool | None:
    """Whether the definition may stop the program; None where it has no meaning for these dtypes."""
    told: list[str] = []
    m = Scalars(Function("probe", []), on_error=told.append)
    values = [m.value(f"%{i}", kind) if n is None else m.constant(n, kind) for i, (kind, n) in enumerate(zip(kinds, numbers, strict=True))]
    try:
        primitive.definition(m, *values)
    except TypeError:
        return None
    return bool(told)


def _cast(number: int, e: Equation, known: Any) -> list[Statement]:
    (x,), (result,) = e.operands, e.results
    return [copying(number, result.shape, aligned(x, result.shape), aligned(result, result.shape))]


def _store(number: int, e: Equation, known: Any) -> list[Statement]:
    value, (result,) = aligned(e.operands[1], e.results[0].shape), e.results
    target = aligned(result, result.shape)
    if value.content.storage is not target.content.storage or value.place == target.place:
        return [copying(number, result.shape, value, target)]
    # Elements are written that are still to be read: all of them are read first.
    dense = [math.prod(result.shape[d + 1:]) for d in range(len(result.shape))]
    held = Storage(np.empty(math.prod(result.shape), value.content.dtype.numpy))
    between = aligned(Access(Content(held, value.content.dtype, number), 0, result.shape, tuple(dense)), result.shape)
    return [copying(number, result.shape, value, between), copying(number, result.shape, between, target)]


def _fill(number: int, e: Equation, known: Any) -> list[Statement]:
    (result,) = e.results
    return [copying(number, result.shape, e.params["value"], aligned(result, result.shape))]


def _table(number: int, result: Access, array: np.ndarray[Any, Any], known: dict[Content, Any]) -> list[Statement]:
    """A copy of an array that is part of the program."""
    array = np.ascontiguousarray(array).reshape(result.shape)
    table = Content(Storage(array.reshape(-1)), result.content.dtype, None)
    known[result.content] = array
    strides = [int(s) // array.itemsize for s in array.strides]
    source = Access(table, 0, result.shape, tuple(strides))
    return [copying(number, result.shape, aligned(source, result.shape), aligned(result, result.shape))]


def _constant(number: int, e: Equation, known: Any) -> list[Statement]:
    (result,) = e.results
    return _table(number, result, np.asarray(e.params["array"]).reshape(result.shape), known)


def _iota(number: int, e: Equation, known: Any) -> list[Statement]:
    (result,) = e.results
    return _table(number, result, e.primitive.run((), e.params).array, known)


def _write(number: int, e: Equation, known: Any) -> list[Statement]:
    (base, value), (result,) = e.operands, e.results
    before = Content(result.content.storage, result.content.dtype, number)
    region = through(result, e.params["steps"])
    return [copying(number, result.shape, aligned(base, result.shape),
                    aligned(Access(before, result.offset, result.shape, result.strides), result.shape)),
            copying(number, region.shape, aligned(value, region.shape), aligned(region, region.shape))]


def through(access: Access, steps: Any) -> Access:
    """The part of an access that view steps lead to."""
    item = np.dtype(np.int8)
    base = np.lib.stride_tricks.as_strided(np.empty(max(access.content.size, 1), item), access.shape, access.strides)
    begin = base.__array_interface__["data"][0]
    for step, params in steps:
        base = step.index_map(base, **params)
    offset = base.__array_interface__["data"][0] - begin
    return Access(access.content, access.offset + offset, base.shape, base.strides)


def _join(number: int, e: Equation, known: Any) -> list[Statement]:
    (result,), dim = e.results, e.params["dim"]
    made = []
    for k, (x, start) in enumerate(zip(e.operands, e.params["starts"], strict=False)):
        last = k == len(e.operands) - 1
        content = result.content if last else Content(result.content.storage, result.content.dtype, number)
        part = Access(content, result.offset + start * result.strides[dim], x.shape, result.strides)
        made.append(copying(number, x.shape, aligned(x, x.shape), aligned(part, x.shape)))
    return made


def _spread(result: Access, x: Access, dim: Sequence[int], keepdim: bool) -> Ref:
    """A result over the space of the operand: stride 0 along the folded dimensions."""
    strides = iter(result.strides)
    if keepdim:
        return Ref(result.content, result.offset, [0 if d in dim else s for d, s in enumerate(strides)])
    return Ref(result.content, result.offset, [0 if d in dim else next(strides) for d in range(len(x.shape))])


def _reduction(number: int, e: Equation, known: Any) -> list[Statement]:
    (x,), (result,) = e.operands, e.results
    out = _spread(result, x, e.params["dim"], e.params["keepdim"])
    return [Statement(number, "fold", x.shape, [aligned(x, x.shape)], [out], [None], None, e.params["dim"], e.primitive, key=e.primitive)]


def _extremum(number: int, e: Equation, known: Any) -> list[Statement]:
    (x,) = e.operands
    if not x.shape:
        return [Statement(number, "other", equation=e)]
    dim = (e.params["dim"],)
    outs = [_spread(r, x, dim, e.params["keepdim"]) for r in e.results]
    return [Statement(number, "best", x.shape, [aligned(x, x.shape)], outs, [None], None, dim, e.primitive, key=e.primitive)]


def _contraction(number: int, e: Equation, known: Any) -> list[Statement]:
    (a, b), (result,) = e.operands, e.results
    inputs, out = e.params["spec"].split("->")
    la, lb = inputs.split(",")
    size = {c: n for letters, x in ((la, a), (lb, b)) for c, n in zip(letters, x.shape, strict=True)}
    letters = out + "".join(c for c in la if c not in out)

    def over(x: Access, own: str) -> Ref:
        strides = dict(zip(own, x.strides, strict=True))
        return Ref(x.content, x.offset, [strides.get(c, 0) for c in letters])

    folded = range(len(out), len(letters))
    return [Statement(number, "product", [size[c] for c in letters], [over(a, la), over(b, lb)], [over(result, out)], [None, None], None,
                      folded, e.primitive, key=e.primitive)]


def _take(number: int, e: Equation, known: dict[Content, np.ndarray[Any, Any]]) -> list[Statement]:
    """Entries at places that are known and equally far apart are a view."""
    (x, at), (result,), dim = e.operands, e.results, e.params["dim"]
    places = known.get(at.content)
    if places is None or places.ndim != 1 or places.shape != at.shape or x.shape[dim] == 0:
        return _indexing(number, e, known)
    step = int(places[1] - places[0]) if places.size > 1 else 0
    if (places < 0).any() or (places >= x.shape[dim]).any() or (np.diff(places) != step).any():
        return _indexing(number, e, known)
    strides = list(x.strides)
    strides[dim] *= step
    seen = Access(x.content, x.offset + int(places[0]) * x.strides[dim], result.shape, tuple(strides))
    return [copying(number, result.shape, aligned(seen, result.shape), aligned(result, result.shape))]


def _indexing(number: int, e: Equation, known: Any) -> list[Statement]:
    """Elements found by integer tensors, which may lie outside."""
    return [Statement(number, "other", equation=e, stops=True)]


def _written(number: int, e: Equation, known: Any) -> list[Statement]:
    """A copy of the operand into which elements are written at places that integer tensors give."""
    x, (result,) = e.operands[0], e.results
    before = Content(result.content.storage, result.content.dtype, number)
    whole = Access(before, result.offset, result.shape, result.strides)
    return [copying(number, result.shape, aligned(x, result.shape), aligned(whole, result.shape)), *_indexing(number, e, known)]


def _random(number: int, e: Equation, known: Any) -> list[Statement]:
    """Draws stay in their order, as what may stop does, and none is left out."""
    native = sampler(e) is not None
    return [Statement(number, "other" if native else "python", equation=e, stops=native)]


def _plain(number: int, e: Equation, known: Any) -> list[Statement]:
    return [Statement(number, "other", equation=e)]


CONVERSIONS: dict[str, Callable[[int, Equation, Any], list[Statement]]] = {
    "map": _map, "cast": _cast, "store": _store, "write": _write, "fill": _fill, "constant": _constant, "iota": _iota, "join": _join,
    "reduction": _reduction, "extremum": _extremum, "contraction": _contraction, "take": _take, "gather": _indexing,
    "index": _indexing, "scatter": _written, "put": _written, "index_put": _written, "rearrange": _plain, "scan": _plain,
    "extremum_scan": _plain, "sort": _plain, "random": _random}
