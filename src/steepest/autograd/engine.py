"""The backward pass: gradients walk the graph from the results to the leaves, without recursion.

The node recorded last goes first, which is PyTorch's order and so gives its sums of gradients to the last digit. All gradients
that reach it have arrived by then, since they come from nodes that were recorded after it.
"""

import heapq
from collections.abc import Sequence
from typing import Any

from steepest.core.hooks import LeafHooks
from steepest.core.modes import interpreters, modes
from steepest.core.node import Node, expected
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor, refresh
from steepest.errors import text
from steepest.ops.arithmetic import add, cast, clone
from steepest.ops.creation import full
from steepest.ops.inplace import inplace_map
from steepest.ops.reductions import total
from steepest.ops.views import squeeze

__all__ = ["run_backward", "running"]

running: list[Any] = []
"""The passes that are under way, the innermost last."""


def fit(g: Tensor, like: tuple[tuple[int, ...], Any]) -> Tensor:
    """Sum a gradient over the axes along which its operand was broadcast, and give it the operand's dtype."""
    if type(g) is SparseTensor:
        return g
    shape = g.array.shape
    wanted, of = like
    if shape == wanted and g.dtype is of:
        return g
    if shape != wanted:
        extra = len(shape) - len(wanted)
        if extra < 0:
            g = g.expand(wanted)
        else:
            dim = tuple([i for i, n in enumerate(shape) if i < extra or wanted[i - extra] == 1 != n])
            if dim == tuple(range(extra)):
                g = total(g, dim=dim, keepdim=False)
            elif dim:
                g = total(g, dim=dim, keepdim=True)
                if extra:
                    g = squeeze(g, dim=tuple(range(extra)))
            if g.array.shape != wanted:
                g = g.expand(wanted)
    if g.dtype is not of:
        if g.dtype.is_complex and not of.is_complex:
            g = g.real
        if g.dtype is not of:
            g = cast(g, to=of)
    return g


