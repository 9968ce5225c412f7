"""Arrays of random numbers in one native call, straight from the memory of the stream, to the last bit what `Generator` makes of it.

A call of a builtin function takes a fraction of a microsecond, what NumPy's bit generator and the arrays between would take is six.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.lower import machine, twister
from steepest.lower.arrays import data, dimensions, quick_function, size
from steepest.lower.drawing import BLOCK, block_of_normals, real
from steepest.lower.normals import FEW
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, Index

__all__ = ["fill"]

Array = np.ndarray[Any, Any]
_drawn = [0]
_kernels: dict[str, Any] = {}


def _stream(f: Function) -> tuple[str, str, Callable[[Index], None]]:
    """How many elements `out` has, a block of words, and what draws the next ones into it."""
    words = twister.words()
    f.use(words)
    count = f.variable("int64", initial="1")
    with f.loop(dimensions(f, "%out")) as d:
        count.set(f.op(f"mul i64 {count.get()}, {size(f, '%out', d)}"))
    state, drawn = data(f, "%memory"), f.alloca("i32", BLOCK)
    return count.get(), drawn, lambda n: f.do(f"call void @{words.name}(ptr {state}, ptr {drawn}, i64 {n})")


def _normals(f: Function) -> None:
    """Whole blocks; what is left is covered by one more block over the last elements, from words of its own."""
    n, drawn, draw = _stream(f)
    half, out = BLOCK // 2, data(f, "%out")
    m = Scalars(f, half)
    whole = f.op(f"and i64 {n}, {-BLOCK}")

    def block(first: Index) -> None:
        draw(BLOCK)
        halves = [m.value(f.load(f.gep(drawn, at, "int32"), "int32", half), "int32") for at in (0, half)]
        for at, value in zip((0, half), block_of_normals(m, *halves), strict=True):
            f.store((value + 0.0).name, f.gep(out, f.add(first, at), "float32"), "float32", half)

    with f.loop(whole, BLOCK) as i:
        block(i)
    with f.if_(f.op(f"icmp ne i64 {n}, {whole}")):
        draw(f.op(f"sub i64 {n}, {whole}"))
        block(f.op(f"sub i64 {n}, {BLOCK}"))


def _reals(f: Function, words: int) -> None:
    """Uniform numbers: of float32 from a word each, of float64 from two, of which the earlier is the upper half."""
    n, drawn, draw = _stream(f)
    out, kind, count = data(f, "%out"), ("float32", "float64")[words - 1], BLOCK // words
    whole = f.op(f"and i64 {n}, {-count}")

    def write(width: int, at: Index, to: Index) -> None:
        m = Scalars(f, width)
        raw = f.load(f.gep(drawn, at, "int32"), "int32", width * words)
        if words == 2:
            upper, lower = (_every_other(f, raw, width, first) for first in (0, 1))
            raw = (m.shift_left_bits(m.value(upper, "int64"), 32) | m.value(lower, "int64")).name
        f.store(real(m, m.value(raw, f"int{32 * words}")).name, f.gep(out, to, kind), kind, width)

    with f.loop(whole, count) as i:
        draw(BLOCK)
        write(count, 0, i)
    with f.if_(f.op(f"icmp ne i64 {n}, {whole}")):
        rest = f.op(f"sub i64 {n}, {whole}")
        draw(f.mul(rest, words))
        with f.loop(rest) as i:
            write(1, f.mul(i, words), f.add(whole, i))


def _every_other(f: Function, raw: str, width: int, first: int) -> str:
    """Every second word of a vector, as integers of 64 bits."""
    if width == 1:
        return f.op(f"zext i32 {f.op(f'extractelement <2 x i32> {raw}, i64 {first}')} to i64")
    places = ", ".join(f"i32 {2 * k + first}" for k in range(width))
    half = f.op(f"shufflevector <{2 * width} x i32> {raw}, <{2 * width} x i32> poison, <{width} x i32> <{places}>")
    return f.op(f"zext <{width} x i32> {half} to <{width} x i64>")


def _words(f: Function) -> None:
    """The words themselves."""
    words = twister.words()
    f.use(words)
    f.do(f"call void @{words.name}(ptr {data(f, '%memory')}, ptr {data(f, '%out')}, i64 {size(f, '%out', 0)})")


def _permutation(f: Function) -> None:
    """0, 1, ... n - 1 of which each changes places with itself or one behind it (Fisher and Yates)."""
    n, drawn, draw = _stream(f)
    out = data(f, "%out")
    with f.loop(n) as i:
        f.store(str(i), f.gep(out, i, "int64"), "int64")
    swaps = f.op(f"sub i64 {n}, 1")
    with f.loop(swaps, BLOCK) as first:
        count = f.call("llvm.smin.i64", "i64", [("i64", f.op(f"sub i64 {swaps}, {first}")), ("i64", str(BLOCK))])
        draw(count)
        with f.loop(count) as k:
            i = f.add(first, k)
            left = f.op(f"trunc i64 {f.op(f'sub i64 {n}, {i}')} to i32")
            offset = f.op(f"urem i32 {f.load(f.gep(drawn, k, 'int32'), 'int32')}, {left}")
            here, there = f.gep(out, i, "int64"), f.gep(out, f.add(i, f.op(f"zext i32 {offset} to i64")), "int64")
            a, b = f.load(here, "int64"), f.load(there, "int64")
            f.store(b, here, "int64")
            f.store(a, there, "int64")


FILLED = {"normal": _normals, "uniform": lambda f: _reals(f, 1), "double": lambda f: _reals(f, 2), "permutation": _permutation,
          "word": _words}


def _kernel(kind: str) -> Any:
    try:
        return quick_function(f"fill_{kind}", ["memory", "out"], FILLED[kind])
    except machine.Unavailable:
        return False


def fill(kind: str, memory: Array, out: Array) -> bool:
    """Fill a contiguous array with the stream's next numbers; False, and nothing done, where there is no native code.

    `kind` is "normal" (standard normal numbers, 16 or more) or "uniform" (from [0, 1)), both of float32, "double" (from [0, 1), float64),
    "permutation" (int64) or "word" (uint32).
    """
    kernel = _kernels.get(kind)
    if kernel is None:
        _drawn[0] += out.size
        if _drawn[0] < FEW and not machine.loaded():
            return False
        kernel = _kernels[kind] = _kernel(kind)
    if kernel is False:
        return False
    kernel(memory, out)
    return True
