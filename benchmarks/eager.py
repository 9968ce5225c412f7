"""Eager operations and training steps, timed beside torch where it is installed (one thread each).

    python benchmarks/eager.py [--only WORD] [--seconds 0.2] [--cpu]

Each row is measured in turns, one short block of steepest and one of torch, and the median block is given per call. A row whose
ratio is above 1 is one where torch is faster; it is marked. On a busy machine, `--cpu` counts the processor's time instead.
"""

import argparse
import importlib.util
import itertools
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Work = Callable[[], Any]
ROWS = 759
BATCH = 32
SIZES = (3, 1_000_000)


def tensors(t: Any, n: int, count: int, grad: bool) -> list[Any]:
    """Random vectors, leaves of a graph where gradients are wanted."""
    t.manual_seed(0)
    return [t.randn(n, requires_grad=grad) for _ in range(count)]


def arithmetic(t: Any, grad: bool) -> Work:
    """`a * b + c` on three elements."""
    a, b, c = tensors(t, 3, 3, grad)
    return lambda: a * b + c


def linear_model(t: Any) -> Work:
    """Gradients of the course's linear model: three points, the sum of squared errors."""
    model, criterion = t.nn.Linear(1, 1), t.nn.MSELoss(reduction="sum")
    x, y = t.tensor([[1.0], [2.0], [3.0]]), t.tensor([[2.0], [4.0], [6.0]])

    def work() -> None:
        model.zero_grad()
        criterion(model(x), y).backward()

    return work


def step(t: Any, optimizer: str) -> Work:
    """An optimizer's step on four small parameters that have gradients."""
    parameters = [t.randn(shape, requires_grad=True) for shape in ((6, 8), (6,), (4, 6), (4,))]
    for p in parameters:
        p.grad = t.randn(p.shape)
    return getattr(t.optim, optimizer)(parameters, lr=1e-4).step  # type: ignore[no-any-return]


def training(t: Any, model: Any, criterion: Any, x: Any, y: Any, **options: float) -> Work:
    """One training step: forward, backward, SGD."""
    optimizer = t.optim.SGD(model.parameters(), lr=0.01, **options)

    def work() -> None:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return work


def diabetes(t: Any, rows: int) -> Work:
    """A training step of the 8-6-4-1 network of sigmoids."""
    nn = t.nn
    model = nn.Sequential(nn.Linear(8, 6), nn.Sigmoid(), nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    return training(t, model, nn.BCELoss(), t.randn(rows, 8), (t.rand(rows, 1) > 0.5).float())


def digits(t: Any) -> Work:
    """A training step of the MLP 784-512-256-128-64-10, batches of 64, momentum."""
    nn, widths = t.nn, (784, 512, 256, 128, 64, 10)
    layers: list[Any] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    x, y = t.randn(64, 784), t.randint(0, 10, (64,))
    return training(t, nn.Sequential(*layers[:-1]), nn.CrossEntropyLoss(), x, y, momentum=0.5)


def function(t: Any, name: str, n: int, backward: bool) -> Work:
    """A function of n elements, forward alone or with its gradient."""
    (x,) = tensors(t, n, 1, backward)
    ones = t.ones(n)
    f = getattr(t, name, None) or getattr(t.nn.functional, name)
    options = {"dim": 0} if "softmax" in name else {}
    if not backward:
        return lambda: f(x, **options)

    def work() -> None:
        x.grad = None
        f(x, **options).backward(ones)

    return work


def loader(t: Any) -> Work:
    """A shuffled epoch over 759 rows in batches of 32."""
    data = t.utils.data.TensorDataset(t.randn(ROWS, 8), t.randn(ROWS, 1))
    batches = t.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True)
    return lambda: list(batches)


def product(t: Any, n: int) -> Work:
    """The product of two square matrices."""
    a, b = t.randn(n, n), t.randn(n, n)
    return lambda: a @ b


def with_gradient(t: Any, module: Any, *inputs: Any) -> Work:
    """A module's forward and backward pass, gradients of its input and its parameters."""
    given = [x.requires_grad_() if x.is_floating_point() else x for x in inputs]

    def work() -> None:
        out = module(*given)
        out = out[0] if isinstance(out, tuple) else out
        out.sum().backward()

    return work


