"""Fused and vectorised loops do what eager does: sizes around the vectors', strides, aliasing writes, dtypes, special values, networks."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import generic_nest
from steepest.compiling.generic_nest import GenericNest
from steepest.compiling.program import Program
from steepest.lower import nest as nests
from steepest.lower import partial_sums

sys.path.insert(0, str(Path(__file__).parent))
from agreement import BATCHES, agree, keeping, of_kind, places, training

F, nn = torch.nn.functional, torch.nn
SEED = 17
Made = Callable[[], tuple[Callable[..., Any], list[Any]]]


def floats(*shapes: tuple[int, ...], seed: int = SEED, batches: int = BATCHES) -> list[tuple[torch.Tensor, ...]]:
    random = np.random.default_rng(seed)
    return [tuple(of_kind("f", s, random) for s in shapes) for _ in range(batches)]


def trained(model: Callable[[], Any], loss: Callable[..., Any], optimizer: str = "SGD", **options: Any) -> Made:
    """A training step of a module, and its parameters."""

    def make() -> tuple[Callable[..., Any], list[Any]]:
        torch.manual_seed(2)
        net = model()
        optimize = getattr(torch.optim, optimizer)(net.parameters(), **options)

        def step(*batch: torch.Tensor) -> torch.Tensor:
            out = loss(net, *batch)
            optimize.zero_grad()
            out.backward()
            optimize.step()
            return out

        return step, list(net.parameters())

    return make


def every_nest_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads share nests however little their work is; plans of this kind are not kept."""
    monkeypatch.setenv("STEEPEST_CACHE", "off")
    monkeypatch.setattr(generic_nest, "PAYS", 0)
    monkeypatch.setattr(nests, "ALONE", 0)


def classified(net: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(net(x), y)


@pytest.mark.parametrize(("rows", "inputs", "hidden", "classes"), [
    (1, 5, 17, 3), (16, 17, 33, 1), (65, 70, 40, 10)])
def test_classifiers_of_any_size(rows: int, inputs: int, hidden: int, classes: int) -> None:
    random = np.random.default_rng(rows)
    batches = [(of_kind("f", (rows, inputs), random), places(classes, (rows,), random)) for _ in range(BATCHES)]

    def model() -> Any:
        return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, classes))

    agree(trained(model, classified, lr=0.05, momentum=0.9), batches)


def test_mini_batches_taken_by_index() -> None:
    random = np.random.default_rng(3)
    x, y = of_kind("f", (90, 50), random), places(7, (90,), random)
    batches = [(torch.tensor(random.permutation(90)[:32]),) for _ in range(BATCHES)]
    agree(trained(lambda: nn.Sequential(nn.Linear(50, 40), nn.ReLU(), nn.Linear(40, 7)),
                  lambda net, at: F.cross_entropy(net(x[at]), y[at]), "Adam", lr=0.01), batches)


CONVOLUTIONS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "plain": ({"kernel_size": 5}, (16, 3, 12, 12)),
    "odd-rows": ({"kernel_size": 3}, (17, 2, 9, 8)),
    "padded": ({"kernel_size": 3, "padding": 1}, (32, 4, 7, 7)),
    "strided": ({"kernel_size": 3, "stride": 2, "padding": (1, 0)}, (16, 3, 9, 10)),
    "dilated": ({"kernel_size": 3, "dilation": 2, "padding": 2}, (3, 4, 9, 9)),
    "groups": ({"kernel_size": 3, "groups": 2}, (5, 4, 8, 8)),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions_with_all_gradients(name: str) -> None:
    options, shape = CONVOLUTIONS[name]

    def model() -> Any:
        return nn.Sequential(nn.Conv2d(shape[1], 6, padding=1, kernel_size=3), nn.ReLU(), nn.Conv2d(6, 4, **options))

    agree(trained(model, lambda net, x: (net(x) ** 2).mean(), lr=0.1), floats(shape))


def test_strided_convolutions_with_many_channels_and_few_rows() -> None:
    """No dimension of the gradient of the weights is contiguous in what it is made of: one is made so."""
    agree(trained(lambda: nn.Conv2d(3, 18, 3, stride=2), lambda net, x: (net(x) ** 2).mean(), lr=0.1), floats((4, 3, 17, 17)))


