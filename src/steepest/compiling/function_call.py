"""Call: a compiled function's program bound to Python's objects, so that a call of it costs a few microseconds.

Binding finds every input once and pins what the walk saw. As long as the guards hold, a call puts the addresses of its arguments
into the table, runs one step, and makes the results.
"""

from bisect import bisect_right
from collections.abc import Callable
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.compiling.function_program import FunctionProgram, Seen, descriptions, tensors_in, view, whole
from steepest.compiling.gradient_program import CompiledNode, live
from steepest.compiling.guards import CallWalk, Guards, unchanged
from steepest.compiling.places import Path, Place, compared
from steepest.compiling.results import Built, Computed, Constant, Held, Known, Made
from steepest.compiling.sections import Compiled, _overlap
from steepest.compiling.unchanged import ATOMS
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, alias, fresh, refresh
from steepest.errors import text

__all__ = ["Call", "flattened"]

Array = np.ndarray[Any, Any]
SMALL = 64
"""Slots of up to so many elements keep their memory and are copied from it; larger ones are given new memory by each call."""
counts = attrgetter("count")


def flattened(x: Any, path: Path, paths: list[Path], leaves: list[Any]) -> Any:
    """The leaves of lists, tuples and dictionaries with their paths; returns what the containers are like."""
    kind = type(x)
    if kind is dict:
        return kind, tuple(x), tuple([flattened(v, (*path, k), paths, leaves) for k, v in x.items()])
    if kind is list or kind is tuple:
        return kind, tuple([flattened(v, (*path, k), paths, leaves) for k, v in enumerate(x)])
    paths.append(path)
    leaves.append(x)
    return None