def attention(t: Any) -> Work:
    """Attention of 8 heads over 256 places, 64 wide, batch 8, with gradients."""
    q, k, v = (t.randn(8, 8, 256, 64, requires_grad=True) for _ in range(3))
    return lambda: t.nn.functional.scaled_dot_product_attention(q, k, v).sum().backward()


def residual(t: Any) -> Work:
    """A ResNet block of 64 channels, forward and backward: two convolutions with batch normalisation around the identity."""
    nn = t.nn

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = (nn.Conv2d(64, 64, 3, padding=1, bias=False) for _ in range(2))
            self.norms = nn.ModuleList([nn.BatchNorm2d(64), nn.BatchNorm2d(64)])

        def forward(self, x: Any) -> Any:
            y = t.relu(self.norms[0](self.first(x)))
            return t.relu(self.norms[1](self.second(y)) + x)

    return with_gradient(t, Block(), t.randn(8, 64, 16, 16))


def classes(t: Any) -> Work:
    """Cross entropy of 128 rows of 1000 classes, with its gradient."""
    x, y = t.randn(128, 1000, requires_grad=True), t.randint(0, 1000, (128,))
    return lambda: t.nn.functional.cross_entropy(x, y).backward()


def many_parameters(t: Any, count: int) -> list[Any]:
    """Small parameters with gradients."""
    parameters = [t.randn(10, 10, requires_grad=True) for _ in range(count)]
    for p in parameters:
        p.grad = t.randn(p.shape)
    return parameters


def picking(t: Any) -> Work:
    """Gather along the rows of 300 x 400, with the gradient, which scatters."""
    x, index = t.randn(300, 400, requires_grad=True), t.randint(0, 400, (300, 100))
    return lambda: x.gather(1, index).sum().backward()


def bags(t: Any) -> Work:
    """500 bags of 10 rows among 300, 64 wide, with the gradient."""
    table, index, begins = t.randn(300, 64, requires_grad=True), t.randint(0, 300, (5000,)), t.arange(0, 5000, 10)
    return lambda: t.nn.functional.embedding_bag(index, table, begins).sum().backward()


def sampling(t: Any) -> Work:
    """8 images of 16 channels, 32 x 32, read at 20 x 20 places, with both gradients."""
    x, grid = t.randn(8, 16, 32, 32, requires_grad=True), (t.rand(8, 20, 20, 2) * 2 - 1).requires_grad_()
    return lambda: t.nn.functional.grid_sample(x, grid, align_corners=False).sum().backward()


def other_rows() -> dict[str, tuple[Callable[[Any], Work], int]]:
    """Reductions, orders, joins, indexing, random draws: what programs do between their layers."""
    rows: dict[str, tuple[Callable[[Any], Work], int]] = {}
    for name, make in {
        "sum of 100,000": lambda t: (lambda x: lambda: x.sum())(t.randn(100_000)),
        "mean of 300 x 400 over rows": lambda t: (lambda x: lambda: x.mean(1))(t.randn(300, 400)),
        "cumsum of 300 x 400": lambda t: (lambda x: lambda: x.cumsum(1))(t.randn(300, 400)),
        "cummax of 100,000": lambda t: (lambda x: lambda: x.cummax(0))(t.randn(100_000)),
        "sort of 100,000": lambda t: (lambda x: lambda: x.sort())(t.randn(100_000)),
        "argsort of 100,000 integers": lambda t: (lambda x: lambda: x.argsort())(t.randint(0, 1000, (100_000,))),
        "stack of 100": lambda t: (lambda x: lambda: t.stack(x))([t.randn(10, 10) for _ in range(100)]),
        "gather 300 x 100, with backward": picking,
        "embedding_bag of 5000 in 500, with backward": bags,
        "grid_sample, with backward": sampling,
        "float16 and back, 100,000": lambda t: (lambda x: lambda: x.half().float())(t.randn(100_000)),
        "complex sum of 100,000": lambda t: (lambda x: lambda: x + x)(t.complex(t.randn(100_000), t.randn(100_000))),
        "randperm, 100,000": lambda t: lambda: t.randperm(100_000),
        "randint, 100,000": lambda t: lambda: t.randint(0, 10, (100_000,)),
        "exponential_, 100,000": lambda t: (lambda x: lambda: x.exponential_())(t.empty(100_000)),
        "poisson, 100,000": lambda t: (lambda x: lambda: t.poisson(x))(t.rand(100_000) * 20),
        "multinomial, 3 of 400, 300 rows": lambda t: (lambda x: lambda: t.multinomial(x, 3))(t.rand(300, 400)),
        "clip_grad_norm_, 20 parameters": lambda t: (lambda p: lambda: t.nn.utils.clip_grad_norm_(p, 1.0))(many_parameters(t, 20)),
        "Adam step, 200 small parameters": lambda t: t.optim.Adam(many_parameters(t, 200), lr=1e-4).step,
        "LayerNorm 8 x 8, with backward": lambda t: with_gradient(t, t.nn.LayerNorm(8), t.randn(8, 8)),
        "transformer layer 8 wide, with backward": lambda t: with_gradient(
            t, t.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), t.randn(1, 8, 8)),
    }.items():
        rows[name] = make, 1
    return rows


