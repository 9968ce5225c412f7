"""`backward`, `grad`, and the methods by which tensors take part in autograd."""

import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from steepest.autograd.engine import run_backward
from steepest.autograd.vectorizing import vmap
from steepest.core.hooks import LeafHooks, NodeHooks, RemovableHandle
from steepest.core.hooks import add as add_hook
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, alias, fresh, refresh
from steepest.errors import text

__all__ = ["backward", "grad"]


def _several(x: Any) -> list[Any]:
    return [x] if isinstance(x, Tensor) or x is None else list(x)


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
             inputs: Any = None) -> None:
    """Sum the gradients of `tensors` with respect to the leaves into their `.grad`.

    Raises RuntimeError where a tensor has several elements and no gradient is given, where no gradient can flow, and where the
    graph was already freed.
    """
    outputs = _several(tensors)
    gradients = [None] * len(outputs) if grad_tensors is None else _several(grad_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run_backward(outputs, gradients, None, keep, create_graph)
        return
    wanted = _several(inputs)
    if not wanted:
        raise RuntimeError(text("backward-inputs-empty", function="backward"))
    for x in wanted if all(y.requires_grad for y in outputs) else ():
        x.retain_grad()
    found = run_backward(outputs, gradients, wanted, keep, create_graph)
    for i, x in enumerate(wanted):
        if i in found and x.node is None:
            x._grad = found[i].clone() if x._grad is None else x._grad + found[i]
            for hook in list(x.hooks.after.values()) if x.hooks is not None else ():
                hook(x)


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
         only_inputs: bool = True, allow_unused: bool | None = None, is_grads_batched: bool = False,
         materialize_grads: bool = False) -> tuple[Any, ...]:
    """The gradients of the sum of `outputs` with respect to `inputs`, one for each; nothing is accumulated.

    Raises RuntimeError where an input was not used, unless `allow_unused` (then it is None) or `materialize_grads` (then zeros).
    """
    outs, ins = _several(outputs), _several(inputs)
    gradients = [None] * len(outs) if grad_outputs is None else _several(grad_outputs)
    if not ins:
        raise RuntimeError(text("backward-inputs-empty", function="grad"))
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        return _batched(outs, ins, gradients, keep, create_graph, allow_unused, materialize_grads)
    found = run_backward(outs, gradients, ins, keep, create_graph)
    result: list[Any] = []
    for i, x in enumerate(ins):
        if i in found:
            result.append(found[i])
        elif materialize_grads:
            result.append(fresh(x.array * 0, x.dtype))
            result[-1].needs_grad = create_graph
        elif allow_unused:
            result.append(None)
        else:
            raise RuntimeError(text("grad-of-unused", index=i))
    return tuple(result)


def _batched(outputs: list[Any], inputs: list[Any], gradients: list[Any], keep: bool, create: bool, unused: bool | None,
             zeros: bool) -> tuple[Any, ...]:
    """`grad` for a batch of `grad_outputs`, whose first dimension the gradients have too."""
    for i, (x, g) in enumerate(zip(outputs, gradients, strict=True)):
        if g is not None and g.array.shape[1:] != x.array.shape:
            raise RuntimeError(text("gradient-batch-shape", index=i, gradient=list(g.array.shape[1:]), output=list(x.array.shape)))
    given = [i for i, g in enumerate(gradients) if g is not None]

    def one(*vectors: Tensor) -> tuple[Any, ...]:
        full = list(gradients)
        for i, v in zip(given, vectors, strict=True):
            full[i] = v
        found = grad(outputs, inputs, full, keep, create, allow_unused=unused, materialize_grads=zeros)
        used.extend(i for i, g in enumerate(found) if g is not None)
        return tuple(g for g in found if g is not None)

    used: list[int] = []
    before, modes.grad = modes.grad, create
    try:
        made = vmap(one)(*[gradients[i] for i in given])
    finally:
        modes.grad = before
    places = dict(zip(used, made, strict=True))
    return tuple(places.get(i) for i in range(len(inputs)))


