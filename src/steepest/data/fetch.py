"""How the samples of one batch are got from a dataset: by their indices, or as the next ones of a stream."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.core.tensor import Tensor, fresh
from steepest.data.collate import collate_tensor_fn, default_collate, default_collate_fn_map
from steepest.data.dataset import Subset, TensorDataset

__all__ = ["Fetcher", "fetcher", "rows_of"]

Fetcher = Callable[[Any], Any]
Array = np.ndarray[Any, Any]


class _DatasetKind:
    """Whether samples are got by their indices, or one after the other."""

    Map, Iterable = 0, 1


def fetcher(dataset: Any, kind: int, batches: bool, collate_fn: Callable[[Any], Any], drop_last: bool) -> Fetcher:
    """A function from indices (one index where batches are not made) to collated data; StopIteration where a stream ends."""
    if kind == _DatasetKind.Iterable:
        return _Stream(dataset, batches, collate_fn, drop_last)
    if not batches:
        return lambda index: collate_fn(dataset[index])
    rows = rows_of(dataset) if collate_fn is default_collate else None
    return _Samples(dataset, collate_fn) if rows is None else _Rows(dataset, *rows)


class _Samples:
    """Samples one by one, or at once where the dataset offers that."""

    def __init__(self, dataset: Any, collate_fn: Callable[[Any], Any]):
        self.dataset, self.collate_fn = dataset, collate_fn

    def __call__(self, indices: Sequence[Any]) -> Any:
        at_once = getattr(self.dataset, "__getitems__", None)
        return self.collate_fn(at_once(indices) if at_once else [self.dataset[i] for i in indices])


class _Rows:
    """Rows of tensors taken with one call a tensor instead of one a sample, with the same result."""

    def __init__(self, dataset: Any, tensors: Sequence[Tensor], subset: Array | None):
        self.tensors, self.subset = tensors, subset
        self.length = len(dataset)
        self.one_by_one = _Samples(dataset, default_collate)

    def __call__(self, indices: Sequence[Any]) -> Any:
        if type(indices[0]) is not int:
            return self.one_by_one(indices)
        rows = np.array(indices)
        if rows.dtype.kind != "i" or rows.min() < -self.length or rows.max() >= self.length:
            return self.one_by_one(indices)
        rows = rows if self.subset is None else self.subset[rows]
        return [fresh(t.array.take(rows, 0), t.dtype) for t in self.tensors]


def rows_of(dataset: Any) -> tuple[Sequence[Tensor], Array | None] | None:
    """The tensors of which the dataset's samples are the rows, and which rows (None: all); None for any other dataset."""
    kind = type(dataset)
    if isinstance(dataset, Subset):
        if kind.__getitem__ is not Subset.__getitem__ or kind.__getitems__ is not Subset.__getitems__:
            return None
        inner = rows_of(dataset.dataset)
        chosen = None if inner is None else np.array(dataset.indices)
        if inner is None or chosen is None or chosen.dtype.kind != "i" or chosen.ndim != 1:
            return None
        if not (chosen >= 0).all() or not (chosen < len(dataset.dataset)).all():
            return None
        return inner[0], chosen if inner[1] is None else inner[1][chosen]
    if not isinstance(dataset, TensorDataset) or kind.__getitem__ is not TensorDataset.__getitem__:
        return None
    if hasattr(dataset, "__getitems__") or default_collate_fn_map[Tensor] is not collate_tensor_fn:
        return None
    plain = all(type(t) is Tensor and t.array.ndim > 0 and not t.requires_grad for t in dataset.tensors)
    return (dataset.tensors, None) if plain else None


class _Stream:
    """The next samples of an iterable dataset."""

    def __init__(self, dataset: Any, batches: bool, collate_fn: Callable[[Any], Any], drop_last: bool):
        self.samples = iter(dataset)
        self.batches, self.collate_fn, self.drop_last = batches, collate_fn, drop_last
        self.ended = False

    def __call__(self, places: Sequence[Any]) -> Any:
        if self.ended:
            raise StopIteration
        if not self.batches:
            return self.collate_fn(next(self.samples))
        found = []
        for _ in places:
            try:
                found.append(next(self.samples))
            except StopIteration:
                self.ended = True
                break
        if not found or (self.drop_last and len(found) < len(places)):
            raise StopIteration
        return self.collate_fn(found)
