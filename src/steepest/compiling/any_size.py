"""One native function for calls of every size: programs that differ in nothing but a size, as that of a batch, share their machine code.

    sizes = Sizes()
    nest = AnySize(program, results, sizes)     # raises Unsupported where no code is shared

The schedule of each program is made for its own size, so that nothing about it is guessed. The first one of a structure leaves its numbers.
When a second one comes, the numbers that are not the same tell what they depend on (`solved`), and the nests are written over extents.
That code serves every program whose numbers are what the extents are for its size.
"""

import copy
import ctypes
import itertools
import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from steepest.compiling.generic_nest import ARENA, PAYS, GenericNest, Plan, aligned
from steepest.compiling.program import Steps
from steepest.core import dtype as dtypes
from steepest.core.recorder import Access, Content
from steepest.core.storage import Storage
from steepest.functional.threads import get_num_threads
from steepest.lower import machine
from steepest.lower.arena import placed
from steepest.lower.extents import Extent, Size
from steepest.lower.nest import Scratch
from steepest.lower.outline import Outline
from steepest.lower.statements import Ref
from steepest.lower.text import Index
from steepest.lower.unsupported import Unsupported

__all__ = ["AnySize", "Sizes", "in_terms_of", "solved", "solved_rows", "valued"]

Array = np.ndarray[Any, Any]
Row = tuple[int, ...]
SAMPLES = 4
"""From so many sizes at most it is learnt what numbers depend on."""
CANDIDATES = 6
"""So many numbers at most may be what others depend on."""
TRIES = 3
"""So many times it is tried to find out, for programs of a structure."""
LEAST = 64
"""What is best for speed is decided for a size that is not smaller."""
PARAMETERS = {"float32": dtypes.float64, "float64": dtypes.float64, "int32": dtypes.int64, "int64": dtypes.int64}
"""How constants are handed to the code that are not the same for all sizes."""


class Sample:
    """The numbers of a schedule, and the constants."""

    def __init__(self, outline: Outline):
        self.numbers, self.sizes = outline.numbers, outline.sizes
        self.constants = [(kind, type(x), repr(x)) for x, kind in outline.constants]


class Code:
    """Machine code for a structure. `numbers` are those that all programs have, or extents; `parameters` tells which constants are handed
    to it and how, `places` which temporary lies where in the arena an entry of the table of extents tells: one of the program's by its
    number in the outline, or one that a group asks for. `work` is how many elements are computed."""

    call: Any
    attached: list[Any]
    places: dict[int, int | Storage]
    blocks: list[tuple[int | Storage, int, int, Any]]
    """What has a place in the arena: the first and the last group that use it, and the bytes."""
    work: Any

    def __init__(self, size: Size, numbers: list[Any], constants: list[Any], parameters: dict[int, Any], threads: int):
        self.size, self.numbers, self.constants, self.parameters, self.threads = size, numbers, constants, parameters, threads
        self.at = [next(k for k, x in enumerate(numbers) if isinstance(x, Extent) and x.key == n.key) for n in size.symbols]

    def laid_out(self, n: tuple[int, ...]) -> tuple[Array, int]:
        """The table of extents for a size, and the bytes of temporaries."""
        offsets, size = placed([(name, first, last, valued(count, n)) for name, first, last, count in self.blocks])
        table = np.array([0 if x is None else x.at(n) for x in self.size.table] or [0], np.int64)
        for entry, place in self.places.items():
            table[entry] = offsets[place]
        return table, size

    def memory(self, n: tuple[int, ...]) -> list[Any]:
        """What lowerings attached."""
        return [x._replace(size=valued(x.size, n)) if isinstance(x, Scratch) else x for x in self.attached]

    def fits(self, sample: Sample) -> tuple[int, ...] | None:
        """The sizes of a program if they are such as the code is for."""
        n = tuple([sample.numbers[k] for k in self.at])
        if not self.size.allows(n) or any(k not in self.parameters and a != b
                                          for k, (a, b) in enumerate(zip(self.constants, sample.constants, strict=True))):
            return None
        values: dict[int, int] = {}
        for expected, number in zip(self.numbers, sample.numbers, strict=True):
            if isinstance(expected, Extent):
                value = values.get(id(expected))
                expected = values[id(expected)] = expected.at(n) if value is None else value
            if expected != number:
                return None
        return n


