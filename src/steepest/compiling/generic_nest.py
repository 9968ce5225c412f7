"""The generic loop nest of a program: one native function over a table of buffers, and what of it Python evaluates in its midst."""

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from steepest.compiling.agreement import TOLERANCE, difference, magnitude
from steepest.compiling.keeping import Key
from steepest.compiling.program import Differs, Steps
from steepest.core.modes import modes
from steepest.core.mt19937 import MT19937
from steepest.core.recorder import Access, Content
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.threads import get_num_threads
from steepest.lower import machine, threads
from steepest.lower.fusion import Group
from steepest.lower.groups import lower_group, write_apart
from steepest.lower.nest import EVALUATE, LOOK, Nest
from steepest.lower.schedule import Roles, Schedule
from steepest.lower.spaces import Shared
from steepest.lower.text import SIZES, Function, Index

__all__ = ["ARENA", "Evaluating", "GenericNest", "Plan", "aligned", "overlapping"]

Array = np.ndarray[Any, Any]
CELL, CALLBACK, ARENA, FIRST = 2, 3, 4, SIZES + 1
"""Entries of the table behind those of the threads (`lower.threads`)."""
Callback = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
LAPS = 1024
PAYS = 400_000
"""Elements that a step computes from which on threads are worth their barriers."""
PAYS_ONCE = 10_000_000
"""The same where each step is called by itself, and threads must be woken for it."""


class Evaluating:
    """A program whose equations Python evaluates one by one over the storages' memory; `given` are the rows of streams."""

    def __init__(self, program: Steps):
        self.program, self.given = program, {}      # type: Steps, dict[Storage, Array]

    def once(self) -> None:
        """One step."""
        for to, source in self.program.handed_on:
            to.flat[...] = source.flat
        for number in range(len(self.program.equations)):
            self._evaluate(number, 0)

    def _evaluated(self, number: int, step: int) -> list[Array]:
        """What an equation gives in eager for the operands that lie in the buffers."""
        e = self.program.equations[number]
        operands = tuple(fresh(self._view(x, step), x.content.dtype) if isinstance(x, Access) else x for x in e.operands)
        before, modes.grad = modes.grad, False
        try:
            out = operands[1] if e.primitive.form == "store" else e.primitive.run(operands, e.params)
        finally:
            modes.grad = before
        return [x.array for x in ((out,) if isinstance(out, Tensor) else out)]

    def _evaluate(self, number: int, step: int) -> None:
        for access, made in zip(self.program.equations[number].results, self._evaluated(number, step), strict=True):
            np.copyto(self._view(access, step), made, casting="unsafe")

    def _view(self, x: Access, step: int) -> Array:
        """The elements of an access in the memory of a step."""
        storage = x.content.storage
        flat = self.given[storage][step] if storage in self.given else storage.flat
        return np.lib.stride_tricks.as_strided(flat[x.offset:], x.shape, tuple(s * flat.itemsize for s in x.strides))


class Plan(NamedTuple):
    """A nest's machine code by its key; the storages whose own memory the program uses, the memory that lowerings attached and the bytes of
    temporaries; the equations that Python evaluates; whether threads pay, and how many there are."""

    code: str
    storages: list[Storage]
    attached: list[Any]
    size: int
    python: list[int]
    pays: bool
    threads: int


