"""loop: an ordinary training loop, most of whose iterations run as native code.

    run = steepest.loop(100_000)
    for step in run:
        loss = criterion(model(x), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        run.record(loss=loss)
        if step % 1000 == 0:
            print(step, loss.item())

The first iterations are run by Python and recorded. When two of them agree and have left Python as they found it, the program that
they are runs natively, until a step comes that takes another way through the body.
"""

import os
import sys
import time
import types
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np

from steepest.compiling import effects
from steepest.compiling.agreement import TOLERANCE, difference
from steepest.compiling.cases import Case
from steepest.compiling.events import Ahead
from steepest.compiling.explaining import explanation, reason_of
from steepest.compiling.interrupts import Waiting
from steepest.compiling.loop_program import LoopProgram, named
from steepest.compiling.numbers import NUMBERS, TracedInt, plain
from steepest.compiling.onlooker import admitted, onlookers, told, unseen
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Names, Path, TooLarge, Walk, is_own, walk
from steepest.compiling.progress import bar
from steepest.compiling.results import Built, Computed, Constant, Kept
from steepest.compiling.sections import ROUGHLY, Compiled, Section
from steepest.compiling.source import LoopText, function_only_appends, loop_text
from steepest.compiling.sources import Source, source_of
from steepest.compiling.trace import Effect, Escape, Trace, escaped
from steepest.compiling.watching import Watch
from steepest.core.modes import interpreters
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.lower import machine
from steepest.ops import arithmetic

__all__ = ["Loop", "loop"]

CALL = 0.03
"""A native call is made to last about so many seconds, so that Ctrl-C is answered."""
WAITING = 3
"""So many recordings of a case wait for one that agrees with them."""
TRIES = 6
"""So many recordings that do not agree, and a case is left to Python for a while."""


class Site:
    """A loop in a program's text: what is known of it outlives the loop, so that it starts natively when it is entered again."""

    def __init__(self, lines: LoopText | None):
        self.text = lines
        self.cases: list[Case] = []
        self.carried: set[Path] = set()
        self.counters: dict[Path, Any] = {}
        self.streamed: set[Path] = set()
        self.codes: dict[types.CodeType, dict[str, Any]] = {}
        self.names = Names(lines.names if lines is not None else ())
        self.kept: Section | None = None
        """The last section, for a loop that begins where it ended."""
        self.hinted = False
        self.native_steps = self.seen_steps = 0
        self.native_time = self.seen_time = self.effects_time = 0.0
        self.concerns_tensors = False
        self.reason: Escape | str | None = None if lines is not None else text("loop-no-text")

    def case(self, kind: Any, step: int, bases: dict[Path, int]) -> Case | None:
        """The case of a step; None where it is not known yet."""
        return next((c for c in self.cases if c.fits(kind, step, bases)), None)

    def forget(self) -> None:
        """Other numbers are followed from now on: what was recorded without them is of no use."""
        self.kept = None
        for case in self.cases:
            case.traces, case.tries = [], 0
            case.compiled.clear()

    @property
    def compiled(self) -> bool:
        """Whether there is a program for any of its cases."""
        return any(c.compiled for c in self.cases)

    def learn(self, watch: Watch) -> None:
        """Take over which functions of the user's run in the loop."""
        if watch.codes.keys() - self.codes.keys():
            self.kept = None
            self.codes.update(watch.codes)
            self.names = Names(self.names.local, self.codes.items())


sites: dict[Any, Site] = {}