def address_of(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class Slot:
    """Memory that each call fills anew."""

    __slots__ = ("counts", "dtype", "entry", "held", "reusable", "size", "small", "storage")

    def __init__(self, storage: Storage, entry: int | None):
        self.storage, self.entry = storage, entry
        self.size, self.dtype = storage.flat.size, storage.flat.dtype
        self.small = self.size <= SMALL
        self.reusable = False
        self.held: Tensor | None = None
        self.counts = (0, 0, 0)

    def renew(self, table: Any) -> None:
        """New memory; the old one where nobody but the package has seen it."""
        held = self.held
        if held is not None:
            held_by = getrefcount(held), getrefcount(held.array), getrefcount(self.storage._flat)
            untouched = held.counter is None and held._storage is None and not held.needs_grad and held._grad is None
            if held_by == self.counts and untouched:
                return
            self.held = None
        flat = np.empty(self.size, self.dtype)
        self.storage.array = self.storage._flat = flat
        if self.entry is not None:
            table[self.entry] = address_of(flat)


class Call:
    """A program, bound to what a walk found. `function` is what it was recorded from."""

    def __init__(self, compiled: Compiled, function: Callable[..., Any]):
        self.compiled, self.function = compiled, function
        self.program: FunctionProgram = compiled.program        # type: ignore[assignment]
        self.runner = compiled.executable.prepared()
        self.table = memoryview(self.runner.table)
        self.fast = False
        p = self.program
        self.slots = {s: Slot(s, self.runner.entries.get(s)) for s in p.fresh}
        users: dict[Storage, int] = {}
        for d in (p.returned, *(d for _, d, _ in p.outputs)):
            for part in descriptions(d):
                if isinstance(part, Made):
                    users[part.access.content.storage] = users.get(part.access.content.storage, 0) + 1
        for path, d, mutated in p.outputs:
            if isinstance(d, Made) and not mutated and path[-1] == "grad" and whole(d.access) and type(d.like) is Tensor:
                storage = d.access.content.storage
                self.slots[storage].reusable = users[storage] == 1 and storage not in p.saved and not d.like.needs_grad
        for slot in self.slots.values():
            if not slot.small or slot.reusable or slot.storage in p.saved:
                slot.small = False
        self.renewed = [s for s in self.slots.values() if not s.small]
        if p.backward is not None:
            self.gradients = Gradients(p)

    # binding

    def bind(self, now: CallWalk, items: list[Any], names: Any) -> bool:
        """Take everything from where Python's objects are now; False where the program was made for something else."""
        p = self.program
        self.refusal = p.why_not(now)
        self.refused = True
        if self.refusal or not unchanged(p.classes) or not p.fits(now.tensors):
            return False
        paths: list[Path] = []
        leaves: list[Any] = []
        self.structure = flattened(items, ("arguments",), paths, leaves)
        at = {path: k for k, path in enumerate(paths)}
        self.static: dict[Path, Tensor] = {}
        self.dynamic: list[tuple[int, int | None, Storage, Path]] = []
        self.numbers: list[tuple[Storage, int | None, Place | None]] = []
        under = {path[:len(q)] for path, _, _ in p.outputs for q in paths if len(path) > len(q)}
        under |= {path[:len(q)] for path in now.tensors for q in paths if len(path) > len(q)}
        identical = {k for k, path in enumerate(paths) if path in under and isinstance(leaves[k], Tensor)}
        bound, moving = list(p.pinned), []
        for i in p.inputs:
            k = at.get(i.path)
            if i.layout is None:
                self.numbers.append((i.slot, k, None if k is not None else now.places[i.path]))
                continue
            tensor = now.tensors[i.path]
            storage = tensor.storage_cell
            if i.written and not storage.flat.flags.writeable:
                return False
            if k is None or k in identical:
                bound.append((i.slot, storage))
                self.static[i.path] = tensor
            else:
                moving.append((i.slot, storage))
                self.dynamic.append((k, self.runner.entries.get(i.slot), i.slot, i.path))
        written = {i.slot for i in p.inputs if i.written}
        if _overlap([*bound, *moving], written):
            return False
        self._take(bound)
        self.written_arguments = [k for k, _, slot, _ in self.dynamic if slot in written]
        spans = sorted((s.address, s.address + s.nbytes()) for slot, s in bound if slot in written and s.nbytes())
        self.starts, self.ends = [a for a, _ in spans], [b for _, b in spans]
        self.versions = [now.tensors[i.path].version for i in p.inputs if i.written and i.layout is not None and i.path in self.static]
        self.places = {path: now.places[path] for path, _, _ in p.outputs}
        self.tensors = dict(now.tensors)
        self.at = at
        moved = [x for k, x in enumerate(leaves) if isinstance(x, Tensor) and k not in identical and now._seen.get(id(x)) == paths[k]]
        out = [items, *_containers(items), *moved]
        self.guards = Guards(now, names, out, [now.places[i.path] for i in p.inputs if i.layout is None])
        self.checks = [self._check(x, k, k in identical) for k, x in enumerate(leaves)]
        plain = all(now.values.get(path, (None,))[0] != "same as" for path, x in zip(paths, leaves, strict=True) if isinstance(x, Tensor))
        inside = any(place.container is c for place in self.places.values() for c in out)
        self.fast = plain and not inside and not self.written_arguments
        self.top = len(items) - 1 if not items[-1] and all(len(path) == 2 for path in paths) else -1
        for slot in self.slots.values():
            slot.held = None
        if p.backward is not None:
            self.gradients.bind(self)
        self.refused = False
        return True

    def _take(self, bound: list[tuple[Storage, Storage]]) -> None:
        for slot, storage in bound:
            slot.array = slot._flat = storage.flat
            entry = self.runner.entries.get(slot)
            if entry is not None:
                self.table[entry] = storage.address

    def _check(self, x: Any, k: int, identical: bool) -> Any:
        """What must be so of an argument: `(kind, value)`, kind None for the same object, and a tuple for tensors."""
        if isinstance(x, Tensor) and not identical:
            return type(x), (x.array.shape, x.array.strides, x.dtype, x.needs_grad, x.node is None)
        if type(x) in ATOMS:
            loose = any(j == k for _, j, _ in self.numbers)
            return type(x), None if loose else compared(x)
        return None, x

    def admits(self, leaves: Any) -> bool:
        """Whether arguments, given as the leaves of their containers, and Python's objects are as the program expects."""
        for x, (kind, value) in zip(leaves, self.checks, strict=False):
            if kind is None:
                if x is not value:
                    return False
            elif type(x) is not kind:
                return False
            elif kind in ATOMS:
                if value is not None and compared(x) != value:
                    return False
            else:
                a = x.array
                if x.view_of is not None:
                    refresh(x)
                if (a.shape, a.strides, x.dtype, x.needs_grad, x.node is None) != value or x._grad is not None or x.hooks is not None:
                    return False
        return self.guards.hold()

    # running

    def run(self, items: list[Any], leaves: list[Any]) -> Any:
        """One call; SHARED in the place of the result where memory is shared in a way that the program was not made for."""
        table = self.table
        for k, entry, slot, _ in self.dynamic:
            array = leaves[k].array
            begin = address_of(array)
            if self.starts:
                before = bisect_right(self.starts, begin + array.nbytes) - 1
                if before >= 0 and self.ends[before] > begin:
                    return SHARED
            slot.array, slot._flat = array, None
            if entry is not None:
                table[entry] = begin
        for slot, at, place in self.numbers:
            slot.flat[0] = leaves[at] if at is not None else place.get()    # type: ignore[union-attr]
        for fresh_slot in self.renewed:
            fresh_slot.renew(table)
        try:
            self.runner.once()
        finally:
            for version in self.versions:
                version.count += 1
            for k in self.written_arguments:
                leaves[k].version.count += 1
        return self._results(items, leaves)

    def _results(self, items: list[Any], leaves: list[Any]) -> Any:
        p = self.program
        made: dict[int, Any] = {}
        node = self.gradients.node(self, items, leaves) if p.backward is not None else None
        for path, d, mutated in p.outputs:
            place = self.places[path]
            if isinstance(d, Made) and self.slots[d.access.content.storage].held is not None:
                continue        # written over the tensor that the place still holds
            value = self._value(d, leaves, made, node)
            if mutated:
                held = self.tensors[path]
                held.array, held._storage = value.array, value._storage
                self.guards.move(held, "array", held.array)
                continue
            place.put(value)
            self.guards.move(place.container, place.key, value)
            if isinstance(value, Tensor):
                self.tensors[path] = value
                if isinstance(d, Made):
                    slot = self.slots[d.access.content.storage]
                    if slot.reusable:
                        del made[id(d.like)]
                        slot.held = value
                        slot.counts = getrefcount(value), getrefcount(value.array), getrefcount(slot.storage._flat)
        return self._value(p.returned, leaves, made, node)

    def _value(self, d: Any, leaves: list[Any], made: dict[int, Any], node: Any) -> Any:
        kind = type(d)
        if kind is Made:
            key = id(d.like)
            if key not in made:
                made[key] = self._tensor(d, made, node)
            return made[key]
        if kind is Constant:
            return d.value
        if kind is Built:
            return d.build([self._value(part, leaves, made, node) for part in d.parts])
        if kind is Known:
            at = self.at.get(d.path)
            return leaves[at] if at is not None else self.tensors[d.path]
        if kind is Seen:
            at = self.at.get(d.path)
            base = leaves[at] if at is not None else self.tensors[d.path]
            flat = Storage(base.array).flat if at is not None else base.storage_cell.flat
            return self._finished(alias(view(flat, d.access), base), d.like, node)
        if kind is Computed:
            return d.at(0, {})
        assert kind is Held
        return d.now()

    def _tensor(self, d: Made, made: dict[int, Any], node: Any) -> Tensor:
        access, like = d.access, d.like
        slot = self.slots[access.content.storage]
        flat = slot.storage._flat
        assert flat is not None
        if slot.small:
            key = id(slot)
            if key not in made:
                made[key] = flat.copy()
            flat = made[key]
        t = fresh(view(flat, access), like.dtype)
        if not whole(access) or node is not None or len(made) > 2:
            shared = made.setdefault(id(flat), Storage(flat))
            t._storage = shared
        if type(like) is not Tensor:
            t.__class__ = type(like)
            t.__dict__.update(like.__dict__)
        return self._finished(t, like, node)

    def _finished(self, t: Tensor, like: Tensor, node: Any) -> Tensor:
        number = None if node is None else self.gradients.number.get(id(like))
        if number is None:
            t.node, t.needs_grad, t.output_nr = like.node, like.needs_grad, like.output_nr
        else:
            t.node, t.needs_grad, t.output_nr = node, True, number
        return t


SHARED = object()
"""What a call gives that could not be made natively."""


class Gradients:
    """The backward program of a call, and the nodes that run it."""

    def __init__(self, program: FunctionProgram):
        backward = program.backward
        assert backward is not None
        self.program, self.backward = program, backward
        self.runner = Compiled(backward, False).executable.prepared()       # type: ignore[arg-type]
        self.table = memoryview(self.runner.table)
        self.number = {id(x): k for k, x in enumerate(program.graph_outputs)}
        self.likes = [(x.array.shape, x.dtype) for x in program.graph_outputs]

    def bind(self, call: "Call") -> None:
        """Find the tensors that the program reads or whose gradients it computes."""
        self.inputs = [(call.at.get(path), call.tensors[path]) for path in self.program.graph_inputs]
        self.given: list[tuple[Storage, str, int | None, Any]] = []
        for slot, (kind, value) in self.backward.sources.items():
            if kind == "constant":
                slot.array = slot._flat = value.flat
                self._enter(slot, value.address)
            elif kind == "input":
                self.given.append((slot, kind, call.at.get(value), call.tensors[value]))
            else:
                self.given.append((slot, kind, None, value))
        self.counters = [call.tensors[i.path].version for i in self.program.inputs if i.layout is not None and call.at.get(i.path) is None]

    def _enter(self, slot: Storage, address: int) -> None:
        entry = self.runner.entries.get(slot)
        if entry is not None:
            self.table[entry] = address

    def node(self, call: "Call", items: list[Any], leaves: list[Any]) -> CompiledNode:
        """The node of a call that has just been run."""
        edges = []
        for at, x in self.inputs:
            x = x if at is None else leaves[at]
            edges.append((x if x.node is None else x.node, x.output_nr))
        saved: dict[str, Any] = {}
        versions: dict[str, int] = {}
        for k, (_, kind, at, value) in enumerate(self.given):
            if kind == "input":
                x = value if at is None else leaves[at]
                saved[f"input {k}"] = x
                versions[f"input {k}"] = x._version_count
            elif kind == "kept":
                saved[f"kept {k}"] = value._flat
        then = tuple(map(counts, self.counters))
        return CompiledNode(tuple(edges), self.likes, saved, versions, self.run,
                            lambda gradients: self.again(call, items, leaves, then, gradients))

    def run(self, gradients: list[Tensor], saved: dict[str, Any]) -> list[Any]:
        """The gradients of the inputs, from those of the results and what the node saved."""
        alive = []
        for k, (slot, kind, _, value) in enumerate(self.given):
            if kind == "cotangent":
                array = np.ascontiguousarray(gradients[value].array).reshape(gradients[value].array.shape)
            else:
                array = saved[f"input {k}"].array if kind == "input" else saved[f"kept {k}"]
            alive.append(array)
            slot.array, slot._flat = array, None
            self._enter(slot, address_of(array))
        rows: list[Array | None] = []
        for a in self.backward.gave:
            storage = None if a is None else a.content.storage
            if a is None or storage is None:
                rows.append(None)
            elif storage in self.backward.sources or not whole(a) or any(r is storage.array for r in rows):
                rows.append(None)
            else:
                row = np.empty(a.shape, storage.flat.dtype)
                rows.append(row)
                storage.array, storage._flat = row, None
                self._enter(storage, address_of(row))
        self.runner.once()
        return [None if a is None else fresh(view(a.content.storage.flat, a).copy("K") if row is None else row, a.content.dtype)
                for a, row in zip(self.backward.gave, rows, strict=True)]

    def again(self, call: "Call", items: list[Any], leaves: list[Any], then: Any, gradients: list[Tensor]) -> list[Any]:
        """The same with a graph, for derivatives of derivatives: the function runs once more, operation by operation."""
        p = self.program
        if p.outputs or p.generators or any(i.written for i in p.inputs) or tuple(map(counts, self.counters)) != then:
            raise RuntimeError(text("compile-twice"))
        returned = tensors_in(call.function(*items[:-1], **items[-1]))
        outputs = list({id(x): x for x in returned if live(x)}.values())
        inputs = [x if at is None else leaves[at] for at, x in self.inputs]
        ends = frozenset(x if x.node is None else x.node for x in inputs)
        found = run_backward(outputs, gradients, inputs, True, True, ends)
        return [found.get(k) for k in range(len(inputs))]


def _containers(x: Any) -> list[Any]:
    if type(x) is dict:
        return [x, *(c for v in x.values() for c in _containers(v))]
    return [x, *(c for v in x for c in _containers(v))] if type(x) in (list, tuple) else []
