"""FunctionProgram: what two recorded calls of a function agree on, as a program of one step.

A call is recorded like an iteration of a loop. What it reads lies at places that lead from the function and its arguments, and is
worked on in its own memory; what it returns, and the tensors that it leaves in new memory, have slots that each call fills anew.
"""

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.gradient_program import GradientProgram, Graph, live
from steepest.compiling.guards import classes_in, unchanged
from steepest.compiling.loop_program import Input, LoopProgram, accesses_in
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Path, Walk
from steepest.compiling.results import Built, Made, described
from steepest.compiling.trace import Trace
from steepest.core.node import sequence
from steepest.core.recorder import Access, Content
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = ["CallTrace", "FunctionProgram", "Given", "Seen", "tensors_in"]

RETURNED = "returned"
ROOTS = frozenset(("function", "arguments", RETURNED))


class Given:
    """The tensor that a place held when the call began."""

    __slots__ = ("path",)

    def __init__(self, path: Path):
        self.path = path


class Seen:
    """A tensor over the memory of one that the call was given."""

    __slots__ = ("access", "like", "path")

    def __init__(self, path: Path, access: Access, like: Tensor):
        self.path, self.access, self.like = path, access, like


def tensors_in(x: Any) -> list[Tensor]:
    """The tensors in what a function returned."""
    found: list[Tensor] = []

    def leaf(v: Any) -> Any:
        if isinstance(v, Tensor):
            found.append(v)

    described(x, leaf)
    return found


class CallTrace(Trace):
    """A recorded call. `returned` is what the function gave, `graph` the graph from its arguments to that."""

    def __init__(self, frame: types.FrameType, walk_now: Callable[[Any], Walk], carried: set[Path]):
        super().__init__(0, frame, walk_now, carried, {}, set())
        self.first_node = next(sequence)
        self.returned: Any = None
        self.graph: Graph | None = None
        self.refusal: Differs | None = None
        self.calls = 0

    def may_keep_views(self, path: Path) -> bool:
        return False

    def give(self, returned: Any) -> None:
        """The function has returned; record a backward pass where one may follow."""
        self.returned = returned
        self.calls = len(self.recorder.equations)
        self.classes = classes_in(self.before)
        try:
            with_graph = [x for x in tensors_in(returned) if live(x)]
            self.graph = Graph(with_graph, list(self.before.tensors.values()), self.first_node)
        except Differs as problem:
            self.refusal = problem
            del self.recorder.equations[self.calls:]
        if self.graph is not None:
            self.streams += [x.storage_cell for x in self.graph.cotangents]


