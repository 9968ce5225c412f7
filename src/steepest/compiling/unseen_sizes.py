"""Calls of sizes that were never recorded: made from calls of other sizes, whose numbers tell what they depend on.

A bound call is walked through part by part (`Portrait`). Calls whose portraits differ in numbers only are a `Family`; from three of them on
the numbers are known in terms of the size, and a call of another size is a copy with other numbers and memory. That is done where all that
decides what the function does is known to be the same for that size: Python has not looked at it (`looks`), the native code is one for
every size, and the size is not below those that were recorded; nor above them where something was picked at a fixed place.
"""

import copy
import types
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from steepest.compiling.any_size import AnySize, in_terms_of, solved_rows, valued
from steepest.compiling.function_call import SMALL, Call, Gradients, Slot
from steepest.compiling.function_program import Given, Seen
from steepest.compiling.looks import Look, harmless
from steepest.compiling.results import Built, Constant, Known, Made
from steepest.compiling.words import Entry
from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.lower.extents import Extent, Size
from steepest.lower.unsupported import Unsupported

__all__ = ["Family", "Portrait"]

Array = np.ndarray[Any, Any]
NEEDED = 3
"""So many sizes are recorded before others are believed."""
FRACTIONS: list[tuple[Callable[[float], float], Callable[[int], float]]] = [
    (lambda x: 1 / x if abs(x) < 1 and x else 0, lambda k: 1 / k), (lambda x: x / (x - 1) if 1 < x <= 2 else 0, lambda k: k / (k - 1))]
"""What else constants may be: one over a number, a number over the one before it; how the number is found and what it gives."""
HELD = 64
"""So many sizes have a call of their own at a time."""


