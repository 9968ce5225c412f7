"""Whole training loops as native code, timed beside torch, JAX and hand-written C.

    python benchmarks/native.py [--threads 1] [--only WORD,...] [--limits FOLDER] [--rounds 7] [--epochs N]

Every row trains from the same start, in turns of a few milliseconds, and the fastest turn counts, per step. `loop` is the whole
`for ... in steepest.loop(...)` as Python sees it, `native` the call of the native code alone, JAX the faster of a jitted step called from
Python and of one `lax.scan`, C the hand-written program of FOLDER (`limits_*.c` and `limits.py`; gcc is needed), `to C` native beside C.
`compiled` is the time of planning and compiling, first with nothing on disk and then from the cache; `even` the number of steps from
which on the loop, with all that it records and compiles at first, has taken less time than torch. With `--epochs` every framework
trains so many steps once, and the seconds of all of it are shown. torch and JAX are left out where they are not installed.
"""

import argparse
import importlib
import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trainings import WORKLOADS, Run, Training, in_c, in_jax, timed


class Native:
    """The native code of a training alone: two steps recorded and planned, then called without Python in between."""

    def __init__(self, training: Training):
        from steepest.compiling.program import Program

        self.training = training
        data, kept = training.data, training.parameters
        batches = [[] if training.batches is None else [training.t.from_numpy(training.batches[k].copy())] for k in range(2)]

        def step(*rows: Any) -> Any:
            return training.step(*([d[rows[0]] for d in data] if rows else data))

        for _ in range(2):
            step(*batches[0])
        self.program = Program(step, *batches)
        self.program.visible = {p.storage_cell for p in kept} | {p.grad.storage_cell for p in kept}
        if not data:       # as in C, which computes the loss of these at the end alone
            self.program.visible |= {loss.content.storage for loss in self.program.results}
        self.results = self.program.results if data else []
        self.cold, self.cached = self._compile(), self._compile()
        self.laps: Any = None           # the same code with a clock of its steps, where these are long enough to be interrupted
        self.met: tuple[float, int] | None = None
        if hasattr(self.executable, "native"):
            from steepest.compiling.generic_nest import GenericNest

            self.laps = GenericNest(self.program, self.results, timed=True)

    def _compile(self) -> float:
        """Seconds of planning and compiling."""
        from steepest.compiling.planner import plan

        begun = time.perf_counter()
        self.executable = plan(self.program, self.results)
        if hasattr(self.executable, "native"):
            self.executable.prepared()
        return time.perf_counter() - begun

    def run(self, steps: int) -> float:
        """Seconds of a step."""
        self.training.restart()
        batches = self.training.batches
        streams = [] if batches is None else [np.ascontiguousarray(batches[np.arange(steps) % len(batches)])]
        if self.laps is None:
            return timed(lambda: self.executable.run(streams, steps), steps)
        self.laps.run(streams, steps)
        clock = self.laps.clock[:steps]
        now = time.perf_counter(), int(clock[-1])
        if self.met is None:
            self.met = now
            return float("inf")
        rate = (now[0] - self.met[0]) / (now[1] - self.met[1])
        return float(np.sort(np.diff(clock))[(steps - 1) // 10] * rate)

    @property
    def memory(self) -> int | None:
        """Bytes of temporaries, where the executable has an arena of them."""
        native = getattr(self.executable, "native", None)
        return None if native is None else native.size


def measure(runs: dict[str, tuple[Run, int]], rounds: int) -> dict[str, float]:
    """Seconds a step: the fastest of a few turns of each."""
    for run, steps in runs.values():
        for _ in range(3):          # recording and compiling
            run(steps)
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, (run, steps) in runs.items():
            best[name] = min(best[name], run(steps))
    return best


def temporaries(torch: Any, training: Training) -> int:
    """The most memory that a step of torch has at once, beyond what stays."""
    rows = training.data if training.batches is None else [d[training.batches[0]] for d in training.data]
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        training.step(*rows)
    now = most = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return most


def row(name: str, torch: Any, steepest: Any, hand: Any, rounds: int) -> str:
    """The times of one workload as a line."""
    work = WORKLOADS[name]
    native = Native(work.make(steepest))
    training = work.make(steepest)
    begun = time.perf_counter()
    training.looped(work.steps)
    first = time.perf_counter() - begun
    runs: dict[str, tuple[Run, int]] = {"loop": (training.looped, work.steps), "native": (native.run, work.steps)}
    used = ""
    if torch is not None:
        runs["torch"] = work.make(torch).eagerly, work.few
        if native.memory:
            used = f"  {native.memory / 2**20:.1f} MiB, torch {temporaries(torch, work.make(torch)) / 2**20:.1f} MiB"
    runs |= {f"JAX {kind}": (run, work.few if kind == "step" else work.steps) for kind, run in in_jax(name, training).items()}
    if name in hand:
        runs["C"] = hand[name](), work.steps
    times = measure(runs, rounds)
    both = [times.pop(f"JAX {kind}") for kind in ("scan", "step") if f"JAX {kind}" in times]
    times |= {"JAX": min(both)} if both else {}
    shown = "".join(f"{times[c] * 1e6:>11.4g}" if c in times else f"{'-':>11}" for c in ("loop", "native", "torch", "JAX", "C"))
    ratio = f"{times['native'] / times['C']:>7.2f}" if "C" in times else f"{'-':>7}"
    even = "-"
    if "torch" in times:
        even = f"{max(first - work.steps * times['loop'], 0) / max(times['torch'] - times['loop'], 1e-9):.0f}"
    return f"{name:14}{shown}{ratio}{f'{native.cold * 1e3:.0f} ms':>9}{f'{native.cached * 1e3:.1f} ms':>10}{even:>8}{used}"


def whole(names: list[str], steps: int, torch: Any, steepest: Any) -> None:
    """The seconds of so many steps in each framework, with all that it compiles at first."""
    print(f"{f'{steps} steps, seconds':28}{'steepest':>10}{'JAX scan':>10}{'torch':>10}")
    for name in names:
        training = WORKLOADS[name].make(steepest)
        runs: dict[str, Run] = {"steepest": training.looped} | ({"JAX": scan} if (scan := in_jax(name, training).get("scan")) else {})
        if torch is not None:
            runs["torch"] = WORKLOADS[name].make(torch).eagerly
        taken = {who: run(steps) * steps for who, run in runs.items()}
        shown = (f"{taken[w]:>10.2f}" if w in taken else f"{'-':>10}" for w in ("steepest", "JAX", "torch"))
        print(f"{name:28}" + "".join(shown), flush=True)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, default=1, help="threads of each framework; with several, the workloads where they pay")
    options.add_argument("--only", default="", help="measure only rows whose names contain one of these words")
    options.add_argument("--limits", default="", help="the folder of the hand-written C")
    options.add_argument("--rounds", type=int, default=7, help="turns of each")
    options.add_argument("--epochs", type=int, default=0, help="train so many steps once instead")
    given = options.parse_args()
    os.environ["KINETO_LOG_LEVEL"] = "99"       # torch's profiler, which tells its memory, is not to talk
    if given.threads == 1:
        os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
    import steepest

    torch: Any = importlib.import_module("torch") if importlib.util.find_spec("torch") else None
    for t in (torch, steepest):
        if t is not None:
            t.set_num_threads(given.threads)
    names = [n for n, w in WORKLOADS.items() if any(word in n for word in given.only.split(",")) and (given.threads == 1 or w.threads)]
    if given.epochs:
        whole(names, given.epochs, torch, steepest)
        return
    hand = in_c(given.limits, given.threads)
    with tempfile.TemporaryDirectory() as empty:
        os.environ["STEEPEST_CACHE"] = empty
        print(f"{'us a step':14}" + "".join(f"{c:>11}" for c in ("loop", "native", "torch", "JAX", "C"))
              + f"{'to C':>7}{'compiled':>9}{'cached':>10}{'even':>8}  temporaries")
        for name in names:
            print(row(name, torch, steepest, hand, given.rounds), flush=True)


if __name__ == "__main__":
    main()