def many_rows(t: Any) -> Work:
    """An epoch over a million rows in batches of 4096."""
    data = t.utils.data.TensorDataset(t.randn(1_000_000, 8), t.randn(1_000_000, 1))
    batches = t.utils.data.DataLoader(data, batch_size=4096, shuffle=True)
    return lambda: sum(1 for _ in batches)


def layer_rows() -> dict[str, tuple[Callable[[Any], Work], int]]:
    """Element-wise work, products, and the layers of ordinary models, forward and backward."""
    rows: dict[str, tuple[Callable[[Any], Work], int]] = {}
    for n in (100, 10_000, 1_000_000):
        rows[f"a*b, {n:,} elements"] = lambda t, n=n: (lambda x: lambda: x[0] * x[1])(tensors(t, n, 2, False)), 1
    for n in (64, 256, 1024, 2048):
        rows[f"matrix product {n}"] = lambda t, n=n: product(t, n), 1
    rows["conv2d 1 to 16 channels, 28 x 28, batch 64"] = lambda t: with_gradient(t, t.nn.Conv2d(1, 16, 3), t.randn(64, 1, 28, 28)), 1
    rows["conv2d 64 to 64 channels, 16 x 16, batch 8"] = lambda t: with_gradient(
        t, t.nn.Conv2d(64, 64, 3, padding=1), t.randn(8, 64, 16, 16)), 1
    rows["ResNet block, 64 channels, 16 x 16, batch 8"] = residual, 1
    rows["BatchNorm2d 32 x 64 x 16 x 16"] = lambda t: with_gradient(t, t.nn.BatchNorm2d(64), t.randn(32, 64, 16, 16)), 1
    rows["max_pool2d 32 x 64 x 16 x 16"] = lambda t: with_gradient(t, t.nn.MaxPool2d(2), t.randn(32, 64, 16, 16)), 1
    rows["LayerNorm 256 x 512"] = lambda t: with_gradient(t, t.nn.LayerNorm(512), t.randn(256, 512)), 1
    rows["softmax 256 x 512"] = lambda t: with_gradient(t, t.nn.Softmax(1), t.randn(256, 512)), 1
    rows["cross_entropy 128 x 1000"] = classes, 1
    rows["attention 8 x 8 x 256 x 64"] = attention, 1
    rows["LSTM 64 x 100 x 128"] = lambda t: with_gradient(t, t.nn.LSTM(128, 128), t.randn(100, 64, 128)), 1
    rows["GRU 64 x 100 x 128"] = lambda t: with_gradient(t, t.nn.GRU(128, 128), t.randn(100, 64, 128)), 1
    rows["embedding of 4096 among 10,000 x 64"] = lambda t: with_gradient(t, t.nn.Embedding(10_000, 64), t.randint(0, 10_000, (4096,))), 1
    rows["rms_norm 256 x 512"] = lambda t: with_gradient(t, t.nn.RMSNorm(512), t.randn(256, 512)), 1
    rows["logsumexp 256 x 512"] = lambda t: with_gradient(t, lambda x: t.logsumexp(x, 1), t.randn(256, 512)), 1
    rows["depthwise conv2d of 64 channels, 16 x 16, batch 8"] = lambda t: with_gradient(
        t, t.nn.Conv2d(64, 64, 3, padding=1, groups=64), t.randn(8, 64, 16, 16)), 1
    for n in (100, 100_000):
        rows[f"randn, {n:,} elements"] = lambda t, n=n: (lambda: t.randn(n)), 1
    rows["rand, 100 elements"] = lambda t: (lambda: t.rand(100)), 1
    rows["loader over 1,000,000 rows, an epoch"] = many_rows, 1
    return rows