class GenericNest(Evaluating):
    """A program compiled. The table holds the threads' meeting place, the cell that tells why the program stopped, the address of
    the callback, the arena of temporaries, the numbers in the place of extents, the storages' own memory, the records, and the arrays that
    lowerings attached.

    With `watched=True` Python looks at every result: where eager finds another one for the same operands, `run` raises Differs.
    With `exact=True` arithmetic is done as written. With `timed=True` `cycles` holds the processor's cycles that each thread spends
    in each group of the schedule, `clock` its counter after each of the last `LAPS` steps. With `once` steps will be called one by one.
    """

    def __init__(self, program: Steps, results: list[Access], watched: bool = False, exact: bool = False,
                 timed: bool = False, once: bool = False):
        super().__init__(program)
        self.results, self.watched, self.exact = results, watched, exact
        self.slots = {s: i for i, s in enumerate(program.storages())}
        self.extents = np.zeros(1, np.int64)
        self.cell = np.zeros(4, np.int64)
        self.callback = Callback(self._called)
        self.problem: BaseException | None = None
        self.records = [(r, Content(Storage(np.empty(math.prod(r.shape), r.content.storage.flat.dtype)), r.content.dtype, None))
                        for r in results]
        self.visible = program.visible
        self.handed = {s for pair in program.handed_on for s in pair}
        written = {r.content.storage for e in program.equations for r in e.results} | self.handed
        self.fuse = not watched and not overlapping(written, set(self.slots))
        self.extents = np.zeros(1, np.int64)
        self.parts, self.singly, self.timed = self._parts(), once, timed
        self.cycles = self.clock = None     # type: Array | None
        self.sync = np.zeros(64, np.int64)
        self._compile()

    def _parts(self) -> int:
        """In how many parts the rows of a mini-batch may lie; 0 if they lie as recorded."""
        return get_num_threads()

    def _compile(self) -> None:
        """Machine code for as many threads as may run now, from the cache on disk where it is there."""
        facts = ("nest", self.exact, self.fuse, self.singly, self.parts, get_num_threads())
        key = None if self.watched or self.timed else Key(self.program, self.results, self.visible, facts)
        plan = None if key is None else key.read(Plan)
        code = None if plan is None else machine.kept(plan.code, "steps")
        if plan is None or code is None:
            plan, code = self._planned()
            if key is not None:
                key.write(plan)
        self._take(plan, code.function(ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64))

    def _take(self, plan: Plan, call: Any) -> None:
        """Take the code, and memory of the program's own."""
        self.call, self.size = call, plan.size
        self.storages, self.pays, self.threads, self.python = plan.storages, plan.pays, plan.threads, set(plan.python)
        self.drawn = {e.params["generator"].engine for k, e in enumerate(self.program.equations)
                      if e.primitive.form == "random" and k not in self.python}
        self.attached = [_memory(x) for x in plan.attached]
        self.arena = self._arena()

    def _arena(self) -> Array:
        """Memory for the temporaries."""
        return np.empty(self.size + 128, np.uint8)

    @cached_property
    def schedule(self) -> Schedule:
        """What runs in which order."""
        roles = Roles(frozenset(self.program.streams), frozenset(self.handed), frozenset(self.visible))
        return Schedule(self.program.equations, self.records, roles, self.fuse, self.exact, self.parts)

    def _planned(self) -> tuple[Plan, machine.Native]:
        """The program's plan and machine code made anew."""
        python, pays = self._facts()
        if self.timed:
            self.cycles = np.zeros((self.threads, len(self.schedule.groups)), np.int64)
            self.clock = np.zeros(LAPS, np.int64)
        self.storages, self.attached = self._own(), []
        text = self._written(self.schedule)
        self.schedule.place(self.rooms)
        offsets = {f"ARENA{k};": str(self.schedule.offsets[s]) for s, k in self.numbered.items()}
        code = machine.compile_text(re.sub(r"ARENA\d+;", lambda found: offsets[found.group()], text), "steps")
        return Plan(code.key, self.storages, self.attached, self.schedule.size, python, pays, self.threads), code

    def _facts(self) -> tuple[list[int], bool]:
        """The equations that Python evaluates, and whether threads pay, of which there are then as many as may run now."""
        groups = self.schedule.groups
        python = {s.number for g in groups for s in g.statements() if s.kind == "python"}
        work = sum(math.prod(s.sizes) for g in groups if g.root is not None for s in g.statements())
        pays = work > (PAYS_ONCE if self.singly else PAYS) and not self.watched
        self.threads = get_num_threads() if pays else 1
        return sorted(python), pays

    def _own(self) -> list[Storage]:
        """The storages whose own memory the program uses."""
        records = {c.storage for _, c in self.records}
        found = dict.fromkeys(self.slots)
        for g in (*self.schedule.before, *self.schedule.groups):
            for s in g.statements():
                found.update(dict.fromkeys(c.storage for c in (*s.reads(), *s.writes()) if not self.schedule.temporary(c.storage)))
        return [s for s in found if s not in records]

    def _bytes(self, s: Storage) -> Index:
        """The bytes of a storage that the text moves or steps over."""
        return s.nbytes()

    def _offset(self, k: int) -> str:
        """What stands in the text where in the arena temporary k lies."""
        return f"ARENA{k};"

    def _written(self, schedule: Any) -> str:
        """The text of the function: a loop over the steps, in it the groups of equations. Notes in `rooms` what memory groups ask for, in
        `numbered` which temporaries have a place in the arena."""
        f = Function("steps", ["ptr noalias %table", "i64 %steps", "i64 %thread"])
        program = self.program
        if self.threads > 1:
            f.define(threads.barrier_text())

        def base(slot: int) -> str:
            return f.op(f"load ptr, ptr {f.gep('%table', slot, 'int64')}")

        cell, callback, arena = base(CELL), base(CALLBACK), base(ARENA)
        own: dict[Storage, str] = {}
        for s in self.storages:
            own[s] = base(FIRST + len(own))
        records = {c.storage: base(FIRST + len(own) + k) for k, (_, c) in enumerate(self.records)}
        fixed = FIRST + len(own) + len(records)
        rooms: dict[Storage, tuple[Content, int, int]] = {}

        def attach(memory: Any) -> str:
            self.attached.append(memory)
            return base(fixed + len(self.attached) - 1)

        numbered: dict[Storage, int] = {}
        steps_own: dict[Storage, str] = {}

        def pointer(content: Content, offset: int, home: bool) -> str:
            s = content.storage
            if s in steps_own:
                base = steps_own[s]
            elif not home and (s in rooms or schedule.temporary(s) and schedule.needed(content) is not None):
                base = f.gep(arena, self._offset(numbered.setdefault(s, len(numbered))), "int8")
            else:
                base = own[s]
            return f.gep(base, offset, content.dtype.name)

        nest = Nest(f, pointer, schedule.needed, attach, cell, callback, 0, "true", self.exact, self.threads)
        nest.shared = Shared(self.parts) if self.threads > 1 and schedule.in_parts else None
        functions: dict[str, str] = {}

        def write(k: int, group: Group) -> None:
            def room(content: Content, count: int) -> None:
                rooms[content.storage] = content, count, k

            if group.other is None and not any(s.stops for s in group.statements()):
                write_apart(nest, group, schedule.boxes, room, functions)
            else:
                nest.room = room
                lower_group(nest, group)

        for g in schedule.before:
            write(0, g)
        nest.barrier(None)
        with f.loop("%steps") as at:
            nest.step = at
            nest.last = "true" if self.watched else f.pure(f"icmp eq i64 {at}, {f.pure('sub i64 %steps, 1')}")
            for s in program.streams:
                if s in own:
                    steps_own[s] = f.gep(own[s], f.mul(at, self._bytes(s)), "int8")
            for _, c in self.records:
                steps_own[c.storage] = f.gep(records[c.storage], f.mul(at, self._bytes(c.storage)), "int8")
            for to, source in program.handed_on:
                nest.alone(lambda to=to, source=source: _copy(f, own[source], own[to], self._bytes(to)))    # type: ignore[misc]
            for k, g in enumerate(schedule.groups):
                with _timing(nest, self.cycles, k):
                    write(k, g)
                if self.watched and (k + 1 == len(schedule.groups) or schedule.groups[k + 1].equation != g.equation):
                    nest.number = g.equation
                    nest.call(LOOK)
            nest.barrier(None)
            if self.clock is not None:
                lap = f.gep(nest.attach(self.clock), f.op(f"and i64 {at}, {LAPS - 1}"), "int64")
                nest.alone(lambda: f.store(f.op("call i64 @llvm.readcyclecounter()"), lap, "int64"))
                nest.barrier(None)
        self.rooms, self.numbered = list(rooms.values()), numbered
        return f.text()

    def describe(self) -> str:
        """The plan: threads and memory, what is computed once, and the groups of a step in their order."""
        s = self.schedule
        kept = sum(x.nbytes() for x in self.storages)
        lines = [f"fused loop nests on {self.threads} threads: {self.size:,} bytes of temporaries, {kept:,} of what stays"]
        lines += [f"  once    {g.title}" for g in s.before]
        for k, g in enumerate(s.groups):
            share = "" if self.cycles is None else f"{self.cycles[0][k] / max(int(self.cycles[0].sum()), 1):6.1%}  "
            lines.append(f"  {'each' if g.always else 'last'}    {share}{g.title}")
        return "\n".join(lines)

    def run(self, streams: list[Array], steps: int) -> list[Array]:
        """Run `steps` steps over stacked stream arrays; the results of every step.

        Raises what eager raises where an index lies outside, an integer is divided by zero or an operation fails in Python;
        the steps before that one have been done.
        """
        self.given = {s: a.reshape(steps, s.flat.size) for s, a in zip(self.program.streams, streams, strict=True)}
        records = [np.empty((steps, *r.shape), r.content.storage.flat.dtype) for r in self.results]
        if steps == 0:
            return records
        if self.pays and self.threads != get_num_threads():
            self._compile()
        memory = self._addresses([a.ctypes.data for a in records])
        table = (ctypes.c_void_p * len(memory))(*memory)
        address = ctypes.addressof(table)
        stopped, number, index, step = self._go(address, steps)
        for leaf, gradient in self.program.gradients:
            leaf._grad = gradient
        for version in self.program.versions:
            version.count += step if stopped else steps
        if stopped:
            self._raise(number, index, step)
        self.given = {}
        return records

    def _addresses(self, records: list[int]) -> list[int]:
        """What the table holds; `records` are the addresses of the records."""
        return [aligned(self.sync), threads.yielding(), self.cell.ctypes.data, ctypes.cast(self.callback, ctypes.c_void_p).value or 0,
                aligned(self.arena), self.extents.ctypes.data,
                *(self.given[s].ctypes.data if s in self.given else s.address for s in self.storages), *records,
                *(a.ctypes.data for a in self.attached)]

    def _go(self, address: int, steps: int) -> list[int]:
        """Call the function over a table; what the cell holds afterwards."""
        self.cell[0] = self.sync[:] = 0
        with ExitStack() as stack:
            for engine in self.drawn:
                stack.enter_context(engine.lent())
            threads.run(lambda thread: self.call(address, steps, thread), self.threads)
        held: list[int] = self.cell.tolist()
        return held

    def prepare(self) -> None:
        """Make a table that stays, for single steps: see `planner.Fast.prepared`."""
        self.table = np.array(self._addresses([0] * len(self.records)), np.uint64)
        self.entries = {s: FIRST + k for k, s in enumerate(self.storages)}
        self.first_record = FIRST + len(self.storages)
        self.address = self.table.ctypes.data

    def once(self) -> None:
        """One step over the memory that the table names; the storages must know it as well."""
        stopped, number, index, step = self._go(self.address, 1)
        if stopped:
            self._raise(number, index, step)

    def _raise(self, number: int, index: int, step: int) -> None:
        """The exception of the equation at which the program stopped: the one that Python saw, or what eager says."""
        problem, self.problem = self.problem, None
        if problem is None:
            self._evaluate(number, step)
            operation = self.program.equations[number].primitive.name
            problem = RuntimeError(text("program-stopped", operation=operation, index=index, step=step))
        raise problem

    def _called(self, task: int, number: int, step: int) -> int:
        """What native code calls: evaluate an equation, or look at its results; true where the program must stop."""
        try:
            if task == EVALUATE:
                self._evaluate(number, step)
            else:
                self._look(number, step)
        except BaseException as problem:     # a KeyboardInterrupt too: nothing may pass through native code
            self.problem = problem
            return 1
        return 0

    def _look(self, number: int, step: int) -> None:
        """Differs where eager gives something else for the same operands: more than rounding at the operands' magnitude."""
        e = self.program.equations[number]
        if number in self.python or e.primitive.form == "random":
            return
        scale = math.prod(max(1.0, magnitude(self._view(x, step))) for x in e.operands if isinstance(x, Access))
        for access, expected in zip(e.results, self._evaluated(number, step), strict=True):
            found = difference(self._view(access, step), expected, scale)
            if found > TOLERANCE.get(expected.dtype.name, 0):
                raise Differs(text("program-equation", operation=e.primitive.name, difference=found, file=e.line[0], line=e.line[1]))


