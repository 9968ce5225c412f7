"""Call: a compiled function's program bound to Python's objects, so that a call of it costs a few microseconds.

Binding finds every input once and pins what the walk saw. As long as the guards hold, a call puts the addresses of its arguments
into the table, runs one step, and makes the results.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.compiling.any_size import Sizes
from steepest.compiling.function_program import FunctionProgram, Given, Seen, descriptions, tensors_in, view, whole
from steepest.compiling.gradient_program import CompiledNode, live
from steepest.compiling.guards import CallWalk, Guards, unchanged
from steepest.compiling.places import Path, Place, compared
from steepest.compiling.results import Built, Computed, Constant, Held, Known, Made
from steepest.compiling.sections import Compiled, _overlap
from steepest.compiling.unchanged import ATOMS
from steepest.compiling.words import CHANGED, KEPT, RENEWED, Entry
from steepest.core.storage import Storage, Version
from steepest.core.tensor import Tensor, alias, fresh, refresh
from steepest.errors import text

__all__ = ["Call", "flattened"]

Array = np.ndarray[Any, Any]
NOTHING: Array = np.empty(0)
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
    """Memory that each call fills anew. `reusable`: what lies in it is left at a place only, so that the memory may be used again as long
    as nobody else looks at it; `held` is that tensor. `alone`: one tensor only lies in it. `saved`: the backward pass reads it as well."""

    __slots__ = ("alone", "dtype", "entry", "held", "reusable", "saved", "size", "small", "storage")

    def __init__(self, storage: Storage, entry: int | None):
        self.storage, self.entry = storage, entry
        self.size, self.dtype = storage.flat.size, storage.flat.dtype
        self.small = self.size <= SMALL
        self.reusable = self.alone = self.saved = False
        self.held: Tensor | None = None

    def renew(self, table: Any) -> None:
        """New memory."""
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
        self.runs = 0
        self.looks: list[Any] = []
        self.clamps = False
        """What Python was told while this was recorded: see `Watch`."""
        self.mode: Any = None
        p = self.program
        self.slots = {s: Slot(s, self.runner.entries.get(s)) for s in p.fresh}
        users: dict[Storage, int] = {}
        for d in (p.returned, *(d for _, d, _ in p.outputs)):
            for part in descriptions(d):
                if isinstance(part, Made):
                    users[part.access.content.storage] = users.get(part.access.content.storage, 0) + 1
        parts = [part for d in (p.returned, *(d for _, d, _ in p.outputs)) for part in descriptions(d)]
        read = {i.path for i in p.inputs} | {part.path for part in parts if isinstance(part, (Given, Seen))}
        for path, d, mutated in p.outputs:
            plain = isinstance(d, Made) and not mutated and whole(d.access) and type(d.like) is Tensor
            if plain and path not in read and path[-1] == "grad":
                storage = d.access.content.storage
                alone = users[storage] == 1 and storage not in p.saved
                self.slots[storage].reusable = alone and not d.like.needs_grad
        for slot in self.slots.values():
            slot.saved = slot.storage in p.saved
            slot.alone = users.get(slot.storage, 0) == 1 and not slot.saved
            slot.small &= not slot.reusable and not slot.saved
        self.steady = all(isinstance(d, Made) and self.slots[d.access.content.storage].reusable for _, d, _ in p.outputs)
        """Whether all that the program leaves at places may lie in memory that it used before."""
        self.always = [s for s in self.slots.values() if not s.small and not s.reusable]
        self.reusable = [s for s in self.slots.values() if s.reusable]
        self.spare = np.zeros(1, np.uint64)
        if p.backward is not None:
            self.gradients = Gradients(p, compiled.sizes)

    # binding

    def bind(self, now: CallWalk, items: list[Any], names: Any) -> bool:
        """Take everything from where Python's objects are now; False where the program was made for something else."""
        p = self.program
        self.refusal = p.why_not(now)
        self.refused, self.shared = True, False
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
        self.shared = _overlap([*bound, *moving], written)
        if self.shared:
            return False
        self._take(bound)
        self.written_arguments = [k for k, _, slot, _ in self.dynamic if slot in written]
        self.spans = [(s.address, s.address + s.nbytes()) for slot, s in bound if slot in written and s.nbytes()]
        self.versions = [now.tensors[i.path].version for i in p.inputs if i.written and i.layout is not None and i.path in self.static]
        self.places = {path: now.places[path] for path, _, _ in p.outputs}
        self.tensors = dict(now.tensors)
        self.at = at
        moved = [x for k, x in enumerate(leaves) if isinstance(x, Tensor) and k not in identical and now._seen.get(id(x)) == paths[k]]
        out = [items, *_containers(items), *moved]
        self.guards = Guards(now, names, out, [now.places[i.path] for i in p.inputs if i.layout is None])
        self.tensor_checks = [(k, type(x), x.array.shape, x.array.strides, x.dtype, x.needs_grad, x.node is None)
                              for k, x in enumerate(leaves) if isinstance(x, Tensor) and k not in identical]
        tensors, loose = {k for k, *_ in self.tensor_checks}, {k for _, k, _ in self.numbers}
        self.other_checks = [(k, type(x), None if k in loose else compared(x)) if type(x) in ATOMS else (k, None, x)
                             for k, x in enumerate(leaves) if k not in tensors]
        plain = all(now.values.get(path, (None,))[0] != "same as" for path, x in zip(paths, leaves, strict=True) if isinstance(x, Tensor))
        inside = any(place.container is c for place in self.places.values() for c in out)
        left = {path for path, _, _ in p.outputs}
        self.moves = {i.path: i.slot for i in p.inputs if i.layout is not None and i.path in left}
        """Inputs in whose places a call leaves other tensors."""
        settled = not (self.moves and any(i.written for i in p.inputs) or left and p.backward is not None)
        self.fast = plain and not inside and not self.written_arguments and settled
        self.entry = None if self.guards.words is None else self._entry(leaves)
        self.top = len(items) - 1 if not items[-1] and all(len(path) == 2 for path in paths) else -1
        self.filled = False
        if p.backward is not None:
            self.gradients.bind(self)
        self.refused = False
        return True

    def _entry(self, leaves: list[Any]) -> Entry:
        """How calls are entered."""
        arguments = []
        for k, at, _, _ in self.dynamic:
            target = self.spare.ctypes.data if at is None else self.runner.address + 8 * at
            arguments.append((Storage(leaves[k].array).flat.nbytes, target))
        entry = Entry(arguments, self.spans)
        entry.guard(self.guards.words)
        return entry

    def _take(self, bound: list[tuple[Storage, Storage]]) -> None:
        for slot, storage in bound:
            slot.array = slot._flat = storage.flat
            entry = self.runner.entries.get(slot)
            if entry is not None:
                self.table[entry] = storage.address

    def enters(self, leaves: Any) -> bool:
        """Whether arguments, given as the leaves of their containers, and Python's objects are as the program expects; if so the
        arguments are put into the table."""
        for k, of_class, shape, strides, of, needs_grad, leaf in self.tensor_checks:
            x = leaves[k]
            if type(x) is not of_class:
                return False
            if x.view_of is not None:
                refresh(x)
            a = x.array
            if a.shape != shape or a.strides != strides or x.dtype is not of or x.needs_grad is not needs_grad \
                    or (x.node is None) is not leaf or x._grad is not None or x.hooks is not None:
                return False
        for k, kind, value in self.other_checks:
            x = leaves[k]
            if (x is not value) if kind is None else type(x) is not kind or value is not None and compared(x) != value:
                return False
        guards, entry = self.guards, self.entry
        if entry is None:
            return guards.hold() and self._put(leaves)
        if not guards.others_hold():
            if not guards.hold():
                return False
            entry.guard(guards.words)
        for at, (k, _, slot, _) in enumerate(self.dynamic):
            array = leaves[k].array
            entry.given[3 * at] = id(array)
            slot.array, slot._flat = array, None
        self.state = entry.function(entry.address)
        if self.state == CHANGED and guards.hold():
            entry.guard(guards.words)
            self.state = entry.function(entry.address)
        return self.state in (KEPT, RENEWED)

    def _put(self, leaves: Any) -> bool:
        """Put the arguments into the table; False where memory is shared in a way that the program was not made for."""
        self.state = RENEWED
        for k, at, slot, _ in self.dynamic:
            slot.array, slot._flat = leaves[k].array, None
            begin = slot.address
            if any(first < begin + slot.nbytes() and begin < last for first, last in self.spans):
                return False
            if at is not None:
                self.table[at] = begin
        return True

    # running

    def release(self) -> None:
        """Let go of the memory of the last call."""
        for slot in self.always:
            slot.storage.array, slot.storage._flat = NOTHING, NOTHING
        if self.program.backward is not None:
            for storage, kind, _, _ in self.gradients.given:
                if kind != "constant":
                    storage.array, storage._flat = NOTHING, NOTHING

    def run(self, items: list[Any], leaves: list[Any]) -> Any:
        """One call, after it was entered."""
        table = self.table
        for slot, at, place in self.numbers:
            slot.flat[0] = leaves[at] if at is not None else place.get()    # type: ignore[union-attr]
        kept = self.state == KEPT and self.filled
        for filled in self.always if kept else (*self.always, *self.reusable):
            filled.renew(table)
        try:
            self.runner.once()
        finally:
            for version in self.versions:
                version.count += 1
            for k in self.written_arguments:
                leaves[k].version.count += 1
        return self._results(items, leaves, kept)

    def _results(self, items: list[Any], leaves: list[Any], kept: bool) -> Any:
        p = self.program
        made: dict[int, Any] = {}
        node = self.gradients.node(self, items, leaves) if p.backward is not None else None
        self.given = self.tensors
        outputs = () if kept else p.outputs
        if outputs:
            self.given = dict(self.tensors)
        for path, d, mutated in outputs:
            place = self.places[path]
            value = self._value(d, leaves, made, node)
            if mutated:
                changed = self.tensors[path]
                changed.array, changed._storage = value.array, value._storage
                if path in self.moves:
                    self._take([(self.moves[path], changed.storage_cell)])
                self.guards.move(changed, "array", changed.array)
                continue
            place.put(value)
            self.guards.move(place.container, place.key, value)
            if isinstance(value, Tensor):
                self.tensors[path] = value
                if path in self.moves:
                    self._take([(self.moves[path], value.storage_cell)])
                if isinstance(d, Made) and self.slots[d.access.content.storage].reusable:
                    del made[id(d.like)]
                    self.slots[d.access.content.storage].held = value
            del value
        if not kept and self.entry is not None and self.steady:
            self.entry.reuse(self.reusable)
            self.filled = True
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
        if kind is Given:
            at = self.at.get(d.path)
            return leaves[at] if at is not None else self.given[d.path]
        if kind is Seen:
            at = self.at.get(d.path)
            base = leaves[at] if at is not None else self.given[d.path]
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
        if slot.alone and d.whole:
            t = fresh(flat.reshape(access.shape), like.dtype)
        else:
            t = fresh(view(flat, access), like.dtype)
            shared = made.setdefault(id(flat), (Storage(flat), Version() if not slot.saved else node.saved[id(slot.storage)].counter))
            t._storage, t.counter = shared
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


