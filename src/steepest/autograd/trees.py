"""Nested containers of tensors: taken apart into a list of leaves and put together again. What `torch.utils._pytree` is.

Containers are the types of `SUPPORTED_NODES`, to which programs add their own, and named tuples; everything else, None included, is a
leaf. A container is known by its exact type: an instance of a subclass is a leaf, as in PyTorch.
"""

from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from steepest.errors import text

__all__ = ["SUPPORTED_NODES", "GetAttrKey", "LeafSpec", "MappingKey", "NodeDef", "SequenceKey", "TreeSpec", "flatten", "parts", "prefix",
           "rebuild", "register_pytree_node", "tree_map", "with_path"]


class NodeDef(NamedTuple):
    """How containers of a type are taken apart (children and a context) and put together, and their children with their keys."""

    type: type[Any]
    flatten_fn: Callable[[Any], tuple[Any, Any]]
    unflatten_fn: Callable[[Any, Any], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Any]] | None


@dataclass(frozen=True, slots=True)
class SequenceKey:
    """A place in a sequence."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        return sequence[self.idx]


@dataclass(frozen=True, slots=True)
class MappingKey:
    """A key of a dictionary."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        return mapping[self.key]


@dataclass(frozen=True, slots=True)
class GetAttrKey:
    """The name of a field."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        return getattr(obj, self.name)


SUPPORTED_NODES: dict[Any, NodeDef] = {}


def _register(kind: Any, apart: Callable[[Any], tuple[Any, Any]], together: Callable[[Any, Any], Any],
              keys: Callable[[Any, Any], list[Any]]) -> None:
    def with_keys(tree: Any) -> tuple[list[tuple[Any, Any]], Any]:
        children, context = apart(tree)
        return list(zip(keys(tree, context), children, strict=True)), context

    SUPPORTED_NODES[kind] = NodeDef(kind, apart, together, with_keys)


def _places(tree: Any, context: Any) -> list[Any]:
    return [SequenceKey(i) for i in range(len(tree))]


def _keys(tree: Any, context: Any) -> list[Any]:
    return [MappingKey(key) for key in tree]


_register(tuple, lambda x: (list(x), None), lambda values, context: tuple(values), _places)
_register(list, lambda x: (x, None), lambda values, context: list(values), _places)
_register(dict, lambda x: (list(x.values()), list(x)), lambda values, keys: dict(zip(keys, values, strict=True)), _keys)
_register(OrderedDict, lambda x: (list(x.values()), list(x)), lambda values, keys: OrderedDict(zip(keys, values, strict=True)), _keys)
_register(namedtuple, lambda x: (list(x), type(x)), lambda values, kind: kind(*values),
          lambda x, kind: [GetAttrKey(field) for field in kind._fields])
_register(defaultdict, lambda x: (list(x.values()), [x.default_factory, list(x)]),
          lambda values, context: defaultdict(context[0], zip(context[1], values, strict=True)), _keys)
_register(deque, lambda x: (list(x), x.maxlen), lambda values, longest: deque(values, maxlen=longest), _places)


def register_pytree_node(
    cls: type[Any], flatten_fn: Callable[[Any], tuple[Any, Any]], unflatten_fn: Callable[[Any, Any], Any], *,
    serialized_type_name: str | None = None, to_dumpable_context: Any = None, from_dumpable_context: Any = None,
    flatten_with_keys_fn: Any = None,
) -> None:
    """Let instances of a class be containers: `flatten_fn` gives children and a context, `unflatten_fn` gets them back.

    ValueError where that has been done.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(text("tree-registered-again", kind=cls))
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)


class TreeSpec:
    """How a container was nested: its type, what puts it together beside its children, and the structures of these."""

    __slots__ = ("_children", "_context", "num_leaves", "num_nodes", "type")

    def __init__(self, type: Any, context: Any, children_specs: "list[TreeSpec]"):
        self.type, self._context, self._children = type, context, children_specs
        self.num_nodes: int = 1 + sum(c.num_nodes for c in children_specs)
        self.num_leaves: int = sum(c.num_leaves for c in children_specs) if type is not None else 1

    @property
    def context(self) -> Any:
        """What puts the container together beside its children: the keys of a dictionary."""
        return self._context

    @property
    def num_children(self) -> int:
        return len(self._children)

    @property
    def children_specs(self) -> "list[TreeSpec]":
        return self._children

    def children(self) -> "list[TreeSpec]":
        """The structures of the children."""
        return list(self._children)

    def child(self, index: int) -> "TreeSpec":
        """The structure of one child."""
        return self._children[index]

    def is_leaf(self) -> bool:
        """Whether this is no container."""
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """The container with these leaves; ValueError where there are too many or too few."""
        leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(text("tree-leaves", got=len(leaves), expected=self.num_leaves, spec=self))
        return _rebuilt(self, iter(leaves))

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """The subtrees of `tree` that stand where this structure has leaves; ValueError where it is nested in another way."""
        if self.type is None:
            return [tree]
        children = fitting(self, tree)
        if children is None:
            raise ValueError(text("tree-mismatch", spec=self, kind=type(tree)))
        return [x for spec, child in zip(self._children, children, strict=True) for x in spec.flatten_up_to(child)]

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, TreeSpec) and self.type is other.type and self._context == other._context
                and self._children == other._children)

    def __hash__(self) -> int:
        return hash((self.type, self.num_nodes, tuple(self._children)))

    def __repr__(self, indent: int = 0) -> str:
        if self.type is None:
            return "*"
        line = ",\n" + " " * (indent + 2)
        return f"TreeSpec({self.type.__name__}, {self._context}, [{line.join(c.__repr__(indent + 2) for c in self._children)}])"


