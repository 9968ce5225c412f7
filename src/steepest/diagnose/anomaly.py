"""Where the first NaN or infinity came from, found in the graph of the pass in which the loss had it: no pass was noted for that.

Nodes hold what their gradient rules need. What they hold of operands and results is looked at in the order in which the operations ran;
a result that nobody holds is computed again from operands that are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.core.dtype import from_numpy
from steepest.core.modes import interpreters, modes
from steepest.core.node import Node
from steepest.core.tensor import Tensor, fresh
from steepest.diagnose.frames import Line
from steepest.diagnose.noting import Bad

__all__ = ["located"]

Array = np.ndarray[Any, Any]


def located(root: Tensor, number: int, lines: Sequence[tuple[str, Line]], otherwise: Line) -> Bad | None:
    """The first operation below `root` whose result is not finite although its operands are; None where the graph does not tell.

    `lines` are names and lines of the operations of an earlier pass, from which the line of the one that is found is taken.
    """
    nodes = _in_order(root)
    kept = _kept_by_readers(nodes)
    results: dict[int, Array] = {}
    for place, node in enumerate(nodes):
        operands = [_operand(node, i, results) for i in range(len(node.edges))]
        result = kept.get(id(node))
        if result is None and all(x is not None for x in operands):
            result = _computed(node, operands)
        if result is None:
            continue
        results[id(node)] = result
        if not _finite(result) and all(x is None or _finite(x) for x in operands):
            known = [x.array if isinstance(x, Tensor) else x for x in operands if x is not None]
            return node.primitive.name, known, result, _line(node, place, nodes, lines, otherwise), number
    return None


def _in_order(root: Tensor) -> list[Node]:
    """The nodes below a result, the first that ran first."""
    found: dict[int, Node] = {}
    stack = [root.node] if root.node is not None else []
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found[id(node)] = node
            stack += [edge[0] for edge in node.edges if edge is not None and isinstance(edge[0], Node)]
    return sorted(found.values(), key=lambda n: n.sequence)


def _held(node: Node, i: int) -> Any:
    """Operand i as the node holds it; None where it does not."""
    inputs = node.primitive.inputs
    return node.saved.get(inputs[i]) if node.saved and not node.primitive.variadic and i < len(inputs) else None


def _kept_by_readers(nodes: list[Node]) -> dict[int, Array]:
    """Results that a node holds itself or that one of those that read them holds."""
    kept: dict[int, Array] = {}
    for node in nodes:
        own = node.saved.get("result") if node.saved else None
        if isinstance(own, Tensor):
            kept[id(node)] = own.array
        for i, edge in enumerate(node.edges):
            held = _held(node, i)
            if edge is not None and isinstance(edge[0], Node) and edge[1] == 0 and isinstance(held, Tensor):
                kept.setdefault(id(edge[0]), held.array)
    return kept


def _operand(node: Node, i: int, results: dict[int, Array]) -> Any:
    held, edge = _held(node, i), node.edges[i]
    if held is not None or edge is None:
        return held
    target, number = edge
    if isinstance(target, Tensor):
        return target
    found = results.get(id(target)) if number == 0 else None
    return fresh(found, from_numpy(found.dtype)) if found is not None else None


def _computed(node: Node, operands: list[Any]) -> Array | None:
    """The result again, from operands that are known."""
    before, modes.grad = modes.grad, False
    held, interpreters[:] = interpreters[:], []
    try:
        with np.errstate(all="ignore"):
            made = node.primitive(*operands, **node.params)
        return made.array if isinstance(made, Tensor) else None
    except Exception:           # an operation whose parameters are more than its node keeps
        return None
    finally:
        interpreters[:] = held
        modes.grad = before


def _finite(x: Any) -> bool:
    a = np.asarray(x.array if isinstance(x, Tensor) else x)
    return a.dtype.kind not in "fc" or bool(np.isfinite(a).all())


def _line(node: Node, place: int, nodes: list[Node], lines: Sequence[tuple[str, Line]], otherwise: Line) -> Line:
    """The line of the same operation in an earlier pass: the one in the same place, else the one of the same name and turn."""
    names = [n.primitive.name for n in nodes]
    if [name for name, _ in lines] == names:
        return lines[place][1]
    turn = names[:place].count(node.primitive.name)
    same = [line for name, line in lines if name == node.primitive.name]
    return same[turn] if turn < len(same) else otherwise
