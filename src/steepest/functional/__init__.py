"""PyTorch's functions over the primitives: arguments as users give them, defaults, and composites.

Of these `torch.functional` has the ones below under its own name, too.
"""

from functools import cache
from typing import Any

NAMES = frozenset("""
atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist chain_matmul einsum istft lu meshgrid
norm split stft tensordot unique unique_consecutive unravel_index
""".split())


@cache
def _functions() -> dict[str, Any]:
    from steepest.functional import tables

    return tables.functions()


def __getattr__(name: str) -> Any:
    if name == "cdist":
        from steepest.functional.neural.distances import cdist

        return cdist
    if name in NAMES:
        return _functions()[name]
    raise AttributeError(f"module 'torch.functional' has no attribute '{name}'", name=name)
