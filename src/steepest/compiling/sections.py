"""Sections: stretches of native steps between two looks of Python, and the state of Python's objects that they begin and end with."""

import time
from itertools import pairwise
from typing import Any

import numpy as np

from steepest.compiling.agreement import allowed, difference, precisions
from steepest.compiling.any_size import AnySize, Sizes
from steepest.compiling.generic_nest import Evaluating, GenericNest
from steepest.compiling.loop_program import LoopProgram, accesses_in
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Path, Walk, compared, set_locals, variable
from steepest.compiling.planner import Generic, plan
from steepest.compiling.results import Built, Computed, Constant, Given, Held, Known, Made
from steepest.compiling.standing import Standing
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["Compiled", "Section"]

ROUGHLY = 100
"""So many times the usual tolerance may be what rounding has grown to in one iteration, where every operation alone agrees."""

Array = np.ndarray[Any, Any]


class Compiled:
    """A program with its native code, checked against the recorded iteration. Raises Differs where they disagree."""

    def __init__(self, program: LoopProgram, exact: bool | None, sizes: Sizes | None = None, singly: bool = False):
        self.program, self.sizes = program, sizes
        self._begin_recorded()      # which numbers are equal plays a part in the plan
        started = time.perf_counter()
        self.executable: Any = plan(program, program.results, exact, sizes, singly)
        self.compile_time = time.perf_counter() - started
        self.precision = precisions(program.equations, program.handed_on)
        self.seconds = 1e-4         # the time of a step, as measured so far
        p = program
        written = {r.content.storage for e in p.equations for r in e.results}
        self.carried = {i.held for i in p.inputs if i.written or not i.in_place} | {s for pair in p.handed_on for s in pair}
        self.carried |= {slot for slot, _ in p.pinned if slot in written}
        begun = set(self.carried)
        self.carried |= {a.content.storage for _, d, _ in p.outputs for a in accesses_in(d)}
        self.in_place = frozenset(i.path for i in p.inputs if i.in_place)
        self.written_at = [i.path for i in p.inputs if i.in_place and i.written and i.layout is not None]
        """Where tensors are worked on in their own memory."""
        self.handed = [i for i in p.inputs if not i.in_place or i.layout is None]
        """Inputs that a stretch of steps begins by copying: numbers, and tensors that each step makes anew."""
        self.floats = [i.held for i in self.handed if i.layout is None and i.held in self.carried]
        self.needed = tuple(begun | set(self.floats))
        """What a step begins with and changes; `carried` has what it leaves, too."""
        self.left = {path: (self, d, mutated) for path, d, mutated in p.outputs}
        self.shown = [(k, s) for k, s in enumerate(p.streams) if s in p.visible]
        """Streams that Python looks at: the slots hold the rows of the last step."""
        self.last = 0
        self.given: list[Any] = []
        """The parts of the item of the last step, where it is the user's own."""
        self.follows: set[Compiled] = set()
        """Programs that leave tensors as this one begins with."""
        self.shared = isinstance(self.executable, Generic) and isinstance(self.executable.native, AnySize)
        """Whether the code is one that programs for other sizes have too."""
        try:
            self._check()
        except Differs:
            if self.shared:
                self.shared = False
                self.executable = plan(program, program.results, exact, singly=singly)
            elif isinstance(self.executable, Generic):
                raise
            else:
                why = "a faster lowering did not leave what Python left"
                self.executable = Generic(program, program.results, bool(exact), why)
            self._check()

    @property
    def draws(self) -> bool:
        """Whether random numbers are drawn in a step."""
        return bool(self.program.generators)

    def overflows(self, before: tuple[dict[Storage, Array], dict[Any, Any]]) -> bool:
        """Whether a Python float that was finite no longer is: Python may have raised an exception on the way."""
        return any(np.isfinite(before[0][held][0]) and not np.isfinite(held.flat[0]) for held in self.floats)

    def run(self, streams: list[Array], first: int, steps: int) -> list[Array]:
        """Run steps over the slots as they are bound; the records of every step."""
        if self.program.step_stream is not None:
            streams = [*streams, np.arange(first, first + steps, dtype=np.int64).reshape(steps, 1)]
        results: list[Array] = self.executable.run(streams, steps)
        for k, slot in self.shown:
            slot.flat[...] = streams[k][-1].reshape(-1)
        return results

    def bind(self, storages: list[tuple[Storage, Storage]]) -> None:
        """Let slots have the memory of storages."""
        moved = False
        for slot, storage in storages:
            flat = storage.flat
            if slot._flat is None or slot._flat is not flat and slot.address != flat.__array_interface__["data"][0]:
                moved = True
            slot.array = slot._flat = flat
        if moved and hasattr(self.executable, "bind"):
            self.executable.bind()

    def state(self, left: bool = True) -> tuple[dict[Storage, Array], dict[Any, Any]]:
        """Copies of what steps hand on and, where that is still to be looked at, of what they have left; the states of the generators."""
        return {s: s.flat.copy() for s in (self.carried if left else self.needed)}, {g: g.get_state() for g in self.program.generators}

    def restore(self, state: tuple[dict[Storage, Array], dict[Any, Any]]) -> None:
        """Go back to what `state` gave."""
        slots, generators = state
        for slot, array in slots.items():
            slot.flat[...] = array
        for generator, before in generators.items():
            generator.set_state(before)

    def left_by_equations(self, state: tuple[dict[Storage, Array], dict[Any, Any]], streams: list[Array], k: int) -> dict[Storage, Array]:
        """What the equations of step k leave, evaluated by Python one by one from a state; everything is then as it was before."""
        p = self.program
        written = {r.content.storage for e in p.equations for r in e.results} | {to for to, _ in p.handed_on} | self.carried
        now = {s: s.flat.copy() for s in written}, {g: g.get_state() for g in p.generators}
        replay = Evaluating(p)
        streams = streams if p.step_stream is None else [*streams, np.array([[k]])]
        replay.given = {s: a.reshape(1, s.flat.size) for s, a in zip(p.streams, streams, strict=True)}
        self.restore(state)
        try:
            replay.once()
            return {i.slot: i.slot.flat.copy() for i in p.inputs if i.in_place and i.written}
        finally:
            self.restore(now)

    def _check(self) -> None:
        """Run the recorded iteration natively from where it began; it must leave what Python left."""
        p = self.program
        states = {g: g.get_state() for g in p.generators}
        try:
            self._run_recorded(self.executable)
            if self._differs(1):
                if self._differs(ROUGHLY):
                    raise Differs(text("loop-compiled"))
                self._run_recorded(GenericNest(p, p.results, watched=True))
        finally:
            for generator, state in states.items():
                after = generator.get_state()
                generator.set_state(state)
                if not np.array_equal(after, state):
                    raise Differs(text("loop-random"))
        p.started.clear()
        p.ended.clear()

    def _begin_recorded(self) -> None:
        """Let the slots hold what the recorded iteration began with."""
        p = self.program
        for slot, array in p.started.items():
            slot.array = slot._flat = array if slot in p.untouched else array.copy()
        for slot, held in p.handed_on:
            held.flat[...] = p.started[slot]

    def _run_recorded(self, executable: Any) -> None:
        p = self.program
        self._begin_recorded()
        for generator, state in p.generators.items():
            generator.set_state(state)
        if hasattr(executable, "bind"):
            executable.bind()
        executable.run([p.started[s].reshape(1, -1) for s in p.streams], 1)

    def _differs(self, factor: float) -> bool:
        """Whether a slot that Python looks at holds something else than the recorded iteration left, beyond `factor` times rounding.

        Rounding may have grown, as where Adam makes a step of the noise in a gradient that is zero; then a slot that is carried may be
        off by as much as it moved.
        """
        p = self.program
        for slot, expected in p.ended.items():
            if slot not in p.visible:
                continue
            most = allowed(slot, expected, self.precision) * factor
            began = p.started.get(slot)
            if factor > 1 and began is not None and expected.dtype.kind == "f":
                moved = difference(began, expected)
                most += 2 * moved if np.isfinite(moved) else 0
            if difference(slot.flat, expected) > most:
                return True
        return False