POOLS: dict[str, Any] = {
    "halves": lambda x: F.max_pool2d(x, 2),
    "overlapping": lambda x: F.max_pool2d(x, 3, 2),
    "padded": lambda x: F.max_pool2d(x, 2, 2, padding=1),
    "uncovered": lambda x: F.max_pool2d(x, 2, 3),
    "oblong": lambda x: F.max_pool2d(x, (1, 3)),
    "line": lambda x: F.max_pool1d(x.flatten(2), 4),
    "mean": lambda x: F.avg_pool2d(x, 2),
}


@pytest.mark.parametrize("name", POOLS)
def test_pools_put_gradients_where_maxima_were(name: str, rows: int = 16) -> None:
    random = np.random.default_rng(1)
    # few different numbers, so that there are ties: the first one wins
    batches = [(torch.tensor(random.integers(0, 3, (rows, 3, 8, 9)).astype(np.float32)),) for _ in range(BATCHES)]
    agree(training(lambda x, w: POOLS[name](x * w), [(3, 8, 9)]), batches)


def test_a_convolutional_network_with_dropout() -> None:
    def model() -> Any:
        return nn.Sequential(nn.Conv2d(1, 5, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Dropout2d(0.2),
                             nn.Conv2d(5, 6, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(54, 10))

    random = np.random.default_rng(5)
    batches = [(of_kind("f", (16, 1, 16, 16), random), places(10, (16,), random)) for _ in range(BATCHES)]
    agree(trained(model, classified, lr=0.01, momentum=0.5), batches)


class Block(nn.Module):
    """A transformer's layer over embedded words."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.attention = nn.Embedding(20, 16), nn.MultiheadAttention(16, 2, batch_first=True)
        self.first, self.second, self.head = nn.LayerNorm(16), nn.Linear(16, 16), nn.Linear(16, 20)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.words(words)
        h = self.first(x)
        x = x + self.attention(h, h, h, need_weights=False)[0]
        return self.head(x + F.gelu(self.second(x)))


class Recurrent(nn.Module):
    """A recurrent network over embedded words."""

    def __init__(self, cell: str) -> None:
        super().__init__()
        self.words, self.cell, self.head = nn.Embedding(20, 9), getattr(nn, cell)(9, 17, batch_first=True), nn.Linear(17, 20)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        return self.head(self.cell(self.words(words))[0])


@pytest.mark.parametrize("model", [Block, lambda: Recurrent("LSTM")], ids=["transformer", "LSTM"])
def test_networks_over_sequences(model: Callable[[], Any]) -> None:
    batches = [(places(20, (4, 6), np.random.default_rng(k)),) for k in range(BATCHES)]
    agree(trained(model, lambda net, x: F.cross_entropy(net(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten()), lr=0.1), batches)


@pytest.mark.parametrize("shape", [(1, 33), (7, 16), (17, 65), (64, 1), (3, 5, 17)])
def test_folds_over_every_dimension(shape: tuple[int, ...]) -> None:
    def folds(x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
        out = [x.sum(), x.t().sum(0) if x.dim() == 2 else x.transpose(0, 2).sum(1), (x * y).mean(), x.amax(), (x > 0).any()]
        for d in range(x.dim()):
            out += [x.sum(d), (x * 2 - y).sum(d, keepdim=True), x.amax(d), x.prod(d), (x > 0).sum(d), *x.max(d), *y.min(d), x.softmax(d),
                    x.log_softmax(d), (x - x.mean(d, keepdim=True)) / x.std(d, keepdim=True, unbiased=False).add(1)]
        return out

    batches = floats(shape, shape)
    agree(keeping(folds, batches[0]), batches)


@pytest.mark.parametrize("kind", list("fdhgisu"))
def test_vectors_of_every_dtype(kind: str) -> None:
    def maps(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
        return [a + b, a * b - a, torch.where(a > b, a, b), (a < b), a.t() + b.t(), a[:, ::2] * 3, a[1:] + b[:-1], a + b[0], b + a[:, :1],
                a.float() * 0.5, (a * 2).to(torch.int64), a.sum(1), a.amax(0), a @ b.t(), a.flip(0) + b]

    random = np.random.default_rng(SEED)
    batches = [(of_kind(kind, (17, 65), random), of_kind(kind, (17, 65), random)) for _ in range(BATCHES)]
    agree(keeping(maps, batches[0]), batches)


WRITES: dict[str, Callable[[torch.Tensor, torch.Tensor], Any]] = {
    "shifted": lambda w, x: w[1:].copy_(w[:-1] + x[1:]),
    "turned": lambda w, x: w.copy_(w.t() * 0.5 + x),
    "row": lambda w, x: w[3].add_(w[4] * 0.25).sub_(x[0]),
    "column": lambda w, x: w[:, 5].mul_(0.5).add_(x[:, 2]),
    "strided": lambda w, x: w[::2, 1::3].mul_(0.5).add_(x[::2, 1::3]),
    "twice": lambda w, x: (w.mul_(0.5), w.add_(x), w[0].sub_(w[1] * 0.1)),
    "read-then-written": lambda w, x: w.copy_((w.sum(0) * 0.01 + w * 0.1).tanh() + x),
    "broadcast": lambda w, x: w.sub_(w[:1] * 0.1).add_(x),
    "written-under-a-view": lambda w, x: (lambda v: (w.mul_(0.5), v.add_(x[0])))(w[2]),
    "overlapping": lambda w, x: (w[1:].copy_(w[:-1]), w.add_(x), w[:, :-1].copy_(w[:, 1:])),
    "cloned": lambda w, x: (w.copy_(w.t().clone()), w.add_(x), w[2:].copy_(w[:-2].clone())),
    "nothing": lambda w, x: (w[17:].mul_(2), w.add_(x), w[:, :0].copy_(x[:, :0]), w.mul_(0.5)),
    "filled": lambda w, x: (w.zero_(), w[1:4].fill_(2.0), w.add_(x)),
    "indexed": lambda w, x: w.index_add_(0, torch.tensor([1, 1, 5]), x[:3]).mul_(0.5),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes_in_place_happen_in_their_order(name: str) -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = torch.arange(17 * 17, dtype=torch.float32).reshape(17, 17) / 100

        def step(x: torch.Tensor) -> torch.Tensor:
            before = w.sum()
            WRITES[name](w, x)
            return before + (w * w).sum() * 1e-3

        return step, [w]

    agree(make, floats((17, 17)))


def test_products_of_operands_that_lie_far_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are copied to panels, one for each thread, and rows together."""
    random = np.random.default_rng(8)
    batches = [(of_kind("f", (83, 300), random), of_kind("f", (83, 522), random)) for _ in range(4)]
    w = of_kind("f", (300, 273), random)
    before = torch.get_num_threads()
    every_nest_is_shared(monkeypatch)
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            agree(keeping(lambda x, y: [(x @ w) * 0.05, (x.t() @ y) * 0.1], batches[0]), batches)
    finally:
        torch.set_num_threads(before)


def test_special_values_come_through_vectors() -> None:
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-40, -1e38, 3e38, 1.0, -2.5]
    x = torch.tensor((special * 4)[:37]).reshape(1, 37).repeat(3, 1)

    def operations(x: torch.Tensor) -> list[torch.Tensor]:
        return [x.exp(), x.log(), x.relu(), x.sigmoid(), x.tanh(), x.amax(1), x[:, :2].sum(1), x.max(1)[0], x[:, 7:9].prod(1), 1 / x,
                x.abs(), torch.clamp(x, -1, 1), torch.maximum(x, x.flip(1)), x.softmax(1), x[:, 6:9].t() @ x[:, 6:9]]

    agree(keeping(operations, (x,)), [(x,)] * BATCHES)


def compiled(make: Made, batches: list[tuple[torch.Tensor, ...]]) -> tuple[GenericNest, list[Any]]:
    """A step recorded on the first two batches, then run natively on the others; and what it keeps."""
    function, kept = make()
    function(*batches[0])       # optimizers' first steps are special
    program = Program(function, *batches[:2])
    native = GenericNest(program, program.results)
    run(native, batches[2:])
    return native, kept


def run(native: GenericNest, batches: list[tuple[torch.Tensor, ...]]) -> None:
    native.run([np.stack([x.numpy() for x in column]) for column in zip(*batches, strict=True)], len(batches))


def test_one_thread_and_two_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    every_nest_is_shared(monkeypatch)
    random = np.random.default_rng(4)
    batches = [(of_kind("f", (17, 1, 10, 10), random), places(5, (17,), random)) for _ in range(4)]

    def model() -> Any:
        return nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))

    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            made, kept = compiled(trained(model, classified, lr=0.1), batches)
            assert made.threads == threads
            found.append([p.detach().numpy().copy() for p in kept])
        torch.set_num_threads(1)
        run(made, batches[:2])
        assert made.threads == 1        # as the setting says now
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


