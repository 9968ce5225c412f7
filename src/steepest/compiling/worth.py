"""What compiling a loop costs and what it is likely to save: whether it is worth the trouble, before it is begun.

The time that Python would still need is known where the number of steps is, of the loop and of those around it; where a loop may be left
before its end it is taken to last as long again as it has. Compiling is begun where that time, as far as native code saves it, is clearly
longer than recording and compiling take; else when that is a small part of what the program has needed so far. All times are of the
processor for the main thread: other work on the machine changes nothing.
"""

import ast
import hashlib
import json
import math
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

from steepest.compiling.following import calls
from steepest.lower import cache
from steepest.version import __version__

__all__ = ["Ledger", "Passage", "Statement", "by_python", "clock", "ledger", "passages", "running"]

LOOK = 0.01
"""The time is looked at about so often."""
FINEST = 1e-4
clock = time.thread_time if time.get_clock_info("thread_time").resolution <= FINEST else time.perf_counter

START, COLD, KEPT = 0.08, 4e-3, 1.2e-3
"""Seconds that compiling a program takes at all, and for each operation: anew, and where the machine code is kept from another run."""
RECORDING = 12
"""Recordings take as long as so many steps."""
LOOKS = 4
"""The time of a step is known when so many stretches of steps have been timed: the first ones make much ready."""
OPERATIONS = 40
"""So many operations a step is taken to have before it has been recorded."""
SAVED, CLEARLY = 0.7, 1.3
"""So much of Python's time native code saves, and by so much the gain must be larger than the cost."""
SHARE, RISK = 0.05, 0.1
"""So much of the time of a process may be spent on what is not known to pay; so much of the gain on recordings that give no program."""
REFUSED = 10.0
"""A loop that gave no program in another run has to be so many times more worth the trouble."""


