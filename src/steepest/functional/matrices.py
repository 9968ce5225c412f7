"""Sparse tensors that programs make themselves, as the adjacency of a graph is: creation, products with dense matrices, sums.

They are constants: no gradient reaches their entries, gradients do reach the dense operand of a product.
"""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import asked
from steepest.core.modes import modes
from steepest.core.size import Size
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import as_tensor, zeros
from steepest.functional.products import matmul

__all__ = ["sparse_coo_tensor", "sparse_product", "sparse_sum", "to_sparse"]


def sparse_coo_tensor(indices: Any = None, values: Any = None, size: Any = None, *, dtype: Any = None, device: Any = None,
                      pin_memory: bool = False, requires_grad: bool = False, check_invariants: bool | None = None,
                      is_coalesced: bool | None = None) -> SparseTensor:
    """A tensor that is zero but for `values` `(nnz, *dense)` at `indices` `(sparse_dim, nnz)`; without `size` as small as these allow.

    Raises RuntimeError where the two do not fit together, and for entries that want a gradient.

    >>> steepest.sparse_coo_tensor([[0, 1], [1, 0]], [2.0, 3.0]).to_dense()
    tensor([[0., 2.],
            [3., 0.]])
    """
    dtype = asked(dtype)
    if values is None:
        shape = Size(size if indices is None else indices)
        return SparseTensor(np.zeros((len(shape), 0), np.int64), np.zeros(0, dtypes.numpy_dtype(dtype or dtypes.get_default_dtype())),
                            shape, dtype or dtypes.get_default_dtype(), True)
    at, entries = as_tensor(indices).array, as_tensor(values, dtype=dtype)
    if requires_grad or entries.requires_grad and modes.grad:
        raise RuntimeError(text("sparse-gradient"))
    if not entries.array.ndim:
        entries = entries.reshape(1)
    if at.ndim != 2 or at.shape[1] != len(entries.array):
        raise RuntimeError(text("sparse-shapes", indices=list(at.shape), values=list(entries.array.shape)))
    at, dense = at.astype(np.int64), entries.array.shape[1:]
    shape = Size((*(at.max(1, initial=-1) + 1).tolist(), *dense) if size is None else size)
    sizes = np.array(shape[:len(at)], np.int64)
    if len(shape) != len(at) + len(dense):
        raise RuntimeError(text("sparse-shapes", indices=list(at.shape), values=list(entries.array.shape)))
    outside = (at < 0) | (at >= sizes[:, None])
    if outside.any():
        d = int(np.flatnonzero(outside.any(1))[0])
        raise RuntimeError(text("sparse-index", dim=d, size=int(sizes[d]), index=int(at[d][outside[d]][0])))
    return SparseTensor(at, entries.array.copy(), shape, entries.dtype, bool(is_coalesced))


def to_sparse(input: Tensor, sparse_dim: int | None = None, *, layout: Any = None, blocksize: Any = None,
              dense_dim: int | None = None) -> SparseTensor:
    """The entries that are not zero."""
    if isinstance(input, SparseTensor):
        return input
    if input.requires_grad and modes.grad:
        raise RuntimeError(text("sparse-gradient"))
    array, first = input.array, input.array.ndim if sparse_dim is None else sparse_dim
    at = np.stack(np.nonzero(array.any(axis=tuple(range(first, array.ndim))) if first < array.ndim else array)).astype(np.int64)
    return SparseTensor(at, array[tuple(at)], array.shape, input.dtype, True)


def sparse_product(mat1: Tensor, mat2: Tensor, reduce: str = "sum") -> Tensor:
    """The matrix product; of a sparse matrix `(n, m)` each entry times a row of the dense `(m, k)`, added in the order of the entries."""
    if not isinstance(mat1, SparseTensor):
        return matmul(mat1, mat2)
    if isinstance(mat2, SparseTensor):
        return to_sparse(matmul(mat1.to_dense(), mat2.to_dense()))
    if mat2.array.ndim != 2 or mat1.ndim != 2 or mat1.shape[1] != mat2.array.shape[0]:
        return matmul(mat1.to_dense(), mat2)
    one = mat1.coalesce()
    row, column = one._indices()
    entries: Any = one._values()
    total: Tensor = zeros(mat1.shape[0], mat2.array.shape[1], dtype=entries.dtype).index_add(
        0, row, mat2.index_select(0, column) * entries[:, None])
    return total


def sparse_sum(input: SparseTensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum of all entries; over `dim` a sparse tensor of what is left."""
    dtype = asked(dtype)
    total: Tensor = input.to_dense().sum(dtype=dtype) if dim is None else input.to_dense().sum(dim, dtype=dtype)
    return total if dim is None or not total.array.ndim else to_sparse(total)
