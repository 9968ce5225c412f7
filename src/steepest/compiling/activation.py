"""Activation: one run through a loop, native steps where that is possible, and steps that Python sees where it is not."""

import time
import types
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from steepest.compiling.agreement import TOLERANCE, allowed, difference
from steepest.compiling.cases import Case
from steepest.compiling.events import Ahead
from steepest.compiling.interrupts import Waiting
from steepest.compiling.learning import TRIES, Learning
from steepest.compiling.loop_program import LoopProgram, named
from steepest.compiling.numbers import NUMBERS
from steepest.compiling.onlooker import admitted, onlookers, told, unseen
from steepest.compiling.places import TooLarge
from steepest.compiling.results import Built, Computed, Constant, Kept
from steepest.compiling.sections import ROUGHLY, Compiled, Section
from steepest.compiling.sites import Site, machine_log, say
from steepest.compiling.sources import Source
from steepest.compiling.trace import Escape, Trace
from steepest.core.modes import interpreters
from steepest.core.storage import Storage
from steepest.errors import text

__all__ = ["Activation"]

CALL = 0.03
"""A native call is made to last about so many seconds, so that Ctrl-C is answered."""


GROWN = 0.25
"""So much of the norm of what a step leaves may be rounding that has grown."""


class Foreseen(NamedTuple):
    """What native code would leave in the memory that it works on, and what its equations leave there if Python evaluates them."""

    left: dict[Storage, Any]
    evaluated: Callable[[], dict[Storage, Any]]
    precision: dict[Storage, float]


def _differs(foreseen: dict[Storage, Any], precision: dict[Storage, float]) -> bool:
    """Whether memory holds something else than was foreseen, beyond rounding."""
    return any(difference(expected, slot.flat) > ROUGHLY * allowed(slot, expected, precision) for slot, expected in foreseen.items())


def _is_alike(foreseen: dict[Storage, Any]) -> bool:
    """Whether memory holds the most of what was foreseen."""
    with np.errstate(all="ignore"):
        return all(np.linalg.norm(expected - slot.flat) <= GROWN * np.linalg.norm(slot.flat) for slot, expected in foreseen.items()
                   if expected.dtype.name in TOLERANCE)


