"""Whole training loops as native code, timed beside torch, JAX (a compiled `lax.scan`) and hand-written C, one thread each.

    python benchmarks/native.py [--only WORD] [--limits FOLDER] [--rounds 7]

`loop` is the whole `for ... in steepest.loop(...)` as Python sees it, `native` the call of the native code alone. Every row trains
from the same start, in turns: a few milliseconds of each, and the fastest turn counts, per step. The networks keep the loss of every
step. torch and JAX are left out where they are not installed; the column of C needs gcc and a folder with `limits_*.c` and `limits.py`.
"""

import argparse
import gc
import importlib
import importlib.util
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Run = Callable[[int], Any]
"""Train so many steps from the start."""

X = np.array([80.0, 95, 104, 112, 125, 135])
Y = np.array([200.0, 230, 245, 247, 259, 262])


class Training:
    """A step of one framework (steepest or torch), with a way back to where it began. `data` are the tensors that batches index."""

    def __init__(self, t: Any, parameters: list[Any], optimizer: Any, loss: Callable[..., Any], data: tuple[Any, ...] = (),
                 batches: np.ndarray[Any, Any] | None = None):
        self.t, self.parameters, self.optimizer, self.loss, self.data, self.batches = t, parameters, optimizer, loss, data, batches
        self.start = [p.detach().clone() for p in parameters]

    def restart(self) -> None:
        with self.t.no_grad():
            for p, start in zip(self.parameters, self.start, strict=True):
                p.copy_(start)
            for state in self.optimizer.state.values():
                for value in state.values():
                    if isinstance(value, self.t.Tensor):
                        value.zero_()

    def run(self, steps: int) -> Any:
        self.restart()
        optimizer, loss_of = self.optimizer, self.loss
        items: Any = range(steps)
        if self.batches is not None:
            count = len(self.batches)
            items = [tuple(d[i] for d in self.data) for i in (self.t.from_numpy(self.batches[k % count]) for k in range(steps))]
        if not hasattr(self.t, "loop"):
            for item in items:
                loss = loss_of(*(item if self.batches is not None else self.data))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return loss
        if self.batches is None:
            data = self.data
            loop = self.t.loop(steps)
            for _ in loop:
                loss = loss_of(*data)
                loop.record(loss=loss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return loss
        for rows in self.t.loop(self.loader(steps)):
            loss = loss_of(*rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss

    def loader(self, steps: int) -> Any:
        """The batches in the order that all frameworks take."""
        assert self.batches is not None
        order = [int(i) for k in range(steps) for i in self.batches[k % len(self.batches)]]
        data = self.t.utils.data
        return data.DataLoader(data.TensorDataset(*self.data), batch_size=self.batches.shape[1], sampler=order)


class Native:
    """The native code of a training alone: two steps recorded, compared and planned, then called without Python in between."""

    def __init__(self, training: Training):
        from steepest.compiling.planner import plan
        from steepest.compiling.program import Program

        self.training = training
        for _ in range(2):
            self.step(None)
        (first, rows_1, _), (second, rows_2, loss) = self.recorded(0), self.recorded(1)
        program: Any = Program(first, second, list(zip(rows_1, rows_2, strict=True)))
        kept = training.parameters
        program.visible = {p.storage_cell for p in kept} | {p.grad.storage_cell for p in kept}
        begun = time.perf_counter()
        if not training.data:       # as in C, which computes the loss of these at the end alone
            program.visible.add(loss.storage_cell)
        self.executable = plan(program, [second.access(loss)] if training.data else [])
        self.compiled = time.perf_counter() - begun

    def step(self, rows: Any) -> Any:
        training = self.training
        if training.batches is not None:
            rows = training.t.from_numpy(training.batches[0].copy()) if rows is None else rows
        data = training.data if rows is None else [d[rows] for d in training.data]
        loss = training.loss(*data)
        training.optimizer.zero_grad()
        loss.backward()
        training.optimizer.step()
        return loss

    def recorded(self, k: int) -> Any:
        from steepest.core.recorder import recording

        batches = self.training.batches
        rows = None if batches is None else self.training.t.from_numpy(batches[k].copy())
        with recording() as recorder:
            loss = self.step(rows)
        return recorder, [] if rows is None else [rows.storage_cell], loss

    def run(self, steps: int) -> Any:
        self.training.restart()
        batches = self.training.batches
        streams = [] if batches is None else [np.ascontiguousarray(batches[np.arange(steps) % len(batches)])]
        return self.executable.run(streams, steps)


def network(t: Any, sizes: tuple[int, ...], activation: Any, last: bool) -> Any:
    """Linear layers with an activation between them, or behind each of them; the same weights in every framework."""
    random, layers = np.random.default_rng(1), []
    for k, (a, b) in enumerate(itertools.pairwise(sizes)):
        layer = t.nn.Linear(a, b)
        with t.no_grad():
            for p in (layer.weight, layer.bias):
                p.copy_(t.from_numpy(random.uniform(-1, 1, tuple(p.shape)).astype("f4") / np.sqrt(a).astype("f4")))
        layers += [layer, activation()] if last or k < len(sizes) - 2 else [layer]
    return t.nn.Sequential(*layers)


def table(rows: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    random = np.random.default_rng(0)
    return random.normal(size=(rows, 8)).astype("f4"), (random.random((rows, 1)) < 0.5).astype("f4")


def houses(t: Any) -> Training:
    x, y = t.tensor(X, dtype=t.float64), t.tensor(Y, dtype=t.float64)
    m, b = (t.tensor(1.0, dtype=t.float64, requires_grad=True) for _ in range(2))
    return Training(t, [m, b], t.optim.SGD([m, b], lr=1e-5), lambda: ((m * x + b - y) ** 2).mean())


def linear3(t: Any) -> Training:
    x = t.tensor([[1.0], [2.0], [3.0]])
    y, model, criterion = 2 * x, network(t, (1, 1), t.nn.Identity, False), t.nn.MSELoss(reduction="sum")
    parameters = list(model.parameters())
    return Training(t, parameters, t.optim.SGD(parameters, lr=0.01), lambda: criterion(model(x), y))


def himmelblau(t: Any) -> Training:
    p = t.zeros(2, requires_grad=True)

    def loss() -> Any:
        x, y = p
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    return Training(t, [p], t.optim.Adam([p], lr=1e-3), loss)


def diabetes(t: Any, optimizer: str = "SGD", batch: int = 0) -> Training:
    x, y = (t.from_numpy(a) for a in table(759))
    model, criterion = network(t, (8, 6, 4, 1), t.nn.Sigmoid, True), t.nn.BCELoss()
    parameters = list(model.parameters())
    o = t.optim.SGD(parameters, lr=0.1) if optimizer == "SGD" else t.optim.Adam(parameters, lr=1e-3)
    return Training(t, parameters, o, lambda a, b: criterion(model(a), b), (x, y), picked(759, batch) if batch else None)


def california(t: Any) -> Training:
    x, y = (t.from_numpy(a) for a in table(20640))
    model = network(t, (8, 64, 64, 1), t.nn.ReLU, False)
    parameters = list(model.parameters())
    return Training(t, parameters, t.optim.Adam(parameters, lr=1e-3), lambda a, b: ((model(a) - b) ** 2).mean(), (x, y),
                    picked(20640, 256))


def picked(rows: int, batch: int) -> np.ndarray[Any, Any]:
    """Whole batches of an epoch in random order."""
    return np.random.default_rng(2).permutation(rows)[: rows // batch * batch].reshape(-1, batch)


# JAX ----------------------------------------------------------------------------------------------------------------------------------


def in_jax(name: str, training: Training) -> Run | None:
    """The same training as one `lax.scan`; None where there is no JAX."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax

    gc.callbacks.clear()        # JAX's own would run in the midst of steps, which a loop must not leave out
    jax.config.update("jax_enable_x64", name == "houses")
    jnp = jax.numpy
    start = [jnp.asarray(p.numpy()) for p in training.start]
    data = [jnp.asarray(d.numpy()) for d in training.data]

    def layers(p: Any, x: Any, activation: Any, last: bool) -> Any:
        for k in range(0, len(p), 2):
            x = x @ p[k].T + p[k + 1]
            x = activation(x) if last or k + 2 < len(p) else x
        return x

    def cross_entropy(p: Any, x: Any, y: Any) -> Any:
        q = layers(p, x, jax.nn.sigmoid, True)
        return -(y * jnp.log(q) + (1 - y) * jnp.log(1 - q)).mean()

    three = jnp.array([[1.0], [2.0], [3.0]])
    losses: dict[str, Any] = {
        "houses": lambda p: ((p[0] * X + p[1] - Y) ** 2).mean(),
        "linear3": lambda p: ((three @ p[0].T + p[1] - 2 * three) ** 2).sum(),
        "himmelblau": lambda p: (p[0][0] ** 2 + p[0][1] - 11) ** 2 + (p[0][0] + p[0][1] ** 2 - 7) ** 2,
        "california": lambda p, x, y: ((layers(p, x, jax.nn.relu, False) - y) ** 2).mean(),
    }
    slope = jax.value_and_grad(losses.get(name, cross_entropy))
    rate = training.optimizer.param_groups[0]["lr"]
    adam = type(training.optimizer).__name__ == "Adam"

    def step(carry: Any, rows: Any) -> Any:
        p, m, v, k = carry
        loss, g = slope(p, *(data if rows is None else [d[rows] for d in data]))
        if not adam:
            return ([a - rate * b for a, b in zip(p, g, strict=True)], m, v, k), loss
        k = k + 1
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        p = [a - rate / (1 - 0.9**k) * b / (jnp.sqrt(c / (1 - 0.999**k)) + 1e-8) for a, b, c in zip(p, m, v, strict=True)]
        return (p, m, v, k), loss

    compiled: dict[int, Any] = {}

    def run(steps: int) -> Any:
        rows = None
        if training.batches is not None:
            rows = jnp.asarray(training.batches[np.arange(steps) % len(training.batches)])
        zeros = [jnp.zeros_like(p) for p in start]
        if steps not in compiled:
            compiled[steps] = jax.jit(lambda carry, rows: jax.lax.scan(step, carry, rows, length=steps))
        return jax.block_until_ready(compiled[steps]((start, zeros, zeros, jnp.zeros(())), rows))

    return run


# C ------------------------------------------------------------------------------------------------------------------------------------


def limits(folder: str) -> dict[str, Run]:
    """The hand-written trainings of a folder by name; none where they cannot be compiled."""
    if not folder:
        return {}
    library = Path(tempfile.mkdtemp()) / "limits.so"
    sources = sorted(str(p) for p in Path(folder).glob("limits_*.c") if "eager" not in p.name)
    flags = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC"]
    try:
        subprocess.run([os.environ.get("CC", "gcc"), *flags, *sources, "-o", str(library), "-lm", "-lpthread"], check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"no C limits: {problem}")
        return {}
    os.environ["LIMITS_LIB"] = str(library)
    sys.path.insert(0, folder)
    made = importlib.import_module("limits").IMPLS
    return {name: make(1) for (name, kind), make in made.items() if kind == "limit" and name in WORKLOADS}


WORKLOADS: dict[str, tuple[Callable[[Any], Training], int, int]] = {
    "houses": (houses, 1_000_000, 200),
    "linear3": (linear3, 1_000, 200),
    "himmelblau": (himmelblau, 8_000, 100),
    "diabetes_full": (diabetes, 1_000, 50),
    "diabetes_adam": (lambda t: diabetes(t, "Adam"), 1_000, 50),
    "diabetes_batch": (lambda t: diabetes(t, "SGD", 32), 480, 100),
    "california": (california, 80, 20),
}
"""The training, the steps of a turn, and those of a turn of torch."""


def measure(runs: dict[str, tuple[Run, int]], rounds: int) -> dict[str, float]:
    """Seconds a step: the fastest of a few turns of each."""
    for run, steps in runs.values():
        for _ in range(3):          # recording and compiling
            run(steps)
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, (run, steps) in runs.items():
            begin = time.perf_counter()
            run(steps)
            best[name] = min(best[name], (time.perf_counter() - begin) / steps)
    return best


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--only", default="", help="measure only rows whose name contains this")
    options.add_argument("--limits", default="", help="the folder of the hand-written C")
    options.add_argument("--rounds", type=int, default=7, help="turns of each")
    given = options.parse_args()
    import steepest

    torch: Any = importlib.import_module("torch") if importlib.util.find_spec("torch") else None
    if torch is not None:
        torch.set_num_threads(1)
    steepest.set_num_threads(1)
    written = limits(given.limits)
    print(f"{'us a step':16}{'loop':>12}{'native':>12}{'torch':>12}{'JAX':>12}{'C':>12}{'to C':>8}  compiled in")
    for name, (make, steps, few) in WORKLOADS.items():
        if given.only not in name:
            continue
        training = make(steepest)
        native = Native(make(steepest))
        runs: dict[str, tuple[Run, int]] = {"loop": (training.run, steps), "native": (native.run, steps)}
        if torch is not None:
            runs["torch"] = make(torch).run, few
        jax = in_jax(name, training)
        if jax is not None:
            runs["JAX"] = jax, steps
        if name in written:
            runs["C"] = written[name], steps
        times = measure(runs, given.rounds)
        columns = ("loop", "native", "torch", "JAX", "C")
        shown = "".join(f"{times[c] * 1e6:>12.4g}" if c in times else f"{'-':>12}" for c in columns)
        ratio = f"{times['native'] / times['C']:>8.2f}" if "C" in times else f"{'-':>8}"
        print(f"{name:16}{shown}{ratio}  {native.compiled * 1e3:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
