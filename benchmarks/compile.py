"""A training step called from Python once a step: eager, compiled, and what other frameworks make of the same step.

    python benchmarks/compile.py [--seconds 0.3] [--torch-compile]

The 8-6-4-1 network of sigmoids with binary cross-entropy and Adam, a batch of 32 rows and all 759. Every way is timed in turns, one short
block each, and the median block is given in microseconds a call. `torch.compile` needs a C++ compiler and takes seconds to begin; it
is timed where it is asked for.

Then losses of networks over batches of 50 sizes, with their gradients from outside: how many programs were compiled, what the first call
of a size costs that was not seen before, and calls of some sizes by Python, by the code for every size, and by code for that size alone.
"""

import argparse
import importlib.util
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Work = Callable[[], Any]
SIZES = (8, 6, 4, 1)


def training(t: Any, rows: int) -> tuple[Callable[..., Any], Any, Any]:
    """A step of PyTorch's interface, and its data."""
    t.manual_seed(0)
    layers = [layer for a, b in pairwise(SIZES) for layer in (t.nn.Linear(a, b), t.nn.Sigmoid())]
    model, criterion = t.nn.Sequential(*layers), t.nn.BCELoss()
    optimizer = t.optim.Adam(model.parameters(), lr=1e-3)
    x, y = t.randn(rows, SIZES[0]), (t.rand(rows, 1) > 0.5).float()

    def step(x: Any, y: Any) -> Any:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, x, y


def forward_and_backward(t: Any, rows: int, compile: Any) -> Work:
    """A compiled model inside an eager step."""
    _, x, y = training(t, rows)
    layers = [layer for a, b in pairwise(SIZES) for layer in (t.nn.Linear(a, b), t.nn.Sigmoid())]
    model, criterion = compile(t.nn.Sequential(*layers)), t.nn.BCELoss()
    optimizer = t.optim.Adam(model.parameters(), lr=1e-3)

    def work() -> None:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return work


def jax_step(rows: int) -> Work:
    """The same step as a jitted function of parameters and Adam's state, donated."""
    import jax
    import jax.numpy as jnp

    keys = jax.random.split(jax.random.PRNGKey(0), 8)
    parameters = [(0.3 * jax.random.normal(keys[k], (a, b)), jnp.zeros(b)) for k, (a, b) in enumerate(pairwise(SIZES))]
    x, y = jax.random.normal(keys[6], (rows, SIZES[0])), (jax.random.uniform(keys[7], (rows, 1)) > 0.5).astype(jnp.float32)

    def loss_of(parameters: Any, x: Any, y: Any) -> Any:
        for w, b in parameters:
            x = jax.nn.sigmoid(x @ w + b)
        return -jnp.mean(y * jnp.log(x) + (1 - y) * jnp.log(1 - x))

    def step(state: Any, x: Any, y: Any) -> Any:
        parameters, m, v, count = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x, y)
        count = count + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        parameters = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-8),
                                  parameters, m, v)
        return (parameters, m, v, count), loss

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = [(parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.float32(0))]
    compiled = jax.jit(step, donate_argnums=0)

    def work() -> None:
        state[0], loss = compiled(state[0], x, y)
        loss.block_until_ready()

    return work


def ways(rows: int, with_torch_compile: bool) -> dict[str, Work]:
    """What is timed, by name."""
    import steepest

    def called(t: Any, compile: Any) -> Work:
        step, x, y = training(t, rows)
        made = compile(step)
        return lambda: made(x, y)

    out = {"steepest eager": called(steepest, lambda f: f), "steepest compile(step)": called(steepest, steepest.compile),
           "steepest compile(model)": forward_and_backward(steepest, rows, steepest.compile)}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        out["torch eager"] = called(torch, lambda f: f)
        if with_torch_compile:
            out["torch compile(step)"] = called(torch, torch.compile)
            out["torch compile(model)"] = forward_and_backward(torch, rows, torch.compile)
    if importlib.util.find_spec("jax"):
        out["jax.jit(step)"] = jax_step(rows)
    return out


def timed(works: dict[str, Work], seconds: float) -> dict[str, float]:
    """Microseconds a call: the median of blocks taken in turns."""
    blocks: dict[str, list[float]] = {name: [] for name in works}
    counts = {}
    for name, work in works.items():
        for _ in range(12):
            work()
        start = time.perf_counter()
        for _ in range(10):
            work()
        counts[name] = max(int(seconds / 15 / (time.perf_counter() - start) * 10), 1)
    for _ in range(15):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(counts[name]):
                work()
            blocks[name].append((time.perf_counter() - start) / counts[name] * 1e6)
    return {name: statistics.median(b) for name, b in blocks.items()}


def networks(t: Any) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """Networks of ten classes, and the shape of an example."""
    nn = t.nn
    return {
        "20-64-64-10": (nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)), (20,)),
        "with normalisation, dropout": (nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.1),
                                                      nn.Linear(64, 10)), (20,)),
        "convolutions, 28 x 28": (nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                                nn.Linear(1568, 10)), (1, 28, 28))}


def sizes(seconds: float) -> None:
    """Print the table of batches of many sizes."""
    import steepest as t

    t.set_num_threads(1)
    criterion, some = t.nn.CrossEntropyLoss(), (8, 33, 100)
    columns = "".join(f"{f'{n} rows: eager, any, own':>27s}" for n in some)
    print(f"\n{'batches of 50 sizes':28s}{'programs':>9s}{'a new size':>12s}{columns}")
    for name, (net, shape) in networks(t).items():
        def loss(x: Any, y: Any, net: Any = net) -> Any:
            return criterion(net(x), y)

        def data(n: int, shape: Any = shape) -> tuple[Any, Any]:
            return t.randn(n, *shape), t.randint(0, 10, (n,))

        def work(f: Any, x: Any, y: Any) -> Work:
            return lambda: f(x, y).backward()

        compiled, firsts = t.compile(loss), []
        for k, n in enumerate([64, 48, 33, 20, *(n for n in range(21, 73) if n not in (64, 48, 33, 20))][:50]):
            x, y = data(n)
            start = time.perf_counter()
            compiled(x, y).backward()
            if k >= 4:
                firsts.append((time.perf_counter() - start) * 1e3)
            for _ in range(3):
                compiled(x, y).backward()
        known = compiled._compilation
        cells = []
        for n in some:
            x, y = data(n)
            times = timed({"eager": work(loss, x, y), "any": work(compiled, x, y), "own": work(t.compile(loss), x, y)}, seconds)
            cells.append(" / ".join(f"{v:.0f}" for v in times.values()) + " us")
        print(f"{name:28s}{known.programs + bool(known.sizes.compiled):9d}{statistics.median(firsts):9.2f} ms"
              + "".join(f"{cell:>27s}" for cell in cells))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--torch-compile", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    columns = {rows: timed(ways(rows, options.torch_compile), options.seconds) for rows in (32, 759)}
    print(f"{'microseconds a step':26s}" + "".join(f"{f'{rows} rows':>12s}" for rows in columns))
    for name in columns[32]:
        print(f"{name:26s}" + "".join(f"{times[name]:12.1f}" for times in columns.values()))
    sizes(options.seconds)


if __name__ == "__main__":
    main()
