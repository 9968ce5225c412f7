"""`torch._utils`, as programs import from it: running sums, and lists of tensors as one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from operator import add
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.joining import cat

__all__ = ["_accumulate", "_flatten_dense_tensors", "_unflatten_dense_tensors"]


def _accumulate(iterable: Iterable[Any], fn: Callable[[Any, Any], Any] = add) -> Iterator[Any]:
    return accumulate(iterable, fn)


def _flatten_dense_tensors(tensors: Sequence[Tensor]) -> Tensor:
    flat: Tensor = cat([t.contiguous().view(-1) for t in tensors]) if len(tensors) != 1 else tensors[0].contiguous().view(-1)
    return flat


def _unflatten_dense_tensors(flat: Tensor, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    parts = flat.split([t.numel() for t in tensors])
    return tuple([part.view(t.shape) for part, t in zip(parts, tensors, strict=True)])
