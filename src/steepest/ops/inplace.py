"""In-place writes: one function through which every change of a storage goes, with autograd's and the recorder's view of it."""

from typing import Any

import numpy as np

from steepest.core.modes import interpreters, modes
from steepest.core.primitive import Primitive, finish
from steepest.core.promotion import held
from steepest.core.storage import UNTRACKED
from steepest.core.tensor import Tensor, fresh, refresh
from steepest.errors import text
from steepest.ops.arithmetic import cast, clone, no_gradient
from steepest.ops.creation import constant
from steepest.ops.maps import Elementwise
from steepest.ops.views import as_strided, asks_for_layout, expand, layout_of, way_to, write

__all__ = ["assign", "inplace_map", "inplace_maps"]


def inplace_map(target: Tensor, operation: Elementwise, *operands: Any) -> Tensor:
    """`target[...] = operation(*operands)`, straight into memory where no gradient is wanted and nobody watches."""
    if operation.write_into((target,), operands):
        return target
    check(target)
    result = operation(*operands)
    if result.node is not None and result.node.saved:
        _keep_original(result.node, target)
    return assign_result(target, result)


def inplace_maps(targets: tuple[Tensor, ...], operation: Elementwise, *operands: Any) -> None:
    """The results of an operation written over several tensors, in one pass where nobody watches."""
    if operation.write_into(targets, operands):
        return
    values = operation(*operands)
    for target, value in zip(targets, values if isinstance(values, tuple) else (values,), strict=True):
        assign(target, value)


def rewrite(target: Tensor, function: Any, *args: Any, **kwargs: Any) -> Tensor:
    """`target[...] = function(target, ...)` for any function whose result has the tensor's shape."""
    check(target)
    result = function(target, *args, **kwargs)
    if result.node is not None and result.node.saved:
        _keep_original(result.node, target)
    return assign_result(target, result)


def _keep_original(node: Any, target: Tensor) -> None:
    """Where the rules need what the target held before, they get a copy of it."""
    for name, value in node.saved.items():
        if value is target:
            old = fresh(target.array.copy(), target.dtype) if target.level is None else target.level.copy(target)
            old.node, old.needs_grad, old.output_nr = target.node, target.needs_grad, target.output_nr
            node.saved[name], node.versions = old, {**node.versions, name: 0}


def check(target: Tensor) -> None:
    """Refuse in-place changes that autograd cannot follow."""
    if not modes.grad:
        return
    refresh(target)
    if target.needs_grad and target.node is None:
        raise RuntimeError(text("in-place-of-leaf"))
    view = target.view_of
    if view is not None:
        base = view.base
        several = next((step for step, _ in view.steps if step.one_of_several), None)
        if several is not None and (base.needs_grad or target.needs_grad):
            raise RuntimeError(text("in-place-of-one-of-several", node=several.node_name, number=target.output_nr))
        if base.needs_grad and base.node is None:
            raise RuntimeError(text("in-place-of-view-of-leaf"))


