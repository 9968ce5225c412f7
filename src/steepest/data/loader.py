"""DataLoader: a dataset, an order in which to read it, and how to make batches of it."""

import math
import multiprocessing
import multiprocessing.context
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from steepest.core.generator import Generator
from steepest.data.collate import default_collate, default_convert
from steepest.data.dataset import IterableDataset
from steepest.data.fetch import _DatasetKind, fetcher
from steepest.data.parallel import Workers
from steepest.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed
from steepest.errors import text

__all__ = ["DataLoader"]

T_co = TypeVar("T_co", covariant=True)
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _Endless(Sampler[None]):
    """For streams, whose samples have no indices."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


class DataLoader(Generic[T_co]):
    """Goes through a dataset in batches: `for x, y in DataLoader(dataset, batch_size=32, shuffle=True): ...`.

    `sampler` or `batch_sampler` replace the order that `shuffle` gives; `batch_size=None` gives single samples. With
    `num_workers` that many processes make batches ahead, `prefetch_factor` each; `timeout` is how many seconds to wait for one of
    them. The numbers that are drawn, and so the order of rows for a seed, are PyTorch's: each pass draws a base seed for the
    workers (also without any) and, shuffled, another for the order, from `generator` or the default one.

    Raises ValueError or TypeError for arguments that contradict each other.
    """

    _fixed = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ):
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        stream = isinstance(dataset, IterableDataset)
        _check_order(stream, batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.dataset, self.num_workers, self.in_order, self.timeout = dataset, num_workers, in_order, timeout
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.worker_init_fn, self.generator, self.persistent_workers = worker_init_fn, generator, persistent_workers
        self.multiprocessing_context = multiprocessing_context
        if sampler is None:
            if stream:
                sampler = _Endless()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size, self.drop_last, self.sampler, self.batch_sampler = batch_size, drop_last, sampler, batch_sampler
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self._IterableDataset_len_called: int | None = None
        self._iterator: _BaseDataLoaderIter | None = None
        self._fixed = True
        _warn_of_many_workers(num_workers)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._fixed and name in FIXED:
            raise ValueError(text("loader-fixed", name=name, kind=type(self).__name__))
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        """How worker processes are started; None for Python's default."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None and not self.num_workers:
            raise ValueError(text("loader-context-without-workers", context=context))
        if isinstance(context, str):
            methods = multiprocessing.get_all_start_methods()
            if context not in methods:
                raise ValueError(text("loader-context-unknown", context=context, methods=methods))
            context = multiprocessing.get_context(context)
        if context is not None and not isinstance(context, multiprocessing.context.BaseContext):
            raise TypeError(text("loader-context-type", context=context))
        self._context = context

    @property
    def _dataset_kind(self) -> int:
        return _DatasetKind.Iterable if isinstance(self.dataset, IterableDataset) else _DatasetKind.Map

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def _get_iterator(self) -> "_BaseDataLoaderIter":
        return _MultiProcessingDataLoaderIter(self) if self.num_workers else _SingleProcessDataLoaderIter(self)

    def __iter__(self) -> "_BaseDataLoaderIter":
        if not (self.persistent_workers and self.num_workers):
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator.restart()
        return self._iterator

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        length = self._IterableDataset_len_called = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else math.ceil(length / self.batch_size)


class _BaseDataLoaderIter:
    """One pass through a loader's data."""

    def __init__(self, loader: DataLoader[Any]):
        self._loader = loader
        self._sampler_iter = iter(loader._index_sampler)
        if loader.pin_memory:
            warnings.warn(text("loader-pin-memory"), stacklevel=4)
        self._base_seed = draw_seed(loader.generator)
        self._num_yielded = 0

    def restart(self) -> None:
        """Begin again."""
        self._num_yielded = 0

    def _next_data(self) -> Any:
        raise NotImplementedError

    def __iter__(self) -> "_BaseDataLoaderIter":
        return self

    def __next__(self) -> Any:
        data = self._next_data()
        self._num_yielded += 1
        announced = self._loader._IterableDataset_len_called
        if announced is not None and self._num_yielded > announced:
            warnings.warn(text("loader-longer-than-announced", announced=announced, got=self._num_yielded), stacklevel=2)
        return data

    def __len__(self) -> int:
        return len(self._loader._index_sampler)

    def __getstate__(self) -> Any:
        raise NotImplementedError(text("loader-pass-pickled"))


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """A pass that reads the data itself."""

    def __init__(self, loader: DataLoader[Any]):
        super().__init__(loader)
        self._fetch = fetcher(loader.dataset, loader._dataset_kind, loader._auto_collation, loader.collate_fn, loader.drop_last)

    def _next_data(self) -> Any:
        return self._fetch(next(self._sampler_iter))


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """A pass whose data worker processes read."""

    def __init__(self, loader: DataLoader[Any]):
        super().__init__(loader)
        self._workers = Workers(loader, self._base_seed)
        self._workers.begin(self._sampler_iter)

    def restart(self) -> None:
        """Begin again, with the worker processes that are there."""
        super().restart()
        self._sampler_iter = iter(self._loader._index_sampler)
        self._workers.begin(self._sampler_iter)

    def _next_data(self) -> Any:
        return self._workers.next()

    def _shutdown_workers(self) -> None:
        self._workers.shut_down()


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError(text("loader-workers-negative", num_workers=num_workers))
    if timeout < 0:
        raise ValueError(text("loader-timeout-negative", timeout=timeout))
    if not num_workers and timeout:
        raise ValueError(text("loader-timeout-without-workers", timeout=timeout))
    if not num_workers and prefetch_factor is not None:
        raise ValueError(text("loader-prefetch-without-workers", prefetch_factor=prefetch_factor))
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueError(text("loader-prefetch-low", prefetch_factor=prefetch_factor))
    if persistent_workers and not num_workers:
        raise ValueError(text("loader-persistent-without-workers"))


def _check_order(stream: bool, batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool) -> None:
    if stream:
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(text("loader-stream-order", name=name, value=value))
    if sampler is not None and shuffle:
        raise ValueError(text("loader-sampler-and-shuffle"))
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError(text("loader-batch-sampler-alone"))
    if batch_size is None and drop_last:
        raise ValueError(text("loader-drop-last-without-batches"))


def _warn_of_many_workers(num_workers: int) -> None:
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    if cores is not None and num_workers > cores:
        warnings.warn(text("loader-many-workers", num_workers=num_workers, cores=cores), stacklevel=3)
