"""Windows: views of a tensor at a place that follows the number of the step, as `x[i]` and `x[i:i + 32]` are.

To Python such a view is a view like any other, on the tensor's own memory. In the recording it is a content of its own, picked from the
tensor's by an index that is computed from the step. The two are kept in step: where the tensor is written the picked content is picked
anew when it is next read, and where the view is written its content is put back into the tensor's.
"""

import weakref
from typing import Any

import numpy as np

from steepest.compiling.numbers import TracedInt, plain
from steepest.core.modes import no_graph
from steepest.core.recorder import Recorder
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, alias
from steepest.ops import arithmetic, indexing, views
from steepest.ops.creation import full, positions

__all__ = ["Windows", "settle_storage"]

_windows: "weakref.WeakKeyDictionary[Storage, tuple[Tensor, Tensor]]" = weakref.WeakKeyDictionary()
"""The storages of views that earlier recordings made: the tensor, and the view."""


def settle_storage(x: Tensor) -> None:
    """Let a view that an earlier recording made be one of the tensor's storage again."""
    while (known := _windows.get(x.storage_cell)) is not None:
        x._storage = known[0].storage_cell


class Window:
    """One view: of which tensor, along which dimension, at which index (int64, 0-dim or of one dimension)."""

    __slots__ = ("index", "of", "places", "view")

    def __init__(self, of: Tensor, dim: int, index: Tensor, view: Tensor):
        self.of, self.index, self.view, self.places = of, index, view, (*[None] * dim, 0)

    @property
    def storage(self) -> Storage:
        return self.view.storage_cell


class Windows:
    """The windows of one recording."""

    def __init__(self, recorder: Recorder):
        self.recorder = recorder
        self.made: list[Window] = []

    def view(self, x: Tensor, dim: int, key: Any) -> Tensor | None:
        """The view of x at a number of the recording, or at a slice between such; None where it cannot be followed."""
        found = _place(key, x.array.shape[dim])
        if found is None:
            return None
        start, n = found
        if n is None:
            result = views.select(x, dim=dim, index=plain(start) % x.array.shape[dim])
        else:
            result = views.narrow(x, dim=dim, start=plain(start), stop=plain(start) + n, step=1)
        index = indices(start, n)
        if index is None:
            return None if n is None else result
        window = Window(alias(x.array, x), dim, index, alias(result.array, result))
        window.view._storage = result._storage = Storage(result.array)
        picked = indexing.pick(x, index, places=window.places)
        result.node, result.needs_grad, result.output_nr = picked.node, picked.needs_grad, picked.output_nr
        _windows[window.storage] = window.of, result
        self._fill(window, picked)
        self.made.append(window)
        return result

    def index(self, x: Tensor, dim: int, key: Any) -> Any:
        """The elements that a key means as an index tensor; the key itself where they cannot be followed."""
        found = _place(key, x.array.shape[dim])
        index = None if found is None else indices(*found)
        return key if index is None else index

    def write(self, target: Tensor, value: Tensor) -> None:
        """Note a write in the recording."""
        Recorder.write(self.recorder, target, value)
        self.recorder.current[target.storage_cell] = self.recorder.equations[-1].results[0].content

    def touches(self, storage: Storage) -> bool:
        """Whether a window shows elements of a storage, or is one."""
        return any(storage in (w.storage, w.of.storage_cell) for w in self.made)

    def written(self, storage: Storage) -> None:
        """The recording has noted a write to a storage: what else shows its elements follows."""
        with no_graph():
            for w in self.made:
                if w.storage is storage:
                    self.write(w.of, indexing.put(w.of, w.view, w.index, places=w.places))
                    self.written(w.of.storage_cell)
                    return
            stale = {storage}
            for w in self.made:             # a window of a window was made after it
                if w.of.storage_cell in stale:
                    self._fill(w, indexing.pick(w.of, w.index, places=w.places))
                    stale.add(w.storage)

    def settled(self) -> None:
        """The iteration is over: the memory of each content is given what it holds."""
        for w in self.made:
            content = self.recorder.current[w.storage]
            np.copyto(_region(content.storage.flat, w.view.array), w.view.array)

    def holds(self, x: Tensor) -> bool:
        """Whether a tensor is a window or a view of one."""
        return any(w.storage is x.storage_cell for w in self.made)

    def _fill(self, window: Window, picked: Tensor) -> None:
        """Let a window's content be what was picked, in memory that is laid out as the view."""
        if not window.view.array.flags.c_contiguous:
            with no_graph():
                room = full((window.storage.flat.size,), 0, picked.dtype)
                region = alias(_region(room.array, window.view.array), room)
                Recorder.write(self.recorder, region, alias(picked.array, picked))
                np.copyto(region.array, picked.array)
            picked = room
        self.recorder.current[window.storage] = self.recorder.current[picked.storage_cell]


def _region(flat: Any, like: Any) -> Any:
    """The elements of a memory of one dimension that lie as those of an array in its own."""
    return np.lib.stride_tricks.as_strided(flat, like.shape, like.strides)


def indices(start: Any, n: int | None) -> Tensor | None:
    """The index of a window as a tensor of the recording: a number, or n numbers from `start` on; None where it is no number of one."""
    at: Any = getattr(start, "as_tensor", lambda: start)()
    if not isinstance(at, Tensor):
        return None
    return at if n is None else arithmetic.add(positions(n), at)


def _place(key: Any, size: int) -> tuple[Any, int | None] | None:
    """Where a window begins, and how long it is if it is a slice; None where the recording cannot follow that."""
    if not isinstance(key, slice):
        return (key, None) if -size <= plain(key) < size else None
    return bounds(key, size)


def bounds(key: slice, size: int) -> tuple[Any, int] | None:
    """Where a slice begins, and how long it is in steps that compare like this one; None where its length cannot be told."""
    if key.step is not None and (isinstance(key.step, TracedInt) or key.step != 1):
        return None
    start, stop = 0 if key.start is None else key.start, size if key.stop is None else key.stop
    if any(type(b) is not int and not (isinstance(b, TracedInt) and b.expression is not None) for b in (start, stop)):
        return None
    start, stop = (b + size if b < 0 else b for b in (start, stop))
    if start < 0:
        start = 0
    if stop > size:
        stop = size
    if start >= stop:
        return None
    length = stop - start
    n = plain(length)
    return (start, n) if length == n else None      # the comparison is noted