class LeafSpec(TreeSpec):
    """The structure of a leaf."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None, None, [])


LEAF = LeafSpec()


def kind_of(tree: Any) -> Any:
    """The type by which a container is registered: `namedtuple` for all of these."""
    kind = type(tree)
    return namedtuple if issubclass(kind, tuple) and hasattr(kind, "_fields") and hasattr(kind, "_make") else kind


def parts(tree: Any) -> tuple[Any, Any, Any] | None:
    """Type, context and children of a container; None for a leaf."""
    kind = kind_of(tree)
    node = SUPPORTED_NODES.get(kind)
    if node is None:
        return None
    children, context = node.flatten_fn(tree)
    return kind, context, children


def flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves in their order, and the structure that puts them together again."""
    found = None if is_leaf is not None and is_leaf(tree) else parts(tree)
    if found is None:
        return [tree], LEAF
    kind, context, children = found
    leaves: list[Any] = []
    structures = []
    for child in children:
        below, structure = flatten(child, is_leaf)
        leaves += below
        structures.append(structure)
    return leaves, TreeSpec(kind, context, structures)


def rebuild(structure: TreeSpec, leaves: Iterable[Any]) -> Any:
    """Put leaves together as `structure` says."""
    return _rebuilt(structure, iter(leaves))


def _rebuilt(structure: TreeSpec, leaves: Iterator[Any]) -> Any:
    if structure.type is None:
        return next(leaves)
    children = [_rebuilt(c, leaves) for c in structure._children]
    return SUPPORTED_NODES[structure.type].unflatten_fn(children, structure._context)


DICTIONARIES = (dict, OrderedDict, defaultdict)


def fitting(structure: TreeSpec, tree: Any) -> list[Any] | None:
    """The children of a container in the order of `structure`; None where it is another one. Kinds of dictionaries are as good."""
    found = parts(tree)
    if found is None:
        return None
    kind, context, children = found
    if kind in DICTIONARIES and structure.type in DICTIONARIES:
        keys = structure._context[1] if structure.type is defaultdict else structure._context
        return [tree[key] for key in keys] if set(tree) == set(keys) else None
    same = kind is structure.type and len(children) == len(structure._children) and (kind is deque or context == structure._context)
    return list(children) if same else None


def prefix(tree: Any, structure: TreeSpec) -> list[Any] | None:
    """One leaf of `tree` for every leaf of `structure`: an early leaf stands for all below it; None if `tree` does not fit."""
    if parts(tree) is None:
        return [tree] * structure.num_leaves
    children = None if structure.type is None else fitting(structure, tree)
    if children is None:
        return None
    out: list[Any] = []
    for child, below in zip(children, structure._children, strict=True):
        leaves = prefix(child, below)
        if leaves is None:
            return None
        out += leaves
    return out


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """The same container with `func` applied to its leaves, and to what stands in their places in `rests`."""
    leaves, structure = flatten(tree, is_leaf)
    return rebuild(structure, map(func, leaves, *[structure.flatten_up_to(r) for r in rests]))


def with_path(tree: Any, is_leaf: Callable[[Any], bool] | None = None, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys that lead to it; ValueError for a container whose registration does not give keys."""
    node = None if is_leaf is not None and is_leaf(tree) else SUPPORTED_NODES.get(kind_of(tree))
    if node is None:
        return [(path, tree)]
    if node.flatten_with_keys_fn is None:
        raise ValueError(text("tree-without-keys", kind=node.type))
    return [found for key, child in node.flatten_with_keys_fn(tree)[0] for found in with_path(child, is_leaf, (*path, key))]