def turn(target: Tensor, function: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Give the tensor itself the shape that `function` gives a view of it. Views of it that there are keep theirs."""
    check(target)
    family, before = target._family, target.array
    made = function(target, *args, **kwargs)
    if target.view_of is not None and made.view_of is not None:
        made.view_of.made_without_grad = target.view_of.made_without_grad
        target.view_of = made.view_of
    elif family is not None:
        family.stamp += 1
        family.turns = (*family.turns, (family.stamp, (as_strided, way_to(before, target, made.array))))
    target.array = made.array
    if modes.grad:
        target.node, target.needs_grad, target.output_nr = made.node, made.needs_grad, made.output_nr
    target.version.count += 1
    return target


def assign_result(target: Tensor, result: Tensor) -> Tensor:
    """Write the result of an operation over `target`, whose dtype must be able to hold it."""
    if result.dtype.category > target.dtype.category:
        raise RuntimeError(text("result-type-in-place", result=result.dtype, target=target.dtype))
    return assign(target, result, computed_for_it=True)


def assign(target: Tensor, value: Tensor, computed_for_it: bool = False, overwrite: Primitive | None = None) -> Tensor:
    """Write `value`, broadcast and converted, over all elements of `target`; the graph follows where gradients are wanted.

    `computed_for_it` says that nobody else holds the value, whose node then becomes the target's; else `overwrite` records the write.
    """
    check(target)
    if value.dtype is not target.dtype:
        value = cast(value, to=target.dtype)
    shape = target.array.shape
    if value.array.shape != shape:
        try:
            fits = np.broadcast_shapes(value.array.shape, shape) == shape
        except ValueError:
            fits = False
        if not fits:
            raise RuntimeError(text("in-place-shape", target=list(shape), value=list(value.array.shape)))
        value = expand(value, shape=shape)
    if not target.array.flags.writeable:
        raise RuntimeError(text("in-place-read-only"))
    if 0 in target.array.strides and target.array.size and any(s == 0 and n > 1 for s, n in zip(target.array.strides, shape, strict=True)):
        raise RuntimeError(text("in-place-of-expanded"))
    written = False
    if target.counter is UNTRACKED and not modes.inference:
        raise RuntimeError(text("inference-written"))
    if interpreters:
        if value.storage_cell is target.storage_cell:
            value = clone(value, to=value.dtype)
        written = interpreters[-1].write(target, value)
    if not written:
        np.copyto(target.array, value.array)
    target.version.count += 1
    if modes.grad:
        refresh(target)
        refresh(value)
        if value.needs_grad or target.needs_grad:
            rebase(target, value, computed_for_it, overwrite or copy_over)
    return target


class Overwrite(Primitive):
    """All elements replaced by those of a value; what was there before gets no gradient but zeros."""

    form = "write"

    def __init__(self, node: str) -> None:
        super().__init__("overwrite", ("base", "value"), {"base": no_gradient, "value": lambda g: g}, node)


copy_over, fill_over, zero_over = Overwrite("CopyBackwards"), Overwrite("FillBackward0"), Overwrite("ZeroBackward0")


def rebase(target: Tensor, value: Tensor, computed_for_it: bool = True, overwrite: Primitive = copy_over) -> None:
    """Give a tensor, or the base that it is a view of, its place in the graph after `value` was written over it."""
    view = target.view_of
    if view is None:
        if computed_for_it and value.node is not None:
            _adopt(target, value)
        else:
            old = fresh(target.array, target.dtype)
            old.node, old.needs_grad, old.output_nr = target.node, target.needs_grad, target.output_nr
            result = finish(overwrite, (old, value), {}, fresh(target.array, target.dtype))
            target.node, target.needs_grad, target.output_nr = result.node, True, 0
        if target._family is not None:
            target._family.stamp += 1
        return
    if view.made_without_grad:
        raise RuntimeError(text("in-place-of-view-made-without-grad"))
    base = view.base
    old = fresh(base.array, base.dtype)
    old.node, old.needs_grad, old.output_nr = base.node, base.needs_grad, base.output_nr
    stand_in = fresh(base.array, base.dtype)
    layout = layout_of(base) if asks_for_layout(view.steps) else None
    result = finish(write, (old, value), {"steps": view.steps, "layout": layout}, stand_in)
    base.node, base.needs_grad, base.output_nr = result.node, True, 0
    view.family.stamp += 1


def _adopt(target: Tensor, value: Tensor) -> None:
    """Take over the node of a value that was computed only to be written here; its saved result becomes the target's memory."""
    target.node, target.needs_grad, target.output_nr = value.node, value.needs_grad, value.output_nr
    node = value.node
    if node is not None and node.saved and "result" in node.saved and node.saved["result"].array is value.array:
        kept = fresh(target.array, target.dtype) if target.level is None else target.level.twin(target)
        kept._storage, kept.counter = target.storage_cell, target.version
        node.saved["result"] = kept
        node.versions = {**node.versions, "result": target.version.count}


def fill_array(target: Tensor, value: Any) -> Tensor:
    """Write a number over all elements."""
    filled = constant(held(value, target.dtype), target.dtype)
    return assign(target, filled, overwrite=fill_over if value else zero_over)
