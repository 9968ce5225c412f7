"""Steps of an MLP and of a convolutional network on MNIST's shapes: native code beside PyTorch, JAX and hand-written C.

    python benchmarks/large.py [--threads 1] [--rounds 15] [--only mnist,convnet] [--limits FOLDER]

Rounds are interleaved and the least time of a step counts, so that other work on the machine matters little. FOLDER holds
`limits_mlp.c` and `limits_conv.c` (gcc and AVX-512 are needed); torch and jax take part where they are installed.
"""

import argparse
import ctypes
import math
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import steepest
from steepest.compiling import Step
from steepest.compiling.native import Native

ROWS, STEPS = 64, 8
SIZES = [784, 512, 256, 128, 64, 10]
RATE, MOMENTUM = 0.01, 0.5
Run = Callable[[], float]
"""Runs the steps; the seconds of one."""


def data(seed: int = 0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Pictures as bytes and their classes."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (2048, 784)).astype(np.uint8), random.integers(0, 10, 2048)


def normal(pictures: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return ((pictures / np.float32(255) - np.float32(0.1307)) / np.float32(0.3081)).astype(np.float32)


def model(torch: Any, name: str) -> Any:
    """The network in steepest or torch."""
    nn = torch.nn
    torch.manual_seed(0)
    if name == "mnist":
        layers: list[Any] = []
        for k in range(len(SIZES) - 1):
            layers += [nn.Linear(SIZES[k], SIZES[k + 1])] + ([nn.ReLU()] if k < len(SIZES) - 2 else [])
        return nn.Sequential(*layers)
    return nn.Sequential(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU(),
                         nn.Flatten(), nn.Linear(320, 10))


def training(torch: Any, name: str) -> tuple[Any, Any]:
    """A training step over indices of rows, and the model."""
    pictures, classes = data()
    x, y = torch.tensor(normal(pictures).reshape((-1, 784) if name == "mnist" else (-1, 1, 28, 28))), torch.tensor(classes)
    net, criterion = model(torch, name), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)

    def step(rows: Any) -> Any:
        loss = criterion(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, net


def clocked(run: Callable[[], Any]) -> Run:
    def timed() -> float:
        begin = time.perf_counter()
        run()
        return (time.perf_counter() - begin) / STEPS

    return timed


def order() -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).permutation(2048)[:STEPS * ROWS].reshape(STEPS, ROWS)


def native(name: str, threads: int) -> tuple[Run, str]:
    """The step compiled; gradients and parameters are what Python sees afterwards."""
    steepest.set_num_threads(threads)
    function, net = training(steepest, name)
    step = Step(function)
    for rows in order()[:3]:
        step.over([steepest.tensor(rows)])
    (variant,) = step.variants.values()
    assert variant.native is not None, variant.reason
    program = variant.native.program
    program.visible = {x.storage_cell for p in net.parameters() for x in (p, p.grad)}      # type: ignore[attr-defined]
    begin = time.perf_counter()
    made = Native(program, variant.native.results)
    begun = time.perf_counter() - begin
    batches = [np.ascontiguousarray(order())]
    memory = made.schedule.size / 2**20
    return clocked(lambda: made.run(batches, STEPS)), f"compiled in {begun:.2f} s, temporaries {memory:.1f} MiB"


def with_torch(name: str, threads: int) -> tuple[Run, str]:
    import torch

    torch.set_num_threads(threads)
    step, _ = training(torch, name)
    batches = [torch.tensor(rows) for rows in order()]

    def run() -> None:
        for rows in batches:
            step(rows)

    run()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        step(batches[0])
    now = most = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return clocked(run), f"temporaries {most / 2**20:.1f} MiB"


def with_jax(name: str, threads: int) -> tuple[Run, str]:
    import jax
    import jax.numpy as jnp

    pictures, classes = data()
    x, y = jnp.asarray(normal(pictures).reshape((-1, 784) if name == "mnist" else (-1, 28, 28, 1))), jnp.asarray(classes)
    weights = [jnp.asarray(p.detach().numpy()) for p in model(steepest, name).parameters()]
    if name == "convnet":
        weights = [w.transpose(2, 3, 1, 0) if w.ndim == 4 else w for w in weights]

    def convolved(h: Any, w: Any, b: Any) -> Any:
        h = jax.lax.conv_general_dilated(h, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
        return jax.nn.relu(jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"))

    def loss(weights: Any, x: Any, y: Any) -> Any:
        h = x
        if name == "convnet":
            h = convolved(convolved(h, *weights[:2]), *weights[2:4]).reshape(x.shape[0], -1)
        layers = weights if name == "mnist" else weights[4:]
        for k in range(0, len(layers), 2):
            h = h @ layers[k].T + layers[k + 1]
            h = jax.nn.relu(h) if k < len(layers) - 2 else h
        return -jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], 1).mean()

    @jax.jit
    def step(weights: Any, moments: Any, rows: Any) -> Any:
        gradients = jax.grad(loss)(weights, x[rows], y[rows])
        moments = [MOMENTUM * m + g for m, g in zip(moments, gradients, strict=True)]
        return [w - RATE * m for w, m in zip(weights, moments, strict=True)], moments

    state = [weights, [jnp.zeros_like(w) for w in weights]]
    batches = [jnp.asarray(rows) for rows in order()]

    def run() -> None:
        for rows in batches:
            state[:] = step(*state, rows)
        jax.block_until_ready(state)

    run()
    return clocked(run), ""


def by_hand(name: str, threads: int, folder: Path) -> tuple[Run, str]:
    """The C programs of the limits."""
    out = Path(tempfile.mkdtemp()) / "limits.so"
    flags = "-O3 -march=native -ffp-contract=off -fno-math-errno -shared -fPIC".split()
    sources = [str(folder / f) for f in ("limits_scalar.c", "limits_mlp.c", "limits_conv.c")]
    subprocess.run(["gcc", *flags, *sources, "-o", str(out), "-lm", "-lpthread"], check=True)
    library = ctypes.CDLL(str(out))
    function = getattr(library, name)
    clock = np.zeros(STEPS)
    ctypes.c_void_p.in_dll(library, "step_times").value = clock.ctypes.data
    pictures, classes = data()
    labels, rows = classes.astype(np.int32), order().astype(np.int32)
    weights = np.concatenate([p.detach().numpy().reshape(-1) for p in model(steepest, name).parameters()])
    losses = np.zeros(STEPS, np.float32)
    p, f = ctypes.c_void_p, ctypes.c_float

    def run() -> float:
        function(p(pictures.ctypes.data), p(labels.ctypes.data), p(rows.ctypes.data), ctypes.c_long(STEPS), f(RATE), f(MOMENTUM),
                 ctypes.c_int(threads), p(weights.ctypes.data), p(losses.ctypes.data))
        return float((clock[-1] - clock[0]) / (STEPS - 1))      # without the copies and allocations of the call

    return run, ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="mnist,convnet")
    parser.add_argument("--limits", type=Path)
    given = parser.parse_args()
    for name in given.only.split(","):
        makers: dict[str, Callable[[], tuple[Run, str]]] = {"steepest": lambda: native(name, given.threads)}    # noqa: B023
        makers["torch"] = lambda: with_torch(name, given.threads)                                               # noqa: B023
        makers["jax"] = lambda: with_jax(name, given.threads)                                                   # noqa: B023
        if given.limits is not None:
            makers["C"] = lambda: by_hand(name, given.threads, given.limits)                                    # noqa: B023
        runs: dict[str, tuple[Run, str]] = {}
        for who, make in makers.items():
            try:
                runs[who] = make()
            except ImportError:
                print(f"{who} is not installed")
        least = dict.fromkeys(runs, math.inf)
        for _ in range(given.rounds):
            for who, (run, _) in runs.items():
                least[who] = min(least[who], run())
        for who, seconds in least.items():
            print(f"{name:8} {who:9} {given.threads} threads {seconds * 1e6:9.0f} us a step   x{seconds / least['steepest']:.2f}"
                  f"   {runs[who][1]}")


if __name__ == "__main__":
    main()
