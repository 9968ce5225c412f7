"""What a group computes at one place of its space: values stay in registers, and only what somebody else needs is stored.

Results that only Python will look at are stored in the last step alone, behind a branch; everything else is stored at the end, so that a
body reads its operands as they were before.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.recorder import Content
from steepest.lower.nest import Nest
from steepest.lower.scalar import Scalars, Value
from steepest.lower.statements import Ref, Statement
from steepest.lower.text import Index, itemsize, memory_type

__all__ = ["Place", "active", "evaluate", "read", "write"]

Values = dict[Content, Value]


class Place:
    """An index of a space: a loop's variable and a constant for each dimension; `lane` lies on the vector, `count` lanes are active, or as
    many as a register tells."""

    def __init__(self, m: Scalars, variables: Sequence[Index], constants: Sequence[int], lane: int | None = None, count: Index = 1):
        self.m, self.variables, self.constants, self.lane, self.count = m, list(variables), list(constants), lane, count
        self.loaded: dict[Any, Value] = {}

    def moved(self, d: int, by: int) -> "Place":
        """The same place further along a dimension."""
        constants = list(self.constants)
        constants[d] += by
        return Place(self.m, self.variables, constants, self.lane, self.count)

    def step(self, ref: Ref) -> int:
        """How far neighbouring lanes lie apart."""
        return ref.strides[self.lane] if self.lane is not None and self.m.width > 1 else 0


def address(nest: Nest, ref: Ref, place: Place, home: bool = False) -> str:
    """The address of the (first) element of a reference at a place."""
    f = nest.function
    at: Index = 0
    for i, stride in zip(place.variables, ref.strides, strict=True):
        if stride:
            at = f.add(at, f.mul(i, stride))
    constant = sum(c * s for c, s in zip(place.constants, ref.strides, strict=True))
    pointer = nest.pointer(ref.content, ref.offset, home)
    return f.gep(f.gep(pointer, at, ref.dtype), constant, ref.dtype)


def _mask(place: Place) -> str | None:
    width = place.m.width
    return None if place.count == width else active(place.m, place.count)


def active(m: Scalars, count: Index) -> str:
    """The mask of the first lanes of a vector."""
    if isinstance(count, str):
        return m.function.below(count, m.width)
    return f"<{', '.join('i1 true' if k < count else 'i1 false' for k in range(m.width))}>"


def read(nest: Nest, ref: Ref, place: Place) -> Value:
    """The elements of a reference at a place."""
    key = ref.content, ref.offset, ref.strides
    if key not in place.loaded:
        place.loaded[key] = _read(nest, ref, place)
    return place.loaded[key]


def _read(nest: Nest, ref: Ref, place: Place) -> Value:
    f, m, step = nest.function, place.m, place.step(ref)
    start = address(nest, ref, place)
    if step == 0:
        return m.splat(f.load(start, ref.dtype), ref.dtype)
    mask = _mask(place)
    if step == 1 and (mask is None or itemsize(ref.dtype) >= 4):
        return m.value(f.load(start, ref.dtype, m.width, mask=mask), ref.dtype)
    if isinstance(place.count, str):
        return m.value(f.load(_apart(place, start, ref), ref.dtype, m.width, mask=mask, apart=True), ref.dtype)
    kind = m.constant(0, ref.dtype)
    name = kind.name
    element = m.type(kind.dtype)
    scalar = Scalars(f, 1).type(kind.dtype)
    for k in range(place.count):
        one = f.load(f.gep(start, k * step, ref.dtype), ref.dtype)
        name = f.pure(f"insertelement {element} {name}, {scalar} {one}, i64 {k}")
    return m.value(name, ref.dtype)


def _apart(place: Place, start: str, ref: Ref) -> str:
    """The addresses of a vector's elements that are no neighbours."""
    f, width = place.m.function, place.m.width
    lanes = f"<{', '.join(f'i64 {k}' for k in range(width))}>"
    offsets = f.pure(f"mul <{width} x i64> {lanes}, {f.splat(str(place.step(ref)), 'int64', width)}")
    return f.pure(f"getelementptr {memory_type(ref.dtype)}, ptr {start}, <{width} x i64> {offsets}")


