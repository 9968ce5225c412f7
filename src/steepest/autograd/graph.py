"""torch.autograd.graph: nodes, hooks on what they save, and hooks on several gradients."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from steepest.autograd.engine import running
from steepest.autograd.watching import watch
from steepest.core.hooks import RemovableHandle
from steepest.core.node import AccumulateGrad, Node
from steepest.core.tensor import Tensor
from steepest.errors import outside, text

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]
outside.explain(__name__)


class saved_tensors_hooks:
    """Within it what the graph saves goes through `pack_hook(tensor)`, and comes back through `unpack_hook(packed)`."""

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]):
        self.hooks = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if watch.refused:
            raise RuntimeError(watch.refused[-1])
        watch.hooks.append(self.hooks)
        watch.update()

    def __exit__(self, *problem: Any) -> None:
        watch.hooks.pop()
        watch.update()


class save_on_cpu(saved_tensors_hooks):
    """Within it the graph saves what is on the CPU anyway, and does not look whether it was changed; copies with `pin_memory`."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda"):
        super().__init__((lambda x: x.clone()) if pin_memory else (lambda x: x), lambda x: x)


class allow_mutation_on_saved_tensors(saved_tensors_hooks):
    """Within it what the graph has saved may be written over: the graph keeps copies."""

    def __init__(self) -> None:
        super().__init__(lambda x: x.clone(), lambda x: x)


class disable_saved_tensors_hooks:
    """Within it (or in the decorated function) `saved_tensors_hooks` raises RuntimeError with this message."""

    def __init__(self, error_message: str):
        self.message = error_message

    def __call__(self, f: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(f)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return f(*args, **kwargs)

        return wrapped

    def __enter__(self) -> None:
        watch.refused.append(self.message)

    def __exit__(self, *problem: Any) -> None:
        watch.refused.pop()


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor arrives."""

    node: Any
    output_nr: int


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Where the gradient of `tensor` arrives; RuntimeError where it has none."""
    if not tensor.requires_grad:
        raise RuntimeError(text("gradient-edge-without"))
    return GradientEdge(AccumulateGrad(tensor) if tensor.node is None else tensor.node, tensor.output_nr)


def increment_version(tensor: Any) -> None:
    """Say that the memory of a tensor (or of several) was changed by other means, so that backward can notice."""
    for x in (tensor,) if isinstance(tensor, Tensor) else tensor:
        x.version.count += 1


class _Gathered:
    """Gradients of one backward pass, as they arrive."""

    def __init__(self, tensors: Sequence[Tensor], fn: Callable[..., Any], mode: str):
        self.fn, self.mode, self.tensors = fn, mode, tensors
        self.arrived: list[Any] = []
        self.of: Any = None                                     # the pass whose gradients these are
        self.count = self.seen = 0
        self.called = False

    def arrive(self, i: int, g: Tensor) -> None:
        if running[-1] is not self.of:
            self.of, self.count = running[-1], running[-1].visited(self.tensors)
            self.arrived, self.seen, self.called = [None] * len(self.tensors), 0, False
        if self.mode == "any":
            if not self.called:
                self.called = True
                self.fn(g)
            self.seen += 1
        else:
            self.arrived[i] = g
            self.seen += 1
            if self.seen == self.count:
                self.fn(self.arrived)
        if self.seen == self.count:
            self.arrived, self.of = [], None


class _MultiHandle(RemovableHandle):
    """One handle for several hooks."""

    def __init__(self, handles: list[RemovableHandle]):
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all") -> RemovableHandle:
    """Call `fn(grads)` when the gradients of all tensors are known, or with mode "any" `fn(grad)` at the first of them."""
    if mode not in ("all", "any"):
        raise ValueError(text("multi-grad-mode", mode=mode))
    for x in tensors:
        if not x.requires_grad:
            raise AssertionError(text("multi-grad-without"))
    gathered = _Gathered(tensors, fn, mode)
    return _MultiHandle([x.register_hook(functools.partial(gathered.arrive, i)) for i, x in enumerate(tensors)])