class Structure:
    """What is known of programs that differ in numbers only."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.codes: list[Code] = []
        self.refused = False


class Sizes:
    """The code that the programs of one function share, from the `several`-th size on."""

    def __init__(self, several: int = 2) -> None:
        self.several = several
        self.structures: dict[Any, Structure] = {}
        self.free: list[Array] = []
        """Memory for temporaries that no call uses now."""
        self.compiled, self.seconds = 0, 0.0
        """So many times machine code was made, and how long that took."""

    def nest(self, program: Steps, results: list[Access], exact: bool) -> "AnySize | None":
        """A program with shared code; None where there is none (yet)."""
        try:
            return AnySize(program, results, self, exact)
        except Unsupported:
            return None

    def memory(self, size: int) -> Array:
        """Memory for the temporaries of one call, which puts it back among what is free."""
        found = self.free.pop() if self.free else None
        return found if found is not None and found.size >= size else np.empty(size + size // 4, np.uint8)


class AnySize(GenericNest):
    """A generic nest with code for every size. Raises Unsupported where there is none (yet)."""

    def __init__(self, program: Steps, results: list[Access], sizes: Sizes, exact: bool = False):
        self.sizes = sizes
        self.symbolic: Outline | None = None
        self.entries_of: dict[int, int] = {}
        super().__init__(program, results, exact=exact)

    def _parts(self) -> int:
        return 0

    def _compile(self) -> None:
        try:
            self._adopt(*self._found())
        except Unsupported:
            if not hasattr(self, "call"):
                raise
            super()._compile()      # for another number of threads

    def _found(self) -> tuple[Plan, Code, Outline, tuple[int, ...]]:
        """The plan of this program, the code that fits it, and its size."""
        python, pays = self._facts()
        outline = self._outlined(None, None)
        structure = self.sizes.structures.setdefault((outline.structure, self.exact), Structure())
        sample = Sample(outline)
        if structure.refused:
            raise Unsupported("no code for every size")
        found = next(((code, n) for code in structure.codes
                      if code.threads == self.threads and (n := code.fits(sample)) is not None), None)
        if found is None:
            code = self._coded(structure, sample)
            n = code.fits(sample)
            if n is None:
                raise Unsupported("a size that is an exception")
            found = code, n
        return Plan("", [], [], 0, python, pays, self.threads), found[0], outline, found[1]

    def _outlined(self, number: Any, constant: Any) -> Outline:
        outline = Outline(self.schedule, number, constant)
        outline.add("stream", self.program.streams)
        outline.add("handed on", [s for pair in self.program.handed_on for s in pair])
        outline.add("record", [c.storage for _, c in self.records])
        return outline

    # code for every size

    def _coded(self, structure: Structure, sample: Sample) -> Code:
        """Machine code for the sizes seen so far and all others."""
        before = structure.samples
        if not any(s.numbers == sample.numbers for s in before):
            structure.samples = [*before, sample][-max(SAMPLES, self.sizes.several):]
        if len(structure.samples) < self.sizes.several or sum(code.threads == self.threads for code in structure.codes) == TRIES:
            raise Unsupported("too few sizes, or of too many kinds")
        found = solved(structure.samples)
        if found is None:
            raise Unsupported("numbers that do not follow from a size")
        size, numbers = found
        parameters = {k: PARAMETERS[a[0]] for k, a in enumerate(sample.constants)
                      if a[0] in PARAMETERS and any(a != s.constants[k] for s in structure.samples)}
        code = Code(size, numbers, sample.constants, parameters, self.threads)
        began = time.perf_counter()
        try:
            self._write(code)
        except (Unsupported, TypeError):    # a TypeError where NumPy was given an extent
            structure.refused = True
            raise Unsupported("a form without code for every size") from None
        structure.codes.append(code)
        self.sizes.compiled += 1
        self.sizes.seconds += time.perf_counter() - began
        return code

    def _write(self, code: Code) -> None:
        numbers, count = iter(code.numbers), iter(range(len(code.constants)))
        handed: list[Storage] = []

        def constant(x: Any, kind: str, dims: int) -> Any:
            of = code.parameters.get(next(count))
            if of is None:
                return x
            handed.append(Storage(np.zeros(1, of.numpy)))
            return Ref(Content(handed[-1], of, None), 0, [0] * dims)

        outline = self.symbolic = self._outlined(lambda n: next(numbers), constant)
        self.code, self.entries_of = code, {}
        self.storages = [*self._table(outline), *handed]
        self.attached = []
        text = self._written(Written(outline, handed))
        made = machine.compile_text(text, "steps")
        code.call = made.function(ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        code.attached = self.attached
        ordinary, lengths = outline.storages, outline.lengths
        code.places = {self.entries_of[k]: ordinary.get(s, s) for s, k in self.numbered.items()}
        code.blocks = [(ordinary.get(s, s), first, last, lengths[s] * s.flat.itemsize if s in lengths else count)
                       for s, first, last, count in self.schedule.blocks(self.rooms)]
        code.work = sum(math.prod(s.sizes) for g in outline.groups if g.root is not None for s in g.statements())
        self.symbolic = None

    def _table(self, outline: Outline) -> list[Storage]:
        """The storages whose own memory the code uses."""
        records, schedule = {c.storage for _, c in self.records}, self.schedule
        return [s for s in outline.storages if s not in records and (not schedule.temporary(s) or schedule.visible(s))]

    def _bytes(self, s: Storage) -> Index:
        return super()._bytes(s) if self.symbolic is None else self.symbolic.lengths[s] * s.flat.itemsize

    def _offset(self, k: int) -> str:
        if self.symbolic is None:
            return super()._offset(k)
        if k not in self.entries_of:
            self.entries_of[k] = self.code.size.reserve()
        return f"%size.{self.entries_of[k]}"

    # this size

    def _adopt(self, plan: Plan, code: Code, outline: Outline, n: tuple[int, ...]) -> None:
        """Run the code with the numbers of this program."""
        self.code, self.n = code, n
        statements = [s for g in (*self.schedule.before, *self.schedule.groups) for s in g.statements()]
        self.written = {c.storage for s in statements for c in s.writes()}
        self.stopping = [s.number for s in statements if s.stops]
        """The equations that may stop the program."""
        self.parameters = [Storage(np.full(1, outline.constants[k][0], of.numpy)) for k, of in code.parameters.items()]
        self.extents, size = code.laid_out(n)
        own = [*self._table(outline), *self.parameters]
        self._take(plan._replace(storages=own, attached=code.memory(n), size=size), code.call)

    def resized(self, n: tuple[int, ...], storages: list[Storage], program: Any) -> "AnySize":
        """The same for another size: the code with memory of its own. `storages` stand where this one's do."""
        made = copy.copy(self)
        made.n = n
        made.cell, made.sync = np.zeros_like(self.cell), np.zeros_like(self.sync)
        made.extents, size = self.code.laid_out(n)
        plan = Plan("", storages, self.code.memory(n), size, sorted(self.python), self.pays, self.threads)
        made._take(plan, self.code.call)
        made.program = program
        made.prepare()
        return made

    def serves(self, n: tuple[int, ...]) -> bool:
        """Whether the code is right for a size, and for as many threads as pay there."""
        threads = get_num_threads() if valued(self.code.work, n) > PAYS else 1
        return self.code.size.allows(n) and threads == self.threads

    def _arena(self) -> Array:
        self.room = self.size + 128
        return np.empty(0, np.uint8)

    def _go(self, address: int, steps: int) -> list[int]:
        memory = self.sizes.memory(self.room)
        ctypes.c_uint64.from_address(address + 8 * ARENA).value = aligned(memory)
        try:
            return super()._go(address, steps)
        finally:
            self.sizes.free.append(memory)


