"""What `native.py` measures: the same trainings in PyTorch's interface (steepest or torch), in JAX, and in hand-written C.

Data are drawn, shapes and steps are those of the courses: a line through six houses, three points, Himmelblau's function, the 8-6-4-1
network on the diabetes table's shape, California housing, an MLP and a convolutional network on MNIST's shapes.
"""

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
from typing import Any, NamedTuple

import numpy as np

__all__ = ["WORKLOADS", "Run", "Training", "Workload", "in_c", "in_jax", "timed"]

Array = np.ndarray[Any, Any]
Run = Callable[[int], float]
"""Train so many steps from the start; the seconds of one, without the way back to the start."""

X = np.array([80.0, 95, 104, 112, 125, 135])
Y = np.array([200.0, 230, 245, 247, 259, 262])
MOMENTUM = 0.5


def timed(work: Callable[[], Any], steps: int) -> float:
    """Seconds of one step: by the clock, or of the processor for this process, whichever other work on the machine disturbs less."""
    begun = time.perf_counter(), time.process_time()
    work()
    return min(time.perf_counter() - begun[0], time.process_time() - begun[1]) / steps


class Training:
    """A step of one framework (steepest or torch), with a way back to where it began. `data` are the tensors that batches index."""

    def __init__(self, t: Any, parameters: list[Any], optimizer: Any, loss: Callable[..., Any], data: tuple[Any, ...] = (),
                 batches: Array | None = None):
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

    def step(self, *rows: Any) -> Any:
        """One step by the framework itself."""
        loss = self.loss(*rows)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def eagerly(self, steps: int) -> float:
        """The steps one by one."""
        self.restart()
        return timed(lambda: self._steps(steps), steps)

    def _steps(self, steps: int) -> None:
        if self.batches is None:
            for _ in range(steps):
                self.step(*self.data)
            return
        for rows in (self.t.from_numpy(self.batches[k % len(self.batches)]) for k in range(steps)):
            self.step(*(d[rows] for d in self.data))

    def looped(self, steps: int) -> float:
        """The steps as one native loop; over whole data the loss of every step is kept."""
        self.restart()
        return timed(lambda: self._loop(steps), steps)

    def _loop(self, steps: int) -> None:
        optimizer, loss_of = self.optimizer, self.loss
        if self.batches is None:
            data = self.data
            loop = self.t.loop(steps)
            for _ in loop:
                loss = loss_of(*data)
                loop.record(loss=loss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return
        for rows in self.t.loop(self._loader(steps)):
            loss = loss_of(*rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def _loader(self, steps: int) -> Any:
        """The batches in the order that all frameworks take."""
        assert self.batches is not None
        order = [int(i) for k in range(steps) for i in self.batches[k % len(self.batches)]]
        data = self.t.utils.data
        return data.DataLoader(data.TensorDataset(*self.data), batch_size=self.batches.shape[1], sampler=order)


class Workload(NamedTuple):
    """A training and its steps: of a turn of compiled code, and of one that runs step by step. Where `threads`, several threads pay."""

    make: Callable[[Any], Training]
    steps: int
    few: int
    threads: bool = False


def _weights(t: Any, model: Any) -> Any:
    """The same weights in every framework."""
    random, inputs = np.random.default_rng(1), 1
    with t.no_grad():
        for p in model.parameters():
            inputs = int(np.prod(p.shape[1:])) if p.ndim > 1 else inputs       # a bias follows its weight
            p.copy_(t.from_numpy((random.uniform(-1, 1, tuple(p.shape)) / np.sqrt(inputs)).astype("f4")))
    return model


def _network(t: Any, sizes: tuple[int, ...], activation: Any, last: bool) -> Any:
    """Linear layers with an activation between them, or behind each of them."""
    layers: list[Any] = []
    for k, (a, b) in enumerate(itertools.pairwise(sizes)):
        layers += [t.nn.Linear(a, b), activation()] if last or k < len(sizes) - 2 else [t.nn.Linear(a, b)]
    return _weights(t, t.nn.Sequential(*layers))


def _table(rows: int) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.normal(size=(rows, 8)).astype("f4"), (random.random((rows, 1)) < 0.5).astype("f4")


def _picked(rows: int, batch: int) -> Array:
    """Whole batches of an epoch in random order."""
    return np.random.default_rng(2).permutation(rows)[: rows // batch * batch].reshape(-1, batch)


def _houses(t: Any) -> Training:
    x, y = t.tensor(X, dtype=t.float64), t.tensor(Y, dtype=t.float64)
    m, b = (t.tensor(1.0, dtype=t.float64, requires_grad=True) for _ in range(2))
    return Training(t, [m, b], t.optim.SGD([m, b], lr=1e-5), lambda: ((m * x + b - y) ** 2).mean())


def _linear3(t: Any) -> Training:
    x = t.tensor([[1.0], [2.0], [3.0]])
    y, model, criterion = 2 * x, _network(t, (1, 1), t.nn.Identity, False), t.nn.MSELoss(reduction="sum")
    parameters = list(model.parameters())
    return Training(t, parameters, t.optim.SGD(parameters, lr=0.01), lambda: criterion(model(x), y))


def _himmelblau(t: Any) -> Training:
    p = t.zeros(2, requires_grad=True)

    def loss() -> Any:
        x, y = p
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    return Training(t, [p], t.optim.Adam([p], lr=1e-3), loss)


def _diabetes(t: Any, optimizer: str = "SGD", batch: int = 0) -> Training:
    x, y = (t.from_numpy(a) for a in _table(759))
    model, criterion = _network(t, (8, 6, 4, 1), t.nn.Sigmoid, True), t.nn.BCELoss()
    parameters = list(model.parameters())
    o = t.optim.SGD(parameters, lr=0.1) if optimizer == "SGD" else t.optim.Adam(parameters, lr=1e-3)
    return Training(t, parameters, o, lambda a, b: criterion(model(a), b), (x, y), _picked(759, batch) if batch else None)


def _california(t: Any) -> Training:
    x, y = (t.from_numpy(a) for a in _table(20640))
    model = _network(t, (8, 64, 64, 1), t.nn.ReLU, False)
    parameters = list(model.parameters())
    return Training(t, parameters, t.optim.Adam(parameters, lr=1e-3), lambda a, b: ((model(a) - b) ** 2).mean(), (x, y),
                    _picked(20640, 256))


def _digits(t: Any, shape: tuple[int, ...], model: Any) -> Training:
    random = np.random.default_rng(0)
    pictures, classes = random.integers(0, 256, (2048, *shape)) / 255, random.integers(0, 10, 2048)
    x, y = t.from_numpy(((pictures - 0.1307) / 0.3081).astype("f4")), t.from_numpy(classes)
    parameters, criterion = list(_weights(t, model).parameters()), t.nn.CrossEntropyLoss()
    return Training(t, parameters, t.optim.SGD(parameters, lr=0.01, momentum=MOMENTUM), lambda a, b: criterion(model(a), b), (x, y),
                    _picked(2048, 64))


def _mnist(t: Any) -> Training:
    return _digits(t, (784,), _network(t, (784, 512, 256, 128, 64, 10), t.nn.ReLU, False))


def _convnet(t: Any) -> Training:
    nn = t.nn
    return _digits(t, (1, 28, 28), nn.Sequential(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2),
                                                 nn.ReLU(), nn.Flatten(), nn.Linear(320, 10)))


WORKLOADS: dict[str, Workload] = {
    "houses": Workload(_houses, 1_000_000, 200),
    "linear3": Workload(_linear3, 1_000_000, 200),
    "himmelblau": Workload(_himmelblau, 20_000, 100),
    "diabetes_full": Workload(_diabetes, 1_000, 50, True),
    "diabetes_adam": Workload(lambda t: _diabetes(t, "Adam"), 1_000, 50),
    "diabetes_batch": Workload(lambda t: _diabetes(t, "SGD", 32), 480, 100),
    "california": Workload(_california, 80, 20, True),
    "mnist": Workload(_mnist, 16, 4, True),
    "convnet": Workload(_convnet, 16, 4, True),
}


# JAX ----------------------------------------------------------------------------------------------------------------------------------


def in_jax(name: str, training: Training) -> dict[str, Run]:
    """The same training as a jitted step called from Python, and as one `lax.scan`; nothing where there is no JAX."""
    if importlib.util.find_spec("jax") is None:
        return {}
    import jax

    gc.callbacks.clear()        # JAX's own would run in the midst of steps, which a loop must not leave out
    jax.config.update("jax_enable_x64", name == "houses")
    jnp = jax.numpy
    start, data = [jnp.asarray(p.numpy()) for p in training.start], [jnp.asarray(d.numpy()) for d in training.data]
    if name == "convnet":       # channels last and their filters likewise, which is fastest here
        start = [p.transpose(2, 3, 1, 0) if p.ndim == 4 else p for p in start]
        data[0] = data[0].transpose(0, 2, 3, 1)

    def layers(p: Any, x: Any, activation: Any, last: bool) -> Any:
        for k in range(0, len(p), 2):
            x = x @ p[k].T + p[k + 1]
            x = activation(x) if last or k + 2 < len(p) else x
        return x

    def convolved(h: Any, w: Any, b: Any) -> Any:
        h = jax.lax.conv_general_dilated(h, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
        return jax.nn.relu(jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"))

    def binary(p: Any, x: Any, y: Any) -> Any:
        q = layers(p, x, jax.nn.sigmoid, True)
        return -(y * jnp.log(q) + (1 - y) * jnp.log(1 - q)).mean()

    def classes(scores: Any, y: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), y[:, None], 1).mean()

    three = jnp.array([[1.0], [2.0], [3.0]])
    losses: dict[str, Any] = {
        "houses": lambda p: ((p[0] * X + p[1] - Y) ** 2).mean(),
        "linear3": lambda p: ((three @ p[0].T + p[1] - 2 * three) ** 2).sum(),
        "himmelblau": lambda p: (p[0][0] ** 2 + p[0][1] - 11) ** 2 + (p[0][0] + p[0][1] ** 2 - 7) ** 2,
        "california": lambda p, x, y: ((layers(p, x, jax.nn.relu, False) - y) ** 2).mean(),
        "mnist": lambda p, x, y: classes(layers(p, x, jax.nn.relu, False), y),
        "convnet": lambda p, x, y: classes(
            layers(p[4:], convolved(convolved(x, *p[:2]), *p[2:4]).transpose(0, 3, 1, 2).reshape(len(x), -1), jax.nn.relu, False), y),
    }
    slope = jax.value_and_grad(losses.get(name, binary))
    options = training.optimizer.param_groups[0]
    rate, momentum, adam = options["lr"], options.get("momentum", 0), type(training.optimizer).__name__ == "Adam"

    def step(carry: Any, rows: Any) -> Any:
        p, m, v, k = carry
        loss, g = slope(p, *(data if rows is None else [d[rows] for d in data]))
        if not adam:
            m = [momentum * a + b for a, b in zip(m, g, strict=True)] if momentum else m
            return ([a - rate * b for a, b in zip(p, m if momentum else g, strict=True)], m, v, k), loss
        k = k + 1
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        p = [a - rate / (1 - 0.9**k) * b / (jnp.sqrt(c / (1 - 0.999**k)) + 1e-8) for a, b, c in zip(p, m, v, strict=True)]
        return (p, m, v, k), loss

    def beginning() -> Any:
        return [p.copy() for p in start], [jnp.zeros_like(p) for p in start], [jnp.zeros_like(p) for p in start], jnp.zeros(())

    def order(steps: int) -> Any:
        return None if training.batches is None else training.batches[np.arange(steps) % len(training.batches)]

    scans: dict[int, Any] = {}

    def scan(steps: int) -> float:
        if steps not in scans:
            scans[steps] = jax.jit(lambda carry, rows: jax.lax.scan(step, carry, rows, length=steps))
        carry, rows = jax.block_until_ready(beginning()), order(steps)
        return timed(lambda: jax.block_until_ready(scans[steps](carry, None if rows is None else jnp.asarray(rows))), steps)

    single = jax.jit(step, donate_argnums=0)

    def one_by_one(steps: int) -> float:
        state, rows = [jax.block_until_ready(beginning())], order(steps)

        def work() -> None:
            for k in range(steps):
                state[0], loss = single(state[0], None if rows is None else rows[k])
            jax.block_until_ready(loss)

        return timed(work, steps)

    return {"scan": scan, "step": one_by_one}


# C ------------------------------------------------------------------------------------------------------------------------------------


def in_c(folder: str, threads: int) -> dict[str, Callable[[], Run]]:
    """What makes the hand-written trainings of a folder, by name; nothing where they cannot be compiled."""
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

    def maker(name: str) -> Callable[[], Run]:
        def make() -> Run:
            train = made[name, "limit"](threads)
            told: list[Any] = [None]

            def run(steps: int) -> float:
                taken = timed(lambda: told.__setitem__(0, train(steps)), steps)
                return told[0].get("step") or taken         # the larger ones have a clock of their own

            return run

        return make

    return {name: maker(name) for name, kind in made if kind == "limit" and name in WORKLOADS}