class Ledger:
    """What recording and compiling have cost in this process and not yet won back, in seconds."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.ready = False

    def first(self) -> float:
        """Seconds of the first recording of all that make the package ready for others."""
        made_ready, self.ready = 0.0 if self.ready else START, True
        return made_ready

    def allows(self, cost: float) -> bool:
        """Whether a cost is small beside what the program has needed so far."""
        return self.spent + cost <= SHARE * clock()

    def won(self, seconds: float) -> None:
        """Native code has saved this time."""
        self.spent = max(self.spent - seconds, 0.0)


ledger = Ledger()


class Statement:
    """A `for` statement of a rewritten program, and what is known of the time that it takes. Its programs fit the objects that it
    works with: these stay the same `within` loops in these lines (None: in all)."""

    def __init__(self, node: ast.For, text: bytes = b"", within: frozenset[int] | None = None):
        self.line, self.within = node.lineno, within
        self.trains = calls(node.body, ("backward", "step"))
        self.leaves = any(_leaves(n) for n in node.body)
        self.around = any(isinstance(n, (ast.For, ast.Call)) for part in node.body for n in ast.walk(part))
        """Whether other loops may run within it."""
        self.text = text
        self.entered = 0
        self.left_alone = self.belongs = self.compiled = False
        self.seconds = math.inf
        """The time of a step by Python."""
        self.looks = 0
        self.python_time = self.fruitless = 0.0
        """What steps by Python have taken in all; what recordings have that gave no program."""
        self.operations = 0
        """How many a step has, once it has been recorded."""
        self.paid = 0.0
        """What the last program has cost."""
        self.misses = self.skips = 0
        """In how many passes none of the programs fitted, one after the other; how many are not asked."""
        self.lengths = (0, 0)
        """How many passes have ended, and how many steps they had in all."""
        self._memory: dict[str, Any] | None = None
        self._kept: dict[str, Any] | None = None

    @property
    def cost(self) -> float:
        """What a program of this loop is likely to cost."""
        if self.paid:
            return self.paid
        per_operation = KEPT if self.memory.get("compiled") else COLD
        return START + per_operation * (self.operations or self.memory.get("operations", OPERATIONS)) + RECORDING * self.seconds

    @property
    def memory(self) -> dict[str, Any]:
        """What another run of the same text has learnt of the loop."""
        if self._memory is None:
            found = cache.read(self._key()) if self.text else None
            self._memory = {} if found is None else json.loads(found)
        return self._memory

    def remember(self, compiled: bool) -> None:
        """Keep for other runs whether the loop has a program."""
        known = {"compiled": compiled, "operations": self.operations}
        if self.text and known != (self._kept or self.memory):
            self._kept = known
            cache.write(self._key(), json.dumps(known).encode())

    def _key(self) -> str:
        return "loop-" + hashlib.sha256(b"%s %d %s" % (__version__.encode(), self.line, self.text)).hexdigest()

    def length(self, passage: "Passage") -> float:
        """How many steps a passage is likely to have."""
        if not self.leaves and not passage.open:
            return passage.steps
        ended, steps = self.lengths
        return min(passage.steps, max(steps / ended if ended else 0, 2 * passage.k))

    def remaining(self, passage: "Passage", here: bool = False) -> float:
        """Seconds that Python would need for this loop from now on; `here`: in this passage."""
        if self.looks < LOOKS:
            return 0.0
        whole = self.length(passage)
        steps = whole - passage.k
        for outer in passages:
            if here or outer is passage:
                break
            if self.within is not None and outer.statement.line not in self.within:
                continue
            left = outer.statement.length(outer) - outer.k - 1
            steps += max(left, 0.0) * whole * outer.entries.get(self, 1) / (outer.k + 1)
        return max(steps, 0.0) * self.seconds

    def pays(self, passage: "Passage", share: float = 1.0, here: bool = False) -> bool:
        """Whether recording and compiling steps that are this share of all, those `here` alone, is worth the trouble."""
        gain = SAVED * share * self.remaining(passage, here)
        if max(gain, self.python_time) < START:
            return False
        cost = self.cost + self.fruitless
        if self.memory.get("compiled") is False:
            cost *= REFUSED
        if self.fruitless > RECORDING * self.seconds + max(SHARE * clock(), RISK * gain):
            return False
        return gain >= CLEARLY * cost or self.python_time >= cost and ledger.allows(cost)


class Passage:
    """One run through a `for` statement; `steps` is how many there are in it at most, where it is `open` that is not known."""

    def __init__(self, statement: Statement, steps: int, open: bool = False):
        self.statement, self.steps, self.open, self.k = statement, steps, open, 0
        self.entries: dict[Statement, int] = {}
        """How often other loops have been entered within it."""

    def begin(self) -> None:
        """It is entered."""
        for outer in passages:
            outer.entries[self.statement] = outer.entries.get(self.statement, 0) + 1
        passages.append(self)

    def end(self) -> None:
        """It is over or was left."""
        passages.remove(self)
        ended, steps = self.statement.lengths
        self.statement.lengths = ended + 1, steps + self.k

    def pays(self, share: float = 1.0, here: bool = False) -> bool:
        """Whether it is worth the trouble to compile steps that are this share of all, those `here` alone."""
        return self.statement.pays(self, share, here)

    def reached(self, k: int) -> bool:
        """Whether so many steps have been taken."""
        return self.k >= k

    def timed(self, n: int, seconds: float) -> None:
        """Python has taken n steps in this time."""
        s = self.statement
        s.python_time += seconds
        if self.k > n or s.entered > 1:         # the first step of all makes much ready
            s.seconds = min(s.seconds, seconds / n)
            s.looks += 1


passages: list[Passage] = []
"""The loops that are being gone through, the innermost last."""
running: list[Any] = []
"""Those of them that may be native, as `Loop`s."""


def by_python(passage: Passage, some: Callable[[int, int], Iterator[Any]], told: Callable[[int], None],
              enough: Callable[[], bool]) -> Generator[Any, None, bool]:
    """Items for Python, `some(k, n)` at a time, until there are enough; whether there are no more."""
    chunk = 1
    while not enough():
        before, started = passage.k, clock()
        for item in some(before, chunk):
            passage.k += 1
            yield item
        n = passage.k - before
        if not n:
            return True
        passage.timed(n, clock() - started)
        told(n)
        chunk = max(1, min(2 * chunk, int(LOOK / max(passage.statement.seconds, 1e-6))))
    return False


def _leaves(node: ast.AST) -> bool:
    """Whether a statement may end the loop around it."""
    if isinstance(node, (ast.Break, ast.Return)):
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):        # their `break` is their own
        return any(isinstance(n, ast.Return) for part in node.body for n in ast.walk(part)) or any(map(_leaves, node.orelse))
    return any(map(_leaves, ast.iter_child_nodes(node)))
