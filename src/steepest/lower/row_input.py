"""Rows from memory onto the lanes: features of `width` rows, loaded row by row and transposed by shuffles."""

from collections.abc import Sequence

from steepest.lower.text import Function, llvm_type, memory_type

__all__ = ["load_rows"]


def load_rows(f: Function, rows: Sequence[str], offsets: Sequence[int], dtype: str) -> list[str]:
    """One vector a feature: lane j holds what lies `offsets[k]` elements behind the address `rows[j]`."""
    width, plain = len(rows), dtype in ("float32", "float64")
    out: list[str] = []
    while len(out) < len(offsets):
        at = len(out)
        run = next((c for c in (8, 4, 2) if c <= width and plain and list(offsets[at:at + c]) == list(range(offsets[at], offsets[at] + c))
                    and len(offsets) - at >= c), 1)
        places = [f.gep(row, offsets[at], dtype) for row in rows]
        out += _transposed(f, places, run, dtype) if run > 1 else [_inserted(f, places, dtype)]
    return out


def _inserted(f: Function, places: Sequence[str], dtype: str) -> str:
    kind, width = llvm_type(dtype, len(places)), len(places)
    if width == 1:
        return f.load(places[0], dtype)
    result = "poison"
    for j, place in enumerate(places):
        result = f.op(f"insertelement {kind} {result}, {llvm_type(dtype)} {f.load(place, dtype)}, i64 {j}")
    return result


def _shuffle(f: Function, a: str, b: str, lanes: Sequence[int], width: int, dtype: str) -> str:
    kind = llvm_type(dtype, width)
    order = ", ".join(f"i32 {k}" for k in lanes)
    return f.op(f"shufflevector {kind} {a}, {kind} {b}, <{len(lanes)} x i32> <{order}>")


def _transposed(f: Function, places: Sequence[str], run: int, dtype: str) -> list[str]:
    """`run` contiguous features of every row: rows j, j + run, j + 2 run ... joined to vectors, then exchanged in butterflies."""
    width = len(places)
    loaded = [f.op(f"load {memory_type(dtype, run)}, ptr {place}, align {4 if dtype == 'float32' else 8}") for place in places]
    vectors = []
    for g in range(run):
        parts, size = [loaded[g + run * k] for k in range(width // run)], run
        while len(parts) > 1:
            parts = [_shuffle(f, a, b, range(2 * size), size, dtype) for a, b in zip(parts[::2], parts[1::2], strict=True)]
            size *= 2
        vectors.append(parts[0])
    distance = 1
    while distance < run:
        following = list(vectors)
        low = [i if not i & distance else width + (i ^ distance) for i in range(width)]
        high = [i | distance if not i & distance else width + i for i in range(width)]
        for a in range(run):
            if not a & distance:
                b = a | distance
                following[a] = _shuffle(f, vectors[a], vectors[b], low, width, dtype)
                following[b] = _shuffle(f, vectors[a], vectors[b], high, width, dtype)
        vectors, distance = following, 2 * distance
    return vectors
