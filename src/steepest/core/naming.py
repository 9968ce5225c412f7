"""Nodes of the graph as programs see them: each of a class that has the node's name, as in PyTorch.

Programs that draw graphs read `type(x.grad_fn).__name__`. A node gets its class when it is first shown, since most never are.
"""

from typing import Any

__all__ = ["called"]

_classes: dict[tuple[type, str], type] = {}


def called(node: Any) -> Any:
    """The node, of a class called as it is."""
    kind, name = node.__class__, node.name()
    if kind.__name__ != name:
        if (kind, name) not in _classes:
            _classes[kind, name] = type(name, (kind,), {"__slots__": (), "__module__": kind.__module__})
        node.__class__ = _classes[kind, name]
    return node
