"""Sources: what a loop goes over, with its items as native steps get them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from steepest.compiling.datasets import is_known, known_rows, recorded_samples
from steepest.compiling.lent import Lent, copied, parts_of
from steepest.compiling.numbers import STEP
from steepest.compiling.trace import Escape, Trace
from steepest.core import dtype as dtypes
from steepest.core.generator import default_generator
from steepest.core.tensor import Tensor, fresh
from steepest.data.collate import default_collate
from steepest.data.dataset import IterableDataset
from steepest.data.fetch import rows_of
from steepest.data.loader import DataLoader
from steepest.data.sampler import BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler, draw_seed
from steepest.ops.indexing import take_rows

__all__ = ["Batches", "Count", "Items", "Numbered", "Source", "source_of"]

Array = np.ndarray[Any, Any]
AHEAD = 64
"""So many items at most are collated ahead of the steps that use them."""
BYTES = 1 << 26
KNOWN = (RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler)


class Source:
    """Items by their number. `kind(k)` tells items apart that need another program, None behind the last one."""

    sees_last = False
    identity: Any = None
    """What programs depend on in the source beside its items."""
    roots: list[tuple[Any, Any]] = []

    def kind(self, k: int) -> Any:
        raise NotImplementedError

    def ends(self, k: int) -> bool:
        """Whether there is no step k; looking must not move what gives the steps before it."""
        return self.kind(k) is None

    def ahead(self, k: int, draws: bool) -> int:
        """How many items from k on are of one kind and to be had without running Python in between."""
        raise NotImplementedError

    def item(self, k: int, trace: Trace | None) -> Any:
        """The item that the body is given; where it is recorded its tensors are streams of the recording."""
        raise NotImplementedError

    def streams(self, k: int, n: int) -> list[Array]:
        """The streams' rows for n steps."""
        raise NotImplementedError

    def seen(self, k: int) -> None:
        """Item k has been used."""

    def given(self, k: int) -> list[Any]:
        """The parts of item k, where it is an object of the user's."""
        return []

    def number(self, k: int) -> int | None:
        """What the loop variable counts in item k; None where it is no number."""
        return None

    def some(self, k: int, n: int) -> Iterator[Any]:
        """Up to n items from k on, for Python."""
        for j in range(k, k + n):
            if self.kind(j) is None:
                return
            try:
                yield self.item(j, None)
            finally:
                self.seen(j)


class Count(Source):
    """The numbers of a range."""

    sees_last = True

    def __init__(self, numbers: range):
        self.numbers = numbers

    def kind(self, k: int) -> Any:
        return () if k < len(self.numbers) else None

    def ahead(self, k: int, draws: bool) -> int:
        return len(self.numbers) - k

    def number(self, k: int) -> int:
        return self.numbers[k]

    def some(self, k: int, n: int) -> Iterator[Any]:
        return iter(self.numbers[k:k + n])

    def item(self, k: int, trace: Trace | None) -> Any:
        value = self.numbers[k]
        if trace is None:
            return value
        start, step = self.numbers.start, self.numbers.step
        expression: Any = STEP if step == 1 else ("mul", STEP, step)
        return trace.recorder.counter(value, expression if start == 0 else ("add", expression, start))

    def streams(self, k: int, n: int) -> list[Array]:
        return []


