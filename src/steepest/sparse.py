"""`torch.sparse`, as programs over graphs use it: matrices in coordinate form and their products with dense ones."""

from typing import Any

from steepest.core import dtype as dtypes
from steepest.errors import outside
from steepest.functional.legacy import NAMES
from steepest.functional.matrices import sparse_coo_tensor, sparse_product, sparse_sum

mm, sum = sparse_product, sparse_sum
__all__ = ["mm", "sum"]
outside.explain(__name__)


def _constructor(of: dtypes.dtype) -> Any:
    def construct(indices: Any, values: Any = None, size: Any = None) -> Any:
        return sparse_coo_tensor(indices, values, size, dtype=of)

    construct.__doc__ = f"The constructor of PyTorch's early days: `sparse_coo_tensor` with {of.name} entries."
    return construct


globals().update({f"{name}Tensor": _constructor(of) for name, of in NAMES.items()})
