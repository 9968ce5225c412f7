"""`torch.utils._pytree`: nested containers of tensors, taken apart and put together again."""

from collections.abc import Callable, Iterable
from typing import Any

from steepest.autograd.trees import (
    LEAF,
    SUPPORTED_NODES,
    GetAttrKey,
    LeafSpec,
    MappingKey,
    NodeDef,
    SequenceKey,
    TreeSpec,
    flatten,
    kind_of,
    parts,
    prefix,
    register_pytree_node,
    tree_map,
    with_path,
)
from steepest.errors import outside

__all__ = ["SUPPORTED_NODES", "Context", "GetAttrKey", "LeafSpec", "MappingKey", "NodeDef", "PyTree", "SequenceKey", "TreeSpec",
           "arg_tree_leaves", "key_get", "keystr", "register_pytree_node", "tree_all", "tree_all_only", "tree_any", "tree_any_only",
           "tree_flatten", "tree_flatten_with_path", "tree_is_leaf", "tree_iter", "tree_leaves", "tree_leaves_with_path", "tree_map",
           "tree_map_", "tree_map_only", "tree_map_only_", "tree_map_with_path", "tree_structure", "tree_unflatten", "treespec_leaf"]
outside.explain(__name__)

PyTree = Context = Any
PyTreeSpec = TreeSpec
Leaf = Callable[[Any], bool] | None
tree_flatten, _get_node_type, _broadcast_to_and_flatten = flatten, kind_of, prefix


def _register_pytree_node(cls: type[Any], *functions: Any, **options: Any) -> None:
    """As `register_pytree_node`, also for a class that is registered."""
    SUPPORTED_NODES.pop(cls, None)
    register_pytree_node(cls, *functions, **options)


_private_register_pytree_node = _register_pytree_node


def _dict_flatten(d: dict[Any, Any]) -> tuple[Any, Any]:
    return SUPPORTED_NODES[dict].flatten_fn(d)


def _dict_flatten_with_keys(d: dict[Any, Any]) -> tuple[Any, Any]:
    node = SUPPORTED_NODES[dict]
    assert node.flatten_with_keys_fn is not None
    return node.flatten_with_keys_fn(d)


def _dict_unflatten(values: Iterable[Any], context: Any) -> dict[Any, Any]:
    return SUPPORTED_NODES[dict].unflatten_fn(values, context)


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """Put leaves together as `tree_flatten` said they were nested.

    >>> from steepest.utils._pytree import tree_flatten, tree_unflatten
    >>> leaves, spec = tree_flatten({"a": [1, 2], "b": 3})
    >>> tree_unflatten([x * 10 for x in leaves], spec)
    {'a': [10, 20], 'b': 30}
    """
    return treespec.unflatten(leaves)


def tree_leaves(tree: Any, is_leaf: Leaf = None) -> list[Any]:
    """The leaves in their order."""
    return flatten(tree, is_leaf)[0]


def tree_iter(tree: Any, is_leaf: Leaf = None) -> Iterable[Any]:
    """The leaves in their order."""
    return iter(tree_leaves(tree, is_leaf))


def arg_tree_leaves(*args: Any, **kwargs: Any) -> list[Any]:
    """The leaves of the arguments of a call."""
    return tree_leaves((args, list(kwargs.values())))


def tree_structure(tree: Any, is_leaf: Leaf = None) -> TreeSpec:
    """How a container is nested."""
    return flatten(tree, is_leaf)[1]


def tree_is_leaf(tree: Any, is_leaf: Leaf = None) -> bool:
    """Whether this is no container."""
    return is_leaf is not None and is_leaf(tree) or parts(tree) is None


_is_leaf = tree_is_leaf


def treespec_leaf() -> TreeSpec:
    """The structure of a leaf."""
    return LEAF


def tree_map_(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Leaf = None) -> Any:
    """Call `func` for every leaf; returns `tree`."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def _chosen(kind: Any) -> Callable[[Any], bool]:
    """Whether a leaf is of a type, or meets a condition."""
    return kind if callable(kind) and not isinstance(kind, type) else lambda x: isinstance(x, kind)


def tree_map_only(type_or_types_or_pred: Any, func: Callable[[Any], Any], tree: Any, is_leaf: Leaf = None) -> Any:
    """The same container with `func` applied to the leaves of a type, or that meet a condition."""
    chosen = _chosen(type_or_types_or_pred)
    return tree_map(lambda x: func(x) if chosen(x) else x, tree, is_leaf=is_leaf)


def tree_map_only_(type_or_types_or_pred: Any, func: Callable[[Any], Any], tree: Any, is_leaf: Leaf = None) -> Any:
    """Call `func` for the leaves of a type; returns `tree`."""
    tree_map_only(type_or_types_or_pred, func, tree, is_leaf)
    return tree


def tree_all(pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    """Whether all leaves meet a condition."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    """Whether some leaf meets a condition."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    """Whether all leaves of a type meet a condition."""
    return all(pred(x) for x in tree_leaves(tree, is_leaf) if isinstance(x, type_or_types))


def tree_any_only(type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    """Whether some leaf of a type meets a condition."""
    return any(pred(x) for x in tree_leaves(tree, is_leaf) if isinstance(x, type_or_types))


def tree_leaves_with_path(tree: Any, is_leaf: Leaf = None) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys that lead to it."""
    return with_path(tree, is_leaf)


def tree_flatten_with_path(tree: Any, is_leaf: Leaf = None) -> tuple[list[tuple[tuple[Any, ...], Any]], TreeSpec]:
    """The leaves, each with the keys that lead to it, and the structure."""
    return with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Leaf = None) -> Any:
    """The same container with `func` applied to the keys that lead to each leaf, and the leaf."""
    leaves, structure = tree_flatten_with_path(tree, is_leaf)
    others = [structure.flatten_up_to(r) for r in rests]
    return structure.unflatten(func(*found, *more) for found, *more in zip(leaves, *others, strict=True))


def keystr(kp: Iterable[Any]) -> str:
    """Keys as a program writes them: `[0]['a'].field`."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: Iterable[Any]) -> Any:
    """What keys lead to."""
    for key in kp:
        obj = key.get(obj)
    return obj