def workloads() -> dict[str, tuple[Callable[[Any], Work], int]]:
    """Every row: how the work is made for a framework, and into how many its time is divided."""
    rows: dict[str, tuple[Callable[[Any], Work], int]] = {
        "a*b+c, 3 elements": (lambda t: arithmetic(t, False), 1),
        "a*b+c, 3 elements, with gradients": (lambda t: arithmetic(t, True), 1),
        "linear model, forward and backward": (linear_model, 1),
        "SGD step, four small parameters": (lambda t: step(t, "SGD"), 1),
        "Adam step, four small parameters": (lambda t: step(t, "Adam"), 1),
        f"8-6-4-1 training step, {ROWS} rows": (lambda t: diabetes(t, ROWS), 1),
        f"8-6-4-1 training step, batch {BATCH}": (lambda t: diabetes(t, BATCH), 1),
        "MNIST MLP training step, batch 64": (digits, 1),
    }
    for name in ("sigmoid", "gelu", "softmax", "log_softmax"):
        for n in SIZES:
            rows[f"{name}, {n:,} elements"] = (lambda t, name=name, n=n: function(t, name, n, False), 1)  # type: ignore[misc]
            rows[f"{name}, {n:,} elements, with backward"] = (lambda t, name=name, n=n: function(t, name, n, True), 1)  # type: ignore[misc]
    rows[f"loader, a batch of {BATCH}"] = (loader, -(-ROWS // BATCH))
    return rows | layer_rows() | other_rows()


def frameworks() -> dict[str, Any]:
    """steepest, and torch where it is installed."""
    import steepest

    found: dict[str, Any] = {"steepest": steepest}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        found["torch"] = torch
    steepest.set_num_threads(1)
    return found


def block(work: Work, calls: int, clock: Callable[[], float]) -> float:
    """Seconds of one call, over a block of calls."""
    start = clock()
    for _ in range(calls):
        work()
    return (clock() - start) / calls


def measure(works: list[Work], seconds: float, clock: Callable[[], float], repeats: int = 15) -> list[float]:
    """The median time of a call of each, measured in turns."""
    calls = []
    for work in works:
        for _ in range(3):
            once = block(work, 1, clock)
            if once > seconds:
                break
        calls.append(max(1, int(seconds / repeats / max(once, 1e-7))))
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats if once < seconds else 3):
        for mine, work, n in zip(times, works, calls, strict=True):
            mine.append(block(work, n, clock))
    return [statistics.median(t) for t in times]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--only", default="", help="measure only rows whose name contains this")
    options.add_argument("--seconds", type=float, default=0.2, help="time for each row and framework")
    options.add_argument("--cpu", action="store_true", help="processor time instead of the clock's")
    given = options.parse_args()
    clock = time.process_time if given.cpu else time.perf_counter
    warnings.simplefilter("ignore")
    modules = frameworks()
    slower = 0
    print(f"{'':48}" + "".join(f"{name + ' us':>14}" for name in modules) + f"{'ratio':>9}")
    for name, (make, parts) in workloads().items():
        if given.only not in name:
            continue
        times = [t / parts for t in measure([make(module) for module in modules.values()], given.seconds, clock)]
        ratio = f"{times[0] / times[1]:>9.2f}" if len(times) > 1 else ""
        behind = len(times) > 1 and times[0] > times[1]
        slower += behind
        note = "  torch is faster" if behind else ""
        print(f"{name:48}" + "".join(f"{t * 1e6:>14.2f}" for t in times) + ratio + note, flush=True)
    if len(modules) > 1:
        print(f"{slower} rows where torch is faster")


if __name__ == "__main__":
    main()