def valued(x: Any, n: tuple[int, ...]) -> Any:
    """A number for given sizes."""
    return x.at(n) if isinstance(x, Extent) else x


class Written:
    """A schedule over extents, as its nests are written."""

    def __init__(self, outline: Outline, handed: list[Storage]):
        self.before, self.groups, self.boxes = outline.before, outline.groups, outline.boxes
        self.in_parts, self.schedule, self.handed = outline.schedule.in_parts, outline.schedule, handed

    def temporary(self, storage: Storage) -> bool:
        return storage not in self.handed and self.schedule.temporary(storage)

    def needed(self, content: Content) -> bool | None:
        return True if content.storage in self.handed else self.schedule.needed(content)


def solved(samples: Sequence[Sample]) -> tuple[Size, list[Any]] | None:
    """Sizes and the numbers in terms of them, such that they are those of every sample; None where there are no such sizes."""
    return solved_rows(list(zip(*(s.numbers for s in samples), strict=True)), samples[-1].sizes)


def solved_rows(rows: list[Row], sizes: Iterable[int]) -> tuple[Size, list[Any]] | None:
    """The same for numbers that stand in a row for each place; one or two of those at `sizes` are what all others depend on."""
    different = {rows[k] for k in sizes if len(set(rows[k])) > 1}
    candidates = sorted(different, key=lambda row: row[-1])[:CANDIDATES]
    for chosen in [*((n,) for n in candidates if len(set(n)) == len(n)), *itertools.combinations(candidates, 2)]:
        size = Size(*(max(*n, LEAST) for n in chosen))
        found = {row: in_terms_of(size.symbols, chosen, row, row in different) for row in dict.fromkeys(rows)}
        if None not in found.values():
            return size, [found[row] for row in rows]
    return None