CONVOLUTIONAL: dict[str, Callable[[], Any]] = {
    "as in the course": lambda: nn.Sequential(
        nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 2), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(80, 5)),
    "padded and normalised": lambda: nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.GELU(), nn.AvgPool2d(2), nn.Conv2d(6, 8, 3, stride=2, padding=1),
        nn.Dropout(0.2), nn.Flatten(), nn.Linear(72, 5)),
    "of sums and maxima": lambda: nn.Sequential(nn.Conv2d(1, 20, 5), nn.Tanh(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(20, 5)),
}


@pytest.mark.parametrize(("name", "rows", "threads"), [
    ("as in the course", 48, 3), ("as in the course", 40, 2), ("padded and normalised", 32, 2), ("of sums and maxima", 32, 2)])
def test_threads_that_share_the_rows_of_a_batch(name: str, rows: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.lower import machine

    every_nest_is_shared(monkeypatch)
    monkeypatch.setattr(partial_sums, "DEEP", 2)
    random = np.random.default_rng(4)
    x, y = of_kind("f", (100, 1, 12, 12) if name == "padded and normalised" else (100, 1, 14, 14), random), places(5, (100,), random)
    batches = [(torch.tensor(random.permutation(100)[:rows]),) for _ in range(4)]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        made = trained(CONVOLUTIONAL[name], lambda net, at: classified(net, x[at], y[at]), lr=0.1, momentum=0.5)
        agree(made, batches)
        native, _ = compiled(made, batches)
        assert native.threads == threads
        assert native.schedule.in_parts == (rows % (threads * machine.width()) == 0)
    finally:
        torch.set_num_threads(before)


def test_gradients_of_filters_take_no_copies_of_the_images() -> None:
    """Whatever the width of vectors: with filters of 5 by 5, 25 copies would be made of each image."""
    random = np.random.default_rng(2)
    x, y = of_kind("f", (40, 3, 16, 16), random), places(5, (40,), random)
    batches = [(torch.tensor(random.permutation(40)[:16]),) for _ in range(3)]

    def model() -> Any:
        return nn.Sequential(nn.Conv2d(3, 10, 5), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 5))

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        native, _ = compiled(trained(model, lambda net, at: classified(net, x[at], y[at]), lr=0.1), batches)
    finally:
        torch.set_num_threads(before)
    outputs = 16 * 10 * 12 * 12 * 4
    assert native.size < 4 * outputs


