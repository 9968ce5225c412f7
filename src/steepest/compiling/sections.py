"""Sections: stretches of native steps between two looks of Python, and the state of Python's objects that they begin and end with."""

import time
from itertools import pairwise
from typing import Any

import numpy as np

from steepest.compiling.agreement import TOLERANCE, difference
from steepest.compiling.loop_program import LoopProgram
from steepest.compiling.native import Native
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Path, Place, Walk, variable
from steepest.compiling.planner import plan
from steepest.compiling.results import Built, Computed, Constant, Held, Known, Made
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["Compiled", "Section"]

ROUGHLY = 100
"""So many times the usual tolerance may be what rounding has grown to in one iteration, where every operation alone agrees."""

Array = np.ndarray[Any, Any]


class Compiled:
    """A program with its native code, checked against the recorded iteration. Raises Differs where they disagree."""

    def __init__(self, program: LoopProgram, exact: bool):
        self.program = program
        started = time.perf_counter()
        self.executable: Any = plan(program, program.results, exact)    # type: ignore[arg-type]
        self.compile_time = time.perf_counter() - started
        self.seconds = 1e-4         # the time of a step, as measured so far
        self.follows: set[Compiled] = set()
        """Programs that leave tensors as this one begins with."""
        self._check()

    @property
    def draws(self) -> bool:
        """Whether random numbers are drawn in a step."""
        return bool(self.program.generators)

    def run(self, streams: list[Array], first: int, numbers: Any, steps: int) -> list[Array]:
        """Run steps over the slots as they are bound; the records of every step."""
        if self.program.step_stream is not None:
            streams = [*streams, np.arange(first, first + steps, dtype=np.int64).reshape(steps, 1)]
        return self.executable.run(streams, steps)

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

    def state(self) -> tuple[dict[Storage, Array], dict[Any, Any]]:
        """Copies of what steps change in the slots, and the states of the generators."""
        p = self.program
        changed = {r.content.storage for e in p.equations for r in e.results} | {i.held for i in p.inputs}
        changed |= {s for pair in p.handed_on for s in pair}
        return {s: s.flat.copy() for s in changed if s not in p.streams}, {g: g.get_state() for g in p.generators}

    def restore(self, state: tuple[dict[Storage, Array], dict[Any, Any]]) -> None:
        """Go back to what `state` gave."""
        slots, generators = state
        for slot, array in slots.items():
            slot.flat[...] = array
        for generator, before in generators.items():
            generator.set_state(before)

    def _check(self) -> None:
        """Run the recorded iteration natively from where it began; it must leave what Python left."""
        p = self.program
        states = {g: g.get_state() for g in p.generators}
        try:
            self._run_recorded(self.executable)
            if self._differs(1):
                if self._differs(ROUGHLY):
                    raise Differs(text("loop-compiled"))
                self._run_recorded(Native(p, p.results, watched=True))      # type: ignore[arg-type]
        finally:
            for generator, state in states.items():
                after = generator.get_state()
                generator.set_state(state)
                if not np.array_equal(after, state):
                    raise Differs(text("loop-random"))
        p.started.clear()
        p.ended.clear()

    def _run_recorded(self, executable: Any) -> None:
        p = self.program
        for slot, array in p.started.items():
            slot.array = slot._flat = array.copy()
        for slot, held in p.handed_on:
            held.flat[...] = p.started[slot]
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
            allowed = TOLERANCE.get(expected.dtype.name, 0) * factor
            began = p.started.get(slot)
            if factor > 1 and began is not None and expected.dtype.kind == "f":
                moved = difference(began, expected)
                allowed += 2 * moved if np.isfinite(moved) else 0
            if difference(slot.flat, expected) > allowed:
                return True
        return False


class Section:
    """Native steps from one look of Python to the next. `now` is where Python's objects are as it begins."""

    def __init__(self, now: Walk, frame: Any, bases: dict[Path, int]):
        self.now, self.frame, self.bases = now, frame, bases
        self.tensors: dict[Path, Tensor] = dict(now.tensors)
        self.numbers: dict[Path, Any] = {}
        self.pending: dict[Path, Any] = {}
        self.active: Compiled | None = None
        self.left: Compiled | None = None
        self.steps = 0
        self.last = 0
        self.built: dict[int, Any] = {}

    def enter(self, compiled: Compiled) -> bool:
        """Make a program's slots hold what its iteration reads; False where memory is shared in a way that it was not made for."""
        if self.active is compiled and compiled.program.repeats:
            return True
        self.leave()
        p = compiled.program
        if self.left not in compiled.follows:
            if not p.fits(self.tensors):
                return False
            if self.left is not None:
                compiled.follows.add(self.left)
        bound = list(p.pinned)
        for i in p.inputs:
            if i.layout is None:
                i.held.flat[0] = self._number(i.path)
            elif i.in_place:
                storage = self.tensors[i.path].storage_cell
                if i.written and not storage.flat.flags.writeable:
                    return False
                bound.append((i.slot, storage))
            else:
                i.held.flat[...] = self.tensors[i.path].storage_cell.flat
        if _overlap(bound, {i.slot for i in p.inputs if i.written}):
            return False
        compiled.bind(bound)
        for path, slot in p.base_slots.items():
            slot.flat[0] = self.bases[path]
        self.active, self.steps = compiled, 0
        return True

    def _number(self, path: Path) -> Any:
        if path in self.numbers:
            return self.numbers[path]
        kind, value = self.now.values[path]
        return kind(value)

    def leave(self) -> None:
        """Note what the steps of the active program have left."""
        if self.active is None:
            return
        if not self.steps:
            self.active = None
            return
        p = self.active.program
        for i in p.inputs:
            if i.in_place and i.written and i.layout is not None:
                self.tensors[i.path].version.count += self.steps
        self.built = {}
        for path, description, mutated in p.outputs:
            value = self._value(description)
            if mutated:
                held = self.tensors[path]
                held.array, held._storage = value.array, value._storage
                value = held
            else:
                self.pending[path] = value
            if isinstance(value, Tensor):
                self.tensors[path] = value
            elif isinstance(value, (int, float)):
                self.numbers[path] = value
            elif value is None:
                self.tensors.pop(path, None)
        self.active, self.left = None, self.active

    def _value(self, d: Any) -> Any:
        if isinstance(d, Constant):
            return d.value
        if isinstance(d, Known):
            return self.tensors[d.path]
        if isinstance(d, Built):
            return d.build([self._value(part) for part in d.parts])
        if isinstance(d, Computed):
            return d.at(self.last, self.bases)
        if isinstance(d, Made):
            key = id(d.like)            # the same object at two places
            if key not in self.built:
                self.built[key] = d.now()
            return self.built[key]
        assert isinstance(d, Held)
        return d.now()

    def close(self) -> None:
        """Let Python find everything where it would have been left."""
        self.leave()
        for path, value in self.pending.items():
            self._place(path).put(value)
        self.pending.clear()

    def _place(self, path: Path) -> Place:
        found = self.now.places.get(path)
        return variable(self.frame, path[0]) if found is None else found


def _overlap(bound: list[tuple[Storage, Storage]], written: set[Storage]) -> bool:
    """Whether memory that is written is reached through two storages."""
    spans = sorted((s.address, s.address + s.nbytes(), slot in written) for slot, s in bound if s.nbytes())
    return any(begin < end and (first or second) for (_, end, first), (begin, _, second) in pairwise(spans))


