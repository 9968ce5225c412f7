"""A random order from a seed, as native code: the words of `steepest.core.mt19937` from their beginning, and the swaps of Fisher and
Yates as they come. What `Generator().manual_seed(seed).randperm(n)` gives, in a tenth of the time.

Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; seeding as in their 2002 revision.
"""

import ctypes
import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.text import Function

__all__ = ["shuffled"]

N, M = 624, 397


def shuffled(seed: int, n: int) -> "np.ndarray[Any, Any]":
    """The order of 0, 1, ..., n - 1 for a seed, of which the lower 32 bits count; (n,) int64. Raises machine.Unavailable without LLVM."""
    out = np.arange(n)
    _kernel()(out.ctypes.data, seed & 0xFFFFFFFF, n)
    return out


@functools.cache
def _kernel() -> Any:
    return machine.compile_text(_text(), "shuffled").function(ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


def _text() -> str:
    f = Function("shuffled", ["ptr %out", "i64 %seed", "i64 %n"])
    state = f.alloca("i32", N)

    def word(i: Any) -> str:
        return f.op(f"load i32, ptr {f.gep(state, i, 'int32')}")

    def put(i: Any, value: str) -> None:
        f.do(f"store i32 {value}, ptr {f.gep(state, i, 'int32')}")

    def binary(operation: str, a: str, b: Any) -> str:
        return f.op(f"{operation} i32 {a}, {b}")

    put(0, f.op("trunc i64 %seed to i32"))
    with f.loop(N, start=1) as i:
        before = word(f.op(f"sub i64 {i}, 1"))
        mixed = binary("mul", binary("xor", before, binary("lshr", before, 30)), 1812433253)
        put(i, binary("add", mixed, f.op(f"trunc i64 {i} to i32")))
    place = f.variable("int64", initial=str(N))
    swaps = f.op("sub i64 %n, 1")
    with f.loop(swaps) as i:
        with f.if_(f.op(f"icmp eq i64 {place.get()}, {N}")):
            with f.loop(N) as j:
                following = f.op(f"urem i64 {f.op(f'add i64 {j}, 1')}, {N}")
                joined = binary("or", binary("and", word(j), -2**31), binary("and", word(following), 2**31 - 1))
                odd = f.op(f"sub i32 0, {binary('and', joined, 1)}")
                far = word(f.op(f"urem i64 {f.op(f'add i64 {j}, {M}')}, {N}"))
                put(j, binary("xor", binary("xor", far, binary("lshr", joined, 1)), binary("and", odd, 0x9908B0DF - 2**32)))
            place.set("0")
        at = place.get()
        y = word(at)
        y = binary("xor", y, binary("lshr", y, 11))
        y = binary("xor", y, binary("and", binary("shl", y, 7), 0x9D2C5680 - 2**32))
        y = binary("xor", y, binary("and", binary("shl", y, 15), 0xEFC60000 - 2**32))
        y = binary("xor", y, binary("lshr", y, 18))
        place.set(f.op(f"add i64 {at}, 1"))
        left = f.op(f"trunc i64 {f.op(f'sub i64 %n, {i}')} to i32")
        offset = f.op(f"zext i32 {binary('urem', y, left)} to i64")
        here, there = f.gep("%out", i, "int64"), f.gep("%out", f.op(f"add i64 {i}, {offset}"), "int64")
        a, b = f.op(f"load i64, ptr {here}"), f.op(f"load i64, ptr {there}")
        f.do(f"store i64 {b}, ptr {here}")
        f.do(f"store i64 {a}, ptr {there}")
    return f.text()
