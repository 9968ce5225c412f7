"""How results that are computed in several steps appear in `grad_fn` and its `next_functions`: as the one node that PyTorch has."""

import functools
from collections.abc import Callable
from typing import Any

from steepest.core.node import Passed, edge_of

__all__ = ["appears_as", "show_as", "show_like"]


def show_as(result: Any, name: str, *branches: Any) -> Any:
    """Let the node of a result appear under a name and over branches; returns the result.

    A branch is a tensor, None for one without gradient, or `(name, *branches)` for a node that PyTorch has between. What the engine
    walks along stays as it is.
    """
    if result.node is not None and not any(b is result for b in branches):
        result.node.__dict__["_shown"] = name, [_branch(b) for b in branches]
    return result


def show_like(result: Any, node: Any) -> Any:
    """Let the node of a result appear as another one that it follows; returns the result."""
    if result.node is not None and node is not None:
        shown = node.__dict__.get("_shown")
        result.node.__dict__["_shown"] = shown or (node.name(), node.primitive.order(node.edges))
    return result


def _branch(branch: Any) -> Any:
    return Passed(branch[0], *map(_branch, branch[1:])) if isinstance(branch, tuple) else edge_of(branch)


def appears_as(name: str | Callable[[Any], str], operands: int = 1) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: every result of the function appears under this name, or that for its first argument, over its first arguments."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        names = function.__code__.co_varnames[:operands]

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            for x in result if isinstance(result, tuple) else (result,):
                if x.node is not None:
                    given = [args[i] if i < len(args) else kwargs.get(n) for i, n in enumerate(names)]
                    show_as(x, name(given[0]) if callable(name) else name, *given)
            return result

        return call

    return decorate
