"""Methods of sparse tensors that need functions of higher layers, and the method that makes one of a dense tensor."""

from collections.abc import Callable
from typing import Any

from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.functional.matrices import sparse_product, sparse_sum, to_sparse

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


METHODS: dict[str, Any] = {"to_sparse": to_sparse, "to_sparse_coo": to_sparse}
OF_SPARSE: dict[str, Any] = {
    **{name: _of_entries(name) for name in "to float double half bfloat16 int long cpu type neg abs sqrt".split()},
    "__matmul__": sparse_product, "matmul": sparse_product, "mm": sparse_product, "sum": sparse_sum,
    "transpose": lambda self, dim0, dim1: self.t() if {dim0, dim1} in ({0, 1}, {-1, -2}) else self.to_dense().transpose(dim0, dim1),
    "T": property(lambda self: self.t()),
}
"""What the class of sparse tensors has in the place of a dense tensor's methods."""
