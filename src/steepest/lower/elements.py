"""A step as scalar expressions: every equation evaluated element by element over the contents of storages.

A content is an array of node numbers, as long as its storage; views, in-place writes and joins only move numbers. What a step
begins with are leaves `("state", storage, element)` and `("stream", stream, element)`.
"""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower.expressions import Expression, Expressions, Unsupported
from steepest.lower.statements import tag, through

__all__ = ["Elements", "work"]

Numbers = np.ndarray[Any, Any]


def work(equations: Sequence[Equation]) -> int:
    """About how many scalar operations the equations are: the elements of results, those reduced to one counted in."""
    total = 0
    for e in equations:
        if e.primitive.form in ("map", "scan"):
            total += int(np.prod(e.results[0].shape))
        elif e.primitive.form == "reduction":
            total += int(np.prod(e.operands[0].shape))
        elif e.primitive.form == "contraction":
            inputs = e.params["spec"].split("->")[0]
            size = {c: n for letters, x in zip(inputs.split(","), e.operands, strict=True) for c, n in zip(letters, x.shape, strict=True)}
            total += 2 * int(np.prod(list(size.values())))
        else:
            total += sum(int(np.prod(r.shape)) for r in e.results) // 4
    return total


class Elements:
    """What the storages hold, as the equations of one step are evaluated in turn."""

    def __init__(self, graph: Expressions, streams: Sequence[Storage]) -> None:
        self.graph = graph
        self.streams = {s: k for k, s in enumerate(streams)}
        self.storages: dict[Storage, int] = {}
        self.initial: dict[Storage, Numbers] = {}
        self.current: dict[Storage, Numbers] = {}

    def held(self, storage: Storage, dtype: str) -> Numbers:
        """What a storage holds now."""
        found = self.current.get(storage)
        if found is None:
            if storage.flat.dtype.name != dtype:
                raise Unsupported("a storage seen with two dtypes")
            kind, at = ("stream", self.streams[storage]) if storage in self.streams else ("state", len(self.storages))
            if kind == "state":
                self.storages[storage] = at
            leaves = [self.graph.leaf((kind, at, i), dtype).number for i in range(storage.flat.size)]
            found = self.current[storage] = self.initial[storage] = np.array(leaves, np.int64)
        return found

    def hand_on(self, to: Storage, source: Storage) -> None:
        """A step begins with what `source` holds in `to`."""
        dtype = to.flat.dtype.name
        self.held(to, dtype)
        self.current[to] = self.held(source, dtype)

    def read(self, x: Access) -> Numbers:
        """The nodes of the elements of an access."""
        return self.held(x.content.storage, x.content.dtype.name)[places(x)]

    def evaluate(self, e: Equation) -> None:
        """One equation."""
        lowering = FORMS.get(e.primitive.form)
        if lowering is None:
            raise Unsupported(f"the form {e.primitive.form} of {e.primitive.name}")
        lowering(self, e)

    def make(self, x: Access, numbers: Any) -> None:
        """The content of a result, all of its storage."""
        storage = x.content.storage
        content = np.full(x.content.size, -1, np.int64)
        content[places(x)] = numbers
        if storage in self.streams or (content < 0).any():
            raise Unsupported("a result that is only a part of its storage")
        self.initial.setdefault(storage, np.full(x.content.size, -1, np.int64))
        self.storages.setdefault(storage, len(self.storages))
        self.current[storage] = content

    def converted(self, x: Any, shape: tuple[int, ...], dtype: str) -> Numbers:
        """The nodes of an operand, broadcast to a shape and in a dtype."""
        g = self.graph
        if not isinstance(x, Access):
            return np.full(shape, g.constant(x, dtype).number)
        numbers = np.broadcast_to(self.read(x), shape)
        if x.content.dtype.name == dtype:
            return numbers
        return _each(lambda k: g.cast(Expression(g, k), dtype), numbers)


def places(x: Access) -> Numbers:
    """Where in its content the elements of an access lie."""
    at = np.full(x.shape, x.offset, np.int64)
    for d, (n, stride) in enumerate(zip(x.shape, x.strides, strict=True)):
        at += np.arange(n).reshape([-1 if k == d else 1 for k in range(len(x.shape))]) * stride
    return at


def _each(function: Callable[..., Expression], *numbers: Numbers) -> Numbers:
    """A function of expressions for every element; equal operands are computed once."""
    known: dict[tuple[int, ...], int] = {}
    out = np.empty(numbers[0].shape, np.int64)
    for at, *ks in zip(np.ndindex(out.shape), *(n.reshape(-1).tolist() for n in numbers), strict=True):
        key = tuple(ks)
        found = known.get(key)
        if found is None:
            found = known[key] = function(*key).number
        out[at] = found
    return out


def _map(s: Elements, e: Equation) -> None:
    primitive, g = e.primitive, s.graph
    compute, _ = primitive.types(tuple(tag(x) for x in e.operands))
    shape = e.results[0].shape
    kinds = ["bool" if i in primitive.keep else compute.name for i in range(len(e.operands))]
    operands = [s.converted(x, shape, kind) for x, kind in zip(e.operands, kinds, strict=True)]
    made = [np.empty(shape, np.int64) for _ in e.results]
    known: dict[tuple[int, ...], list[int]] = {}
    for at, *ks in zip(np.ndindex(shape), *(n.reshape(-1).tolist() for n in operands), strict=True):
        key = tuple(ks)
        found = known.get(key)
        if found is None:
            found = known[key] = definition(g, primitive, compute.name, [Expression(g, k) for k in key], e.results)
        for array, k in zip(made, found, strict=True):
            array[at] = k
    for result, numbers in zip(e.results, made, strict=True):
        s.make(result, numbers)


