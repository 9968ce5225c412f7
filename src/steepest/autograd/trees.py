"""Nested containers of tensors: taken apart into a list of leaves and put together again.

Tuples, named tuples, lists, dictionaries (ordered ones too) are containers; everything else, None included, is a leaf.
"""

from collections import OrderedDict
from typing import Any

__all__ = ["Structure", "flatten", "prefix", "rebuild", "tree_map"]


class Structure:
    """How a container was nested: its kind, what its children are, and their structures; `kind` None for a leaf."""

    __slots__ = ("children", "keys", "kind")

    def __init__(self, kind: Any = None, keys: Any = None, children: "tuple[Structure, ...]" = ()):
        self.kind, self.keys, self.children = kind, keys, children

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Structure)
            and self.kind is other.kind
            and self.keys == other.keys
            and self.children == other.children
        )

    def __hash__(self) -> int:
        return hash((self.kind, len(self.children)))

    def __repr__(self) -> str:
        if self.kind is None:
            return "*"
        inside = [repr(c) for c in self.children]
        if self.keys is not None:
            return "{" + ", ".join(f"{k!r}: {c}" for k, c in zip(self.keys, inside, strict=True)) + "}"
        return f"[{', '.join(inside)}]" if self.kind is list else f"({', '.join(inside)})"


LEAF = Structure()


def parts(tree: Any) -> tuple[Any, Any, list[Any]] | None:
    """Kind, keys and children of a container; None for a leaf."""
    kind = type(tree)
    if kind in (dict, OrderedDict):
        return kind, tuple(tree), list(tree.values())
    if isinstance(tree, (tuple, list)):
        return kind, None, list(tree)
    return None


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves in their order, and the structure that puts them together again."""
    found = parts(tree)
    if found is None:
        return [tree], LEAF
    kind, keys, children = found
    leaves: list[Any] = []
    structures = []
    for child in children:
        below, structure = flatten(child)
        leaves += below
        structures.append(structure)
    return leaves, Structure(kind, keys, tuple(structures))


def rebuild(structure: Structure, leaves: Any) -> Any:
    """Put leaves together as `structure` says."""
    return _rebuilt(structure, iter(leaves))


def _rebuilt(structure: Structure, leaves: Any) -> Any:
    if structure.kind is None:
        return next(leaves)
    children = [_rebuilt(c, leaves) for c in structure.children]
    if structure.keys is not None:
        return structure.kind(zip(structure.keys, children, strict=True))
    if hasattr(structure.kind, "_fields"):
        return structure.kind(*children)
    return structure.kind(children)


def prefix(tree: Any, structure: Structure) -> list[Any] | None:
    """One leaf of `tree` for every leaf of `structure`: an early leaf stands for all below it; None if `tree` does not fit."""
    if structure.kind is None:
        return [tree] if parts(tree) is None else None
    found = parts(tree)
    if found is None:
        return [tree] * count(structure)
    kind, keys, children = found
    if (
        len(children) != len(structure.children)
        or keys != structure.keys
        or (keys is None and (kind is list) != (structure.kind is list))
    ):
        return None
    out: list[Any] = []
    for child, below in zip(children, structure.children, strict=True):
        leaves = prefix(child, below)
        if leaves is None:
            return None
        out += leaves
    return out


def count(structure: Structure) -> int:
    """How many leaves a structure has."""
    return 1 if structure.kind is None else sum(count(c) for c in structure.children)


def tree_map(function: Any, tree: Any) -> Any:
    """The same container with `function` applied to its leaves."""
    leaves, structure = flatten(tree)
    return rebuild(structure, [function(x) for x in leaves])