class FunctionProgram(LoopProgram):
    """The equations of a call. Raises Differs where the traces do not agree, or where the call cannot be told apart from its effects.

    `fresh` are the slots that a call fills anew, `backward` is the program of the gradients. With `of_sizes` the calls were for arguments
    of different sizes; the program is that of the second one.
    """

    def __init__(self, first: CallTrace, second: CallTrace, of_sizes: bool = False):
        self.of_sizes = of_sizes
        for t in (first, second):
            if t.refusal is not None:
                raise t.refusal
        if second.recorder.events:
            raise Differs(text("compile-events"))
        if first.calls != second.calls:
            raise Differs(text("loop-settling"))
        self.classes = second.classes
        if not unchanged(first.classes):
            raise Differs(text("loop-settling"))
        self.backward: GradientProgram | None = None
        self.graph_outputs: list[Tensor] = []
        self.graph_inputs: list[Path] = []
        self.trace: CallTrace | None = second
        self.known = {id(x): path for path, x in reversed(second.before.tensors.items())}
        super().__init__(first, second, ROOTS, frozenset((RETURNED,)), lambda path: False)
        for slot in self.streams:
            self.started.pop(slot, None)
        self.streams = []
        if self.needs_last:
            raise Differs(text("compile-result"))
        self.returned = next(d for path, d, _ in self.outputs if path == (RETURNED,))
        self.outputs = [o for o in self.outputs if o[0][0] not in (RETURNED, "saved")]
        if self.backward is not None:
            self._keep(self.backward)
        numbers = {i.slot for i in self.inputs if i.layout is None}
        held = {i.slot for i in self.inputs} | {slot for slot, _ in self.pinned}
        described = [d for whole in (self.returned, *(d for _, d, _ in self.outputs)) for d in descriptions(whole)]
        left = [d.access.content.storage for d in described if isinstance(d, Made)]
        self.fresh = [s for s in dict.fromkeys([*left, *self.saved]) if s not in held or s in numbers]
        stubs = {id(x): fresh(np.empty(x.array.shape, x.array.dtype), x.dtype) for x in self.graph_outputs}
        for d in descriptions(self.returned):
            if isinstance(d, (Made, Seen)) and id(d.like) in stubs:
                d.like = stubs[id(d.like)]
        self.graph_outputs = list(stubs.values())
        self.trace = None
        del self.known

    def _keep(self, backward: GradientProgram) -> None:
        """Where the backward program finds what it reads: a place among the inputs, the memory of a constant, or a slot to be kept."""
        assert self.trace is not None
        places = {i.slot: i for i in self.inputs}
        constants = dict(self.pinned)
        for slot, source in backward.sources.items():
            if isinstance(source, tuple):
                continue
            origin = source.storage
            found = places.get(origin)
            if source.equation is None and found is not None and found.layout is not None:
                backward.sources[slot] = ("input", found.path)
            elif source.equation is None and origin in constants:
                backward.sources[slot] = ("constant", constants[origin])
            elif source.equation is None and origin in self.only_backward:
                path = self.only_backward[origin]
                backward.sources[slot] = ("constant", origin) if path is None else ("input", path)
            else:
                backward.sources[slot] = ("kept", origin)

    def leave_out(self, path: Path) -> None:
        """Compare nothing that lies behind a path."""
        self.values = {p: v for p, v in self.values.items() if p[:len(path)] != path}
        self.layouts = {p: v for p, v in self.layouts.items() if p[:len(path)] != path}

    # what LoopProgram asks

    def _outputs(self, t: Trace, places: dict[Storage, Path | None]) -> list[tuple[Path, Any, bool]]:
        out = super()._outputs(t, places)
        assert isinstance(t, CallTrace)
        self.equations = t.recorder.equations[:t.calls]
        self.only_backward = {s: path for s, path in places.items() if not self._touches(s)}
        if t.graph is not None and t.graph.outputs:
            rest = t.recorder.equations[t.calls:]
            self.graph_outputs = t.graph.outputs
            self.graph_inputs = [self.known[id(x)] for x in t.graph.inputs]
            self.backward = GradientProgram(rest, t.calls, t.graph, t.recorder)
            for slot, source in self.backward.sources.items():
                if isinstance(source, Content) and (source.equation is not None or source.storage in self._numbers(t)):
                    if source.equation is not None and t.recorder.current[source.storage] is not source:
                        raise Differs(text("compile-backward-writes"))
                    whole = Access(source, 0, (source.size,), (1,))
                    out.append((("saved", slot), Made(whole, fresh(source.storage.flat, source.dtype)), False))
                elif isinstance(source, Content) and t.recorder.current[source.storage] is not source:
                    raise Differs(text("compile-backward-writes"))
        return out

    def _touches(self, s: Storage) -> bool:
        return any(isinstance(x, Access) and x.content.storage is s for e in self.equations for x in (*e.operands, *e.results))

    def _numbers(self, t: Trace) -> set[Storage]:
        return {n.tensor.storage_cell for n in t.entered.values() if n.tensor is not None}

    def _tensor(self, t: Trace, x: Tensor, places: dict[Storage, Path | None]) -> Any:
        assert isinstance(t, CallTrace)
        if id(x) in self.known:
            return Given(self.known[id(x)])
        returned = t.graph is not None and any(x is y for y in t.graph.outputs)
        if x.hooks is not None or live(x) and not returned:
            raise Differs(text("compile-result"))
        storage = x.storage_cell
        if t.began_with(storage):
            path = next(p for p, (_, s, _, _) in t.began.items() if s is storage)
            return Seen(path, self._access(t, x), x)
        if storage not in t.recorder.current:
            raise Differs(text("compile-result"))
        return Made(self._access(t, x), x)

    def _hand_on(self, t: Trace, places: dict[Storage, Path | None], slots: dict[Storage, Storage], kinds: Any) -> None:
        """Every input is worked on in its own memory; nothing is handed on, since every call begins at its places."""
        self.inputs: list[Input] = []
        self.pinned: list[tuple[Storage, Storage]] = []
        self.visible: set[Storage] = set()
        self.handed_on = []
        written = {r.content.storage for e in self.equations for r in e.results}
        for storage, path in places.items():
            slot = slots.get(storage)
            if slot is None:
                continue
            if path is None:
                self.pinned.append((slot, storage))
            else:
                number = path in t.entered
                made = Input(path, slot, None if number else t.began[path][2], 0 if number else t.began[path][3])
                made.written = slot in written
                self.inputs.append(made)
            self.visible.add(slot)
        kept = [d.access.content for path, d, _ in self.outputs if path[0] == "saved"]
        self.saved = [c.storage for c in kept]
        self.saved_kinds = {c.storage: c.dtype for c in kept}
        self.visible |= {a.content.storage for _, d, _ in self.outputs for a in accesses_in(d)}

    def _settable(self, path: Path, t: Trace) -> None:
        if path[0] != "arguments" or len(path) > 2:
            super()._settable(path, t)


def descriptions(d: Any) -> list[Any]:
    """A description's innermost parts."""
    return [x for part in d.parts for x in descriptions(part)] if isinstance(d, Built) else [d]


def whole(access: Access) -> bool:
    """Whether an access is all of its storage, in order."""
    size = 1
    for n, s in zip(reversed(access.shape), reversed(access.strides), strict=True):
        if n != 1 and s != size:
            return False
        size *= n
    return access.offset == 0 and size == access.content.size


def view(flat: np.ndarray[Any, Any], access: Access) -> np.ndarray[Any, Any]:
    """The elements of an access in the memory of a slot."""
    if whole(access):
        return flat.reshape(access.shape)
    size = flat.itemsize
    return np.ndarray(access.shape, flat.dtype, flat, access.offset * size, tuple(s * size for s in access.strides))