class Activation:
    """A loop that is being gone through."""

    def __init__(self, run: "Loop", site: Site, frame: types.FrameType, source: Source):
        self.run, self.site, self.frame, self.source = run, site, frame, source
        self.bases: dict[Path, Any] = {}
        self.trace: Trace | None = None
        self.section: Section | None = None
        self.ready: set[Compiled] = set()
        self.unready: set[Compiled] = set()
        self.number: int | None = None
        """What the loop variable counted in the step that was recorded last."""
        self.due = False
        """Whether Python only looks at a step that native code could take: nothing is to be learnt from it."""
        self.foreseen: dict[Storage, Any] | None = None
        """What the program for the step that Python sees now would leave in the memory that it works on."""

    def walk(self, watch: Watch | None) -> Walk:
        """Where Python's objects are now."""
        if watch is not None:
            self.site.learn(watch)
        return walk(self.frame, self.site.names, self.source.roots, lambda x: x is self.run)

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
        if (self.source.sees_last or compiled.program.needs_last) and self.source.kind(end) is None:
            end -= 1
        if self.run.every:
            end = min(end, k + -k % self.run.every)
        if onlookers:
            end = min(end, k + unseen(compiled.program.effects))
        return compiled, case.until(k, end, self.bases)

    def _foreseen(self, compiled: Compiled, k: int) -> dict[Storage, Any] | None:
        """What native code would make of a step that Python is about to take, taken back at once."""
        p = compiled.program
        if p.events or self.section is None or self.section.active is not compiled:
            return None
        before = compiled.state()
        try:
            compiled.run(self.source.streams(k, 1), k, 1)
            return {i.slot: i.slot.flat.copy() for i in p.inputs if i.in_place and i.written}
        except Exception:       # Python's own step will tell
            return None
        finally:
            compiled.restore(before)

    def _compare(self) -> None:
        """A step that Python has taken must have left what native code foresaw, within rounding; else native steps are over."""
        foreseen, self.foreseen = self.foreseen, None
        for slot, expected in (foreseen or {}).items():
            if difference(expected, slot.flat) > ROUGHLY * TOLERANCE.get(expected.dtype.name, 0):
                self.site.reason = text("loop-differs", where=self.where)
                if self.run.strict:
                    raise RuntimeError(self.site.reason)
                warnings.warn(self.site.reason, UserWarning, stacklevel=4)
                return
        for slot, expected in (foreseen or {}).items():
            slot.flat[...] = expected           # the native numbers go on: how often one looks makes no difference

    def _look(self) -> Section | None:
        """The section that is open, or one that begins where Python is now."""
        kept = self.site.kept
        if self.section is None and kept is not None and kept.source is self.source.identity and kept.still(self.frame, self.site.names):
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
            self._follow(path, 0)
        return not path

    def _follow(self, path: Path, delta: Any) -> None:
        """Follow a number that differs from step to step, or from loop to loop; what was recorded without it is of no use."""
        self.site.carried.add(path)
        self.site.counters[path] = delta
        self.site.forget()

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
            self.site.native_steps += n
            compiled.seconds = max(taken / n, compiled.seconds / 8, 1e-9)
            section.steps += n
            compiled.last = k + n - 1
            self.run._advance(n)
            self._effects(compiled.program, results, k, n)
            self.site.effects_time += time.perf_counter() - started - taken
            self.source.seen(k + n - 1)
            k += n
        return k

    def _called(self, compiled: Compiled, k: int, n: int) -> tuple[int, list[Any]]:
        """Run up to n steps: to the first that ends the loop, or up to one that Python must see, since it fails or leaves numbers that
        Python's arithmetic would not."""
        before, p = compiled.state(), compiled.program
        assert self.section is not None
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
        if self.due or site.reason is not None or interpreters or site.text is None or not self.run._pays(self, k, 0):
            return False
        case = site.case(self.source.kind(k), k, self.bases)
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
            self._learn(trace, self.source.kind(k), k)
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

    def _learn(self, trace: Trace, kind: Any, k: int) -> None:
        """What a recorded iteration teaches: numbers that it leaves for the next, and perhaps a program."""
        site = self.site
        conditions = tuple(dict.fromkeys(trace.recorder.conditions))
        case = next((c for c in site.cases if c.kind == kind and c.conditions == conditions), None)
        if case is None:
            case = Case(kind, conditions)
            site.cases.append(case)
        case.tries += 1
        if self._numbers(trace) or case.traces and self._others(case.traces[0], trace):
            site.forget()
            case.tries = 1
            return
        assert site.text is not None
        site.concerns_tensors = site.concerns_tensors or bool(trace.recorder.equations)
        why = escaped(trace)
        number = self.number = self.source.number(k)
        line = None if why is not None else site.text.unnoticed(self.frame, number)
        if line is not None:
            why = Escape("loop-variable", line)
        if why is None and not site.text.rewritten:
            kinds: dict[bool, set[str]] = {True: set(), False: set()}
            for path, entered in trace.entered.items():
                kinds[type(entered) is TracedInt].add(next((k for k in reversed(path) if isinstance(k, str)), ""))
            line = site.text.unasked(self.frame, kinds[True], kinds[False], site.codes)
            if line is not None:
                why = Escape("loop-unasked", line)
        line = None if why is not None else site.text.uncompared(self.frame, number, trace.recorder.compared)
        if line is not None:
            why = Escape("loop-compared", line)
        if why is not None:
            if isinstance(case.reason, Escape) and (case.reason.key, case.reason.line) == (why.key, why.line):
                case.tries = TRIES          # it will not be another way the next time
            case.reason = why
            return
        if not trace.recorder.equations:
            case.reason = Escape("loop-nothing", None)
            return
        others, case.traces = case.traces, [trace, *case.traces[:WAITING - 1]]
        if not others or not self.run._pays(self, k, len(trace.recorder.equations)):
            return
        names, compiled = site.text.names_in(self.frame, number), None
        try:
            for before in others:       # steps of one case may begin with tensors of two kinds, by turns
                try:
                    program = LoopProgram(before, trace, names, site.text.stores_only, self._only_appended, site.text.rewritten)
                    compiled = Compiled(program, self.run.exact)
                    break
                except Differs as problem:
                    case.reason = str(problem)
        except machine.Unavailable as problem:
            site.reason = str(problem)
            return
        except Exception as problem:
            if self.run.strict:
                raise
            site.reason = text("loop-mistake", where=self.where, problem=f"{type(problem).__name__}: {problem}")
            warnings.warn(site.reason, UserWarning, stacklevel=4)
            return
        if compiled is None:
            return
        case.compiled.append(compiled)
        case.traces, case.reason, case.tries = [t for t in others if t is not before or program.unproved], None, 0
        self.run.met.add(compiled)
        if machine_log():
            say(f"{self.where}: step {k} compiled in {compiled.compile_time * 1e3:.0f} ms, {len(program.equations)} operations")

    def _numbers(self, trace: Trace) -> bool:
        """Find numbers that the iteration changed; whether any of them was not followed yet."""
        site = self.site
        assert site.text is not None
        news = False
        for path, value in trace.after.values.items():
            old = trace.before.values.get(path)
            if trace.hosted(path):
                changes = path[-1] == "lr" or old != value and path[-1] != "initial_lr"     # a rate may stay the same for a while
                if changes and "param_groups" in path and value[0] is float and path not in site.streamed:
                    site.streamed.add(path)
                    news = True
                continue
            if path[0] in site.text.stores_only or trace.grows(path) or old is None:
                continue
            if value[0] not in NUMBERS or old[0] not in NUMBERS:
                continue
            if path in site.counters:
                if value[0](value[1]) - old[0](old[1]) != site.counters[path]:
                    del site.counters[path]
                    self.bases.pop(path, None)
                    news = True
            elif old != value and path not in site.carried:
                site.carried.add(path)
                if value[0] is int and old[0] is int and path not in trace.numbers:
                    site.counters[path] = value[1] - old[1]
                news = True
        return news

    def _others(self, before: Trace, trace: Trace) -> bool:
        """Find numbers with which two recordings of one case began that are not the same, as a rate that changes between two loops."""
        site, found = self.site, trace.before.values
        assert site.text is not None
        names = site.text.names_in(self.frame, self.source.number(trace.step)) - site.text.stores_only

        def follow(path: Path) -> bool:
            known = path in site.carried or path in site.streamed or trace.hosted(path) or trace.grows(path) or before.grows(path)
            return not known and (path[0] in names or path[0] == "global")

        news = [path for path, old in before.before.values.items() if path in found and old != found[path]
                and old[0] in NUMBERS and found[path][0] in NUMBERS and follow(path)]
        site.carried.update(news)
        site.counters.update((path, 0) for path in news)
        return bool(news)

    def _only_appended(self, path: Path) -> bool:
        """Whether the loop, and the functions that it calls, do nothing with a list but append to it."""
        assert self.site.text is not None
        rest = path[1:] if path[0] == "global" else path
        attribute = "." in rest
        name = rest[len(rest) - rest[::-1].index(".")] if attribute else rest[0]
        return (isinstance(name, str) and self.site.text.only_appends(name, self.frame, self.number, attribute)
                and all(function_only_appends(code, name, attribute) for code in self.site.codes))

    # ends

    def close_section(self) -> None:
        """Python looks again."""
        section, self.section = self.section, None
        if section is not None:
            section.close()
            if section.before is not None and self.site.text is not None:
                section.keep(self.source.identity, self.ready, self.site.text.stores_only, self.site.carried)
                self.site.kept = section
        self.ready = set()
        self.unready.clear()

    def close(self) -> None:
        """The loop is over or was left."""
        if self.trace is not None:
            self.trace.finish()
            self.trace = None
        self.close_section()

    @property
    def where(self) -> str:
        """The loop's place."""
        line = self.site.text.node.lineno if self.site.text is not None else self.frame.f_lineno
        return f"{self.frame.f_code.co_filename}:{line}"


