"""The doctor in a program (`with steepest.doctor(model, optimizer, loss_fn):`), around a whole program, and its rules by name."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from steepest.diagnose.copies import Copies
from steepest.diagnose.finding import Finding
from steepest.diagnose.frames import user_line
from steepest.diagnose.replay import Replays, Started, Way
from steepest.diagnose.rules import raised
from steepest.diagnose.rules.mending import mended_plot
from steepest.diagnose.run import Run
from steepest.diagnose.show import render
from steepest.diagnose.source import Source
from steepest.diagnose.table import RULES, examine
from steepest.diagnose.watcher import Watcher
from steepest.errors import text

__all__ = ["Doctor", "ProgramDoctor", "doctor", "mended", "rules"]


MOST = 20_000
"""So many passes of a program with compiled functions are gone through again in plain Python."""


def rules() -> dict[str, str]:
    """Every rule with its usual severity: a mistake, a warning or a note."""
    return {rule.name: rule.severity for rule in RULES}


def check_names(ignore: Iterable[str]) -> tuple[str, ...]:
    """The names of rules to ignore; ValueError for a name that is none."""
    names = tuple(ignore)
    known = rules()
    for name in names:
        if name not in known:
            raise ValueError(text("doctor-unknown-rule", rule=name, rules=", ".join(sorted(known))))
    return names


class Doctor:
    """Watches a training and says why it does not learn; numbers, random generators and hooks of the program stay as they are.

        with steepest.doctor(model, optimizer, loss_fn) as doctor:
            for x, y in loader:
                ...
        doctor.findings         # also printed to stderr at the end, unless quiet=True

    Native loops tell it their losses by themselves; a loop of another kind may call `doctor.at_chunk_end(step, losses)`.
    """

    def __init__(self, model: Any = None, optimizer: Any = None, loss_fn: Any = None, *, ignore: Iterable[str] = (), notes: bool = False,
                 hint: bool = False, quiet: bool = False):
        self.model, self.loss_fn = model, loss_fn
        self.optimizers = [] if optimizer is None else [optimizer] if hasattr(optimizer, "param_groups") else list(optimizer)
        self.ignore, self.notes, self.hint, self.quiet = check_names(ignore), notes, hint, quiet
        self.findings: list[Finding] = []
        self.watcher = Watcher()
        self._running = False
        self._source: Source | None = None

    def __enter__(self) -> Doctor:
        file, _ = user_line(2)
        self._source = Source.of(Path(file)) if file and Path(file).is_file() else None
        self._begin()
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self.close(error)

    def _begin(self) -> None:
        if not self._running:
            self._running = True
            self._copies = Copies(self.model, self.optimizers[0] if len(self.optimizers) == 1 else None, self.loss_fn)
            self.watcher.start()
            for optimizer in self.optimizers:
                self.watcher.optimizer(optimizer)
            if self.model is not None:
                self.watcher.models["model"] = self.model

    def at_chunk_end(self, step: int, losses: Any = ()) -> None:
        """A loop of another kind has come to `step`; `losses` are those of the steps since the last call (a number or several)."""
        self._begin()
        self.watcher.chunk(step, losses)

    __call__ = at_chunk_end

    def close(self, error: BaseException | None = None) -> list[Finding]:
        """End watching, look at everything, print what was found."""
        if self._running:
            self._running = False
            self.watcher.stop()
            for at, seen in enumerate(self.watcher.optimizers.values()):
                if not seen.line[1] or seen.of in self.optimizers and self._source is not None:
                    seen.line = self._constructed(seen.of, at) or seen.line
            run = Run(self.watcher, self._source, error, copies=self._copies)
            self.findings = examine(run, self.ignore)
            if not self.quiet and self.findings:
                print(render(self.findings, passes=self.watcher.count, notes=self.notes, hint=self.hint), file=sys.stderr)
        return self.findings

    def _constructed(self, optimizer: Any, at: int) -> tuple[str, int] | None:
        """Where the program's text makes an optimizer that was there before the doctor."""
        if self._source is None:
            return None
        calls = list(self._source.calls_of(type(optimizer).__name__))
        return (self._source.path, calls[min(at, len(calls) - 1)].lineno) if calls else None


def doctor(model: Any = None, optimizer: Any = None, loss_fn: Any = None, *, ignore: Iterable[str] = (), notes: bool = False,
           hint: bool = False, quiet: bool = False) -> Doctor:
    """A context manager (and callback of other loops) that watches a training; see `Doctor`.

    Raises ValueError for a rule in `ignore` that does not exist.
    """
    return Doctor(model, optimizer, loss_fn, ignore=ignore, notes=notes, hint=hint, quiet=quiet)


def mended(error: BaseException, path: str) -> str:
    """The line of a program that raised an error, and how to write it; empty where that is not known."""
    line, found = raised.line_of(error), raised.rule_of(str(error))
    if line[0] != path:
        return ""
    source = Source.of(Path(path))
    if found is not None:
        seen = raised.check_of(found[0])(Run(Watcher(), source, error))
        edit = seen.edit if seen is not None else None
    else:
        edit = mended_plot(source, line[1], str(error))
    return text("doctor-mended", line=edit.first_line, change=edit.shown()) if edit is not None else ""


class ProgramDoctor:
    """Watches a program from its first line to its end: `steepest run --why`."""

    def __init__(self, path: Path, source: str, ignore: Iterable[str] = (), budget: float = 20.0, way: Way | None = None):
        """`way` runs a program's text under a file name in a namespace, where replays are to run it as the program was run."""
        self.source = Source(str(path), source)
        self.ignore = check_names(ignore)
        self.budget, self.way = budget, way
        self.watcher = Watcher()

    def __enter__(self) -> ProgramDoctor:
        self.started = Started()
        self._show = warnings.showwarning
        warnings.showwarning = self._warned
        self.watcher.start()
        return self

    def __exit__(self, *problem: Any) -> None:
        self.watcher.stop()
        warnings.showwarning = self._show

    def _warned(self, message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None) -> None:
        self.watcher.warned.append((str(message), (filename, lineno)))
        self._show(message, category, filename, lineno, file, line)

    def findings(self, error: BaseException | None = None) -> list[Finding]:
        """What the rules find, with advice tried in replays where that is possible."""
        start_up = self.watcher.first_pass - self.watcher.begun
        replays = Replays(self.source.path, self.source.text, self.started, self.budget, start_up, self.way) if self.budget > 0 else None
        if self.watcher.hidden and replays is not None and error is None:
            # What compiled functions did was not seen; in plain Python it is, as far as there is time for that.
            again = replays.run(passes=MOST, seconds=self.budget / 2)
            if again.count > self.watcher.count:
                self.watcher = again
        self.run = Run(self.watcher, self.source, error, replays)
        return examine(self.run, self.ignore)