def write(nest: Nest, value: Value, ref: Ref, place: Place, home: bool = False) -> None:
    """Store the elements of a reference at a place."""
    f, m, step = nest.function, place.m, place.step(ref)
    start = address(nest, ref, place, home)
    if m.width == 1:
        f.store(value.name, start, ref.dtype)
        return
    mask = _mask(place)
    if step == 1 and (mask is None or itemsize(ref.dtype) >= 4):
        f.store(value.name, start, ref.dtype, m.width, mask=mask)
        return
    if isinstance(place.count, str):
        f.store(value.name, _apart(place, start, ref), ref.dtype, m.width, mask=mask, apart=True)
        return
    for k in range(place.count):
        f.store(f.lane(value.name, k, value.dtype, m.width), f.gep(start, k * step, ref.dtype), ref.dtype)


def evaluate(nest: Nest, statements: Sequence[Statement], place: Place, values: Values, roots: Sequence[Statement] = ()) -> None:
    """Compute maps at a place and store what has to be; `values` are known there already (results of `roots`), and are added to."""
    stored: list[tuple[Value, Ref]] = []
    late: list[tuple[Value, Ref, bool]] = []
    for s in roots:
        for r, home in zip(s.outs, s.homes, strict=True):
            _sort(nest, s, values[r.content], r, home, stored, late)
    for s in (s for s in statements if s.always):
        for value, r, home in zip(_computed(nest, s, place, values), s.outs, s.homes, strict=True):
            values[r.content] = value
            _sort(nest, s, value, r, home, stored, late)
    last = [s for s in statements if not s.always]
    if late or last:
        certain, loaded = nest.at_last, place.loaded     # in the last step's own part what is computed holds on
        with nest.in_last_step():
            inside = values if certain else dict(values)
            place.loaded = loaded if certain else dict(loaded)
            for s in last:
                for value, r, home in zip(_computed(nest, s, place, inside), s.outs, s.homes, strict=True):
                    inside[r.content] = value
                    if nest.needed(r.content) is not None:
                        late.append((value, r, False))
                    if home is not None:
                        late.append((value, home, True))
            for value, ref, is_home in late:
                write(nest, value, ref, place, is_home)
            place.loaded = loaded
    for value, r in stored:
        write(nest, value, r, place)


def _sort(nest: Nest, s: Statement, value: Value, r: Ref, home: Ref | None, stored: list[tuple[Value, Ref]],
          late: list[tuple[Value, Ref, bool]]) -> None:
    needed = nest.needed(r.content)
    if needed and s.always:
        stored.append((value, r))
    elif needed is not None:
        late.append((value, r, False))
    if home is not None:
        late.append((value, home, True))


def _computed(nest: Nest, s: Statement, place: Place, values: Values) -> list[Value]:
    m = place.m
    operands = []
    for x, kind in zip(s.ins, s.kinds, strict=True):
        operands.append(operand(nest, x, kind, place, values))
    compute: Callable[..., Any] | None = s.compute
    assert compute is not None
    nest.number = s.number
    out = compute(m, *operands)
    made = []
    for value, r in zip(out if isinstance(out, tuple) else (out,), s.outs, strict=True):
        if not isinstance(value, Value):
            value = m.constant(value, r.dtype)
        made.append(m.cast(value, r.dtype))
    return made


def operand(nest: Nest, x: Any, kind: str | None, place: Place, values: Values) -> Value:
    """An operand at a place, converted."""
    if not isinstance(x, Ref):
        assert kind is not None
        return place.m.constant(x, kind)
    value = values[x.content] if x.content in values else read(nest, x, place)
    return value if kind is None else place.m.cast(value, kind)
