"""Learning: what recorded iterations of a loop teach, the numbers that must be followed and the programs."""

import types
import warnings
from typing import Any

from steepest.compiling.cases import Case
from steepest.compiling.loop_program import LoopProgram
from steepest.compiling.numbers import NUMBERS, TracedInt
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Path, Walk, walk
from steepest.compiling.sections import Compiled
from steepest.compiling.sites import Site, machine_log, say
from steepest.compiling.source import function_only_appends
from steepest.compiling.sources import Source
from steepest.compiling.trace import Escape, Trace, escaped
from steepest.compiling.watching import Watch
from steepest.errors import text
from steepest.lower import machine

__all__ = ["Learning"]

WAITING = 3
"""So many recordings of a case wait for one that agrees with them."""
TRIES = 6
"""So many recordings that do not agree, and a case is left to Python for a while."""


class Learning:
    """A loop that is being gone through, as far as it learns. `run` is the Loop, `frame` where its statement stands."""

    def __init__(self, run: Any, site: Site, frame: types.FrameType, source: Source):
        self.run, self.site, self.frame, self.source = run, site, frame, source
        self.bases: dict[Path, Any] = {}
        self.number: int | None = None
        """What the loop variable counted in the step that was recorded last."""

    @property
    def where(self) -> str:
        """The loop's place."""
        line = self.site.text.node.lineno if self.site.text is not None else self.frame.f_lineno
        return f"{self.frame.f_code.co_filename}:{line}"

    def walk(self, watch: Watch | None) -> Walk:
        """Where Python's objects are now."""
        if watch is not None:
            self.site.learn(watch)
        return walk(self.frame, self.site.names, self.source.roots, lambda x: x is self.run)

    def learn(self, trace: Trace, kind: Any, k: int) -> None:
        """What a recorded iteration teaches: numbers that it leaves for the next, and perhaps a program."""
        site = self.site
        conditions = tuple(dict.fromkeys(trace.recorder.conditions))
        case = next((c for c in site.cases if c.kind == kind and c.conditions == conditions), None)
        if case is None or case.cut and not trace.cut:
            cut = [c for c in site.cases if c.cut and c is not case]
            case = case or Case(kind, conditions)
            case.cut = trace.cut
            site.cases[:] = [*(c for c in site.cases if c not in cut and c is not case), *cut]
            site.cases.insert(len(site.cases) if trace.cut else len(site.cases) - len(cut), case)
        case.tries += 1
        if self._numbers(trace):
            site.forget()
            case.tries = 1
            return
        others = self._others(case.traces[0], trace) if case.traces else []
        if others:
            site.follow(others)
            case.tries = 1
            return
        assert site.text is not None
        site.concerns_tensors = site.concerns_tensors or bool(trace.recorder.equations)
        number = self.number = self.source.number(k)
        why = escaped(trace) or self._unnoticed(trace)
        if why is not None:
            if isinstance(case.reason, Escape) and (case.reason.key, case.reason.line) == (why.key, why.line):
                case.tries = TRIES          # it will not be another way the next time
            case.reason = why
            return
        if not trace.recorder.equations:
            case.reason = Escape("loop-nothing", None)
            return
        waiting, case.traces = case.traces, [trace, *case.traces[:WAITING - 1]]
        if not waiting or not self.run._pays(self, site.share(case), len(trace.recorder.equations), bool(case.compiled)):
            return
        names, compiled = site.text.names_in(self.frame, number), None
        try:
            for before in waiting:      # steps of one case may begin with tensors of two kinds, by turns
                try:
                    program = LoopProgram(before, trace, names, site.text.stores_only, self._only_appended, site.text.rewritten)
                    compiled = Compiled(program, self.run.exact, site.sizes)
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
        case.traces, case.reason, case.tries = [t for t in waiting if t is not before or program.unproved], None, 0
        self.run.met.add(compiled)
        if machine_log():
            how = "bound to the code for any batch size" if compiled.shared else "compiled"
            say(f"{self.where}: step {k} {how} in {compiled.compile_time * 1e3:.0f} ms, {len(program.equations)} operations")

    def _unnoticed(self, trace: Trace) -> Escape | None:
        """Where the text of the loop shows that Python has looked at a number, though no recording noted it."""
        lines, number = self.site.text, self.number
        assert lines is not None
        line = lines.unnoticed(self.frame, number)
        if line is not None:
            return Escape("loop-variable", line)
        ints = {_last_name(path) for path, x in trace.entered.items() if type(x) is TracedInt}
        floats = {_last_name(path) for path, x in trace.entered.items() if type(x) is not TracedInt}
        line = lines.unasked(self.frame, ints, floats, self.site.codes)
        if line is not None:
            return Escape("loop-unasked", line)
        line = lines.uncompared(self.frame, number, trace.recorder.compared)
        return None if line is None else Escape("loop-compared", line)

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

    def _others(self, before: Trace, trace: Trace) -> list[Path]:
        """The numbers with which two recordings of one case began that are not the same, as a rate that changes between two loops."""
        site, found = self.site, trace.before.values
        assert site.text is not None
        names = site.text.names_in(self.frame, self.source.number(trace.step)) - site.text.stores_only

        def follow(path: Path) -> bool:
            known = path in site.carried or path in site.streamed or trace.hosted(path) or trace.grows(path) or before.grows(path)
            return not known and (path[0] in names or path[0] == "global")

        return [path for path, old in before.before.values.items() if path in found and old != found[path]
                and old[0] in NUMBERS and found[path][0] in NUMBERS and follow(path)]

    def _only_appended(self, path: Path) -> bool:
        """Whether the loop, and the functions that it calls, do nothing with a list but append to it."""
        assert self.site.text is not None
        rest = path[1:] if path[0] == "global" else path
        attribute = "." in rest
        name = rest[len(rest) - rest[::-1].index(".")] if attribute else rest[0]
        return (isinstance(name, str) and self.site.text.only_appends(name, self.frame, self.number, attribute)
                and all(function_only_appends(code, name, attribute) for code in self.site.codes))


def _last_name(path: Path) -> str:
    """The name of the variable, the attribute or the item that a path ends with."""
    return next((key for key in reversed(path) if isinstance(key, str)), "")
