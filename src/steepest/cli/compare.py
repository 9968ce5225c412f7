"""`steepest compare PROGRAM.py [ARGS]`: the same program under PyTorch and under steepest, line by line, with both times.

Each runs in a process of its own in the current folder, PyTorch first; what they print on stdout is compared.
"""

import importlib.util
import math
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from steepest.errors import UserError, text

__all__ = ["Comparison", "compare", "compare_lines", "same_within"]

# A number that stands for itself: not the 2 of conv2d, nor the 3 of 1.2.3.
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)(?![\w]|\.\w)")


@dataclass(frozen=True)
class Ran:
    """One run of the program: what it printed, and how long it took."""

    library: str
    lines: list[str]
    code: int
    last_error: str
    startup: float
    total: float


@dataclass(frozen=True)
class Comparison:
    """Counts of lines, and the first of each kind (from 1) that is not equal text."""

    equal: int
    rounding: int
    different: int
    first_rounding: int | None
    first_different: int | None


def compare(program: Path, /, *arguments: str, tolerance: float = 1e-4) -> int:
    """Run a program under PyTorch and under steepest; print the first line that differs, and both times.

    Parameters
    ----------
    program
        The program's file.
    arguments
        What the program finds in `sys.argv[1:]`.
    tolerance
        Greatest relative difference of numbers that counts as rounding.
    """
    if not program.is_file():
        raise UserError(text("program-missing", path=program, folder=Path.cwd()))
    if not tolerance >= 0:
        raise UserError(text("compare-tolerance", seen=tolerance))
    if importlib.util.find_spec("torch") is None:
        raise UserError(text("compare-torch-missing"))
    theirs = _run("torch", ["-c", "import torch"], [str(program), *arguments])
    ours = _run("steepest", ["-c", "import steepest.as_torch"], ["-m", "steepest", "run", str(program), *arguments])
    found = compare_lines(theirs.lines, ours.lines, tolerance)
    _report(theirs, ours, found, tolerance)
    return 0 if found.different == 0 and theirs.code == ours.code else 1


def _run(library: str, startup: list[str], program: list[str]) -> Ran:
    # Without windows, and with sets in the same order, which each process draws for itself otherwise.
    environment = {"MPLBACKEND": "Agg", "PYTHONHASHSEED": "0", **os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace"}
    # The first import after a while reads files from disk: it is timed apart, and the program then finds them in memory.
    before = time.perf_counter()
    subprocess.run([sys.executable, *startup], env=environment, capture_output=True, check=False)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *program], env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    ended = time.perf_counter()
    errors = done.stderr.strip().splitlines()
    return Ran(library, done.stdout.splitlines(), done.returncode, errors[-1] if errors else "", started - before, ended - started)


def compare_lines(theirs: list[str], ours: list[str], tolerance: float) -> Comparison:
    """Line by line; lines that only one has are different.

    >>> compare_lines(["loss 0.25", "end"], ["loss 0.25001", "ende"], 1e-4)
    Comparison(equal=0, rounding=1, different=1, first_rounding=1, first_different=2)
    """
    kinds = ["equal" if a == b else "rounding" if same_within(a, b, tolerance) else "different" for a, b in zip(theirs, ours)]
    kinds += ["different"] * abs(len(theirs) - len(ours))
    first = {kind: kinds.index(kind) + 1 for kind in kinds}
    return Comparison(kinds.count("equal"), kinds.count("rounding"), kinds.count("different"), first.get("rounding"),
                      first.get("different"))  # fmt: skip


def same_within(theirs: str, ours: str, tolerance: float) -> bool:
    """Whether the lines have the same words, and numbers with a fraction that differ by no more than `tolerance` relatively.

    Integers must be equal: they count things. Numbers printed with few digits may differ by one in the last, if that is within
    `tolerance`. Spaces do not count, since a digit more moves columns.
    """
    words = ["".join(NUMBER.sub("0", line).split()) for line in (theirs, ours)]
    numbers = [NUMBER.findall(line) for line in (theirs, ours)]
    return words[0] == words[1] and all(_close(a, b, tolerance) for a, b in zip(*numbers, strict=True))


def _close(theirs: str, ours: str, tolerance: float) -> bool:
    if not any(mark in number for number in (theirs, ours) for mark in ".eE"):
        return int(theirs) == int(ours)
    a, b = float(theirs), float(ours)
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=min(max(_last_digit(theirs), _last_digit(ours)), tolerance) * (1 + 1e-9))


def _last_digit(number: str) -> float:
    """What one in the last digit is worth; nothing where an exponent shows that the digits are all significant."""
    if "e" in number.lower():
        return 0.0
    return 10.0 ** -len(number.partition(".")[2])


def _report(theirs: Ran, ours: Ran, found: Comparison, tolerance: float) -> None:
    for key, line in (("compare-first-difference", found.first_different), ("compare-first-rounding", found.first_rounding)):
        if line is not None:
            print(text(key, line=line))
            for ran in (theirs, ours):
                shown = ran.lines[line - 1] if line <= len(ran.lines) else text("compare-no-line")
                print(text("compare-line", library=ran.library, text=shown))
    print(text("compare-counts", equal=found.equal, rounding=found.rounding, different=found.different, tolerance=tolerance))
    for ran in (theirs, ours):
        if ran.code:
            print(text("compare-exit", library=ran.library, code=ran.code, last=ran.last_error))
    for ran in (theirs, ours):
        print(text("compare-times", library=ran.library, total=ran.total, startup=ran.startup))
