"""Items of the user's own, as those of a list of batches: an iteration is recorded on a copy, and Python is given back what it lent."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from steepest.compiling.places import Walk, set_locals
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh

__all__ = ["Lent", "parts_of"]


def parts_of(x: Any) -> Iterator[Any]:
    """A value, and the values in it that are tensors or containers."""
    yield x
    for part in x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ():
        if isinstance(part, (Tensor, list, tuple, dict)):
            yield from parts_of(part)


class Lent:
    """An item, and its copy. The storages of the copy's tensors are streams of the recording."""

    def __init__(self, item: Any, streams: list[Storage]):
        self.copy = copied(item, streams)
        self.twins = list(zip(parts_of(self.copy), parts_of(item), strict=True))
        self.numbers = {id(copy): k for k, (copy, _) in enumerate(self.twins)}
        self.storages = {copy.storage_cell for copy, _ in self.twins if isinstance(copy, Tensor)}
        self.held = [_elements(copy) for copy, _ in self.twins]

    def number(self, x: Any) -> int | None:
        """Which part of the item an object is."""
        return self.numbers.get(id(x))

    def keeps(self, x: Tensor) -> bool:
        """Whether a tensor is one of the item's, or a view of it."""
        return x.storage_cell in self.storages

    def give_back(self, frame: Any, after: Walk, written: set[Storage]) -> bool:
        """Put the item where the copy is, and into the item what the iteration has written to the copy; whether it has."""
        changed = False
        for (copy, original), held in zip(self.twins, self.held, strict=True):
            if isinstance(copy, Tensor) and copy.storage_cell in written:
                np.copyto(original.array, copy.array)
                original.version.count += copy.version.count
                changed = True
            elif isinstance(copy, (list, dict)) and not _same(_elements(copy), held):
                changed = True
                original.clear()
                if isinstance(copy, dict):
                    original.update({k: self._original(v) for k, v in copy.items()})
                else:
                    original.extend(map(self._original, copy))
        set_locals(frame, {name: self._original(x) for name, x in frame.f_locals.items() if id(x) in self.numbers})
        for place in after.places.values():
            if place.settable:
                x = place.get()
                if id(x) in self.numbers:
                    place.put(self._original(x))
        return changed

    def _original(self, x: Any) -> Any:
        k = self.numbers.get(id(x))
        return x if k is None else self.twins[k][1]


def _elements(x: Any) -> list[Any]:
    return [] if isinstance(x, Tensor) else [*x, *x.values()] if isinstance(x, dict) else list(x)


def _same(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def copied(x: Any, streams: list[Storage]) -> Any:
    """The item with copies of its tensors, whose storages are streams of the recording."""
    if isinstance(x, Tensor):
        t = fresh(np.ascontiguousarray(x.array).copy(), x.dtype)
        streams.append(t.storage_cell)
        return t
    if isinstance(x, dict):
        return {k: copied(v, streams) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        parts = [copied(v, streams) for v in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return x