def _backward(self: Tensor, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None) -> None:
    """Sum the gradient of this tensor with respect to the leaves into their `.grad`; see `torch.autograd.backward`."""
    backward(self, gradient, retain_graph, create_graph, inputs)


def _requires_grad(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Say whether gradients are wanted; returns the tensor."""
    self.requires_grad = requires_grad
    return self


def _detach_in_place(self: Tensor) -> Tensor:
    """Cut this tensor off the graph."""
    if self.view_of is not None:
        raise RuntimeError(text("detach-of-view"))
    self.node, self.needs_grad, self.output_nr = None, False, 0
    return self


def _node_hooks(x: Tensor) -> NodeHooks:
    refresh(x)
    if x.node.hooks is None:
        x.node.hooks = NodeHooks()
    return x.node.hooks


def _leaf_hooks(x: Tensor) -> LeafHooks:
    if x.hooks is None:
        x.hooks = LeafHooks()
    return x.hooks


def _register_hook(self: Tensor, hook: Callable[[Tensor], Any]) -> RemovableHandle:
    """Call `hook(grad)` when the gradient of this tensor is known; what it returns replaces the gradient."""
    if not self.requires_grad:
        raise RuntimeError(text("hook-without-grad"))
    if self.node is None:
        return add_hook(_leaf_hooks(self).before, hook)
    hooks = _node_hooks(self)
    return add_hook(hooks.outputs.setdefault(self.output_nr, OrderedDict()), hook)


def _register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
    """Call `hook(tensor)` after a gradient was added to this leaf's `.grad`."""
    if not self.requires_grad:
        raise RuntimeError(text("hook-without-grad"))
    if self.node is not None:
        raise RuntimeError(text("post-accumulate-of-non-leaf"))
    return add_hook(_leaf_hooks(self).after, hook)


def _retain_grad(self: Tensor) -> None:
    """Keep the gradient of this computed tensor in `.grad`."""
    if not self.requires_grad:
        raise RuntimeError(text("retain-without-grad"))
    if self.node is not None:
        _node_hooks(self).retained[self.output_nr] = weakref.ref(self)


def _retains_grad(self: Tensor) -> bool:
    """Whether `retain_grad` was called on this computed tensor."""
    return self.node is not None and self.node.hooks is not None and self.output_nr in self.node.hooks.retained


def _get_grad(self: Tensor) -> Tensor | None:
    """The gradient that backward passes have summed up; None before the first."""
    if self._grad is None and self.node is not None and not _retains_grad(self):
        import warnings

        warnings.warn(text("grad-of-non-leaf"), UserWarning, stacklevel=2)
    return self._grad


def _set_grad(self: Tensor, value: Tensor | None) -> None:
    if value is not None:
        if not isinstance(value, Tensor):
            raise TypeError(text("grad-not-tensor", kind=type(value).__name__))
        if value is self:
            raise RuntimeError(text("grad-is-itself"))
        if value.array.shape != self.array.shape and not getattr(value, "is_sparse", False):
            raise RuntimeError(text("grad-shape", grad=list(value.array.shape), shape=list(self.array.shape)))
        if value.dtype is not self.dtype:
            raise RuntimeError(text("grad-dtype", grad=value.dtype, dtype=self.dtype))
    self._grad = value


def _get_data(self: Tensor) -> Tensor:
    """The same memory outside the graph, with a version counter of its own."""
    return alias(self.array, self, same_version=False)


def _set_data(self: Tensor, value: Tensor) -> None:
    self.array, self.dtype, self._storage = value.array, value.dtype, value.storage_cell


METHODS: dict[str, Callable[..., Any]] = {
    "backward": _backward, "requires_grad_": _requires_grad, "detach_": _detach_in_place, "register_hook": _register_hook,
    "register_post_accumulate_grad_hook": _register_post_accumulate_grad_hook, "retain_grad": _retain_grad,
}
PROPERTIES: dict[str, Any] = {"grad": property(_get_grad, _set_grad, lambda self: _set_grad(self, None)),
                              "data": property(_get_data, _set_data), "retains_grad": _retains_grad}