class Backward:
    """One pass: what is wanted, what has arrived, what is ready. It goes no further than `ends`, nodes and leaves, and runs none of
    their hooks."""

    def __init__(self, inputs: Sequence[Tensor] | None, keep: bool, create: bool, ends: frozenset[Any] = frozenset()):
        self.keep, self.create, self.ends = keep, create, ends
        self.to_run: set[Any] | None = None
        self.reached: set[Any] | None = None
        self.wanted: dict[Any, list[int]] = {}
        self.shared: set[int] = set()
        self.pending: dict[int, tuple[Tensor, Tensor]] = {}      # by the leaf's id: the leaf and what it has got
        self.summed: set[int] = set()
        self.awaited: dict[Tensor, int] | None = None
        self.roots: list[Any] = []
        if inputs is not None:
            for i, x in enumerate(inputs):
                refresh(x)
                self.wanted.setdefault((x if x.node is None else x.node, x.output_nr), []).append(i)
        self.restricted = inputs is not None

    def run(self, roots: list[tuple[Any, int, Tensor]]) -> dict[int, Tensor]:
        """Walk from `roots`, each `(node or leaf, output number, gradient)`; the gradients of the wanted inputs by position."""
        self.roots = [r[0] for r in roots]
        if self.restricted:
            self.survey()
        if LeafHooks.wanted:
            self.awaited = self.ways_to_leaves()
        buffers: dict[Node, list[Tensor | None]] = {}
        ready: list[Any] = []
        found: dict[int, Tensor] = {}
        for target, number, g in roots:
            if self.reached is not None and len(roots) > 1 and target not in self.reached:
                continue                                        # PyTorch comes by the only root even where it leads nowhere
            self.shared.add(id(g))
            self.arrive(target, number, g, buffers, ready, found)
        to_run, watched = self.to_run, self.restricted
        while ready:
            node = heapq.heappop(ready)[1]
            gradients = buffers.pop(node)
            if node.hooks is not None or watched:
                self.watch(node, gradients, found)
            if to_run is None or node in to_run:
                self.step(node, gradients, buffers, ready, found)
        for leaf, g in self.pending.values():
            if leaf.hooks is None and not watched:
                self.accumulate(leaf, g)
            else:
                self.deliver(leaf, g, found)
        return found

    def watch(self, node: Node, gradients: list[Any], found: dict[int, Tensor]) -> None:
        """Hooks on the results of a node, and the gradients that the caller asked for."""
        if node.hooks is not None and node not in self.ends:
            for number in range(len(gradients)):
                gradients[number] = run_tensor_hooks(node, number, gradients[number])
        if self.wanted:
            for number in range(len(gradients)):
                for position in self.wanted.get((node, number), ()):
                    if gradients[number] is not None:
                        found[position] = gradients[number]
        if node.hooks is not None and node not in self.ends:
            for hook in list(node.hooks.before.values()):
                changed = hook(tuple(gradients))
                if changed is not None:
                    gradients[:] = list(changed)
            self.shared.update(map(id, gradients))      # a hook may keep what it saw or gave

    def step(self, node: Node, gradients: list[Any], buffers: Any, ready: list[Any], found: dict[int, Tensor]) -> None:
        """Run a node and hand the gradients of its operands on."""
        saved = node.saved
        if saved is None:
            raise RuntimeError(text("backward-twice", node=node.name()))
        results = node.apply(gradients)
        if node.hooks is not None and node.hooks.on_node:
            results = run_node_hooks(node, results, gradients)
        if not self.keep:
            node.release()
        reached = self.reached
        held, pending = [*saved.values()], self.pending
        plain = reached is None and self.awaited is None
        for edge, g in zip(node.edges, results, strict=True):
            if edge is None or g is None:
                continue
            for other in held:
                if other is g:
                    self.shared.add(id(g))
            held.append(g)
            target, number = edge
            if target.__class__ is Node:
                outputs = target.outputs
                like = outputs[number] if type(outputs) is list else outputs
                if g.dtype is not like[1] or g.array.shape != like[0]:
                    g = fit(g, like)
                if plain and target not in buffers and outputs is like:
                    buffers[target] = [g]
                    heapq.heappush(ready, (-target.sequence, target))
                    continue
            elif isinstance(target, Tensor):
                if g.dtype is not target.dtype or g.array.shape != target.array.shape:
                    g = fit(g, (target.array.shape, target.dtype))
                if plain and id(target) not in pending:
                    pending[id(target)] = target, g
                    continue
            else:
                g = fit(g, expected(edge))
            if reached is None or target in reached:
                self.arrive(target, number, g, buffers, ready, found)

    def survey(self) -> None:
        """From which nodes one of the named inputs is reached. Nodes are older than those that use their results."""
        self.to_run, self.reached = set(), {t for t, _ in self.wanted}
        for node in sorted(self.nodes(), key=lambda n: n.sequence):
            if any(e is not None and e[0] in self.reached for e in node.edges):
                self.to_run.add(node)
                self.reached.add(node)

    def nodes(self) -> set[Node]:
        """All nodes that this pass may come by."""
        seen: set[Node] = set()
        stack = [r for r in self.roots if isinstance(r, Node)]
        while stack:
            node = stack.pop()
            if node not in seen and node not in self.ends:
                seen.add(node)
                stack += [edge[0] for edge in node.edges if edge is not None and isinstance(edge[0], Node)]
        return seen

    def ways_to_leaves(self) -> dict[Tensor, int]:
        """How many gradients each leaf may get, so that its hooks run as soon as it has them all, as in PyTorch."""
        ways: dict[Tensor, int] = {}
        to_run = self.nodes() if self.to_run is None else self.to_run
        for leaf in [*self.roots, *[e[0] for node in to_run for e in node.edges if e is not None]]:
            if not isinstance(leaf, Node):
                ways[leaf] = ways.get(leaf, 0) + 1
        return ways

    def visited(self, tensors: Sequence[Tensor]) -> int:
        """How many of these tensors this pass comes by; where inputs were named, on its way to one of them.

        A pass that is a leaf's alone goes nowhere.
        """
        if len(self.roots) == 1 and not isinstance(self.roots[0], Node):
            return 0
        if self.reached is not None:
            return sum((x if x.node is None else x.node) in self.reached for x in tensors)
        seen = self.nodes()
        leaves = {r for r in self.roots if not isinstance(r, Node)}
        leaves.update(e[0] for node in seen for e in node.edges if e is not None and not isinstance(e[0], Node))
        return sum((x.node in seen) if x.node is not None else x in leaves for x in tensors)

    def arrive(self, target: Any, number: int, g: Tensor, buffers: Any, ready: list[Any], found: dict[int, Tensor]) -> None:
        """A gradient reaches a node's output or a leaf."""
        if isinstance(target, Node):
            slots = buffers.get(target)
            if slots is None:
                slots = buffers[target] = [None] * (len(target.outputs) if type(target.outputs) is list else 1)
                heapq.heappush(ready, (-target.sequence, target))
            have = slots[number]
            slots[number] = g if have is None else add_gradients(have, g)
            return
        key = id(target)
        _, have = self.pending.pop(key, (target, None))
        if have is None:
            self.pending[key] = target, g
        elif key in self.summed and not modes.grad and type(g) is not SparseTensor:
            inplace_map(have, add, have, g)
            self.pending[key] = target, have
        else:
            self.pending[key] = target, add_gradients(have, g)
            self.summed.add(key)
        if self.awaited is not None:
            self.awaited[target] -= 1
            if not self.awaited[target]:
                self.deliver(*self.pending.pop(key), found)

    def deliver(self, target: Tensor, g: Tensor, found: dict[int, Tensor]) -> None:
        """All that a leaf gets from this pass, as one sum: hooks, then what the caller asked for, or `.grad`."""
        if target.hooks is not None and target not in self.ends:
            for hook in list(target.hooks.before.values()):
                changed = hook(g)
                g = g if changed is None else changed
            if target.hooks.before:
                self.shared.add(id(g))
        if self.restricted:
            found.update(dict.fromkeys(self.wanted.get((target, 0), ()), g))
            return
        self.accumulate(target, g)

    def accumulate(self, leaf: Tensor, g: Tensor) -> None:
        """Add a gradient to a leaf's `.grad`; a leaf that no longer wants one, since the graph was made, gets none."""
        if not leaf.needs_grad:
            return
        have = leaf._grad
        if have is None:
            owned = (g._storage is None and g.array.base is None and g.array.flags.c_contiguous and g.node is None
                     and id(g) not in self.shared and type(g) is not SparseTensor)
            leaf._grad = g if owned else duplicate(g)
            if interpreters:
                interpreters[-1].accumulated(leaf, leaf._grad)
        elif modes.grad or type(have) is SparseTensor or type(g) is SparseTensor:
            leaf._grad = add_gradients(have, g)
        else:
            inplace_map(have, add, have, g)
        if leaf.hooks is not None:
            for hook in list(leaf.hooks.after.values()):
                hook(leaf)