class Loop:
    """What `loop` returns: goes over its items, most of them natively, and keeps what is recorded.

    `history` is a dictionary of lists, one value for each step.
    """

    rewritten = False

    def __init__(self, items: Any, epochs: int, every: int | None, strict: bool, exact: bool | None, progress: bool = False):
        self.items, self.epochs, self.every, self.strict, self.exact = items, epochs, every, strict, exact
        self.progress = progress
        self.history: dict[str, list[Any]] = {}
        self.met: set[Compiled] = set()
        self.stopped = False
        self.bar: Any = None
        self._conditions: list[Callable[[], bool]] = []
        self._activation: Activation | None = None

    def __len__(self) -> int:
        return (self.items if isinstance(self.items, int) else len(self.items)) * self.epochs

    def __iter__(self) -> Iterator[Any]:
        source = source_of(self.items, self.epochs)
        if source is None:
            return (item for _ in range(self.epochs) for item in self.items)
        return self._iterate(source)

    def _iterate(self, source: Source) -> Iterator[Any]:
        frame = users_frame(sys._getframe(1))
        activation = self._activation = Activation(self, site_of(frame, self.exact, self.rewritten), frame, source)
        self.stopped = False
        if self.progress:
            self.bar = bar(len(self))
        running.append(self)
        try:
            k = yield from self._warm_up(activation, source)
            while not self.stopped:
                if self._gives_up(activation):
                    yield from source.some(k, sys.maxsize - k)
                    break
                k = activation.native(k)
                if self.stopped or source.kind(k) is None:
                    break
                started = time.perf_counter()
                with Waiting():
                    item = activation.begin(k)
                activation.watch(True)
                yield item
                del item
                activation.watch(False)
                with Waiting():
                    activation.end(k)
                activation.site.seen_time += time.perf_counter() - started
                self._hint(activation)
                self._advance(1)
                k += 1
        finally:
            running.remove(self)
            activation.watch(False)
            with Waiting():
                activation.close()
            self._done()

    def _warm_up(self, activation: Activation, source: Source) -> Generator[Any, None, int]:
        """Items for Python alone before anything is recorded; how many there were."""
        yield from ()
        return 0

    def _pays(self, activation: Activation, k: int, operations: int) -> bool:
        """Whether recording and compiling so many operations (0: not known yet) at step k pays."""
        return True

    def _gives_up(self, activation: Activation) -> bool:
        """Whether the rest of the items go to Python without another thought."""
        return False

    def _advance(self, n: int) -> None:
        """So many steps have been done."""
        if self.bar is not None:
            self.bar.update(n)

    def _done(self) -> None:
        """The loop is over."""
        if self.bar is not None:
            self.bar.close()

    def abandon(self, why: str) -> None:
        """Leave the iteration that is going on, and later ones, to Python."""
        if self._activation is not None:
            self._activation.abandon(why)

    def _hint(self, activation: Activation) -> None:
        """Say once why every step is seen."""
        site = activation.site
        if site.hinted or site.native_steps or site.seen_steps < 4 * TRIES:
            return
        site.hinted = True
        why = reason_of(site)
        if why and self.strict:
            raise RuntimeError(why)
        if why:
            warnings.warn(why, UserWarning, stacklevel=3)

    def record(self, **values: Any) -> None:
        """Keep a value of every step, the unseen ones too: tensors, numbers. `history[name]` lists them."""
        for name, value in values.items():
            tracer = effects.recorder_now()
            if tracer is not None:
                followed = value
                if isinstance(value, Tensor):
                    whole = value.array.ndim or value.dtype.is_complex
                    followed = arithmetic.clone(value.detach(), to=value.dtype) if whole else tracer.number(value, value.array.item())
                tracer.effects.append(Effect("record", name, (followed,)))
            self._keep(name, value)

    def emit(self, function: Callable[..., Any], *values: Any) -> None:
        """Call `function(*values)` in every step, in order, the unseen ones too: for them with the values that they had. Tensors
        are handed over as copies without graph; what else the function uses must be the same in every step.

        >>> w, run = torch.ones(1), torch.loop(6)
        >>> for step in run:
        ...     w *= 2
        ...     run.emit(lambda step, w: print(step, w.tolist()) if step % 3 == 2 else None, step, w)
        2 [8.0]
        5 [64.0]
        """
        effects.emit(function, values)

    def stop_when(self, condition: Any) -> None:
        """End the loop after the first step in which the condition, a tensor of one element or a bool, holds.

        >>> w, run = torch.ones(1), torch.loop(1000)
        >>> for step in run:
        ...     w *= 2
        ...     run.stop_when(w > 100)
        >>> w, step
        (tensor([128.]), 6)
        """
        self.stopped = effects.stop_when(condition) or self.stopped

    def explain(self) -> None:
        """Print which steps were native, the programs that they ran (equations with shapes and lines), how these were compiled, and
        where the time went."""
        if self._activation is not None:
            print(explanation(self._activation.site))

    def _keep(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor):
            value = value.array.item() if value.array.ndim == 0 else fresh(value.array.copy(), value.dtype)
        self.history.setdefault(name, []).append(plain(value))