class Portrait:
    """A bound call that shares its code, part by part. With `numbers`, values for these and `constants` for the numbers that are handed to
    the code, `made` is the call with them."""

    def __init__(self, call: Call, numbers: list[int] | None = None, constants: list[Any] | None = None):
        self.call, self.given, self.given_constants = call, numbers, constants
        self.structure: list[Any] = []
        self.numbers: list[int] = []
        self.constants: list[Any] = []
        self.sizes: list[int] = []
        """Which of the numbers are sizes of arguments."""
        self.storages: dict[Storage, Storage] = {}
        self.places: dict[Storage, int] = {}
        p = call.program
        moving = {slot for _, _, slot, _ in call.dynamic}
        for s in [*(i.slot for i in p.inputs if i.slot not in moving), *(slot for slot, _ in p.pinned)]:
            self._add(s, s)
        self.checks = [self._checked(*check) for check in call.tensor_checks]
        self._note(call.mode, call.top, call.structure, call.steady, len(p.equations), list(p.kinds))
        self._note([(k, at, path) for k, at, _, path in call.dynamic], [(path, mutated) for path, _, mutated in p.outputs])
        self._note([(k, kind, id(x) if kind is None else x) for k, kind, x in call.other_checks])
        self.dynamic = [(k, at, self._storage(slot), path) for k, at, slot, path in call.dynamic]
        self.fresh = [self._storage(s) for s in p.fresh]
        self.saved = [self._storage(s) for s in p.saved]
        self.outputs = [(path, self._description(d), mutated) for path, d, mutated in p.outputs]
        self.returned = self._description(p.returned)
        self.runner = self._runner(call.runner)
        self.backward = None if p.backward is None else self._gradients(call.gradients)
        self.made = None if numbers is None else self._made()

    # numbers and parts

    def _note(self, *parts: Any) -> None:
        self.structure.extend(parts)

    def _number(self, n: int) -> int:
        self.numbers.append(int(n))
        return n if self.given is None else self.given[len(self.numbers) - 1]

    def _all(self, numbers: Any) -> tuple[int, ...]:
        self._note(len(numbers))
        return tuple([self._number(n) for n in numbers])

    def _checked(self, k: int, of_class: type, shape: Any, strides: Any, of: Any, needs_grad: bool, leaf: bool) -> tuple[Any, ...]:
        self._note(k, of_class, of, needs_grad, leaf)
        first = len(self.numbers)
        shape = self._all(shape)
        self.sizes += range(first, len(self.numbers))
        return k, of_class, shape, self._all(strides), of, needs_grad, leaf

    def _storage(self, s: Storage) -> Storage:
        """A storage's counterpart, with memory of its own size."""
        if s not in self.storages:
            self._note("new", s.flat.dtype)
            size = self._number(s.flat.size)
            self._add(s, s if self.given is None else Storage(np.empty(size, s.flat.dtype)))
        else:
            self._note(self.places[s])
        return self.storages[s]

    def _add(self, s: Storage, made: Storage) -> None:
        self.places[s] = len(self.places)
        self.storages[s] = made

    def _access(self, x: Access) -> Access:
        content = Content.__new__(Content)
        content.storage, content.dtype, content.equation = self._storage(x.content.storage), x.content.dtype, x.content.equation
        content.size = content.storage.flat.size
        self._note(x.content.dtype)
        made = Access(content, self._number(x.offset), self._all(x.shape), self._all(x.strides))
        last = made.offset + sum((n - 1) * stride for n, stride in zip(made.shape, made.strides, strict=True))
        if 0 not in made.shape and not 0 <= made.offset <= last < max(content.size, 1):
            raise Unsupported("elements that are not there")
        return made

    def _description(self, d: Any) -> Any:
        self._note(type(d))
        if isinstance(d, Made):
            self._note(d.whole, type(d.like), d.like.dtype, d.like.needs_grad)
            made = Made.__new__(Made)
            made.access, made.like, made.whole = self._access(d.access), d.like, d.whole
            return made
        if isinstance(d, Seen):
            self._note(d.path)
            return Seen(d.path, self._access(d.access), d.like)
        if isinstance(d, Built):
            self._note(len(d.parts))
            return Built(d.build, [self._description(part) for part in d.parts])
        if isinstance(d, Constant):
            self._note(type(d.value), repr(d.value))
        elif isinstance(d, Given | Known):
            self._note(d.path)
        else:
            raise Unsupported("a result of another kind")
        return d

    # native code

    def _runner(self, runner: AnySize) -> AnySize | None:
        """What runs the code, with the storages that stand in the place of this one's."""
        if runner.python or runner.records or runner.program.handed_on:
            raise Unsupported("a program that is more than native code")
        self._note(id(runner.code))
        n = tuple([self._number(k) for k in runner.n])
        if self.given is not None and not runner.serves(n):
            raise Unsupported("a size that the code is not for")
        handed = runner.parameters
        ordinary = runner.storages[:len(runner.storages) - len(handed)]
        there = []
        for s in ordinary:
            there.append(self._storage(s) if s in self.storages or s in runner.written else self._table(s))
        for s in handed:
            self._note(s.flat.dtype)
            self.constants.append(s.flat[0].item())
            value = None if self.given_constants is None else self.given_constants[len(self.constants) - 1]
            there.append(s if value is None else Storage(np.full(1, value, s.flat.dtype)))
        equations = {number: self._equation(runner.program.equations[number]) for number in runner.stopping}
        return None if self.given is None else runner.resized(n, there, Repeated(equations))

    def _equation(self, e: Equation) -> Equation:
        """An equation that may stop the program, for the exception's sake."""
        made = Equation(e.primitive, tuple(self._access(x) if isinstance(x, Access) else x for x in e.operands), e.params, e.line)
        made.results = tuple(self._access(x) for x in e.results)
        return made

    def _table(self, s: Storage) -> Storage:
        """What is only read: numbers in steps, one number many times, or the same in all calls."""
        flat = s.flat
        steps = np.diff(flat) if flat.dtype.kind == "i" and flat.size > 1 else np.zeros(0)
        self._note("table", flat.dtype)
        if steps.size and (steps == steps[0]).all():
            size, start, step = self._number(flat.size), self._number(flat[0]), self._number(steps[0])
            made = s if self.given is None else Storage((start + step * np.arange(size)).astype(flat.dtype))
        elif flat.dtype.kind == "f" and flat.size > 1 and (flat == flat[0]).all():
            size = self._number(flat.size)
            self.constants.append(flat[0].item())
            made = s if self.given_constants is None else Storage(np.full(size, self.given_constants[len(self.constants) - 1], flat.dtype))
        else:
            self._note(flat.size, flat.tobytes())
            made = s
        self._add(s, made)
        return made

    def _gradients(self, g: Gradients) -> Gradients | None:
        """The backward program's counterpart."""
        backward = copy.copy(g.backward)
        self._note("backward", list(g.own))
        for slot, (kind, _) in g.backward.sources.items():
            if kind == "constant":
                self._add(slot, slot)
        given = []
        for slot, kind, at, value in g.given:
            self._note(kind, at if kind == "input" else None)
            given.append((self._storage(slot), kind, at, self._storage(value) if kind == "kept" else value))
        backward.gave = [None if a is None else self._access(a) for a in g.backward.gave]
        likes = [(self._all(shape), of) for shape, of in g.likes]
        runner = self._runner(g.runner)
        if runner is None:
            return None
        made = copy.copy(g)
        made.backward, made.given, made.likes = backward, given, likes
        made.runner, made.table = runner, memoryview(runner.table)      # type: ignore[arg-type]
        return made

    def _made(self) -> Call:
        """The call with other numbers."""
        call, runner = self.call, self.runner
        assert runner is not None
        made = copy.copy(call)
        p = made.program = copy.copy(call.program)
        p.fresh, p.outputs, p.returned, p.saved = self.fresh, self.outputs, self.returned, self.saved
        p.saved_kinds = {self.storages[s]: kind for s, kind in call.program.saved_kinds.items()}
        made.runner, made.table = runner, memoryview(runner.table)      # type: ignore[arg-type]
        made.slots = {}
        for s, slot in call.slots.items():
            other = made.slots[self.storages[s]] = Slot(self.storages[s], runner.entries.get(self.storages[s]))
            other.reusable, other.alone, other.saved = slot.reusable, slot.alone, slot.saved
            other.small = other.size <= SMALL and not other.reusable and not other.saved
        made.always = [s for s in made.slots.values() if not s.small and not s.reusable]
        made.reusable = [s for s in made.slots.values() if s.reusable]
        made.dynamic, made.tensor_checks = self.dynamic, self.checks
        if self.backward is not None:
            p.backward = self.backward.backward
            made.gradients = self.backward
            made.gradients.program = p
        made.runs, made.filled = 0, False
        if call.entry is not None:
            arguments = [(slot.flat.nbytes, made.spare.ctypes.data if at is None else runner.address + 8 * at)
                         for _, at, slot, _ in made.dynamic]
            made.entry = Entry(arguments, call.spans)
            made.entry.guard(call.guards.words)
        return made