def duplicate(g: Tensor) -> Tensor:
    """A gradient that nobody else holds."""
    if getattr(g, "is_sparse", False):
        return g.clone()
    out: Tensor = clone(g, to=g.dtype)
    return out


def add_gradients(a: Any, b: Any) -> Any:
    """The sum of two gradients that meet; sparse ones meet dense ones through their own addition."""
    if getattr(b, "is_sparse", False) and not getattr(a, "is_sparse", False):
        a, b = b, a
    return a + b if getattr(a, "is_sparse", False) else add(a, b)


def run_tensor_hooks(node: Node, number: int, g: Any) -> Any:
    """Hooks that users put on the tensor that this gradient belongs to, and `retain_grad`."""
    hooks = node.hooks
    for hook in list(hooks.of_output(number)):
        if g is None:
            break
        changed = hook(g)
        if changed is not None:
            g = changed
    keeper = hooks.retained.get(number)
    x = keeper() if keeper is not None else None
    if x is not None and g is not None:
        x._grad = duplicate(g) if x._grad is None else add_gradients(x._grad, g)
    return g


def run_node_hooks(node: Node, results: list[Any], gradients: list[Any]) -> list[Any]:
    """Hooks on the node itself: they see and may replace the gradients of its operands."""
    for hook in list(node.hooks.on_node.values()):
        changed = hook(tuple(results), tuple(gradients))
        if changed is not None:
            results = list(changed) if isinstance(changed, tuple) else [changed]
    return results


def run_backward(outputs: Sequence[Tensor], gradients: Sequence[Tensor | None], inputs: Sequence[Tensor] | None, keep: bool,
                 create: bool, ends: frozenset[Any] = frozenset()) -> dict[int, Tensor]:
    """Run a backward pass from `outputs`; with `inputs`, their gradients by position, else leaves accumulate. See `Backward` for `ends`."""
    roots: list[tuple[Any, int, Any]] = []
    for i, (x, g) in enumerate(zip(outputs, gradients, strict=True)):
        refresh(x)
        if g is not None:
            if g.array.shape != x.array.shape:
                raise RuntimeError(text("gradient-shape", index=i, gradient=list(g.array.shape), output=list(x.array.shape)))
        elif x.needs_grad:
            if x.array.size != 1:
                raise RuntimeError(text("backward-of-non-scalar", shape=list(x.array.shape)))
            g = full(x.array.shape, 1, x.dtype)
        roots.append((x if x.node is None else x.node, x.output_nr, g))
    for i, x in enumerate(outputs):
        if not x.needs_grad:
            raise RuntimeError(text("gradient-chain-broken", index=i))
    if inputs is not None and not all(x.requires_grad for x in inputs):
        raise RuntimeError(text("grad-of-tensor-without"))
    before = modes.grad
    modes.grad = create
    running.append(Backward(inputs, keep, create, ends))
    try:
        return running[-1].run(roots)
    finally:
        running.pop()
        modes.grad = before