def definition(g: Expressions, primitive: Any, compute: str, operands: list[Expression], results: Sequence[Access]) -> list[int]:
    """The nodes of the results of an elementwise operation on these operands."""
    try:
        out = primitive.definition(g, *operands)
    except (TypeError, AttributeError) as problem:
        raise Unsupported(f"{primitive.name}: {problem}") from problem
    out = out if isinstance(out, tuple) else (out,)
    values = [v if isinstance(v, Expression) else g.constant(v, compute) for v in out]
    return [g.cast(v, r.content.dtype.name).number for v, r in zip(values, results, strict=True)]


def _cast(s: Elements, e: Equation) -> None:
    s.make(e.results[0], s.converted(e.operands[0], e.results[0].shape, e.results[0].content.dtype.name))


def _store(s: Elements, e: Equation) -> None:
    region, value = e.operands
    result = e.results[0]
    content = s.held(region.content.storage, region.content.dtype.name).copy()
    content[places(result)] = s.converted(value, result.shape, result.content.dtype.name)
    if region.content.storage in s.streams:
        raise Unsupported("a write into a stream")
    s.current[region.content.storage] = content


def _write(s: Elements, e: Equation) -> None:
    (base, value), (result,) = e.operands, e.results
    part = through(result, e.params["steps"])
    s.make(result, s.read(base))
    s.current[result.content.storage][places(part)] = s.converted(value, part.shape, result.content.dtype.name)


def _fill(s: Elements, e: Equation) -> None:
    s.make(e.results[0], s.graph.constant(e.params["value"], e.results[0].content.dtype.name).number)


def _constant(s: Elements, e: Equation) -> None:
    array, dtype = np.asarray(e.params["array"]), e.results[0].content.dtype.name
    numbers = [s.graph.constant(v, dtype).number for v in array.reshape(-1).tolist()]
    s.make(e.results[0], np.array(numbers, np.int64).reshape(e.results[0].shape))


def _iota(s: Elements, e: Equation) -> None:
    dtype, numbers = e.results[0].content.dtype.name, e.primitive.run((), e.params).array.tolist()
    s.make(e.results[0], [s.graph.constant(x, dtype).number for x in numbers])


def _join(s: Elements, e: Equation) -> None:
    (result,), dim = e.results, e.params["dim"]
    out = np.empty(result.shape, np.int64)
    for x, start in zip(e.operands, e.params["starts"], strict=False):
        region = tuple(slice(start, start + x.shape[dim]) if d == dim else slice(None) for d in range(out.ndim))
        out[region] = s.converted(x, x.shape, result.content.dtype.name)
    s.make(result, out)


def _rearrange(s: Elements, e: Equation) -> None:
    (x,), (result,) = e.operands, e.results
    offsets = np.ascontiguousarray(e.primitive.function(places(x), **e.params)).reshape(result.shape)
    s.make(result, s.held(x.content.storage, x.content.dtype.name)[offsets])


def _total(g: Expressions, terms: list[Expression], combine: Callable[..., Any], identity: Any, dtype: str) -> Expression:
    """The terms folded: in their order from the identity on with `exact`, else in pairs, whose chains are short."""
    if g.exact or identity is None:
        folded = terms[0] if identity is None else g.constant(identity, dtype)
        for x in terms[1 if identity is None else 0:]:
            folded = combine(g, folded, x)
        return folded
    if not terms:
        return g.constant(identity, dtype)
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        terms = [combine(g, a, b) for a, b in pairs] + (terms[-1:] if len(terms) % 2 else [])
    return terms[0]


def _reduction(s: Elements, e: Equation) -> None:
    (x,), (result,), g = e.operands, e.results, s.graph
    dim, dtype = e.params["dim"], result.content.dtype.name
    numbers = s.converted(x, x.shape, dtype)
    kept = [d for d in range(numbers.ndim) if d not in dim]
    rows = numbers.transpose([*kept, *dim]).reshape([numbers.shape[d] for d in kept] + [math.prod(numbers.shape[d] for d in dim)])
    out = np.empty(rows.shape[:-1], np.int64)
    for at in np.ndindex(out.shape):
        terms = [Expression(g, k) for k in rows[at].tolist()]
        out[at] = _total(g, terms, e.primitive.combine, e.primitive.identity, dtype).number
    s.make(result, out.reshape(result.shape))


def _contraction(s: Elements, e: Equation) -> None:
    (a, b), (result,), g = e.operands, e.results, s.graph
    inputs, out = e.params["spec"].split("->")
    la, lb = inputs.split(",")
    dtype = result.content.dtype.name
    x, y = s.read(a), s.read(b)
    size = {c: n for letters, v in ((la, a), (lb, b)) for c, n in zip(letters, v.shape, strict=True)}
    inner = [c for c in size if c not in out]
    made = np.empty(result.shape, np.int64)
    for at in np.ndindex(made.shape):
        index = dict(zip(out, at, strict=True))
        terms = []
        for more in product(*(range(size[c]) for c in inner)):
            index.update(zip(inner, more, strict=True))
            p, q = x[tuple(index[c] for c in la)], y[tuple(index[c] for c in lb)]
            terms.append(Expression(g, int(p)) * Expression(g, int(q)))
        made[at] = _total(g, terms, lambda m, u, v: u + v, 0, dtype).number
    s.make(result, made)


FORMS: dict[str, Callable[[Elements, Equation], None]] = {
    "map": _map, "cast": _cast, "store": _store, "write": _write, "fill": _fill, "constant": _constant, "iota": _iota,
    "join": _join, "rearrange": _rearrange, "reduction": _reduction, "contraction": _contraction,
}
