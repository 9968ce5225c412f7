"""Copies and pickles of tensors: what shares memory before shares it afterwards.

A tensor is taken apart into its storage and where in it the tensor lies, and put together from the same. Tensors that
lie in one storage meet again in one storage, since `copy` and `pickle` keep count of the storages they have seen.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from steepest.core.dtype import dtype, numpy_dtype
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = [
    "contiguous_strides",
    "deepcopy_tensor",
    "place",
    "rebuild_storage",
    "rebuild_tensor",
    "reduce_storage",
    "reduce_tensor",
    "retyped",
    "with_class",
]


SLOTS = ("array", "dtype", "view_of", "node", "hooks", "_grad", "_storage", "counter", "_family", "needs_grad", "output_nr")


def place(tensor: Tensor) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Where a tensor lies in its storage, counted in its own elements: offset, shape and strides."""
    array = tensor.array
    offset = (array.__array_interface__["data"][0] - tensor.storage_cell.address) // array.itemsize if array.size else 0
    if not array.flags.c_contiguous:
        return offset, array.shape, tuple(stride // array.itemsize for stride in array.strides)
    return offset, array.shape, contiguous_strides(array.shape)


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides, in elements, of a tensor of this shape that lies in memory in order."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def rebuild_tensor(
    storage: Storage, of: dtype, offset: int, shape: Sequence[int], strides: Sequence[int], requires_grad: bool = False
) -> Tensor:
    """The tensor of type `of` that lies at `offset` in `storage`, counted in elements of that type.

    Raises RuntimeError where it would reach beyond the storage.
    """
    element = numpy_dtype(of)
    if len(shape) != len(strides) or offset < 0 or any(n < 0 for n in (*shape, *strides)) or last(offset, shape, strides) > (
        storage.nbytes() // element.itemsize
    ):
        raise RuntimeError(
            text("storage-too-small", shape=tuple(shape), strides=tuple(strides), offset=offset, dtype=of, bytes=storage.nbytes())
        )
    memory = storage.flat.view(np.uint8)
    steps = [stride * element.itemsize for stride in strides]
    start = offset * element.itemsize if 0 not in shape else 0
    tensor = fresh(np.ndarray(tuple(shape), element, memory, start, steps), of)
    tensor._storage = storage
    tensor.requires_grad = requires_grad
    return tensor


def last(offset: int, shape: Sequence[int], strides: Sequence[int]) -> int:
    """One more than the index of the last element reached; zero for a tensor without elements."""
    return 0 if 0 in shape else offset + 1 + sum((n - 1) * stride for n, stride in zip(shape, strides))


def reduce_tensor(tensor: Tensor) -> tuple[Any, ...]:
    """What `pickle` writes for a tensor; the graph that computed it is not part of it."""
    arguments = (tensor.storage_cell, tensor.dtype, *place(tensor), tensor.requires_grad)
    if type(tensor) is Tensor and not tensor.__dict__:
        return rebuild_tensor, arguments
    return rebuild_subclass, (type(tensor), arguments), tensor.__dict__ or None


def rebuild_subclass(kind: type[Tensor], arguments: tuple[Any, ...]) -> Tensor:
    """A tensor of class `kind`, which is made without its `__init__`."""
    storage, *rest = arguments
    return with_class(rebuild_tensor(storage.untyped(), *rest), kind)


def with_class(tensor: Tensor, kind: type[Tensor]) -> Tensor:
    """`tensor` as an instance of `kind` over the same storage."""
    if kind is Tensor:
        return tensor
    other = Tensor.__new__(kind)
    other.array, other.dtype, other._storage = tensor.array, tensor.dtype, tensor.storage_cell
    other.requires_grad = tensor.requires_grad
    return other


def retyped(tensor: Tensor, kind: type[Tensor]) -> Tensor:
    """Another object of class `kind`, made without its `__init__`, that is this tensor in all else: memory, graph, views."""
    other = object.__new__(kind)
    for name in SLOTS:
        setattr(other, name, getattr(tensor, name))
    return other


def reduce_storage(storage: Storage) -> tuple[Any, ...]:
    """What `pickle` writes for a storage."""
    return rebuild_storage, (storage.flat,)


def rebuild_storage(flat: np.ndarray[Any, Any]) -> Storage:
    """A storage over `flat`, an array of one dimension."""
    return Storage(flat if flat.flags.writeable else flat.copy())


def deepcopy_tensor(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """A copy with memory of its own, the gradient and all attributes copied too; called through `copy.deepcopy`.

    Raises RuntimeError for a tensor that an operation computed: its graph would be lost without a word.
    """
    if id(tensor) in memo:
        return memo[id(tensor)]
    if not tensor.is_leaf:
        raise RuntimeError(text("deepcopy-non-leaf", grad_fn=type(tensor.grad_fn).__name__))
    storage = tensor.storage_cell
    if id(storage) not in memo:
        memo[id(storage)] = Storage(storage.flat.copy())
    copied = with_class(rebuild_tensor(memo[id(storage)], tensor.dtype, *place(tensor), tensor.requires_grad), type(tensor))
    memo[id(tensor)] = copied
    if tensor._grad is not None:
        copied._grad = deepcopy_tensor(tensor._grad, memo) if tensor._grad.is_leaf else None
    copied.__dict__.update(deepcopy(tensor.__dict__, memo))
    return copied