class Repeated:
    """The program of a call that was made for another size: the equations that may stop it, by their numbers."""

    def __init__(self, equations: dict[int, Equation]):
        self.equations = equations


class Family:
    """Calls whose portraits have one structure. `rule` is the size and what numbers and constants are in terms of it, once it is known."""

    def __init__(self, structure: list[Any]):
        self.structure = structure
        self.samples: list[Portrait] = []
        self.looks: list[list[Look]] = []
        self.clamps = False
        self.rule: tuple[Size, list[Any], list[Any]] | None = None
        self.calls: dict[tuple[int, ...], Call] = {}
        self.last: Call | None = None
        self.refused: set[tuple[int, ...]] = set()

    def add(self, portrait: Portrait, codes: Iterable[types.CodeType]) -> None:
        """Learn from a call that was recorded; it is the one that others are made from. `codes` are the functions that ran in it."""
        call = self.template = portrait.call
        self.calls.clear()
        self.clamps |= call.clamps
        if all(portrait.numbers != sample.numbers for sample in self.samples):
            self.samples.append(portrait)
            self.looks.append(call.looks)
            self.refused.clear()
            self.rule = self._solved() if len(self.samples) >= NEEDED and harmless(self.looks, codes) else None

    def _solved(self) -> tuple[Size, list[Any], list[Any]] | None:
        found = solved_rows(list(zip(*(s.numbers for s in self.samples), strict=True)), self.samples[0].sizes)
        if found is None:
            return None
        size, numbers = found
        places = [next(k for k in self.samples[0].sizes if isinstance(numbers[k], Extent) and numbers[k].key == n.key)
                  for n in size.symbols]
        self.sizes = [tuple([s.numbers[place] for s in self.samples]) for place in places]
        constants = [_formula(size, self.sizes, row) for row in zip(*(s.constants for s in self.samples), strict=True)]
        self.at = [self._dimension(place) for place in places]
        return None if None in constants else (size, numbers, constants)

    def _dimension(self, place: int) -> tuple[int, int]:
        """Which argument's which dimension a number is the size of."""
        for k, _, shape, strides, *_ in self.template.tensor_checks:
            if place < len(shape):
                return k, place
            place -= len(shape) + len(strides)
        raise AssertionError("a size of no argument")

    def call(self, leaves: Any) -> Call | None:
        """The call for arguments of a size that was not recorded; None where there is none."""
        if self.rule is None:
            return None
        if any(not isinstance(leaves[k], Tensor) or leaves[k].array.ndim <= d for k, d in self.at):
            return None
        n = tuple([leaves[k].array.shape[d] for k, d in self.at])
        found = self.calls.get(n)
        if self.last is not None and self.last is not found:
            self.last.release()
        known = all(min(seen) <= k and not (self.clamps and k > max(seen)) for k, seen in zip(n, self.sizes, strict=True))
        if found is None and known and n not in self.refused:
            found = self._make(n)
        self.last = found
        return found

    def _make(self, n: tuple[int, ...]) -> Call | None:
        assert self.rule is not None
        _, numbers, constants = self.rule
        values = [valued(x, n) for x in numbers]
        try:
            if any(v < 2 for v, x in zip(values, numbers, strict=True) if isinstance(x, Extent)):
                raise Unsupported("a size that is an exception")
            made = Portrait(self.template, values, [c(n) for c in constants]).made
        except Unsupported:
            self.refused.add(n)
            return None
        assert made is not None
        if len(self.calls) >= HELD:
            del self.calls[next(iter(self.calls))]
        self.calls[n] = made
        return made

    def give_up(self, call: Call) -> bool:
        """Let a size be recorded after all; False where the call is none that was made here."""
        n = next((n for n, made in self.calls.items() if made is call), None)
        if n is not None:
            del self.calls[n]
            self.refused.add(n)
        return n is not None


def _formula(size: Size, sizes: list[tuple[int, ...]], row: tuple[Any, ...]) -> Callable[[tuple[int, ...]], Any] | None:
    """A constant for a size: always the same, a whole number in terms of the size, or a fraction of such a number."""
    first = row[0]
    if len({repr(x) for x in row}) == 1:
        return lambda n: first
    if all(float(x).is_integer() for x in row):
        found = in_terms_of(size.symbols, sizes, tuple(int(x) for x in row))
        return None if found is None else lambda n: type(first)(found.at(n))
    for part, whole in FRACTIONS:
        if all(part(x) and x in (whole(round(part(x))), float(np.float32(whole(round(part(x)))))) for x in row):
            wholes = in_terms_of(size.symbols, sizes, tuple(round(part(x)) for x in row))
            return None if wholes is None else partial(_fraction, whole, wholes)
    return None


def _fraction(whole: Callable[[int], float], of: Extent, n: tuple[int, ...]) -> float:
    return whole(of.at(n))
