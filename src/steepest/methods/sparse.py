"""Methods of sparse tensors that need functions of higher layers, and the method that makes one of a dense tensor."""

from collections.abc import Callable
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.functional.matrices import sparse_product, sparse_sum, to_sparse
from steepest.ops.reductions import wrap

__all__ = ["METHODS", "OF_SPARSE"]


def _of_entries(name: str) -> Callable[..., Any]:
    """A method that changes the kind of the entries and leaves them where they are."""
    def method(self: SparseTensor, *args: Any, **kwargs: Any) -> Any:
        entries = getattr(self._values(), name)(*args, **kwargs)
        if not isinstance(entries, Tensor):
            return entries
        return SparseTensor(self._at, entries.array, self._full, entries.dtype, self._summed)

    method.__name__, method.__doc__ = name, f"`{name}` of the entries."
    return method


def _transposed(self: SparseTensor, dim0: int, dim1: int) -> Tensor:
    """With two dimensions of the indices exchanged; a dense tensor where the entries have one of them."""
    first, second = wrap(dim0, self.ndim), wrap(dim1, self.ndim)
    if max(first, second) >= len(self._at):
        return self.to_dense().transpose(first, second)
    order = list(range(self.ndim))
    order[first], order[second] = second, first
    shape = tuple(self._full[d] for d in order)
    return SparseTensor(self._at[order[:len(self._at)]], self._entries, shape, self.dtype, self._summed and first == second)


METHODS: dict[str, Any] = {"to_sparse": to_sparse, "to_sparse_coo": to_sparse}
OF_SPARSE: dict[str, Any] = {
    **{name: _of_entries(name) for name in "to float double half bfloat16 int long cpu type neg abs sqrt".split()},
    "__matmul__": sparse_product, "matmul": sparse_product, "mm": sparse_product, "sum": sparse_sum,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), _transposed), "mT": property(lambda self: _transposed(self, -2, -1)),
    "t": lambda self: _transposed(self, 0, 1) if self.ndim == 2 else self, "T": property(lambda self: self.t()),
    "ndimension": SparseTensor.dim, "nelement": SparseTensor.numel,
}
"""What the class of sparse tensors has in the place of a dense tensor's methods."""
