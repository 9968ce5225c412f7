"""Checkpoints (Chen et al. 2016, Training deep nets with sublinear memory cost): a part of the graph that is forgotten after
the forward pass and computed again when its gradients are wanted.

The part becomes one node. Its edges lead to the function's tensor arguments and to everything else that the function used and that
wants a gradient (parameters, tensors computed before), which the first pass finds out.
"""

import contextlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.autograd.levels import recording
from steepest.autograd.trees import flatten, rebuild
from steepest.core.generator import default_generator
from steepest.core.modes import modes
from steepest.core.node import Node, sequence
from steepest.core.tensor import Tensor, alias, fresh, refresh
from steepest.errors import text
from steepest.ops.views import identity

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]


class CheckpointError(RuntimeError):
    """A part of the graph that was computed again came out differently."""


Contexts = Callable[[], tuple[Any, Any]]


def no_contexts() -> tuple[Any, Any]:
    """Contexts of the first and the second forward pass that do nothing."""
    return contextlib.nullcontext(), contextlib.nullcontext()


class CheckpointNode(Node):
    """The node of a forgotten part of the graph."""

    __slots__ = ("again", "outside", "shapes")

    def __init__(self, again: Callable[[], Any], inputs: list[Tensor], outside: list[Tensor], shapes: list[Any]):
        self.primitive, self.hooks, self.params, self.versions, self.saved = None, None, {}, {}, {}
        self.sequence = next(sequence)
        self.again, self.outside, self.shapes = again, outside, shapes
        self.edges = [(x.node or x, x.output_nr) if x.needs_grad else None for x in (*inputs, *outside)]
        self.outputs = shapes

    def name(self) -> str:
        return "CheckpointBackward"

    def release(self) -> None:
        self.saved = None
        del self.again

    def apply(self, gradients: list[Any]) -> list[Any]:
        create = modes.grad
        with recording(True):
            points, outputs = self.again()
        found_shapes = [(y.array.shape, y.dtype) for y in outputs]
        if found_shapes != self.shapes:
            raise CheckpointError(text("checkpoint-different", found=found_shapes, expected=self.shapes))
        pairs = [(y, g) for y, g in zip(outputs, gradients, strict=True) if g is not None and y.requires_grad]
        wanted = [*points, *self.outside]
        at = [i for i, x in enumerate(wanted) if x.requires_grad]
        found = (
            run_backward([y for y, _ in pairs], [g for _, g in pairs], [wanted[i] for i in at], create, create) if pairs else {}
        )
        by_place = {at[i]: g for i, g in found.items()}
        return [by_place.get(i) for i in range(len(wanted))]


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Contexts = no_contexts,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)` without keeping what backward needs: it is computed again then, with the same random numbers.

    Raises RuntimeError in backward where the second pass gives tensors of other shapes than the first.

    >>> x = steepest.ones(3, requires_grad=True)
    >>> steepest.utils.checkpoint.checkpoint(lambda x: x.exp().sum(), x, use_reentrant=False).backward(); x.grad
    tensor([2.7183, 2.7183, 2.7183])
    """
    if use_reentrant is None:
        warnings.warn(text("checkpoint-reentrant-unset"), stacklevel=2)
    if use_reentrant and kwargs:
        raise ValueError(text("checkpoint-keywords", names=",".join(kwargs)))
    first, second = context_fn()
    if not modes.grad:
        with first:
            return function(*args, **kwargs)
    leaves, structure = flatten((args, kwargs))
    tensors = [x for x in leaves if isinstance(x, Tensor)]
    state = default_generator.get_state() if preserve_rng_state else None
    begin = next(sequence)

    def run(context: Any, connect: bool) -> tuple[list[Tensor], Any]:
        points = [entered(x, connect) for x in tensors]
        rest = iter(points)
        positional, named = rebuild(structure, [next(rest) if isinstance(x, Tensor) else x for x in leaves])
        with context:
            return points, function(*positional, **named)

    def again() -> tuple[list[Tensor], list[Tensor]]:
        now = default_generator.get_state()
        if state is not None:
            default_generator.set_state(state)
        try:
            points, out = run(second, True)
        finally:
            if state is not None:
                default_generator.set_state(now)
        return points, [y for y in flatten(out)[0] if isinstance(y, Tensor)]

    points, out = run(first, False)
    flat, out_structure = flatten(out)
    results = [y for y in flat if isinstance(y, Tensor)]
    used = used_from_outside(results, points, begin)
    if not used and not any(x.requires_grad for x in tensors):
        return out
    node = CheckpointNode(again, tensors, used, [(y.array.shape, y.dtype) for y in results])
    made = iter([result_of(node, y, k) for k, y in enumerate(results)])
    return rebuild(out_structure, [next(made) if isinstance(y, Tensor) else y for y in flat])


def entered(x: Tensor, connect: bool) -> Tensor:
    """An argument as the function sees it: connected to the graph before it only where the result will be differentiated again."""
    if connect and x.requires_grad:
        return identity(x)
    new = alias(x.array, x)
    new.needs_grad = x.requires_grad
    return new


def result_of(node: CheckpointNode, y: Tensor, k: int) -> Tensor:
    """A result as the checkpoint gives it: the same memory, with the checkpoint as its node."""
    new = alias(y.array, y)
    if y.requires_grad:
        new.node, new.needs_grad, new.output_nr = node, True, k
    return new


def used_from_outside(outputs: list[Tensor], points: list[Tensor], begin: int) -> list[Tensor]:
    """Leaves, and results of nodes older than `begin`, that the outputs' graph leads to beside the arguments."""
    own = {id(x) for x in points}
    found: dict[Any, Tensor] = {}
    seen: set[Any] = set()
    for y in outputs:
        refresh(y)
    stack = [(y.node or y, y.output_nr) for y in outputs if y.needs_grad]
    while stack:
        target, number = stack.pop()
        if isinstance(target, Tensor):
            if id(target) not in own:
                found[id(target)] = target
        elif target.sequence < begin:
            found[target, number] = stand_in(target, number)
        elif target not in seen:
            seen.add(target)
            stack.extend(edge for edge in target.edges if edge is not None)
    return list(found.values())


def stand_in(node: Node, number: int) -> Tensor:
    """A tensor in the place of one that a node computed."""
    shape, of = node.outputs[number] if isinstance(node.outputs, list) else node.outputs
    t = fresh(_nothing(shape, of), of)
    t.node, t.output_nr, t.needs_grad = node, number, True
    return t


def _nothing(shape: tuple[int, ...], of: Any) -> Any:
    """An array of a shape that takes no memory."""
    return np.broadcast_to(np.zeros((), of.numpy), shape)


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any) -> Any:
    """A chain of functions (or an `nn.Sequential`) cut into `segments`, every one but the last a checkpoint."""
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError(text("checkpoint-keywords", names=",".join(kwargs)))
    chain: Sequence[Any] = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(chain) // segments

    def stretch(begin: int, end: int) -> Callable[[Any], Any]:
        def run(x: Any) -> Any:
            for f in chain[begin:end]:
                x = f(x)
            return x

        return run

    for k in range(segments - 1):
        input = checkpoint(stretch(k * size, (k + 1) * size), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return stretch((segments - 1) * size, len(chain))(input)