def loop(items: Any, *, epochs: int = 1, every: int | None = None, strict: bool = False, exact: bool = False,
         progress: bool = False) -> Loop:
    """Go over a number of steps, or over the batches of a loader `epochs` times, with most iterations run as native code.

    `every`: Python sees each step whose number is a multiple of it. `strict`: RuntimeError where every step has to be seen, instead of a
    warning. `exact`: arithmetic in the order in which it is written, as Python's floats would give it. `progress`: a bar
    on stderr, where that is a terminal.

    >>> w = torch.zeros(1, requires_grad=True)
    >>> for step in torch.loop(100):
    ...     w.grad = None; ((w - 3) ** 2).sum().backward()
    ...     with torch.no_grad(): w -= 0.1 * w.grad
    >>> w
    tensor([3.0000], requires_grad=True)
    """
    return Loop(items, epochs, every, strict, exact, progress)


def users_frame(frame: Any) -> types.FrameType:
    """The innermost frame outside of this package."""
    while is_own(frame.f_code.co_filename) and frame.f_back is not None:
        frame = frame.f_back
    result: types.FrameType = frame
    return result


running: list[Loop] = []
"""The loops that are being gone through, the innermost last."""


def site_of(frame: types.FrameType, exact: bool | None, looks_inside: bool) -> Site:
    """What is known of the loop that a frame is in; `looks_inside`: through `enumerate` and progress bars."""
    key = frame.f_code.co_filename, frame.f_code, frame.f_lasti, exact, bool(onlookers)
    site = sites.get(key)
    if site is None:
        lines = loop_text(frame)
        site = sites[key] = Site(lines)
        if lines is not None:
            lines.rewritten = looks_inside
        if lines is not None and not lines.direct and not looks_inside:
            site.reason = text("loop-not-direct", line=lines.node.lineno)
    return site


def machine_log() -> bool:
    """Whether `STEEPEST_LOG=compile` asks to be told."""
    return "compile" in os.environ.get("STEEPEST_LOG", "")


def say(sentence: str) -> None:
    """A line of the log."""
    print(f"steepest: {sentence}", file=sys.stderr)

