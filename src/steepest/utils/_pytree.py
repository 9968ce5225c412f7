"""The part of torch.utils._pytree that programs import: nested containers of tensors, taken apart and put together again."""

from collections.abc import Callable
from typing import Any

from steepest.autograd.trees import Structure, flatten, rebuild, tree_map
from steepest.errors import outside

__all__ = ["TreeSpec", "tree_all", "tree_any", "tree_flatten", "tree_leaves", "tree_map", "tree_map_only", "tree_structure",
           "tree_unflatten"]
outside.explain(__name__)

TreeSpec = Structure
tree_flatten = flatten


def tree_unflatten(leaves: Any, treespec: Structure) -> Any:
    """Put leaves together as `tree_flatten` said they were nested.

    >>> from steepest.utils._pytree import tree_flatten, tree_unflatten
    >>> leaves, spec = tree_flatten({"a": [1, 2], "b": 3})
    >>> tree_unflatten([x * 10 for x in leaves], spec)
    {'a': [10, 20], 'b': 30}
    """
    return rebuild(treespec, leaves)


def tree_leaves(tree: Any) -> list[Any]:
    """The leaves in their order."""
    return flatten(tree)[0]


def tree_structure(tree: Any) -> Structure:
    """How a container is nested."""
    return flatten(tree)[1]


def tree_map_only(kind: Any, function: Callable[[Any], Any], tree: Any) -> Any:
    """The same container with `function` applied to the leaves of a type."""
    return tree_map(lambda x: function(x) if isinstance(x, kind) else x, tree)


def tree_all(predicate: Callable[[Any], bool], tree: Any) -> bool:
    """Whether all leaves meet a condition."""
    return all(map(predicate, tree_leaves(tree)))


def tree_any(predicate: Callable[[Any], bool], tree: Any) -> bool:
    """Whether some leaf meets a condition."""
    return any(map(predicate, tree_leaves(tree)))
