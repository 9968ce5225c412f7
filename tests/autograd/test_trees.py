"""Nested containers: what is one, how programs add their own, and that structures print and compare as PyTorch's."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest

import steepest as torch
from steepest.utils import _pytree as pytree

Point = namedtuple("Point", "x y")


@pytest.mark.parametrize("tree", [
    [1, (2, {"a": 3, "b": [4]}), None], Point(1, [2]), OrderedDict(b=1, a=2), deque([1, 2], maxlen=3), defaultdict(list, a=[1]), 5, [],
], ids=str)
def test_taken_apart_and_put_together(tree):
    leaves, spec = pytree.tree_flatten(tree)
    again = pytree.tree_unflatten(leaves, spec)
    assert again == tree and type(again) is type(tree)
    assert spec.num_leaves == len(leaves)


def test_a_structure_prints_as_in_pytorch():
    assert repr(pytree.tree_structure({"a": [1, (2, 3)], "b": Point(1, 2)})) == (
        "TreeSpec(dict, ['a', 'b'], [TreeSpec(list, None, [*,\n    TreeSpec(tuple, None, [*,\n      *])]),\n"
        f"  TreeSpec(namedtuple, {Point}, [*,\n    *])])")


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b


def test_a_class_of_the_programs_own():
    assert pytree.tree_leaves(Pair(1, 2))[0].b == 2           # a leaf, as long as it is not registered
    pytree.register_pytree_node(Pair, lambda p: ([p.a, p.b], None), lambda children, context: Pair(*children))
    try:
        doubled = pytree.tree_map(lambda x: x * 2, [Pair(1, 2)])[0]
        assert (doubled.a, doubled.b) == (2, 4)
        mapped = torch.func.vmap(lambda p: Pair(p.a + p.b, p.a))(Pair(torch.ones(3), torch.ones(3)))
        assert mapped.a.tolist() == [2.0, 2.0, 2.0]
        with pytest.raises(ValueError, match="already registered"):
            pytree.register_pytree_node(Pair, None, None)
        with pytest.raises(ValueError, match="flatten_with_keys_fn"):
            pytree.tree_flatten_with_path(Pair(1, 2))
    finally:
        del pytree.SUPPORTED_NODES[Pair]


def test_a_subclass_of_a_list_is_a_leaf():
    class Rows(list):
        pass

    assert pytree.tree_leaves(Rows([1, 2])) == [[1, 2]] and pytree.tree_leaves(torch.Size([1, 2])) == [torch.Size([1, 2])]


def test_leaves_with_the_keys_that_lead_to_them():
    found = pytree.tree_leaves_with_path({"a": [1, Point(2, 3)]})
    assert [(pytree.keystr(path), x) for path, x in found] == [("['a'][0]", 1), ("['a'][1].x", 2), ("['a'][1].y", 3)]
    assert pytree.key_get({"a": [1, Point(2, 3)]}, found[-1][0]) == 3
    assert pytree.tree_map_with_path(lambda path, x, y: (str(path[0]), x + y), [1, 2], [10, 20]) == [("[0]", 11), ("[1]", 22)]


def test_several_trees_and_what_does_not_fit():
    assert pytree.tree_map(lambda x, y: (x, y), {"a": 1, "b": 2}, {"b": [3], "a": 4}) == {"a": (1, 4), "b": (2, [3])}
    with pytest.raises(ValueError, match="Node type mismatch"):
        pytree.tree_map(lambda x, y: x, [1, 2], [1])
    with pytest.raises(ValueError, match="has length 1 but"):
        pytree.tree_unflatten([1], pytree.tree_structure([1, 2]))


def test_maps_of_a_type_alone():
    assert pytree.tree_map_only(int, lambda x: -x, [1, "a", 2.0]) == [-1, "a", 2.0]
    assert pytree.tree_map_only(lambda x: x == "a", lambda x: "b", [1, "a"]) == [1, "b"]
    assert pytree.tree_any_only(int, lambda x: x > 1, [1, "a", 2]) and not pytree.tree_all_only(int, lambda x: x > 1, [1, "a", 2])
    assert pytree.tree_flatten([1, [2, 3]], is_leaf=lambda x: x == [2, 3])[0] == [1, [2, 3]]


def test_named_results_of_operations_are_containers() -> None:
    largest = torch.func.vmap(lambda x: x.max(0))(torch.tensor([[1.0, 3.0], [4.0, 2.0]]))
    assert type(largest) is torch.return_types.max
    assert largest.values.tolist() == [3.0, 4.0] and largest.indices.tolist() == [1, 0]
