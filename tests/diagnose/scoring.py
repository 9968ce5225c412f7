"""The doctor's scoreboard: `python tests/diagnose/scoring.py [--native] [RULE ...]` runs the catalogue and prints a line a rule.

With `--native` every loop that can be runs as native code, however short it is: that takes minutes, most of them in the compiler.
"""

import contextlib
import io
import linecache
import os
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from catalogue import FAULTY, HEALTHY

from steepest.compiling import native_loops
from steepest.diagnose.doctor import ProgramDoctor
from steepest.diagnose.finding import Finding
from steepest.diagnose.replay import Way


@dataclass
class Score:
    """How a rule fares: programs where the planted mistake was not named first, healthy ones that heard a mistake or a warning."""

    rule: str
    missed: list[tuple[int, list[tuple[str, str]]]] = field(default_factory=list)
    loud: list[tuple[int, list[tuple[str, str]]]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Named first, of how many faulty; silent, of how many healthy."""
        faulty, healthy = len(FAULTY[self.rule]), len(HEALTHY[self.rule])
        return faulty - len(self.missed), faulty, healthy - len(self.loud), healthy


def by_python(source: str, filename: str, scope: dict[str, Any]) -> None:
    """Run a program step by step."""
    exec(compile(source, filename, "exec"), scope)


def findings(folder: Path, source: str, way: Way = by_python) -> list[Finding]:
    """What the doctor finds in a program that runs in this process."""
    return examined(folder, source, way)[1]


def examined(folder: Path, source: str, way: Way = by_python) -> tuple[ProgramDoctor, list[Finding]]:
    """The doctor who watched a program that runs in this process, and what he found."""
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    linecache.checkcache(str(path))
    doctor = ProgramDoctor(path, source, budget=6.0, way=way if way is not by_python else None)
    main, error = sys.modules["__main__"], None
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__file__ = str(path)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("default")
            with doctor:
                try:
                    way(source, str(path), module.__dict__)
                except Exception as raised:
                    error = raised
            found = doctor.findings(error)
    finally:
        sys.modules["__main__"] = main
    assert doctor.watcher.broken is None, repr(doctor.watcher.broken)
    return doctor, found


def score(rule: str, folder: Path, way: Way = by_python) -> Score:
    """Run the programs of a rule."""
    made, begun = Score(rule), time.perf_counter()
    for number, source in enumerate(FAULTY[rule]):
        found = findings(folder, source, way)
        if not found or found[0].rule != rule:
            made.missed.append((number, [(f.rule, f.severity) for f in found]))
    for number, source in enumerate(HEALTHY[rule]):
        spoken = [f for f in findings(folder, source, way) if f.severity != "note"]
        if spoken:
            made.loud.append((number, [(f.rule, f.evidence) for f in spoken]))
    made.seconds = time.perf_counter() - begun
    return made


def line(name: str, counts: tuple[int, ...], seconds: float) -> str:
    right, faulty, silent, healthy = counts
    return f"{name:32} {right:4}/{faulty:<4} {silent:4}/{healthy:<4} {seconds:7.2f}"


def main(rules: list[str]) -> int:
    """Print the scoreboard; 0 where at least 95 % of the mistakes are named first and all healthy programs are silent."""
    os.environ["STEEPEST_LANG"] = "en"
    way: Way = native_loops.run_natively if "--native" in rules else by_python
    native_loops.runtime.always = True
    rules = [rule for rule in rules if rule != "--native"]
    print(f"{'rule':32} first/of   silent/of  seconds")
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        for rule in rules or FAULTY:
            scores.append(score(rule, Path(folder), way))
            print(line(rule, scores[-1].counts, scores[-1].seconds), *scores[-1].missed, *scores[-1].loud, flush=True)
    total = tuple(sum(column) for column in zip(*(s.counts for s in scores), strict=True))
    print(line("all", total, sum(s.seconds for s in scores)))
    return 0 if total[0] >= 0.95 * total[1] and total[2] == total[3] else 1


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    raise SystemExit(main(sys.argv[1:]))
