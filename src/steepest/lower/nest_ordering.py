"""The loop nest of the sort form: a stable merge sort of the places along one dimension, bottom up, between two rows of scratch."""

from contextlib import ExitStack

from steepest.core.recorder import Equation
from steepest.lower.nest import Nest, Scratch, as_vector
from steepest.lower.scalar import Value
from steepest.lower.text import Index

__all__ = ["sort"]


def sort(nest: Nest, e: Equation) -> None:
    """Elements in rising or falling order along one dimension and where they came from; NaN counts as the largest."""
    x, m, f = as_vector(e.operands[0]), nest.m, nest.function
    values, places = (as_vector(r) for r in e.results)
    dim, descending = e.params["dim"], e.params["descending"]
    n = x.shape[dim]
    passes = (n - 1).bit_length() if n else 0
    rows = [nest.attach(Scratch(max(n, 1), "int64")) for _ in range(2)]

    def number(i: Index) -> Value:
        return m.value(str(i), "int64")

    def at(row: str, i: Value) -> Value:
        return m.value(f.load(f.gep(row, i.name, "int64"), "int64"), "int64")

    def precedes(a: Value, b: Value) -> Value:
        low, high = (b, a) if descending else (a, b)
        return (low < high) | (m.isnan(high) & m.bitwise_not(m.isnan(low)))

    with ExitStack() as outer:
        line = nest.loops(outer, [size for d, size in enumerate(x.shape) if d != dim])

        def element(place: Value) -> Value:
            return nest.load(x, [*line[:dim], place.name, *line[dim:]])

        with f.loop(n) as i:
            f.store(str(i), f.gep(rows[0], i, "int64"), "int64")
        with f.loop(passes) as level:
            odd = (number(level) & 1) == 1
            source, target = (f.pure(f"select i1 {odd.name}, ptr {a}, ptr {b}") for a, b in ((rows[1], rows[0]), rows))
            width = m.left_shift(number(1), number(level))
            runs = m.right_shift(number(n - 1), number(level) + 1) + 1
            with f.loop(runs.name) as run:
                start = number(run) * width * 2
                middle, stop = (m.minimum(start + width * k, n) for k in (1, 2))
                left = f.variable("int64", initial=start.name)
                right = f.variable("int64", initial=middle.name)
                with f.loop(stop.name, start=start.name) as i:
                    a, b = number(left.get()), number(right.get())
                    first, second = at(source, m.minimum(a, middle - 1)), at(source, m.minimum(b, stop - 1))
                    second_wins = (a >= middle) | ((b < stop) & precedes(element(second), element(first)))
                    f.store(m.where(second_wins, second, first).name, f.gep(target, i, "int64"), "int64")
                    left.set((a + m.cast(m.bitwise_not(second_wins), "int64")).name)
                    right.set((b + m.cast(second_wins, "int64")).name)
        with f.loop(n) as i:
            place = at(rows[passes % 2], number(i))
            indices = [*line[:dim], i, *line[dim:]]
            nest.store(element(place), values, indices)
            nest.store(place, places, indices)
