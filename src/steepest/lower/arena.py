"""One block of memory for all temporaries: those whose times do not meet share a place."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

__all__ = ["ALIGNMENT", "placed"]

ALIGNMENT = 64
Name = TypeVar("Name", bound=Hashable)


def placed(blocks: Iterable[tuple[Name, int, int, int]]) -> tuple[dict[Name, int], int]:
    """Offsets for (name, first use, last use, bytes), and the bytes of the whole: the largest first, each as low as it fits."""
    offsets: dict[Name, int] = {}
    there: list[tuple[int, int, int, int]] = []         # begin, end, first use, last use
    for name, first, last, size in sorted(blocks, key=lambda b: -b[3]):
        size = -(-size // ALIGNMENT) * ALIGNMENT
        begin = 0
        for low, high, since, until in sorted(there):
            if since <= last and first <= until and begin + size > low and begin < high:
                begin = high
        offsets[name] = begin
        there.append((begin, begin + size, first, last))
    return offsets, max((high for _, high, _, _ in there), default=0)
