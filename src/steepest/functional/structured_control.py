"""Loops as functions of functions, with the meaning that Python gives them: `torch.while_loop`, and scans and maps over a dimension."""

from collections.abc import Callable
from typing import Any

from steepest.autograd.trees import flatten, rebuild, tree_map
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.joining import stack

__all__ = ["associative_scan", "map_slices", "scan", "while_loop"]


def while_loop(cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Any) -> Any:
    """`body_fn(*carried)` again and again while `cond_fn(*carried)` holds; the last result.

    RuntimeError for what is no function, or where the condition is no number and no tensor of one element.
    """
    if not callable(cond_fn) or not callable(body_fn):
        raise RuntimeError(text("while-loop-functions"))
    carried = carried_inputs
    while _holds(cond_fn(*(carried if isinstance(carried, (tuple, list)) else (carried,)))):
        carried = body_fn(*(carried if isinstance(carried, (tuple, list)) else (carried,)))
    return carried


def _holds(condition: Any) -> bool:
    if isinstance(condition, Tensor) and condition.array.size != 1:
        raise RuntimeError(text("while-loop-condition", shape=list(condition.array.shape)))
    return bool(condition)


def _slices(xs: Any, dim: int, reverse: bool) -> tuple[list[list[Any]], Any]:
    leaves, spec = flatten(xs)
    rows = [list(row) for row in zip(*[x.unbind(dim) for x in leaves], strict=True)]
    return rows[::-1] if reverse else rows, spec


def scan(combine_fn: Callable[[Any, Any], tuple[Any, Any]], init: Any, xs: Any, *, dim: int = 0, reverse: bool = False) -> tuple[Any, Any]:
    """`carry, y = combine_fn(carry, x)` for the slices of `xs` along `dim`: the last carry, and the `y` stacked along dimension 0."""
    rows, spec = _slices(xs, dim, reverse)
    carry, found = init, []
    for row in rows:
        carry, y = combine_fn(carry, rebuild(spec, row))
        found.append(y)
    return carry, tree_map(lambda *parts: stack(list(parts[::-1] if reverse else parts)), *found) if found else []


def associative_scan(combine_fn: Callable[[Any, Any], Any], xs: Any, dim: int, reverse: bool = False,
                     combine_mode: str = "pointwise") -> Any:
    """The running results of `combine_fn` over the slices of `xs` along `dim`, in the order of the slices."""
    rows, spec = _slices(xs, dim, reverse)
    found = [rebuild(spec, rows[0])]
    for row in rows[1:]:
        found.append(combine_fn(found[-1], rebuild(spec, row)))
    return tree_map(lambda *parts: stack(list(parts[::-1] if reverse else parts), dim), *found)


def map_slices(f: Callable[..., Any], xs: Any, *args: Any) -> Any:
    """`f(x, *args)` for the slices of `xs` along dimension 0, stacked."""
    rows, spec = _slices(xs, 0, False)
    return tree_map(lambda *parts: stack(list(parts)), *[f(rebuild(spec, row), *args) for row in rows])
