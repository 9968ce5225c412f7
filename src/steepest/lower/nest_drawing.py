"""The loop nest of random draws: words of the generator's stream by one thread, numbers from them by all.

The stream is the memory in which NumPy keeps it, so Python's draws and native ones follow each other in any order.
"""

import math
from collections.abc import Callable

from steepest.core.recorder import Access, Equation
from steepest.lower import twister
from steepest.lower.drawing import BLOCK, Sampler, block_of_normals, sampler
from steepest.lower.nest import INDEX, Nest, Scratch
from steepest.lower.packing import copy_exchanged, room
from steepest.lower.scalar import Scalars, Value
from steepest.lower.spaces import Segment, segments, single, walk
from steepest.lower.statements import Ref
from steepest.lower.text import Index

__all__ = ["draw"]


def draw(nest: Nest, e: Equation) -> None:
    """The elements of the result in their order."""
    made = sampler(e)
    assert made is not None
    result, n = _in_memory_order(e.results[0], e), math.prod(e.results[0].shape)
    target, finish = _contiguous(nest, result, n)
    of = result.content.dtype.name
    parameter = _in_memory_order(e.operands[0], e) if e.operands else None
    if parameter is not None:
        nest.alone(lambda: _check(nest, parameter))
    if e.params["sampler"] != "normal":
        words = _words(nest, e, made, n)
        width = nest.lanes("float64" if made.pairs else "float32")

        def leaf(at: dict[int, Index], chosen: dict[int, Segment]) -> None:
            m = nest.scalars(chosen[0].width).strict
            given = None if parameter is None else _parameter(nest, parameter, m, at[0])
            _put(m, made.value(m, _taken(m, words, made, at[0]), given), target, at[0], of)

        nest.spread(n, lambda thread: walk(nest.function, [(0, segments(n, width, False))], leaf, thread, nest.threads))
    else:
        _normals(nest, e, made, n, target)
    finish()


def _in_memory_order(x: Access, e: Equation) -> Access:
    """What is drawn or its parameter, with the axes in the order in which the elements are drawn."""
    order = e.params.get("order", range(len(x.shape)))
    return Access(x.content, x.offset, tuple([x.shape[k] for k in order]), tuple([x.strides[k] for k in order]))


def _contiguous(nest: Nest, result: Access, n: int) -> tuple[str, Callable[[], None]]:
    """Where the elements are written one after the other, and what brings them from there to the result."""
    dims = [(size, stride) for size, stride in zip(result.shape, result.strides, strict=True) if size != 1]
    sizes, strides = [size for size, _ in dims], [stride for _, stride in dims]
    dense = [math.prod(sizes[d + 1:]) for d in range(len(sizes))]
    if strides == dense:
        return nest.pointer(result.content, result.offset, False), lambda: None
    content = room(nest, result.content.dtype, n)
    order = sorted(range(len(sizes)), key=lambda d: -strides[d])

    def finish() -> None:
        source, target = Ref(content, 0, dense), Ref(result.content, result.offset, strides)
        inner = len(sizes) - 1 if order[-1] != len(sizes) - 1 else None
        copy_exchanged(nest, source, target, sizes, order, order[-1], inner)

    return nest.pointer(content, 0, False), finish


def _words(nest: Nest, e: Equation, made: Sampler, n: int) -> str:
    """The address of the words that n elements need, drawn here."""
    f, count = nest.function, n * (2 if made.pairs else 1)
    state, out = nest.attach(e.params["generator"].engine), nest.attach(Scratch(count, "uint32"))
    words = twister.words()
    f.use(words)
    nest.alone(lambda: f.do(f"call void @{words.name}(ptr {state}, ptr {out}, i64 {count})"))
    return out


def _taken(m: Scalars, words: str, made: Sampler, at: Index, by: int = 0) -> Value:
    """The words of the elements from `at` on; of a pair the earlier one is the upper half."""
    f, kind = m.function, "int64" if made.pairs else "int32"
    value = m.value(f.load(f.gep(f.gep(words, at, kind), by, kind), kind, m.width, align=4), kind)
    return m.shift_left_bits(value, 32) | m.shift_right_unsigned(value, 32) if made.pairs else value


def _put(m: Scalars, value: Value, target: str, at: Index, of: str, by: int = 0) -> None:
    f = m.function
    f.store(value.name, f.gep(f.gep(target, at, of), by, of), of, m.width)


def _indices(nest: Nest, x: Access, at: Index) -> list[Index]:
    """The indices of element `at` in the order of a shape."""
    found: list[Index] = []
    for n in reversed(x.shape):
        quotient: Index = at // n if isinstance(at, int) else nest.function.pure(f"sdiv i64 {at}, {n}")
        found.append(at % n if isinstance(at, int) else nest.function.pure(f"srem i64 {at}, {n}"))
        at = quotient
    return found[::-1]


def _parameter(nest: Nest, x: Access, m: Scalars, at: Index) -> Value:
    """The elements from `at` on."""
    dtype = x.content.dtype.name
    value = m.constant(0, dtype).name
    for k in range(m.width):
        one = nest.load(x, _indices(nest, x, nest.function.add(at, k)))
        if m.width == 1:
            return m.value(one.name, dtype)
        value = nest.function.pure(f"insertelement {m.type(dtype)} {value}, {nest.m.type(dtype)} {one.name}, i64 {k}")
    return m.value(value, dtype)


def _check(nest: Nest, x: Access) -> None:
    """The program stops before anything is drawn where a probability lies outside of 0 to 1."""
    with nest.function.loop(math.prod(x.shape)) as at:
        p = nest.load(x, _indices(nest, x, at))
        nest.stop(INDEX, ((p >= 0) & (p <= 1) ^ True).name)


def _normals(nest: Nest, e: Equation, made: Sampler, n: int, target: str) -> None:
    """Blocks of 16 from 16 uniform numbers each; the last 16 once more where some are left over."""
    of = e.results[0].content.dtype.name
    full, rest = n - n % BLOCK, n % BLOCK
    skipped = rest if of in ("float32", "float64") else 0
    words = _words(nest, e, made, full + (skipped + BLOCK if rest else 0))
    half = BLOCK // 2
    m = nest.scalars(half).strict

    def block(begin: Index, source: Index) -> None:
        halves = block_of_normals(m, _taken(m, words, made, source), _taken(m, words, made, source, half))
        for k, x in enumerate(halves):
            _put(m, made.value(m, x, None), target, begin, of, k * half)

    def leaf(at: dict[int, Index], _: dict[int, Segment]) -> None:
        begin = nest.function.mul(at[0], BLOCK)
        block(begin, begin)

    nest.spread(n, lambda thread: walk(nest.function, [(0, single(full // BLOCK))], leaf, thread, nest.threads))
    if rest:
        nest.alone(lambda: block(n - BLOCK, full + skipped))
