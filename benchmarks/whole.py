"""Whole programs of course size, from the start of the process to its end: under torch, eagerly, and with native loops by default.

    python benchmarks/whole.py [--rounds 3] [--only WORD ...] [--torch PYTHON]

The programs are benchmarks/programs and the gallery. Seconds of the processor, the smallest of some rounds by turns; `cold` begins with an
empty folder of kept machine code, `warm` with what the cold run left. Both default columns are beside the same of eager. A program may
take a tenth more than eager, or 30 ms; what is beyond that is marked.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = HERE / "programs", HERE.parent / "examples" / "gallery"
SLACK, NOISE = 1.1, 0.03
Times = dict[str, float]


def seconds(command: list[str], cache: str) -> float:
    """Processor time of a process and its children. Raises CalledProcessError where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "STEEPEST_CACHE": cache, "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(program: Path, torch: str) -> Times:
    """One round of a program."""
    run, found = [sys.executable, "-m", "steepest", "run"], {}
    if torch != "none":
        found["torch"] = seconds([torch, str(program)], "off")
    for way, options in (("eager", ["--eager"]), ("default", [])):
        with tempfile.TemporaryDirectory() as cache:
            for state in ("cold", "warm"):
                found[f"{way} {state}"] = seconds([*run, *options, str(program)], cache)
    return found


def slower(times: Times) -> list[str]:
    """Which of the default's times are longer than they may be, beside eager and torch."""
    allowed = {state: times[f"eager {state}"] for state in ("cold", "warm")}
    marks = [state for state, eager in allowed.items() if times[f"default {state}"] > max(SLACK * eager, eager + NOISE)]
    return marks + ["torch"] * (times["default warm"] > times.get("torch", float("inf")))


def chosen(words: list[str]) -> Iterable[Path]:
    """The programs whose names have one of the words in them; without words all."""
    for path in (p for folder in FOLDERS for p in sorted(folder.glob("*.py"))):
        if not words or any(word in path.stem for word in words):
            yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD")
    parser.add_argument("--torch", default=sys.executable, metavar="PYTHON", help="an interpreter that has torch, or none")
    options = parser.parse_args()
    ratios: dict[str, list[float]] = {"cold": [], "warm": [], "torch": []}
    print(f"{'':28}{'torch':>8}{'eager cold':>12}{'warm':>7}{'default cold':>14}{'warm':>7}")
    for program in chosen(options.only):
        rounds = [measured(program, options.torch) for _ in range(options.rounds)]
        times = {way: min(r[way] for r in rounds) for way in rounds[0]}
        shown = [times.get("torch", float("nan")), *(times[w] for w in ("eager cold", "eager warm", "default cold", "default warm"))]
        cells = "".join(f"{x:{width}.2f}" for x, width in zip(shown, (8, 12, 7, 14, 7), strict=True))
        print(f"{program.stem:28}{cells}  {', '.join(slower(times))}", flush=True)
        for state in ("cold", "warm"):
            ratios[state].append(times[f"default {state}"] / times[f"eager {state}"])
        if "torch" in times:
            ratios["torch"].append(times["default warm"] / times["torch"])
    for name, of in ratios.items():
        if of:
            print(f"default / {name if name == 'torch' else 'eager ' + name}: median {statistics.median(of):.2f}, largest {max(of):.2f}")


if __name__ == "__main__":
    main()
