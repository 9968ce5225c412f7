"""Taking apart the containers among a program's arguments, as the code of traced modules does."""

from typing import Any

from steepest.utils._pytree import TreeSpec, tree_flatten

__all__ = ["tree_flatten_spec"]


def tree_flatten_spec(pytree: Any, spec: TreeSpec, exact_structural_match: bool = False) -> list[Any]:
    """The leaves of a container, which must be nested as `spec` says; raises ValueError where it is not."""
    leaves, seen = tree_flatten(pytree)
    if seen != spec:
        raise ValueError(f"{seen} is not nested as {spec}")
    return list(leaves)