def test_an_index_outside_stops_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    every_nest_is_shared(monkeypatch)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        weight = torch.ones(4, 20)

        def step(x: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
            weight.mul_(1.5)
            return (x @ weight[at].t()).sum()

        good = [(torch.ones(3, 20), torch.tensor([0, 3]))] * 4
        made, _ = compiled(lambda: (step, []), good)
        with pytest.raises(IndexError, match="out of"):
            run(made, [good[0], (torch.ones(3, 20), torch.tensor([0, 4]))])
        assert float(weight[0, 0]) == pytest.approx(1.5 ** 7)
    finally:
        torch.set_num_threads(before)


def test_exact_sums_run_in_the_order_of_their_indices() -> None:
    random = np.random.default_rng(6)
    a, b = (random.standard_normal((5, 37)) for _ in range(2))
    out = [torch.zeros(5, dtype=torch.float64), torch.zeros(5, 5, dtype=torch.float64), torch.zeros(5, 37, dtype=torch.float64)]

    def step(x: torch.Tensor, y: torch.Tensor) -> None:
        out[0].copy_((x * y + x).sum(1))
        out[1].copy_(x @ y.t())
        out[2].copy_(x * y + x.exp())

    batch = torch.tensor(a), torch.tensor(b)
    GenericNest(Program(step, batch, batch), [], exact=True).run([a[None], b[None]], 1)
    for i in range(5):
        total = 0.0
        for k in range(37):
            total += a[i, k] * b[i, k] + a[i, k]
        assert float(out[0][i]) == total
        for j in range(5):
            total = 0.0
            for k in range(37):
                total += a[i, k] * b[j, k]
            assert float(out[1][i, j]) == total
    assert out[2].reshape(-1).tolist() == [x * y + math.exp(x) for x, y in zip(a.reshape(-1).tolist(), b.reshape(-1).tolist(), strict=True)]


def test_only_what_is_visible_is_left_in_its_own_memory() -> None:
    seen: list[torch.Tensor] = []

    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = torch.ones(17, 40)

        def step(x: torch.Tensor) -> torch.Tensor:
            hidden, shown = (x * w).tanh(), (x + w).exp()
            seen[:] = [hidden, shown]
            w.mul_(0.5).add_(hidden * 0.1)
            return shown.sum()

        return step, [w]

    batches = floats((17, 40), batches=3)
    made, (w,) = compiled(make, batches)
    hidden, shown = seen
    made.program.visible = {shown.storage_cell}
    narrow = GenericNest(made.program, made.results)
    for x in seen:
        x.array[...] = -7
    start = w.numpy().copy()
    x = np.stack([b[0].numpy() for b in batches[:2]])
    run(narrow, batches[:2])
    first = np.tanh(x[0] * start)
    second = start * 0.5 + first * 0.1
    np.testing.assert_allclose(shown.numpy(), np.exp(x[1] + second), rtol=1e-5)
    assert (hidden.numpy() == -7).all()
    assert narrow.size == 0        # everything stays in registers


def test_records_of_any_shape_are_kept_for_every_step() -> None:
    random = np.random.default_rng(2)
    made_by: list[Any] = []

    def step(x: torch.Tensor) -> torch.Tensor:
        made_by[:] = [x * 2, (x * x).sum(1)]
        return made_by[1].sum()

    batches = [(of_kind("f", (5, 20), random),) for _ in range(3)]
    program = Program(step, *batches[:2])
    wanted = [e.results[0] for e in program.equations if e.results[0].shape in ((5, 20), (5,))]
    x = np.stack([b[0].numpy() for b in batches])
    records = GenericNest(program, wanted).run([x], 3)
    expected = {"mul": [x * 2, x * x], "sum": [(x * x).sum(2)]}
    names = [e.primitive.name for e in program.equations if e.results[0].shape in ((5, 20), (5,))]
    for name, record in zip(names, records, strict=True):
        np.testing.assert_allclose(record, expected[name].pop(0), rtol=1e-5)


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
import test_fused as t
from steepest.lower import machine
assert machine.width() == {width}, machine.width()
t.test_convolutions_with_all_gradients("padded")
t.test_pools_put_gradients_where_maxima_were("halves", 16)
t.test_folds_over_every_dimension((7, 17))
t.test_vectors_of_every_dtype("h")
t.test_gradients_of_filters_take_no_copies_of_the_images()
"""


@pytest.mark.parametrize(("masked", "width"), [("avx512", 8), ("avx2,fma", 4)])
def test_narrower_vectors_do_the_same(masked: str, width: int) -> None:
    from steepest.lower import machine

    if machine.processor() != "x86_64" or machine.width() <= width:
        pytest.skip("the processor has no wider vectors to do without")
    script = SCRIPT.format(here=str(Path(__file__).parent), width=width)
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "STEEPEST_MASK": masked})
