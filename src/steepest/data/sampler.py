"""Samplers: in which order the indices of a dataset are read, and how they are put into batches."""

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import numpy as np

from steepest.core.generator import LONG_PERMUTATION, Generator, default_generator
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.lower import machine
from steepest.lower.permuting import shuffled

__all__ = ["BatchSampler", "RandomSampler", "Sampler", "SequentialSampler", "SubsetRandomSampler", "WeightedRandomSampler",
           "draw_seed"]

Array = np.ndarray[Any, Any]
T_co = TypeVar("T_co", covariant=True)
NATIVE = 256
"""From so many indices on their random order is made by native code."""


def draw_seed(generator: Generator | None) -> int:
    """A seed of 63 bits from the generator, the default one if None."""
    return (generator or default_generator).engine.pair() % 2**63


class Sampler(Generic[T_co]):
    """The base of samplers: subclasses define `__iter__()`, which gives indices or lists of them, and mostly `__len__()`."""

    def __init__(self, data_source: Sized | None = None):
        pass

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(text("sampler-without-iter", kind=type(self).__name__))


class SequentialSampler(Sampler[int]):
    """0, 1, ..., len(data_source) - 1."""

    def __init__(self, data_source: Sized):
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def order(self) -> Array:
        """The indices of a pass as an array, (N,) int64."""
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices in random order, or with `replacement` drawn independently; `num_samples` of them, else as many as there are.

    Without a generator each pass draws a seed from the default one. Raises TypeError or ValueError for arguments it cannot use.
    """

    def __init__(
        self, data_source: Sized, replacement: bool = False, num_samples: int | None = None, generator: Generator | None = None
    ):
        self.data_source, self.replacement, self._num_samples, self.generator = data_source, replacement, num_samples, generator
        if not isinstance(replacement, bool):
            raise TypeError(text("sampler-replacement", replacement=replacement))
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(text("sampler-num-samples", num_samples=self.num_samples))

    @property
    def num_samples(self) -> int:
        """How many indices a pass gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        for part in self._parts():
            yield from part.tolist()

    def order(self) -> Array:
        """The indices of a pass as an array, (num_samples,) int64; it draws what a pass draws."""
        parts = list(self._parts())
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _parts(self) -> Iterator[Array]:
        n = len(self.data_source)
        generator = self.generator
        if generator is None:
            seed = draw_seed(None)
            if not self.replacement and self.num_samples == n and NATIVE <= n < LONG_PERMUTATION:
                try:
                    yield shuffled(seed, n)
                    return
                except machine.Unavailable:
                    pass
            generator = Generator().manual_seed(seed)
        if self.replacement:
            for _ in range(self.num_samples // 32):
                yield generator.randint(0, n, (32,))
            yield generator.randint(0, n, (self.num_samples % 32,))
        else:
            for _ in range(self.num_samples // n):
                yield generator.randperm(n)
            yield generator.randperm(n)[: self.num_samples % n]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None):
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        for i in (self.generator or default_generator).randperm(len(self.indices)).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """`num_samples` indices drawn with probabilities in proportion to `weights`, (N,).

    Raises ValueError for weights that are not one-dimensional and arguments it cannot use.
    """

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True, generator: Generator | None = None):
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(text("sampler-num-samples", num_samples=num_samples))
        if not isinstance(replacement, bool):
            raise ValueError(text("sampler-replacement", replacement=replacement))
        array = weights.array if isinstance(weights, Tensor) else [w.array if isinstance(w, Tensor) else w for w in weights]
        self.weights = from_array(np.asarray(array, np.float64))
        if self.weights.ndim != 1:
            raise ValueError(text("sampler-weights-shape", shape=tuple(self.weights.shape)))
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        generator = self.generator or default_generator
        yield from generator.multinomial(self.weights.array, self.num_samples, self.replacement).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of `batch_size` indices from another sampler; the last one may be shorter, or is left out with `drop_last`.

    Example:
        >>> list(BatchSampler(SequentialSampler(range(7)), batch_size=3, drop_last=False))
        [[0, 1, 2], [3, 4, 5], [6]]
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(text("batch-size", batch_size=batch_size))
        if not isinstance(drop_last, bool):
            raise ValueError(text("drop-last", drop_last=drop_last))
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