class Section:
    """Native steps from one look of Python to the next. `now` is where Python's objects are as it begins.

    What programs leave stays in their slots until another one reads it, or until the section is closed.
    """

    def __init__(self, now: Walk, frame: Any, bases: dict[Path, Any]):
        self.now, self.frame, self.bases = now, frame, bases
        self.tensors: dict[Path, Tensor] = dict(now.tensors)
        self.numbers: dict[Path, Any] = {}
        self.left: dict[Path, tuple[Compiled, Any, bool]] = {}
        self.pending: dict[Path, Any] = {}
        self.active: Compiled | None = None
        self.before: Compiled | None = None
        self.bound: set[Compiled] = set()
        self.versions: dict[Compiled, list[Any]] = {}
        """The counters of the tensors that bound programs write."""
        self.worked: set[Path] = set()
        """Where programs have worked in tensors' own memory."""
        self.fitting: set[Compiled] = set()
        """Programs that can begin with the tensors that there are now."""
        self.ready: set[Compiled] = set()
        self.source: Any = None
        self.data: list[Any] = []
        self.known: frozenset[Compiled] = frozenset()
        self.standing: Standing | None = None
        self.grown: set[Path] = set()
        """Lists that native steps have made longer."""
        self.steps = 0
        self._built: dict[int, Any] = {}

    def keep(self, source: Any, ready: set[Compiled], site: Any) -> None:
        """Prepare for another loop of the site that begins where this section has ended."""
        self.source, self.ready = source.identity, ready
        self.data = [x for _, x in source.roots]
        if self.standing is None or self.known != ready:
            self.known = frozenset(ready)
            free = frozenset({path for c in ready for path in c.left} | site.carried | {p for c in ready for p in c.program.lists}
                             | {p for c in ready for p in c.program.hosted})
            self.standing = Standing(self.now, site.names, site.text.stores_only, free)

    def still(self, frame: Any, source: Any, run: Any) -> bool:
        """Whether the loop goes over the same and Python's objects are where this section left them."""
        return (self.source is source.identity and len(self.data) == len(source.roots)
                and all(a is b for a, (_, b) in zip(self.data, source.roots, strict=True))
                and self.standing is not None and self.standing.holds(frame, run))

    def begin(self, frame: Any, bases: dict[Path, Any]) -> None:
        """Go on in another frame, from what lies at the free paths now."""
        assert self.standing is not None
        self.frame, self.bases = frame, bases
        self.numbers.clear()
        self.versions.clear()
        self.bound = {c for c in self.bound if c.in_place.isdisjoint(self.standing.free)}   # what lies there may be another tensor now
        for path, _, _ in self.standing.open:
            found = self.now.tensors.get(path)
            if found is not self.tensors.get(path):
                self.fitting.clear()
            if found is not None:
                self.tensors[path] = found
            else:
                self.tensors.pop(path, None)
        self.active = None

    def enter(self, compiled: Compiled) -> bool:
        """Make a program's slots hold what its iteration reads; False where it cannot begin with what is there."""
        if self.active is compiled and compiled.program.repeats:
            return True
        self.leave()
        p = compiled.program
        if any(compared(self._number(path)) != compared(value) for path, value in p.unproved.items()):
            return False
        if any(p.concerns(path) and path not in p.lists and path[0] not in p.overwritten for path in self.grown):
            return False
        if compiled not in self.fitting:
            self._look()
            if not p.fits(self.tensors):
                return False
            self.fitting.add(compiled)
            if self.before is not None:
                compiled.follows.add(self.before)
        if compiled not in self.bound or not compiled.in_place.isdisjoint(self.left):
            if not self._bind(compiled):
                return False
        for i in compiled.handed:
            if i.path in self.left and self.left[i.path][0] is compiled:
                continue            # it is where the steps before have left it
            if i.layout is None:
                i.held.flat[0] = self._number(i.path)
            else:
                i.held.flat[...] = self._tensor(i.path).storage_cell.flat
        for path, slot in compiled.program.base_slots.items():
            slot.flat[0] = self.bases[path]
        if compiled not in self.versions:
            self.versions[compiled] = [self._tensor(path).version for path in compiled.written_at]
        self.active, self.steps = compiled, 0
        return True

    def _bind(self, compiled: Compiled) -> bool:
        """Give the slots that are worked on in place their memory; False where that is shared, or must not be written."""
        p = compiled.program
        bound = list(p.pinned)
        for i in p.inputs:
            if i.in_place and i.layout is not None:
                storage = self._tensor(i.path).storage_cell
                if i.written and not storage.flat.flags.writeable:
                    return False
                bound.append((i.slot, storage))
        if _overlap(bound, {i.slot for i in p.inputs if i.written}):
            return False
        compiled.bind(bound)
        self.bound.add(compiled)
        self.versions.pop(compiled, None)
        self.worked |= compiled.in_place
        return True

    def looks_at(self, compiled: Compiled) -> bool:
        """Whether Python, or another program, may still look at what steps of a program have left in its slots."""
        return self.active is compiled and self.steps > 0 or any(program is compiled for program, _, _ in self.left.values())

    def grow(self, path: Path, values: list[Any]) -> None:
        """Append to a list."""
        self.now.lists[path].extend(values)
        self.grown.add(path)

    def leave(self) -> None:
        """Note what the steps of the active program have left."""
        compiled, self.active = self.active, None
        if compiled is None or not self.steps:
            return
        for version in self.versions[compiled]:
            version.count += self.steps
        self.left.update(compiled.left)
        self.before = compiled
        self.fitting = {c for c in self.fitting if compiled in c.follows or c is compiled and c.program.repeats}

    def _number(self, path: Path) -> Any:
        if path in self.left:
            self._look(path)
        if path in self.numbers:
            return self.numbers[path]
        kind, value = self.now.values[path]
        return kind(value)

    def _tensor(self, path: Path) -> Tensor:
        if path in self.left:
            self._look(path)
        return self.tensors[path]

    def _look(self, path: Path | None = None) -> None:
        """Make objects of what programs have left: at one path, or everywhere."""
        for at in list(self.left) if path is None else [path]:
            left = self.left.pop(at, None)
            if left is None:                # another one is the same tensor
                continue
            compiled, description, mutated = left
            value = self._value(description, compiled)
            if mutated:
                held = self.tensors[at]
                held.array, held._storage = value.array, value._storage
                value = held
            else:
                self.pending[at] = value
            if isinstance(value, Tensor):
                self.tensors[at] = value
                if at in self.worked:       # programs have the memory of the one before
                    self.bound = {c for c in self.bound if at not in c.in_place}
            elif isinstance(value, (int, float)):
                self.numbers[at] = value
            elif value is None:
                self.tensors.pop(at, None)
        self._built.clear()

    def _value(self, d: Any, compiled: Compiled) -> Any:
        if isinstance(d, Made):
            made = self._built.get(id(d.like))          # the same object may lie at two places
            if made is None:
                made = self._built[id(d.like)] = d.now()
            return made
        if isinstance(d, Constant):
            return d.value
        if isinstance(d, Given):
            return compiled.given[d.number]
        if isinstance(d, Known):
            return self._tensor(d.path)
        if isinstance(d, Built):
            return d.build([self._value(part, compiled) for part in d.parts])
        if isinstance(d, Computed):
            return d.at(compiled.last, self.bases)
        assert isinstance(d, Held)
        return d.now()

    def close(self) -> None:
        """Let Python find everything where it would have been left."""
        self.leave()
        self._look()
        variables: dict[str, Any] = {}
        for path, value in self.pending.items():
            place = self.now.places.get(path) or variable(self.frame, path[0])
            if place.kind == "local":
                variables[place.key] = value
            else:
                if place.kind == "tuple":       # it may be in a variable
                    set_locals(self.frame, variables)
                place.put(value)
        set_locals(self.frame, variables)
        self.pending.clear()


def _overlap(bound: list[tuple[Storage, Storage]], written: set[Storage]) -> bool:
    """Whether memory that is written is reached through two storages."""
    spans = sorted((s.address, s.address + s.nbytes(), slot in written) for slot, s in bound if s.nbytes())
    return any(begin < end and (first or second) for (_, end, first), (begin, _, second) in pairwise(spans))


