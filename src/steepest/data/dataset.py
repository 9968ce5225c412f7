"""Datasets: what has rows that can be asked for by their number, or can be gone through from its beginning."""

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from steepest.core.generator import Generator, default_generator
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["ChainDataset", "ConcatDataset", "Dataset", "IterableDataset", "StackDataset", "Subset", "TensorDataset",
           "random_split"]

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Dataset(Generic[T_co]):
    """The base of datasets: subclasses define `__getitem__(index)` and mostly `__len__()`.

    Where many samples can be had at once more quickly, `__getitems__(indices)` returns them as a list.

    Example:
        class Houses(Dataset):
            def __init__(self, sizes, prices): self.sizes, self.prices = sizes, prices
            def __len__(self): return len(self.sizes)
            def __getitem__(self, index): return self.sizes[index], self.prices[index]
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(text("dataset-without-getitem", kind=type(self).__name__))

    def __add__(self, other: "Dataset[Any]") -> "Dataset[Any]":
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """The base of datasets that are read as a stream: subclasses define `__iter__()`.

    With worker processes each has a copy of the dataset: `get_worker_info()` says which part this one should give.
    """

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Rows of tensors that agree in their first dimension: sample i is (tensors[0][i], tensors[1][i], ...).

    Raises AssertionError if the first dimensions differ, TypeError for what is not a tensor.

    Example:
        loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)    # x (N, features), y (N,)
    """

    def __init__(self, *tensors: Tensor):
        for t in tensors:
            if not isinstance(t, Tensor):
                raise TypeError(text("tensor-dataset-type", kind=type(t).__name__))
        sizes = [len(t.array) for t in tensors]
        if len(set(sizes)) != 1:
            raise AssertionError(text("tensor-dataset-sizes", sizes=sizes))
        self.tensors: tuple[Any, ...] = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0].array)


class StackDataset(Dataset[Any]):
    """Datasets side by side: a sample is the tuple, or with keywords the dictionary, of the datasets' samples.

    Raises ValueError if their lengths differ.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        if args and kwargs:
            raise ValueError(text("stack-dataset-both"))
        if not args and not kwargs:
            raise ValueError(text("stack-dataset-empty"))
        self.datasets: tuple[Any, ...] | dict[str, Any] = args or kwargs
        lengths = [len(dataset) for dataset in args or kwargs.values()]
        if len(set(lengths)) > 1:
            raise ValueError(text("stack-dataset-sizes", sizes=lengths))
        self._length = lengths[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices: list[Any]) -> list[Any]:
        if isinstance(self.datasets, dict):
            columns = [samples(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(samples(dataset, indices) for dataset in self.datasets), strict=True))

    def __len__(self) -> int:
        return self._length


def samples(dataset: Any, indices: Sequence[Any]) -> list[Any]:
    """The samples with these indices, by `__getitems__` where the dataset has it; ValueError if it returns another number."""
    at_once = getattr(dataset, "__getitems__", None)
    if not callable(at_once):
        return [dataset[i] for i in indices]
    found: list[Any] = at_once(indices)
    if len(found) != len(indices):
        raise ValueError(text("getitems-count", wanted=len(indices), got=len(found), kind=type(dataset).__name__))
    return found


class ConcatDataset(Dataset[T_co]):
    """Datasets one after the other.

    Raises AssertionError if there are none or one is an IterableDataset (these are joined by ChainDataset).
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]):
        self.datasets: list[Any] = list(datasets)
        if not self.datasets:
            raise AssertionError(text("concat-dataset-empty"))
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise AssertionError(text("concat-dataset-iterable"))
        self.cumulative_sizes = list(itertools.accumulate(len(d) for d in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> T_co:
        if idx < -len(self):
            raise ValueError(text("concat-dataset-index", index=idx, length=len(self)))
        idx = idx + len(self) if idx < 0 else idx
        which = bisect.bisect_right(self.cumulative_sizes, idx)
        return self.datasets[which][idx - (self.cumulative_sizes[which - 1] if which else 0)]


class ChainDataset(IterableDataset[T_co]):
    """Iterable datasets read one after the other; raises AssertionError when it comes to one that is not iterable."""

    def __init__(self, datasets: Iterable[Dataset[T_co]]):
        self.datasets = datasets

    def _checked(self) -> Iterator[Any]:
        for d in self.datasets:
            if not isinstance(d, IterableDataset):
                raise AssertionError(text("chain-dataset-map", kind=type(d).__name__))
            yield d

    def __iter__(self) -> Iterator[T_co]:
        return itertools.chain.from_iterable(self._checked())

    def __len__(self) -> int:
        return sum(len(d) for d in self._checked())


class Subset(Dataset[T_co]):
    """The samples of `dataset` at `indices`, in their order.

    Raises NotImplementedError for a subclass that overrides `__getitem__` and not `__getitems__`, which loaders call.
    """

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]):
        if type(self).__getitem__ is not Subset.__getitem__ and type(self).__getitems__ is Subset.__getitems__:
            raise NotImplementedError(text("subset-getitem-only", kind=type(self).__name__))
        self.dataset: Any = dataset
        self.indices = indices

    def __getitem__(self, idx: Any) -> T_co:
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices: list[int]) -> list[T_co]:
        return samples(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Dataset[T], lengths: Sequence[int | float], generator: Generator | None = default_generator
) -> list[Subset[T]]:
    """Disjoint random subsets with the given lengths, or, if these sum to 1, of the given fractions.

    Of what is left over by rounding fractions down, one sample each goes to the subsets in their order. Raises ValueError for
    fractions outside [0, 1] and lengths that do not sum to `len(dataset)`.

    Example:
        train, test = random_split(dataset, [0.8, 0.2], generator=torch.Generator().manual_seed(42))
    """
    size = len(dataset)  # type: ignore[arg-type]
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _counts(size, lengths)
    if sum(lengths) != size:
        raise ValueError(text("random-split-sum", lengths=list(lengths), total=sum(lengths), size=size))
    order = (generator or default_generator).randperm(size).tolist()
    ends = itertools.accumulate(lengths)
    return [Subset(dataset, order[int(end - length) : int(end)]) for end, length in zip(ends, lengths, strict=True)]


def _counts(size: int, fractions: Sequence[float]) -> list[int]:
    for i, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(text("random-split-fraction", index=i, fraction=fraction))
    counts = [math.floor(size * fraction) for fraction in fractions]
    for i in range(size - sum(counts)):
        counts[i % len(counts)] += 1
    for i, count in enumerate(counts):
        if count == 0:
            warnings.warn(text("random-split-empty", index=i, size=size, fraction=fractions[i]), stacklevel=3)
    return counts