class Activation(Learning):
    """A loop that is being gone through."""

    def __init__(self, run: Any, site: Site, frame: types.FrameType, source: Source):
        super().__init__(run, site, frame, source)
        self.trace: Trace | None = None
        self.section: Section | None = None
        self.ready: set[Compiled] = set()
        self.unready: set[Compiled] = set()
        self.due = False
        """Whether Python only looks at a step that native code could take: nothing is to be learnt from it."""
        self.foreseen: Foreseen | None = None
        """What the program for the step that Python sees now would leave in the memory that it works on."""

    # native steps

    def native(self, k: int) -> int:
        """Run native steps from step k on, as many as there are before Python must look; the step that comes then."""
        self.due = False
        if self.site.reason is not None or interpreters or not self.site.compiled:
            return k
        with Waiting() as waiting:
            while not waiting.noted and not self.run.stopped:
                compiled, end = self._next(k)
                if compiled is None or end <= k:
                    self.due = compiled is not None
                    self.foreseen = None if compiled is None else self._foreseen(compiled, k)
                    break
                reached = self._steps(compiled, k, end, waiting)
                if reached < end:
                    return reached
                k = reached
        return k

    def _next(self, k: int) -> tuple[Compiled | None, int]:
        """The program for step k, if Python is where it can begin, and the first step behind it that is another matter."""
        kind = self.source.kind(k)
        if kind is None or self.site.counters and not self._counted(k):
            return None, k
        case = self.site.case(kind, k, self.bases)
        compiled = None if case is None else self._ready(case, k)
        if case is None or compiled is None:
            return None, k
        end = k + (self.source.ahead(k, compiled.draws) if compiled.program.repeats else 1)
        if (self.source.sees_last or compiled.program.needs_last) and self.source.ends(end):
            end -= 1
        if self.run.every:
            end = min(end, k + -k % self.run.every)
        if onlookers:
            end = min(end, k + unseen(compiled.program.effects))
        return compiled, case.until(k, end, self.bases)

    def _foreseen(self, compiled: Compiled, k: int) -> Foreseen | None:
        """What native code would make of a step that Python is about to take, taken back at once."""
        p = compiled.program
        if p.events or self.section is None or self.section.active is not compiled:
            return None
        before, streams = compiled.state(), self.source.streams(k, 1)
        try:
            compiled.run(streams, k, 1)
            left = {i.slot: i.slot.flat.copy() for i in p.inputs if i.in_place and i.written}
        except Exception:       # Python's own step will tell
            return None
        finally:
            compiled.restore(before)
        return Foreseen(left, lambda: compiled.left_by_equations(before, streams, k), compiled.precision)

    def _compare(self) -> None:
        """A step that Python has taken must have left what native code foresaw, within rounding; else native steps are over.

        Rounding may have grown, as where it decides on which side of zero a rectifier's operand lies. Then the most must still be alike,
        and Python must have left what the equations leave that native code was made from.
        """
        foreseen, self.foreseen = self.foreseen, None
        if foreseen is None:
            return
        left, evaluated, precision = foreseen
        if _differs(left, precision) and (not _is_alike(left) or _differs(evaluated(), precision)):
            self.site.reason = text("loop-differs", where=self.where)
            if self.run.strict:
                raise RuntimeError(self.site.reason)
            warnings.warn(self.site.reason, UserWarning, stacklevel=4)
            return
        for slot, expected in foreseen.left.items():
            slot.flat[...] = expected           # the native numbers go on: how often one looks makes no difference

    def _look(self) -> Section | None:
        """The section that is open, or one that begins where Python is now."""
        kept = self.site.kept
        if self.section is None and kept is not None and kept.still(self.frame, self.source, self.run):
            self.section, self.ready = kept, kept.ready
            kept.begin(self.frame, self.bases)
        if self.section is None:
            self.site.kept = None
            try:
                self.section = Section(self.walk(None), self.frame, self.bases)
            except TooLarge:
                return None
        return self.section

    def _counted(self, k: int) -> bool:
        """Know what the counters would be at step 0; False where Python has set one to something else than a number."""
        if self.section is not None:
            return True
        section = self._look()
        for path, delta in self.site.counters.items():
            kind, value = (section.now.values if section is not None else {}).get(path, (None, None))
            if kind is None:            # another way through the program has no such place
                self.bases.pop(path, None)
                continue
            if kind not in NUMBERS:
                return False
            self.bases[path] = kind(value) - delta * k if delta else kind(value)
        return True

    def _ready(self, case: Case, k: int) -> Compiled | None:
        section = self._look()
        for compiled in case.compiled if section is not None else ():
            if compiled not in self.ready and compiled not in self.unready:
                (self.ready if self._admits(compiled, k) else self.unready).add(compiled)
            if compiled in self.ready and section is not None and section.enter(compiled):
                if compiled is not case.compiled[0]:        # the next time it is tried first
                    case.compiled.remove(compiled)
                    case.compiled.insert(0, compiled)
                return compiled
        return None

    def _admits(self, compiled: Compiled, k: int) -> bool:
        """Whether Python is where the program can begin."""
        assert self.section is not None
        now, p = self.section.now, compiled.program
        if p.pinned and compiled not in self.run.met or not p.bases <= self.bases.keys():
            return False
        path = p.why_not(now)
        if path and machine_log():
            say(f"{self.where}: step {k} is not native, {named(path)} differs")
        if path and p.values.get(path, (None,))[0] in NUMBERS and path not in self.site.carried:
            self.site.follow([path])
        return not path

    def _steps(self, compiled: Compiled, k: int, end: int, waiting: Waiting) -> int:
        """Run native steps k ... end - 1 in calls of bounded length; fewer where one of them must be seen."""
        section = self.section
        assert section is not None
        while k < end and not self.run.stopped and not waiting.noted:
            n = min(end - k, max(int(CALL / compiled.seconds), 1))
            started = time.perf_counter()
            n, results = self._called(compiled, k, n)
            taken = time.perf_counter() - started
            if not n:
                break
            self.site.native_time += taken
            self.run._won(n, taken)
            self.site.native_steps += n
            compiled.seconds = max(taken / n, compiled.seconds / 8, 1e-9)
            section.steps += n
            compiled.last = k + n - 1
            self.run._advance(n)
            self._effects(compiled.program, results, k, n)
            self.site.effects_time += time.perf_counter() - started - taken
            compiled.given = self.source.given(k + n - 1)
            self.source.seen(k + n - 1)
            k += n
        return k

    def _called(self, compiled: Compiled, k: int, n: int) -> tuple[int, list[Any]]:
        """Run up to n steps: to the first that ends the loop, or up to one that Python must see, since it fails or leaves numbers that
        Python's arithmetic would not."""
        assert self.section is not None
        before, p = compiled.state(self.section.looks_at(compiled)), compiled.program
        ahead = Ahead(p.events, p.host_streams, self.section.now.places) if p.events else None

        def run(n: int) -> list[Any]:
            return compiled.run(self.source.streams(k, n) + (ahead.run(n) if ahead is not None else []), k, n)

        def back() -> None:
            compiled.restore(before)
            if ahead is not None:
                ahead.back()

        while n:
            try:
                results = run(n)
            except Exception:
                back()
                n //= 2
                continue
            if compiled.overflows(before):
                back()
                n //= 2
                continue
            shown = admitted(p.effects, results, n) if onlookers else n
            if shown < n:
                back()
                n = shown
                continue
            if not p.stops:
                return n, results
            wanted, again = self._until_stop(p, results, n)
            if again:
                back()
                results = run(wanted)
            return wanted, results
        return 0, []

    def _until_stop(self, p: LoopProgram, results: list[Any], n: int) -> tuple[int, bool]:
        """How many of n steps there are up to the one that ends the loop, and whether steps were run behind it."""
        held = np.any([results[index].reshape(n, -1).any(1) for index in p.stops], axis=0)
        if not held.any():
            return n, False
        self.run.stopped = True
        first = int(held.argmax()) + 1
        return first, first < n

    def _effects(self, p: LoopProgram, results: list[Any], k: int, n: int) -> None:
        """Do for the user what n iterations would have done."""
        if not p.effects:
            return
        columns = []
        if onlookers:
            told(p.effects, results, n)
        for kind, target, values in p.effects:
            if kind in ("stop", "tell"):
                continue
            rows = [self._column(v, results, k, n) for v in values]
            if kind == "record":
                self.run.history.setdefault(target, []).extend(rows[0])
            elif kind == "grow":
                assert self.section is not None
                self.section.grow(target, [v for row in zip(*rows, strict=True) for v in row])
            else:
                columns.append((target, rows))
        if columns:
            for i in range(n):
                for function, rows in columns:
                    function(*[row[i] for row in rows])

    def _column(self, value: Any, results: list[Any], k: int, n: int) -> list[Any]:
        """The values that an effect has in n steps."""
        if isinstance(value, Constant):
            return [value.value] * n
        if isinstance(value, Computed):
            return [value.at(step, self.bases) for step in range(k, k + n)]
        if isinstance(value, Built):
            columns = [self._column(part, results, k, n) for part in value.parts]
            return [value.build([c[i] for c in columns]) for i in range(n)]
        assert isinstance(value, Kept)
        column = results[value.index]
        if not isinstance(value.kind, type):
            return [value.of(row) for row in column]
        return column.ravel().tolist() if value.kind in (int, float) else list(column.ravel())

    # seen steps

    def begin(self, k: int) -> Any:
        """Close what native steps left open, and make the item of a step that Python sees; recorded where something can be learnt."""
        self.close_section()
        self.site.seen_steps += 1
        if not self._wants_recording(k):
            return self.source.item(k, None)
        trace = self.trace = Trace(k, self.frame, self.walk, self.site.carried, self.site.counters, self.site.streamed)
        trace.start()
        self.bases.update(trace.recorder.bases)
        return self.source.item(k, trace)

    def _wants_recording(self, k: int) -> bool:
        site = self.site
        if self.due or site.reason is not None or interpreters or site.text is None:
            return False
        case = site.case(self.source.kind(k), k, self.bases)
        if not self.run._pays(self, site.share(case), here=case is not None and bool(case.compiled)):
            return False
        if case is None:
            return len(site.cases) < 64
        case.seen += 1
        return case.tries < TRIES or case.seen in (64, 512, 4096)

    def watch(self, on: bool) -> None:
        """Watch what runs, or no longer."""
        if self.trace is not None:
            (self.trace.watch.start if on else self.trace.watch.stop)()

    def end(self, k: int) -> None:
        """The step is over."""
        if self.trace is not None:
            self.trace.finish()
        trace, self.trace = self.trace, None
        self.ready = set()
        self.unready.clear()
        self.section = None
        if trace is not None:
            self.learn(trace, self.source.kind(k), k)
        self.source.seen(k)
        self._compare()

    def abandon(self, why: str) -> None:
        """Do not record this iteration, nor later ones."""
        trace, self.trace = self.trace, None
        if trace is not None:
            trace.finish()
            self.site.reason = why

    def hopeless(self) -> bool:
        """Whether no step of the loop will ever be native."""
        site = self.site
        if site.reason is not None:
            return True
        return (sum(c.tries for c in site.cases) >= 3 and not site.native_steps and not site.carried and bool(site.cases)
                and all(isinstance(c.reason, Escape) and c.reason.key == "loop-nothing" and not c.conditions for c in site.cases))

    def resting(self) -> bool:
        """Whether all recordings so far have shown that they give no program."""
        return not self.site.compiled and bool(self.site.cases) and all(c.tries >= TRIES for c in self.site.cases)

    # ends

    def close_section(self) -> None:
        """Python looks again."""
        section, self.section = self.section, None
        if section is not None:
            section.close()
            if section.before is not None and self.site.text is not None:
                section.keep(self.source, self.ready, self.site)
                self.site.kept = section
        self.ready = set()
        self.unready.clear()

    def close(self) -> None:
        """The loop is over or was left."""
        if self.trace is not None:
            self.trace.finish()
            self.trace = None
        self.close_section()