def in_terms_of(symbols: Sequence[Any], sizes: Sequence[Row], row: Row, rising: bool = False) -> Any:
    """A number as a polynomial of one or two sizes: a multiple of a product of these or of their sum, or that and a number; of one also a
    parabola. Where it is `rising` it does not fall as the sizes grow."""
    if len(set(row)) == 1:
        return row[0]
    terms = [(symbols[0], sizes[0]), (symbols[0] * symbols[0], _times(sizes[0], sizes[0]))]
    if len(sizes) == 2:
        (n, m), (a, b) = symbols, sizes
        terms += [(m, b), (n * m, _times(a, b)), (n + m, tuple(map(sum, zip(a, b, strict=True)))), (m * m, _times(b, b)),
                  (n * m * m, _times(a, _times(b, b))), (n * n * m, _times(a, _times(a, b)))]
    for term, values in terms:
        factor, rest = divmod(row[0], values[0])
        if not rest and all(factor * v == x for v, x in zip(values, row, strict=True)):
            return factor * term
    for term, values in terms:
        if values[0] == values[1]:
            continue
        slope, rest = divmod(row[1] - row[0], values[1] - values[0])
        start = row[0] - slope * values[0]
        sure = len(row) > 2 or len(sizes) == 1 and term is symbols[0]
        if sure and not rest and not (rising and slope < 0) and all(start + slope * v == x for v, x in zip(values, row, strict=True)):
            return slope * term + start
    return _parabola(symbols[0], sizes[0], row) if len(sizes) == 1 and len(row) > 2 else None


def _times(a: Row, b: Row) -> Row:
    return tuple([x * y for x, y in zip(a, b, strict=True)])


def _parabola(n: Any, sizes: Row, row: Row) -> Any:
    """A number as a polynomial of second degree."""
    (r, s, t), (x, y, z) = sizes[:3], row[:3]
    bend, rest = divmod((z - x) * (s - r) - (y - x) * (t - r), (t - r) * (t - s) * (s - r))
    if rest or (y - x - bend * (s * s - r * r)) % (s - r):
        return None
    slope = (y - x - bend * (s * s - r * r)) // (s - r)
    start = x - slope * r - bend * r * r
    return n * n * bend + n * slope + start if all(bend * u * u + slope * u + start == v for u, v in zip(sizes, row, strict=True)) else None