def _memory(attached: Any) -> Array:
    """The array that lies behind what a lowering attached; scratch read from disk is a plain list."""
    if isinstance(attached, MT19937):
        assert attached.memory is not None
        return attached.memory
    return attached if isinstance(attached, np.ndarray) else np.empty(*attached)


def _copy(f: Function, source: str, target: str, nbytes: Index) -> None:
    """All bytes of one buffer into another."""
    f.declare("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    f.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {nbytes}, i1 false)")


@contextmanager
def _timing(nest: Nest, cycles: Array | None, k: int) -> Iterator[None]:
    """Count the cycles of what is written inside."""
    if cycles is None:
        yield
        return
    f = nest.function
    f.declare("declare i64 @llvm.readcyclecounter()")
    before = f.op("call i64 @llvm.readcyclecounter()")
    yield
    spent = f.op(f"sub i64 {f.op('call i64 @llvm.readcyclecounter()')}, {before}")
    row = 0 if nest.threads == 1 else f.mul(nest.thread, cycles.shape[1])
    cell = f.gep(nest.attach(cycles), f.add(row, k), "int64")
    f.store(f.op(f"add i64 {f.load(cell, 'int64')}, {spent}"), cell, "int64")


def aligned(array: Array) -> int:
    """The first address in an array that begins a pair of cache lines."""
    return int(-(-array.ctypes.data // 128) * 128)


def overlapping(written: set[Storage], read: set[Storage]) -> bool:
    """Whether values cannot be told apart by their storages: one that is written lies in the memory of another one."""
    spans = sorted((s.address, s.address + s.nbytes(), s in written) for s in read if s.nbytes())
    reach, dirty = 0, False
    for begin, end, changes in spans:
        if begin < reach and (changes or dirty):
            return True
        dirty = changes or dirty and begin < reach
        reach = max(reach, end)
    return False
