"""Sparse tensors in coordinate form, as the gradient of an embedding is: the entries that are there, and where they are.

A sparse tensor is an ordinary tensor of its full shape to every operation that does not know it; what knows it (optimizers, the
sum of gradients) works on `_indices()` `(sparse_dim, nnz)` and `_values()` `(nnz, *dense)` alone.
"""

import math
from typing import Any

import numpy as np

from steepest.core.device import SPARSE
from steepest.core.dtype import int64
from steepest.core.printing import sparse_text
from steepest.core.size import Size
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = ["SparseTensor", "summed_rows"]

Array = np.ndarray[Any, Any]


def summed_rows(index: Array, values: Array) -> tuple[Array, Array]:
    """The different numbers in `index`, rising, and for each the sum of its rows of `values` in their order."""
    if not index.size:
        return index, values
    order = np.argsort(index, kind="stable")
    rising = index[order]
    starts = np.flatnonzero(np.concatenate(([True], rising[1:] != rising[:-1])))
    return rising[starts], np.add.reduceat(values[order], starts, axis=0)


class SparseTensor(Tensor):
    """A tensor that is zero but for `values` at `indices`; entries that occur twice are added."""

    __slots__ = ("_at", "_entries", "_full", "_summed")

    _at: Array
    _entries: Array
    _full: tuple[int, ...]
    _summed: bool

    def __new__(cls, indices: Array, values: Array, shape: tuple[int, ...], of: Any, coalesced: bool = False) -> "SparseTensor":
        self = super().__new__(cls)
        assert isinstance(self, SparseTensor)
        self._at, self._entries, self._full, self._summed = indices, values, tuple(shape), coalesced
        self.dtype = of
        return self

    def __deepcopy__(self, memo: Any) -> "SparseTensor":
        return self.clone()

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return SparseTensor, (self._at, self._entries, self._full, self.dtype, self._summed)

    @property
    def array(self) -> Array:  # type: ignore[override]
        """All elements; a new array each time."""
        full = np.zeros(self._full, self._entries.dtype)
        one = self.coalesce()
        full[tuple(one._at)] = one._entries
        return full

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return Size(self._full)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._full)

    @property
    def is_sparse(self) -> bool:
        """True: only some entries are held."""
        return True

    @property
    def layout(self) -> Any:
        """`torch.sparse_coo`."""
        return SPARSE

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return Size(self._full) if dim is None else self._full[dim]

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self._full)

    def numel(self) -> int:
        """The number of elements, the zeros included."""
        return math.prod(self._full)

    def sparse_dim(self) -> int:
        """How many dimensions the indices have."""
        return len(self._at)

    def dense_dim(self) -> int:
        """How many dimensions each entry has."""
        return self._entries.ndim - 1

    def _nnz(self) -> int:
        return self._at.shape[1]

    def _indices(self) -> Tensor:
        return fresh(self._at, int64)

    def _values(self) -> Tensor:
        return fresh(self._entries, self.dtype)

    def indices(self) -> Tensor:
        """Where the entries are, `(sparse_dim, nnz)`; RuntimeError before `coalesce()`."""
        self._require_coalesced("indices")
        return self._indices()

    def values(self) -> Tensor:
        """The entries, `(nnz, *dense)`; RuntimeError before `coalesce()`."""
        self._require_coalesced("values")
        return self._values()

    def _require_coalesced(self, what: str) -> None:
        if not self._summed:
            raise RuntimeError(text("not-coalesced", what=what))

    def is_coalesced(self) -> bool:
        """Whether every entry occurs once, in the order of the indices."""
        return self._summed

    def coalesce(self) -> "SparseTensor":
        """With entries that occur twice added, in the order of the indices."""
        if self._summed:
            return self
        sizes = self._full[: len(self._at)]
        flat, entries = summed_rows(np.ravel_multi_index(tuple(self._at), sizes), self._entries)
        return SparseTensor(np.stack(np.unravel_index(flat, sizes)).astype(np.int64), entries, self._full, self.dtype, True)

    def to_dense(self, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
        """All elements."""
        dense = fresh(self.array, self.dtype)
        return dense if dtype is None else dense.to(dtype)

    def clone(self, *, memory_format: Any = None) -> "SparseTensor":
        """A copy with memory of its own."""
        return self._with(self._entries.copy())

    def detach(self) -> "SparseTensor":
        """The same entries; sparse tensors take no part in graphs."""
        return self._with(self._entries)

    def detach_(self) -> "SparseTensor":
        """The tensor itself."""
        return self

    def zero_(self) -> "SparseTensor":
        """Without entries from now on."""
        self._at, self._entries, self._summed = self._at[:, :0], self._entries[:0], True
        return self

    def _with(self, entries: Array) -> "SparseTensor":
        return SparseTensor(self._at, entries, self._full, self.dtype, self._summed)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, SparseTensor):
            dense = other.array.copy()
            one = self.coalesce()
            dense[tuple(one._at)] += one._entries
            return fresh(dense, other.dtype)
        return SparseTensor(
            np.concatenate([self._at, other._at], 1), np.concatenate([self._entries, other._entries]), self._full, self.dtype
        )

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Tensor) and other.array.ndim:
            return self.to_dense() * other
        factor = other.array if isinstance(other, Tensor) else other
        return self._with((self._entries * factor).astype(self._entries.dtype))

    __rmul__ = mul = __mul__  # type: ignore[assignment]

    def __truediv__(self, other: Any) -> Any:
        return (
            self * (1 / other) if isinstance(other, Tensor) else self._with((self._entries / other).astype(self._entries.dtype))
        )

    div = __truediv__  # type: ignore[assignment]

    def __neg__(self) -> "SparseTensor":
        return self._with(-self._entries)

    def mul_(self, other: Any) -> "SparseTensor":
        """The entries multiplied by a number, in place."""
        self._entries = self.mul(other)._entries
        return self

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return sparse_text(self._at, self._entries, self._full)

    __str__ = __repr__