def order_of(loader: DataLoader[Any]) -> Array:
    """The indices of a pass, (N,) int64, drawn as the loader draws them."""
    sampler: Any = getattr(loader.batch_sampler, "sampler", None)
    indices, size = iter(sampler), loader.batch_size or 1
    draw_seed(loader.generator)
    order = sampler.order() if hasattr(sampler, "order") else np.fromiter(indices, np.int64)
    return order[:len(order) // size * size] if loader.drop_last else order


def recorded_pass(loader: DataLoader[Any]) -> Iterator[Any]:
    """A pass through a loader whose first batch is recorded sample by sample."""
    order, size = order_of(loader), loader.batch_size or 1
    for start in range(0, len(order), size):
        indices = order[start:start + size].tolist()
        samples = [loader.dataset[i] for i in indices] if start else recorded_samples(loader.dataset, indices)
        yield loader.collate_fn(samples)


class Batches(Source):
    """Rows of tensors by a loader's order, pass after pass; gathered by the program itself."""

    def __init__(self, loader: DataLoader[Any], passes: int, rows: tuple[Any, Any]):
        self.loader, self.passes = loader, passes
        self.tensors, self.subset = rows
        self.roots = [(("data", j), x) for j, x in enumerate(self.tensors)]
        self.identity = loader
        self.first = self.end = 0
        self.order = np.empty(0, np.int64)
        self.size = loader.batch_size or 1
        self._next_pass()

    def _next_pass(self) -> None:
        """Draw the order of a pass as the loader does."""
        self.passes -= 1
        self.first = self.end
        order = order_of(self.loader)
        self.order = order if self.subset is None else self.subset[order]
        self.end = self.first - (-len(order) // self.size)

    def _rows(self, k: int, n: int = 1) -> Array:
        start = (k - self.first) * self.size
        return self.order[start:start + n * self.size]

    def kind(self, k: int) -> Any:
        while k >= self.end:
            if not self.passes:
                return None
            self._next_pass()
            if self.end == self.first:
                return None
        return min(self.size, len(self.order) - (k - self.first) * self.size)

    def ends(self, k: int) -> bool:
        return k >= self.end and not self.passes               # the order of the next pass is drawn when its first step comes

    def ahead(self, k: int, draws: bool) -> int:
        return max(self.first + len(self.order) // self.size - k, 1)

    def item(self, k: int, trace: Trace | None) -> Any:
        rows = self._rows(k)
        if trace is None:
            return [fresh(t.array.take(rows, 0), t.dtype) for t in self.tensors]
        index = fresh(rows.copy(), dtypes.int64)
        trace.streams.append(index.storage_cell)
        return [take_rows(t, index, dim=0) for t in self.tensors]

    def streams(self, k: int, n: int) -> list[Array]:
        return [self._rows(k, n).reshape(n, -1)]


class Items(Source):
    """Tensors, or lists, tuples and dictionaries of them, one after the other; collated ahead by Python."""

    def __init__(self, items: Any, passes: int, first_pass: Callable[[Any], Iterator[Any]] = iter):
        self.items, self.passes, self.begin = items, passes, first_pass
        self.iterator: Iterator[Any] = iter(())
        self.waiting: list[Any] = []
        self.first = 0
        self.alone = False
        self.own = not isinstance(items, DataLoader) or items.batch_sampler is None
        """Whether the items are objects that the user has, too."""

    def _fill(self, n: int, onward: bool = True) -> None:
        """Have n items waiting, where there are as many; without `onward` no new pass is begun for them."""
        while len(self.waiting) < n:
            item = next(self.iterator, self)
            if item is self:
                if not self.passes or not onward:
                    return
                self.passes -= 1
                self.iterator, self.begin = self.begin(self.items), iter
                item = next(self.iterator, self)
                if item is self:
                    return
            self.waiting.append(item)

    def kind(self, k: int) -> Any:
        self._fill(k - self.first + 1)
        return signature(self.waiting[k - self.first]) if k - self.first < len(self.waiting) else None

    def ahead(self, k: int, draws: bool) -> int:
        kind, n, size = self.kind(k), 1, sum(x.array.nbytes for x in tensors_in(self.waiting[k - self.first]))
        stored = isinstance(self.items, list | tuple)       # and nothing is drawn to get at the next one
        state = None if stored else default_generator.get_state()
        while not draws and not self.alone and n < AHEAD and n * size < BYTES:
            self._fill(k - self.first + n + 1, onward=False)
            self.alone = state is not None and not np.array_equal(default_generator.get_state(), state)
            if len(self.waiting) <= k - self.first + n or signature(self.waiting[k - self.first + n]) != kind:
                break
            n += 1
        return n

    def item(self, k: int, trace: Trace | None) -> Any:
        item = self.waiting[k - self.first]
        if trace is None:
            return item
        if any(t.needs_grad for t in tensors_in(item)):
            trace.recorder.escapes.append(Escape("loop-items", None))
            return item
        if not self.own:
            return copied(item, trace.streams)
        trace.lent = Lent(item, trace.streams)
        return trace.lent.copy

    def given(self, k: int) -> list[Any]:
        return list(parts_of(self.waiting[k - self.first])) if self.own else []

    def streams(self, k: int, n: int) -> list[Array]:
        rows = [tensors_in(item) for item in self.waiting[k - self.first:k - self.first + n]]
        return [np.stack([np.ascontiguousarray(row[j].array) for row in rows]) for j in range(len(rows[0]))]

    def seen(self, k: int) -> None:
        del self.waiting[:k + 1 - self.first]
        self.first = k + 1


class Numbered(Source):
    """The items of another source with their numbers, as `enumerate` gives them."""

    def __init__(self, inner: Source, start: int):
        self.inner, self.start = inner, start
        self.roots, self.sees_last = inner.roots, inner.sees_last
        self.identity = "enumerate", start, inner.identity

    def kind(self, k: int) -> Any:
        return self.inner.kind(k)

    def ends(self, k: int) -> bool:
        return self.inner.ends(k)

    def ahead(self, k: int, draws: bool) -> int:
        return self.inner.ahead(k, draws)

    def number(self, k: int) -> int | None:
        return k + self.start

    def item(self, k: int, trace: Trace | None) -> Any:
        number: Any = k + self.start
        if trace is not None:
            number = trace.recorder.counter(number, ("add", STEP, self.start) if self.start else STEP)
        return number, self.inner.item(k, trace)

    def streams(self, k: int, n: int) -> list[Any]:
        return self.inner.streams(k, n)

    def seen(self, k: int) -> None:
        self.inner.seen(k)

    def some(self, k: int, n: int) -> Iterator[Any]:
        return enumerate(self.inner.some(k, n), k + self.start)


def signature(x: Any) -> Any:
    """What distinguishes items that need different programs."""
    if isinstance(x, Tensor):
        return x.array.shape, x.dtype, x.needs_grad
    if isinstance(x, (list, tuple)):
        return (type(x), *map(signature, x))
    if isinstance(x, dict):
        return tuple((k, signature(v)) for k, v in x.items())
    return type(x), repr(x)


def tensors_in(x: Any) -> list[Tensor]:
    """The tensors of an item, in order."""
    if isinstance(x, Tensor):
        return [x]
    parts = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ()
    return [t for part in parts for t in tensors_in(part)]


def _is_known(sampler: Any) -> bool:
    """Whether a sampler's order can be drawn at once: the package's own ones, and indices that are given."""
    return type(sampler) in KNOWN or isinstance(sampler, (list, tuple, range)) and all(type(i) is int for i in sampler)


def source_of(x: Any, passes: int = 1) -> Source | None:
    """The source for what a loop goes over; None for what only Python can go over."""
    if isinstance(x, int):
        return Count(range(x * passes))
    if isinstance(x, range):
        return Count(x) if passes == 1 else None
    if isinstance(x, DataLoader):
        sampler = getattr(x.batch_sampler, "sampler", x.sampler)
        known = type(x.batch_sampler) is BatchSampler and _is_known(sampler) and x.batch_sampler.batch_size == x.batch_size
        plain = known and not x.num_workers and type(x) is DataLoader and x.collate_fn is default_collate
        rows: Any = rows_of(x.dataset) if plain else None
        if plain and rows is None and not hasattr(x.dataset, "__getitems__") and not isinstance(x.dataset, IterableDataset):
            if not is_known(x.dataset):
                return Items(x, passes, recorded_pass)
            tensors = known_rows(x.dataset)
            rows = None if tensors is None else (tensors, None)
        return Items(x, passes) if rows is None else Batches(x, passes, rows)
    return Items(x, passes) if isinstance(x, (list, tuple)) else None
