"""How the memory of a training grows with the rows of its table. The whole of a million rows: `python benchmarks/tables.py --million`."""

import os
import subprocess
import sys
from pathlib import Path

import numpy
import polars
import pytest

MILLION, MOST = 1_000_000, 4 * 2**30  # rows, bytes

# The recipe for tables of many rows, at sizes that a test has time for; the trees' memory is scikit-learn's.
PROGRAM = """
import sys
from steepest.tables import baselines, learning, settings, train
settings.MANY_ROWS = learning.MOST_SOLVED_AGAIN = 5000
baselines.has_trees = lambda: False
train(sys.argv[1], "y", epochs=1)
try:
    with open("/proc/self/status", encoding="ascii") as status:     # of this program alone: what is counted otherwise may be the parent's
        print("peak", next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")))
except OSError:
    pass
"""


def peak(place: Path) -> int:
    """The most bytes that a process held which trains on the table."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    told = [int(line.split()[1]) for line in said.splitlines() if line.startswith("peak ")]
    return told[-1] if told else used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="no way to ask for the memory of a process")
def test_a_million_rows_would_fit_into_4_gib(tmp_path: Path) -> None:
    draw = numpy.random.default_rng(0)
    peaks = {}
    for rows in (20_000, 60_000):
        numbers = {name: draw.normal(size=rows).round(5) for name in "abcdef"}
        words = {"town": draw.choice(["Rome", "Oslo", "Bonn", "Paris"], rows), "shop": draw.integers(0, 40, rows).astype(str)}
        days = {"day": numpy.datetime64("2020-01-01") + draw.integers(0, 1500, rows)}
        frame = polars.DataFrame({**numbers, **words, **days, "y": numbers["a"] * 2 + numpy.sin(numbers["b"])})
        frame.write_csv(tmp_path / f"{rows}.csv")
        peaks[rows] = peak(tmp_path / f"{rows}.csv")
    small, large = peaks[20_000], peaks[60_000]
    growth = (large - small) / 40_000
    assert growth > 0
    assert small + growth * (MILLION - 20_000) < MOST, f"{small / 2**20:.0f} MiB, then {growth / 1024:.2f} KiB a row"
