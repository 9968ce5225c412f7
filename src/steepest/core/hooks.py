"""Hooks that users put on tensors and nodes, and the handle that takes one away again."""

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["LeafHooks", "NodeHooks", "RemovableHandle"]

_ids = itertools.count()


class RemovableHandle:
    """Returned by every `register_..._hook`; `remove()` takes the hook away, also at the end of a `with` block."""

    def __init__(self, hooks: Any, *, extra_dict: Any = None):
        self.hooks_ref = weakref.ref(hooks) if isinstance(hooks, OrderedDict) else lambda: hooks
        self.id = next(_ids)
        self.extra = extra_dict if extra_dict is None or isinstance(extra_dict, list) else [extra_dict]

    def remove(self) -> None:
        """Take the hook away; nothing happens the second time."""
        hooks = self.hooks_ref()
        if hooks is not None:
            hooks.pop(self.id, None)
        for other in self.extra or ():
            other.pop(self.id, None)

    def __getstate__(self) -> Any:
        return self.hooks_ref(), self.id, self.extra

    def __setstate__(self, state: Any) -> None:
        hooks, self.id, self.extra = state
        self.hooks_ref = weakref.ref(hooks) if isinstance(hooks, OrderedDict) else lambda: hooks

    def __enter__(self) -> "RemovableHandle":
        return self

    def __exit__(self, *problem: Any) -> None:
        self.remove()


def add(hooks: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Put a hook into a dictionary of hooks."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class LeafHooks:
    """Hooks of a leaf: before its gradient is accumulated, and after."""

    __slots__ = ("after", "before")
    wanted = False
    """Whether there ever was a hook of a leaf: then backward passes count the ways to each, and run hooks as soon as all have come."""

    def __init__(self) -> None:
        LeafHooks.wanted = True
        self.before: OrderedDict[int, Any] = OrderedDict()
        self.after: OrderedDict[int, Any] = OrderedDict()


class NodeHooks:
    """Hooks of a node: on the gradients of its results, on itself, and results that keep their gradient."""

    __slots__ = ("before", "on_node", "outputs", "retained")

    def __init__(self) -> None:
        self.outputs: dict[int, OrderedDict[int, Any]] = {}
        self.before: OrderedDict[int, Any] = OrderedDict()
        self.on_node: OrderedDict[int, Any] = OrderedDict()
        self.retained: dict[int, Any] = {}

    def of_output(self, number: int) -> Iterator[Any]:
        """The hooks on the gradient of one result, in the order of their registration."""
        return iter(list(self.outputs.get(number, {}).values()))
