"""Packages written for PyTorch, under PyTorch and under steepest: run examples/packages and say what agrees.

    python scripts/packages.py                      # all programs whose package is installed here, beside torch
    python scripts/packages.py einops skorch        # these
    python scripts/packages.py --write              # and their rows of docs/packages.md; the others stay as they are
    python scripts/packages.py --steepest PYTHON    # an interpreter for steepest's side, such as one without torch

A program `with_X.py` uses the package that is imported as X. The first paragraph of its docstring says what it runs, the second, if there
is one, what differs and why.
"""

import argparse
import ast
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from steepest.cli.compare import compare_lines, same_within  # noqa: E402

PAGE = ROOT / "docs" / "packages.md"
PROGRAMS = {path.stem.removeprefix("with_"): path for path in sorted((ROOT / "examples" / "packages").glob("with_*.py"))}
TOLERANCE = 1e-4
HEAD = """# Packages written for PyTorch

They say `import torch` themselves. After `import steepest.as_torch`, or under `steepest run`, that is steepest, so they run unchanged, and
PyTorch need not be installed. Each row is a program in `examples/packages/` that uses the package as its own pages show, with the same
seed under both libraries; the lines that they print are compared. A number that differs by up to 1e-4 relatively counts as rounding.

    python scripts/packages.py          # runs the programs whose packages are installed, under PyTorch and under steepest

hiddenlayer 0.3 has no row: it calls functions that PyTorch 2.13 itself no longer has.

| package | version | what was run | lines | what differs, and why |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Outcome:
    """What a program printed under both libraries, compared."""

    lines: str
    differing: list[tuple[str, str]]
    errors: list[str]

    @property
    def agrees(self) -> bool:
        return not self.differing and not self.errors


def installed(name: str) -> bool:
    """Whether the package is there; it is not imported."""
    return importlib.util.find_spec(name) is not None


def run(command: list[str], folder: str) -> tuple[list[str], str]:
    """The lines that a command prints, and the end of what it says when it fails."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8",
           "STEEPEST_LANG": "en", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=300, cwd=folder, env=env, check=False)
    return done.stdout.splitlines(), "\n".join(done.stderr.splitlines()[-12:]) if done.returncode else ""


def outcome(name: str, python: str = sys.executable) -> Outcome:
    """Run a program under both libraries, each in an empty folder."""
    ran = []
    for command in ([sys.executable, str(PROGRAMS[name])], [python, "-m", "steepest", "run", str(PROGRAMS[name])]):
        with tempfile.TemporaryDirectory() as folder:
            ran.append(run(command, folder))
    (theirs, their_error), (ours, our_error) = ran
    found = compare_lines(theirs, ours, TOLERANCE)
    counts = [f"{count} {word}" for count, word in ((found.equal, "equal"), (found.rounding, "rounding"), (found.different, "different"))
              if count]
    longest = max(len(theirs), len(ours))
    pairs = zip(theirs + [""] * (longest - len(theirs)), ours + [""] * (longest - len(ours)))
    differing = [(a, b) for a, b in pairs if a != b and not same_within(a, b, TOLERANCE)]
    return Outcome(", ".join(counts) or "none", differing, [error for error in (their_error, our_error) if error])


def row(name: str, found: Outcome) -> str:
    """The page's line of a program that ran."""
    said = (ast.get_docstring(ast.parse(PROGRAMS[name].read_text(encoding="utf-8"))) or "").split("\n\n")
    what, why = (" ".join(said[n].split()) if n < len(said) else "" for n in (0, 1))
    distribution = importlib.metadata.packages_distributions().get(name, [name])[0]
    return f"| {distribution} | {importlib.metadata.version(distribution)} | {what} | {found.lines} | {why} |"


def write(rows: dict[str, str]) -> None:
    """Put the rows into the page, in the order of their names."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    kept = {key: line for line in before.splitlines() if (key := _key(line))}
    rows = kept | {_key(line): line for line in rows.values()}
    PAGE.write_text(HEAD + "".join(f"{rows[key]}\n" for key in sorted(rows, key=str.lower)), encoding="utf-8")


def _key(line: str) -> str:
    found = re.match(r"\| ([\w.-]+) \| \d", line)
    return found[1] if found else ""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", help="packages, as they are imported")
    options.add_argument("--write", action="store_true", help="write the rows of docs/packages.md")
    options.add_argument("--steepest", default=sys.executable, metavar="PYTHON", help="interpreter of steepest's side")
    given = options.parse_args()
    rows = {}
    for name in given.names or PROGRAMS:
        if not installed(name):
            print(f"{name}: not installed")
            continue
        found = outcome(name, given.steepest)
        print(f"{name}: {found.lines}")
        for theirs, ours in found.differing[:3]:
            print(f"    torch     {theirs}\n    steepest  {ours}")
        for error in found.errors:
            print(error)
        if found.agrees:
            rows[name] = row(name, found)
    if given.write:
        write(rows)


if __name__ == "__main__":
    main()
