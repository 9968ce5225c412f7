"""The words of the Mersenne Twister as native code: internal functions that other native code calls.

A state is 625 integers of 32 bits in memory: the 624 words of `steepest.core.mt19937`, and the place among them from which the next one
comes; so NumPy keeps it, too. Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998.
"""

from collections.abc import Callable, Iterator

from steepest.lower import machine
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["N", "following", "words"]

N, M = 624, 397


def following() -> Function:
    """`void twist(ptr state)`: the next 624 words over the old ones, a vector at a time."""
    f = Function("twist", ["ptr %state"], internal=True, attributes="noinline")

    def mixed(m: Scalars, to: Index, upper: Index, lower: Index, far: Index) -> None:
        """What stands at `to` from the upper bit of one word, the lower bits of another and a word far away."""
        joined = _load(m, "%state", upper) & -2**31 | _load(m, "%state", lower) & 2**31 - 1
        odd = -(joined & 1)
        _store(m, "%state", to, _load(m, "%state", far) ^ m.shift_right_unsigned(joined, 1) ^ odd & 0x9908B0DF - 2**32)

    for start, stop, far in ((0, N - M, M), (N - M, N - 1, M - N)):
        for m, i in _parts(f, start, stop):
            mixed(m, i, i, f.add(i, 1), f.add(i, far))
    mixed(Scalars(f), N - 1, N - 1, 0, M - 1)
    return f


def words() -> Function:
    """`void words(ptr state, ptr out, i64 n)`: the next n words, n > 0."""
    f = Function("words", ["ptr %state", "ptr %out", "i64 %n"], internal=True, attributes="noinline")
    twist = following()
    f.use(twist)
    place = f.gep("%state", N, "int32")
    at = f.variable("int64", initial=f.op(f"sext i32 {f.load(place, 'int32')} to i64"))
    done = f.variable("int64", initial="0")
    with f.repeat() as again:
        with f.if_(f.op(f"icmp uge i64 {at.get()}, {N}")):
            f.do(f"call void @{twist.name}(ptr %state)")
            at.set("0")
        first, made = at.get(), done.get()
        there, wanted = f.op(f"sub i64 {N}, {first}"), f.op(f"sub i64 %n, {made}")
        count = f.call("llvm.smin.i64", "i64", [("i64", there), ("i64", wanted)])
        source, target = f.gep("%state", first, "int32"), f.gep("%out", made, "int32")
        for m, i in _parts(f, 0, count):
            _store(m, target, i, _tempered(m, _load(m, source, i)))
        at.set(f.op(f"add i64 {first}, {count}"))
        sofar = f.op(f"add i64 {made}, {count}")
        done.set(sofar)
        again.append(f.op(f"icmp slt i64 {sofar}, %n"))
    f.store(f.op(f"trunc i64 {at.get()} to i32"), place, "int32")
    return f


def _parts(f: Function, start: int, stop: Index) -> Iterator[tuple[Scalars, Index]]:
    """Loops over whole vectors, then over single words."""
    width = machine.width("float32")
    whole = start + (stop - start) // width * width if isinstance(stop, int) else f.op(f"and i64 {stop}, {-width}")
    for wide, first, last in ((width, start, whole), (1, whole, stop)):
        with f.loop(last, wide, first) as i:
            yield Scalars(f, wide), i


def _load(m: Scalars, base: str, i: Index) -> Value:
    return m.value(m.function.load(m.function.gep(base, i, "int32"), "int32", m.width), "int32")


def _store(m: Scalars, base: str, i: Index, value: Value) -> None:
    m.function.store(value.name, m.function.gep(base, i, "int32"), "int32", m.width)


def _tempered(m: Scalars, y: Value) -> Value:
    shifts: tuple[tuple[Callable[[Value, int], Value], int, int], ...] = (
        (m.shift_right_unsigned, 11, -1), (m.shift_left_bits, 7, 0x9D2C5680 - 2**32), (m.shift_left_bits, 15, 0xEFC60000 - 2**32),
        (m.shift_right_unsigned, 18, -1))
    for shifted, by, mask in shifts:
        y = y ^ shifted(y, by) & mask
    return y
