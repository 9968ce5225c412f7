"""Function: operations of the user's own with a backward of their own."""

from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.core.node import Node, sequence
from steepest.core.primitive import wants_gradient
from steepest.core.tensor import Tensor, alias, fresh
from steepest.errors import outside, text
from steepest.ops.creation import full
from steepest.ops.inplace import check, rebase

__all__ = ["Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]
outside.explain(__name__)


class FunctionNode(Node):
    """The node of a user's Function, and the `ctx` that forward and backward share."""

    __slots__ = ("dirty", "function", "materialize", "needs_input_grad", "non_differentiable")

    def __init__(self, function: Any):
        self.primitive, self.hooks, self.outputs, self.edges = None, None, None, ()
        self.saved, self.versions, self.params, self.sequence = {}, {}, {}, next(sequence)
        self.function, self.materialize = function, True
        self.non_differentiable: tuple[int, ...] = ()
        self.dirty: tuple[int, ...] = ()
        self.needs_input_grad: tuple[bool, ...] = ()

    def name(self) -> str:
        return f"{self.function.__name__}Backward"

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward; in-place changes of them are noticed."""
        self.saved["tensors"] = tensors
        self.versions["tensors"] = tuple(0 if x is None else x._version_count for x in tensors)

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for `jvp`, which finds them as `saved_tensors`."""
        self.params["forward"] = tensors

    def moved(self, tangents: list[Any]) -> Any:
        """What the Function's own `jvp` says of the results' tangents."""
        if "forward" in self.params:
            self.saved = {**(self.saved or {}), "tensors": self.params["forward"]}
            self.versions = {**self.versions, "tensors": tuple(0 if x is None else x._version_count for x in self.params["forward"])}
        return self.function.jvp(self, *tangents)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was given to `save_for_backward`."""
        if self.saved is None:
            raise RuntimeError(text("backward-twice", node=self.name()))
        kept = self.saved.get("tensors", ())
        for x, version in zip(kept, self.versions.get("tensors", ()), strict=True):
            if x is not None and x._version_count != version:
                raise RuntimeError(text("in-place-needed-value", node=self.name(), shape=list(x.array.shape),
                                        name="a saved tensor",
                                        now=x._version_count, then=version))
        return tuple(self._unpacked(x) for x in kept)

    def _unpacked(self, x: Any) -> Any:
        return x

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which results have no gradient."""
        self.non_differentiable = tuple(id(x) for x in tensors)

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs forward changed in place."""
        self.dirty = tuple(id(x) for x in tensors)

    def set_materialize_grads(self, value: bool) -> None:
        """Whether undefined gradients come to backward as zeros (the default) or as None."""
        self.materialize = value

    def apply(self, gradients: list[Any]) -> list[Any]:
        likes = self.outputs if isinstance(self.outputs, list) else [self.outputs]
        if self.materialize:
            from_zero = [None if g is not None else _zeros(like) for g, like in zip(gradients, likes, strict=True)]
            gradients = [z if g is None else g for g, z in zip(gradients, from_zero, strict=True)]
        out = self.function.backward(self, *gradients)
        results = list(out) if isinstance(out, (tuple, list)) else [out]
        n = len(self.edges)
        if len(results) > n and all(r is None for r in results[n:]):
            results = results[:n]
        if len(results) != n:
            raise RuntimeError(text("function-gradient-count", name=self.name(), given=len(results), expected=n))
        return results


FunctionCtx = FunctionNode      # PyTorch's name, for annotations


def _zeros(like: tuple[tuple[int, ...], Any] | None) -> Tensor | None:
    return None if like is None else full(like[0], 0, like[1])     # a result that is no tensor has no gradient


class Function:
    """An operation of the user's: static methods `forward(ctx, ...)` (or `forward(...)` and `setup_context(ctx, inputs, output)`)
    and `backward(ctx, ...)`.

    >>> class Double(Function):
    ...     @staticmethod
    ...     def forward(ctx, x): return x * 2
    ...     @staticmethod
    ...     def backward(ctx, g): return g * 2
    """

    generate_vmap_rule = False

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the results."""
        raise NotImplementedError(text("function-without-forward"))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Save what backward needs, where forward has no `ctx`."""
        raise NotImplementedError(text("function-without", method="setup_context"))

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """One gradient for every argument of forward, None for those that have none."""
        raise NotImplementedError(text("function-without", method="backward"))

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The tangents of the results from those of the arguments, for forward mode."""
        raise NotImplementedError(text("function-without", method="jvp"))

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The results for a batch and the dimensions it lies along: `info.batch_size`, and an `in_dims` for every argument."""
        raise NotImplementedError(text("function-without", method="vmap"))

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record the operation."""
        if interpreters and hasattr(interpreters[-1], "custom"):
            done, out = interpreters[-1].custom(cls, args, kwargs)
            if done:
                return out
        return cls.recorded(args, kwargs)[0]

    @classmethod
    def noted(cls, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> Any:
        """Results that were computed elsewhere, recorded as this Function's of `args`."""
        ctx = FunctionNode(cls)
        ctx.needs_input_grad = tuple(isinstance(x, Tensor) and x.requires_grad for x in args)
        before, modes.grad = modes.grad, False
        try:
            if cls.setup_context is not Function.setup_context:
                cls.setup_context(ctx, args, out)
            else:
                cls.forward(ctx, *args, **kwargs)               # only for what it saves
        finally:
            modes.grad = before
        return cls.connected(ctx, args, out)

    @classmethod
    def recorded(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, FunctionNode]:
        """The results of forward, and the node that it shared with `setup_context`."""
        ctx = FunctionNode(cls)
        ctx.needs_input_grad = tuple(isinstance(x, Tensor) and x.requires_grad for x in args)
        before = modes.grad
        modes.grad = False
        try:
            if cls.setup_context is not Function.setup_context:
                out = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, out)
            else:
                out = cls.forward(ctx, *args, **kwargs)
        finally:
            modes.grad = before
        return (cls.connected(ctx, args, out) if before and wants_gradient(args) else out), ctx

    @staticmethod
    def connected(ctx: FunctionNode, args: tuple[Any, ...], out: Any) -> Any:
        """The results of forward as those of the node."""
        several = isinstance(out, tuple)
        outs = list(out) if several else [out]
        inputs = {id(x) for x in args if isinstance(x, Tensor)}
        without = [id(x) in ctx.non_differentiable for x in outs]
        outs = [alias(x.array, x) if isinstance(x, Tensor) and id(x) in inputs and id(x) not in ctx.dirty else x for x in outs]
        for x in args:
            if id(x) in ctx.dirty:
                check(x)
        ctx.edges = tuple((x if x.node is None else x.node, x.output_nr) if isinstance(x, Tensor) and x.needs_grad else None
                          for x in args)
        if not all(isinstance(x, Tensor) for x in args):
            ctx.__dict__["_shown"] = ctx.name(), [e for e, x in zip(ctx.edges, args, strict=True) if isinstance(x, Tensor)]
        likes = [(x.array.shape, x.dtype) if isinstance(x, Tensor) else None for x in outs]
        ctx.outputs = likes if len(likes) > 1 else likes[0]
        for k, x in enumerate(outs):
            if isinstance(x, Tensor) and not without[k] and x.dtype.category >= 2:
                written = id(x) in ctx.dirty and id(x) in inputs
                made = fresh(x.array, x.dtype) if written else x
                made.node, made.needs_grad, made.output_nr = ctx, True, k
                if written:
                    rebase(x, made)
        return tuple(outs) if several else outs[0]


class DelayedError(Function):
    """Lets gradients pass that must not be differentiated again: an attempt is an error."""

    @staticmethod
    def forward(ctx: Any, *gradients: Any) -> Any:
        return gradients

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise RuntimeError(text("function-once-differentiable"))


def once_differentiable(function: Any) -> Any:
    """Mark a backward as not differentiable itself: differentiating its gradients is an error."""
    def wrapped(ctx: Any, *gradients: Any) -> Any:
        before, modes.grad = modes.grad, False
        try:
            results = function(ctx, *gradients)
        finally:
            modes.grad = before
        if not (before and wants_gradient(gradients)):
            return results
        several = isinstance(results, tuple)
        entered = [alias(x.array, x) if isinstance(x, Tensor) else x for x in (results if several else (results,))]
        for x in entered:
            if isinstance(x, Tensor):
                x.requires_grad = True
        out = DelayedError.apply(*entered)
        return out if several else out[0]

    return wrapped


class InplaceFunction(Function):
    """A Function whose instances of PyTorch's early days knew whether they write over their input."""

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace
