"""What seeing costs: programs of the course run by turns with and without the doctor, steps by Python; and a surface of 200 x 200.

    python benchmarks/seeing.py                 the diabetes programs and a line of one weight
    python benchmarks/seeing.py --rounds 21     more turns

A row is the ratio of the medians of processor times over the rounds; `looking` is what the rules take afterwards, without tries.
The surface is that of the 8-6-4-1 net on all rows: the first one in a process, and one after it.
"""

import argparse
import contextlib
import io
import linecache
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import numpy

import steepest.as_torch
from steepest import nn, viz
from steepest.course import PROGRAMS, data_path, path_of
from steepest.diagnose.doctor import ProgramDoctor

ROWS = (
    ("diabetes, all rows, 10,000 epochs", "diabetes", ("range(100000)", "range(10000)"), ()),
    ("diabetes, batches of 32, 100 epochs", "diabetes_in_mini_batches", ("", ""), ("100", "0")),
    ("a line, 3 rows, 1,000 steps", "linear_model", ("", ""), ()),
    ("a line, 3 rows, 20,000 steps", "linear_model", ("range(1000)", "range(20000)"), ()),
)  # fmt: skip


def run(text: str, path: Path, arguments: tuple[str, ...], watched: bool) -> tuple[float, float]:
    """Processor seconds of the program, and of what the rules make of it."""
    code = compile(text, str(path), "exec")
    module = sys.modules["__main__"] = ModuleType("__main__")
    sys.argv[:] = [str(path), *arguments]
    steepest.manual_seed(0)
    doctor = ProgramDoctor(path, text, budget=0) if watched else contextlib.nullcontext()
    begin = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), doctor:
        exec(code, module.__dict__)
    ran = time.process_time()
    if isinstance(doctor, ProgramDoctor):
        doctor.findings()
    return ran - begin, time.process_time() - ran


def surface() -> tuple[float, float]:
    """Seconds of processor time for 200 x 200 losses in the plane of a short path, and the same again."""
    table = steepest.from_numpy(numpy.loadtxt("diabetes.csv", delimiter=",", dtype=numpy.float32))
    x, y = table[:, :-1], table[:, -1:]
    steepest.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 6), nn.Sigmoid(), nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    optimizer, path = steepest.optim.SGD(model.parameters(), lr=1.0), []
    for _ in range(30):
        path.append(numpy.concatenate([p.detach().numpy().reshape(-1).copy() for p in model.parameters()]))
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy(model(x), y).backward()
        optimizer.step()
    taken = []
    for _ in range(2):
        begin = time.process_time()
        viz.surface(nn.BCELoss(), model, (x, y), path=numpy.array(path), resolution=200)
        taken.append(time.process_time() - begin)
    return taken[0], taken[1]


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=9)
    rounds = asked.parse_args().rounds
    os.environ["MPLBACKEND"] = "agg"
    print(f"{'':36} {'alone':>8} {'watched':>8} {'cost':>7} {'looking':>8}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("diabetes.csv").write_bytes(data_path("diabetes.csv").read_bytes())
        for name, program, change, arguments in ROWS:
            path = Path(folder) / f"{program}.py"
            text = path_of(next(p for p in PROGRAMS if p.name == program)).read_text(encoding="utf-8").replace(*change)
            path.write_text(text, encoding="utf-8")
            linecache.checkcache(str(path))
            pairs = [(run(text, path, arguments, False)[0], *run(text, path, arguments, True)) for _ in range(rounds + 1)][1:]
            alone, watched, looking = (statistics.median(column) for column in zip(*pairs, strict=True))
            print(f"{name:36} {alone:7.3f}s {watched:7.3f}s {watched / alone - 1:6.1%} {looking:7.3f}s", flush=True)
        first, again = surface()
        print(f"surface of the 8-6-4-1 net, 200 x 200: {first:.2f} s, again {again:.2f} s")


if __name__ == "__main__":
    main()