class Gradients:
    """The backward program of a call, and the nodes that run it."""

    def __init__(self, program: FunctionProgram, sizes: Sizes | None):
        backward = program.backward
        assert backward is not None
        self.program, self.backward = program, backward
        compiled = Compiled(backward, False, sizes, True)     # type: ignore[arg-type]
        self.shared, self.compile_time = compiled.shared, compiled.compile_time
        self.runner = compiled.executable.prepared()
        self.table = memoryview(self.runner.table)
        self.own = [a is not None and a.content.storage not in backward.sources and whole(a) for a in backward.gave]
        """Which gradients may have memory of their own."""
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
        saved: dict[Any, Any] = {}
        versions: dict[str, int] = {}
        for k, (_, kind, at, value) in enumerate(self.given):
            if kind == "input":
                x = value if at is None else leaves[at]
                saved[f"input {k}"] = x
                versions[f"input {k}"] = x._version_count
            elif kind == "kept":        # what is returned as well may be written over
                held = fresh(value._flat, self.program.saved_kinds[value])
                held.counter = Version()
                saved[f"kept {k}"] = saved[id(value)] = held
                versions[f"kept {k}"] = 0
        then = tuple(map(counts, self.counters))
        return CompiledNode(tuple(edges), self.likes, saved, versions, self.run,
                            lambda gradients: self.again(call, items, leaves, then, gradients))

    def run(self, gradients: list[Tensor], saved: dict[Any, Any]) -> list[Any]:
        """The gradients of the inputs, from those of the results and what the node saved."""
        alive = []
        for k, (slot, kind, _, value) in enumerate(self.given):
            if kind == "cotangent":
                array = np.ascontiguousarray(gradients[value].array).reshape(gradients[value].array.shape)
            else:
                array = saved[f"{kind} {k}"].array
            alive.append(array)
            slot.array, slot._flat = array, None
            self._enter(slot, address_of(array))
        rows: list[Array | None] = []
        for a, own in zip(self.backward.gave, self.own, strict=True):
            if a is None or not own or any(r is a.content.storage.array for r in rows):
                rows.append(None)
            else:
                storage = a.content.storage
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
