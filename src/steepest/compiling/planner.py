"""Planner: which lowering a program gets. The fast ones are tried from the smallest regime on; what none of them knows runs as
the generic loop nest.

    executable = plan(program, results)
    records = executable.run(streams, steps)
    print(executable.describe())
"""

import ctypes
import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from steepest.compiling.any_size import Sizes
from steepest.compiling.generic_nest import GenericNest, overlapping
from steepest.compiling.keeping import Key, Plan
from steepest.compiling.program import Steps
from steepest.core.modes import modes
from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower import machine
from steepest.lower.expressions import Unsupported
from steepest.lower.middle import Middle
from steepest.lower.tiny import Tiny

__all__ = ["Executable", "Fast", "Generic", "plan"]

Array = np.ndarray[Any, Any]
LOWERINGS: dict[str, Callable[..., Any]] = {"tiny": Tiny, "middle": Middle}
WORK, SINGLY, WEIGHTS = 2_000_000, 500_000, 4096
"""Multiply-adds of a step, and of one that is called by itself, and weights of a product, from which on threads, where they were asked
for, are worth more than the private buffers of `Middle`, which are filled when a call begins."""
PAGE = 4096
"""Memory of a program's own begins at a page, so that its parts lie to each other in the same way in every run."""


class Executable(Protocol):
    """A program as native code."""

    def run(self, streams: list[Array], steps: int) -> list[Array]:
        """Run `steps` steps over stacked stream arrays; the records of every step. Raises what eager raises."""

    def describe(self) -> str:
        """The regime and why, what was hoisted, and the program as it is run."""

    def prepared(self) -> Any:
        """What runs single steps, with `table`, `entries`, `first_record` and `once`."""


class Generic:
    """The generic loop nest, compiled when it first runs."""

    def __init__(self, program: Steps, results: list[Access], exact: bool, why: str, native: GenericNest | None = None) -> None:
        self.program, self.results, self.exact, self.why = program, results, exact, why
        self.native = native

    def run(self, streams: list[Array], steps: int) -> list[Array]:
        if self.native is None:
            self.native = GenericNest(self.program, self.results, exact=self.exact)
        return self.native.run(streams, steps)

    def prepared(self) -> GenericNest:
        """What runs single steps: see `Fast.prepared`."""
        if self.native is None:
            self.native = GenericNest(self.program, self.results, exact=self.exact, once=True)
        self.native.prepare()
        return self.native

    def describe(self) -> str:
        plan = "" if self.native is None else "\n" + self.native.describe()
        return f"generic loop nest: {self.why}{plan}"


class Fast:
    """A fast lowering compiled, with the generic loop nest for what it finds at run time and does not handle.

    The table of addresses is made once, and again (`bind`) where storages have been given other memory.
    """

    def __init__(self, program: Steps, results: list[Access], kept: Plan, code: machine.Native, lowering: Callable[[], Any],
                 generic: Generic) -> None:
        self.program, self.lowering, self.generic = program, lowering, generic
        self.call = code.function(ctypes.c_void_p, ctypes.c_int64)
        self.shapes = [(r.shape, r.content.storage.flat.dtype) for r in results]
        room = np.zeros(kept.size + PAGE, np.uint8)
        self.room = room[-room.ctypes.data % PAGE:]
        base = self.room.ctypes.data
        self.fixed = [x if isinstance(x, Storage) else base + x for x in kept.memory]
        self.first_stream, self.first_record = len(self.fixed), len(self.fixed) + len(program.streams)
        self.table = np.zeros(max(self.first_record + len(results), 1), np.uint64)
        self.address = self.table.ctypes.data
        self.cell: Array | None = None if kept.cell is None else self.room[kept.cell:kept.cell + 8].view(np.int64)
        self.bind()

    def bind(self) -> None:
        """Take the addresses of the storages as they are now."""
        self.table[:self.first_stream] = [s.address if isinstance(s, Storage) else s for s in self.fixed]

    def run(self, streams: list[Array], steps: int) -> list[Array]:
        records = [np.empty((steps, *shape), dtype) for shape, dtype in self.shapes]
        if steps == 0:
            return records
        table = self.table
        for k, (x, s) in enumerate(zip(streams, self.program.streams, strict=True), self.first_stream):
            assert x.flags.c_contiguous and x.nbytes == steps * s.nbytes()
            table[k] = x.__array_interface__["data"][0]
        for k, x in enumerate(records, self.first_record):
            table[k] = x.__array_interface__["data"][0]
        self.call(self.address, steps)
        done = steps if self.cell is None or self.cell[0] < 0 else int(self.cell[0])
        for leaf, gradient in self.program.gradients:
            leaf._grad = gradient
        for version in self.program.versions:
            version.count += done
        if done < steps:
            rest = self.generic.run([x[done:] for x in streams], steps - done)
            for mine, theirs in zip(records, rest, strict=True):
                mine[done:] = theirs.reshape(mine[done:].shape)
        return records

    def prepared(self) -> "Fast":
        """What runs single steps: `table` holds addresses, `entries` says at which index those of storages and of records stand, `once`
        runs a step of a program without streams over them."""
        self.bind()
        self.entries = {s: k for k, s in enumerate(self.fixed) if isinstance(s, Storage)}
        return self

    def once(self) -> None:
        """One step over the memory that the table names; the storages must know it as well."""
        self.call(self.address, 1)
        if self.cell is not None and self.cell[0] >= 0:
            records = self.generic.run([], 1)
            for k, x in enumerate(records, self.first_record):
                ctypes.memmove(int(self.table[k]), x.ctypes.data, x.nbytes)

    def describe(self) -> str:
        made = self.lowering()
        made.text()
        text: str = made.describe()
        return text


