"""Small arrays of random numbers in one native call, straight from the memory of the stream: `Generator.normal`, `uniform` to the last bit.

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


def _uniform(f: Function) -> None:
    n, drawn, draw = _stream(f)
    out = data(f, "%out")
    whole = f.op(f"and i64 {n}, {-BLOCK}")

    def write(width: int, word: Index, to: Index) -> None:
        m = Scalars(f, width)
        value = real(m, m.value(f.load(f.gep(drawn, word, "int32"), "int32", width), "int32"))
        f.store(value.name, f.gep(out, to, "float32"), "float32", width)

    with f.loop(whole, BLOCK) as i:
        draw(BLOCK)
        write(BLOCK, 0, i)
    with f.if_(f.op(f"icmp ne i64 {n}, {whole}")):
        rest = f.op(f"sub i64 {n}, {whole}")
        draw(rest)
        with f.loop(rest) as i:
            write(1, i, f.add(whole, i))


def _kernel(kind: str) -> Any:
    try:
        return quick_function(f"fill_{kind}", ["memory", "out"], {"normal": _normals, "uniform": _uniform}[kind])
    except machine.Unavailable:
        return False


def fill(kind: str, memory: Array, out: Array) -> bool:
    """Fill a contiguous array of float32 with the stream's next numbers; False, and nothing done, where there is no native code.

    `kind` is "normal" (standard normal numbers, 16 or more) or "uniform" (from [0, 1)).
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