def plan(program: Steps, results: list[Access], exact: bool | None = False, sizes: Sizes | None = None,
         singly: bool = False) -> Executable:
    """The fastest executable there is for a program; `results` are kept for every step. With `sizes` programs that differ in a size share
    code; `singly` says that steps will be called one by one.

    With `exact` arithmetic is done as written: no reordering, no contraction, sums in index order, functions as in C. None: so it is in
    tiny programs, whose printed digits then are eager's.
    """
    written, read = _written(program), _storages(program, results)
    visible = program.visible | {source for _, source in program.handed_on}
    if overlapping(written, read):
        return Generic(program, results, bool(exact), "storages share memory, and one of them is written")
    if sizes is not None and not (exact is None and _is_tiny(program, results, visible)):
        shared = sizes.nest(program, results, bool(exact))
        if shared is not None:
            return Generic(program, results, bool(exact), "one function for every size", shared)
    if not exact and (modes.threads > 1 or singly) and _is_wide(program, singly):
        why = "steps are called one by one, and its weights would be copied for each" if singly else "threads share its products"
        return Generic(program, results, False, why)
    key = Key(program, results, visible, ("plan", exact), alike=True)

    def fast(kept: Plan, code: machine.Native) -> Fast:
        as_written = _as_written(kept.lowering, exact)
        return Fast(program, results, kept, code, lambda: made(kept.lowering), Generic(program, results, as_written, ""))

    def made(name: str) -> Any:
        arguments = program.equations, program.handed_on, program.streams, results, visible, _as_written(name, exact)
        return LOWERINGS[name](*arguments)

    found = key.read(Plan)
    if found is not None and found.why:
        return Generic(program, results, bool(exact), found.why)
    if found is not None and (code := machine.kept(found.code, "steps")) is not None:
        return fast(found, code)
    reasons = []
    for name in LOWERINGS:
        try:
            lowering = made(name)
            code = machine.compile_text(lowering.text(), "steps", lowering.passes)
        except Unsupported as reason:
            reasons.append(f"not {name}: {reason}")
            continue
        kept = Plan(name, code.key, *lowering.memory())
        key.write(kept)
        return fast(kept, code)
    why = "; ".join(reasons)
    key.write(Plan("", "", [], 0, None, why))
    return Generic(program, results, bool(exact), why)


def _is_tiny(program: Steps, results: list[Access], visible: set[Storage]) -> bool:
    """Whether arithmetic is done as written unless told otherwise."""
    try:
        Tiny(program.equations, program.handed_on, program.streams, results, visible, True)
    except Unsupported:
        return False
    return True


def _is_wide(program: Steps, singly: bool) -> bool:
    """Whether products of many rows and many weights are most of a step: threads pay there, which only the generic nest has. For a step
    that is called by itself the weights alone decide, since they are copied then."""
    work = widest = 0
    for e in program.equations:
        if e.primitive.form == "contraction":
            work += math.prod(_sizes(e).values())
            counts = [math.prod(x.shape) for x in (*e.operands, *e.results)]
            widest = max(widest, max(counts) // 4 if singly else min(counts))
    return work > (SINGLY if singly else WORK) and widest >= WEIGHTS


def _sizes(product: Equation) -> dict[str, int]:
    """The sizes of a product's indices."""
    letters = product.params["spec"].split("->")[0].split(",")
    return {c: n for own, x in zip(letters, product.operands, strict=True) for c, n in zip(own, x.shape, strict=True)}


def _as_written(lowering: str, exact: bool | None) -> bool:
    """Whether arithmetic is done as written."""
    return lowering == "tiny" if exact is None else exact


def _storages(program: Steps, results: list[Access]) -> set[Storage]:
    """Every storage that the program touches, but for streams."""
    found = set(program.storages()) | {s for pair in program.handed_on for s in pair} | {r.content.storage for r in results}
    return found - set(program.streams)


def _written(program: Steps) -> set[Storage]:
    """The storages that hold something else after a step."""
    made = {r.content.storage for e in program.equations for r in e.results}
    return made | {s for pair in program.handed_on for s in pair}
