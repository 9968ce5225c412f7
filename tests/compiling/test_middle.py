"""Programs with rows on the lanes: as the generic loop nest and eager leave them."""

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest import nn
from steepest.compiling.generic_nest import GenericNest

sys.path.insert(0, str(Path(__file__).parent))
from planned import Make, Planned, check


def SGD(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def table(rows: int, inputs: int, classes: int = 0, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(seed)
    x = torch.tensor(random.normal(size=(rows, inputs)), dtype=torch.float32)
    if classes:
        return x, torch.tensor(random.integers(0, classes, rows))
    return x, torch.tensor(random.random((rows, 1)) < 0.5, dtype=torch.float32)


def training(model: Callable[[], nn.Module], loss: Callable[..., Any], data: tuple[torch.Tensor, torch.Tensor] | None = None,
             optimizer: Callable[..., Any] = SGD, clip: bool = False) -> Make:
    """A training step on `data`, or on the batches that it is given (rows, or the indices of rows of `data`)."""

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(3)
        net = model()
        o = optimizer(list(net.parameters()))

        def step(*batch: torch.Tensor) -> torch.Tensor:
            if data is None:
                x, y = batch
            elif batch:
                x, y = data[0][batch[0]], data[1][batch[0]]
            else:
                x, y = data
            value = loss(net(x), y)
            o.zero_grad()
            value.backward()
            if clip:
                nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            o.step()
            return value

        return step, [*net.parameters(), *(b for b in net.buffers() if b.dtype.is_floating_point)]

    return make


def mlp(*sizes: int, activation: Callable[[], nn.Module] = nn.Sigmoid,
        last: Callable[[], nn.Module] | None = None) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        layers: list[nn.Module] = []
        for a, b in pairwise(sizes):
            layers += [nn.Linear(a, b), activation()]
        layers.pop()
        return nn.Sequential(*layers, *([last()] if last else []))

    return make


@pytest.mark.parametrize("rows", [1, 5, 16, 17, 33, 100, 257])
def test_any_number_of_rows(rows: int) -> None:
    check(training(mlp(5, 6, 4, 1, last=nn.Sigmoid), nn.BCELoss(), table(rows, 5)), regime="middle" if rows > 5 else "",
          generic=rows == 33)


@pytest.mark.parametrize("rows", [1, 16, 23, 80])
@pytest.mark.parametrize("sizes", [(8, 64, 24, 1), (3, 30, 7, 1), (20, 17, 1)])
def test_wide_layers(rows: int, sizes: tuple[int, ...]) -> None:
    planned = check(training(mlp(*sizes, activation=nn.ReLU), nn.MSELoss(), table(rows, sizes[0])), regime="middle" if rows > 1 else "",
                    tolerance=1e-4)
    assert rows == 1 or "tiles" in planned.executable.describe()


def test_threads_share_products_of_many_weights() -> None:
    random, data = np.random.default_rng(1), table(600, 8)
    batches = [(torch.tensor(random.permutation(600)[:256]),) for _ in range(4)]
    made = training(mlp(8, 64, 64, 1, activation=nn.ReLU), nn.MSELoss(), data, lambda p: torch.optim.Adam(p, lr=1e-3))
    before = torch.get_num_threads()
    try:
        for threads, regime in ((1, "middle"), (2, "generic loop nest: threads share")):
            torch.set_num_threads(threads)
            planned = check(made, batches, regime=regime, tolerance=1e-4)
        assert planned.executable.native.threads == 2
        assert planned.executable.native.schedule.in_parts
    finally:
        torch.set_num_threads(before)


ACTIVATIONS = [nn.Tanh, nn.ReLU, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Softplus, nn.Hardtanh, nn.Mish, nn.LogSigmoid]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: Callable[[], nn.Module]) -> None:
    check(training(mlp(4, 7, 1, activation=activation), nn.MSELoss(), table(37, 4)), regime="middle", tolerance=1e-4)


LOSSES = [nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.SmoothL1Loss(), nn.BCEWithLogitsLoss(), nn.MSELoss(reduction="sum")]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda x: type(x).__name__)
def test_losses(loss: nn.Module) -> None:
    check(training(mlp(4, 7, 1, activation=nn.Tanh), loss, table(37, 4), lambda p: torch.optim.SGD(p, lr=0.01)), regime="middle",
          tolerance=1e-4)


OPTIMIZERS = {
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=0.01, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    planned = check(training(mlp(6, 9, 3, 1), nn.MSELoss(), table(50, 6), OPTIMIZERS[name]), regime="middle", tolerance=1e-4, warm=4)
    if name == "adam":
        assert "5 counters computed once for several, 2 powers by products" in planned.executable.describe()


@pytest.mark.parametrize("rows", [16, 23, 100])
@pytest.mark.parametrize("sizes", [(4, 6, 3), (10, 40, 5)])
def test_classification(rows: int, sizes: tuple[int, ...]) -> None:
    check(training(mlp(*sizes, activation=nn.Tanh), nn.CrossEntropyLoss(), table(rows, sizes[0], sizes[-1])), regime="middle")


@pytest.mark.parametrize("layer", [nn.LayerNorm, nn.BatchNorm1d])
@pytest.mark.parametrize("wide", [False, True])
def test_normalisation(layer: Callable[[int], nn.Module], wide: bool) -> None:
    hidden = 32 if wide else 5

    def model() -> nn.Module:
        return nn.Sequential(nn.Linear(4, hidden), layer(hidden), nn.Tanh(), nn.Linear(hidden, 1))

    check(training(model, nn.MSELoss(), table(45, 4)), regime="middle", tolerance=2e-4)


def test_a_short_pass_that_ends_in_large_and_small_sums() -> None:
    def model() -> nn.Module:
        return nn.Sequential(nn.Linear(13, 32), nn.Sigmoid(), nn.Linear(32, 2), nn.BatchNorm1d(2), nn.Linear(2, 1))

    check(training(model, nn.MSELoss(), table(16, 13)), regime="middle")


def test_clipping_by_the_norm_of_all_gradients() -> None:
    check(training(mlp(4, 6, 1), nn.MSELoss(), table(40, 4), clip=True), regime="middle")


@pytest.mark.parametrize("size", [16, 23, 48, 64])
@pytest.mark.parametrize("inputs", [3, 8, 13])
def test_batches_by_index(size: int, inputs: int) -> None:
    random = np.random.default_rng(2)
    batches = [(torch.tensor(random.integers(0, 100, size)),) for _ in range(8)]
    check(training(mlp(inputs, 6, 1), nn.MSELoss(), table(100, inputs)), batches, regime="middle")


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("size", [16, 21])
def test_batches_as_streams(size: int, classes: int) -> None:
    batches = [table(size, 5, classes, seed) for seed in range(8)]
    loss = nn.CrossEntropyLoss() if classes else nn.BCEWithLogitsLoss()
    check(training(mlp(5, 6, max(classes, 1)), loss), batches, regime="middle")


def test_batches_without_training() -> None:
    random = np.random.default_rng(2)
    batches = [(torch.tensor(random.integers(0, 100, 20)),) for _ in range(8)]
    x, y = table(100, 3)

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model, total = mlp(3, 4, 1)(), torch.zeros((), dtype=torch.float64)

        def step(index: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                loss = ((model(x[index]) - y[index]) ** 2).mean()
                total.add_(loss.double() * 20)
            return loss

        return step, [total]

    check(make, batches, regime="middle")


def test_an_index_outside_stops_at_its_step_with_the_error_of_eager() -> None:
    random = np.random.default_rng(2)
    batches = [(torch.tensor(random.integers(0, 100, 20)),) for _ in range(8)]
    make = training(mlp(3, 6, 1), nn.MSELoss(), table(100, 3))
    planned = Planned(make, batches)
    left = planned.native(planned.executable)[1]
    streams = [np.stack([b[0].numpy() for b in batches] * 2)]
    streams[0][8, 4] = 100
    planned.restore()
    with pytest.raises(IndexError, match="100"):
        planned.executable.run(streams, 16)
    for a, b in zip(planned.left()[: len(planned.kept)], left, strict=False):
        np.testing.assert_array_equal(a, b)
    streams[0][8, 4] = -1
    planned.restore()
    (losses,) = planned.executable.run(streams, 16)
    streams[0][8, 4] = 99
    planned.restore()
    np.testing.assert_allclose(planned.executable.run(streams, 16)[0], losses.reshape(-1), rtol=1e-4)


def test_counters_that_differ_at_run_time_are_not_taken_for_one() -> None:
    make = training(mlp(6, 9, 1), nn.MSELoss(), table(50, 6), lambda p: torch.optim.Adam(p, lr=0.01))
    planned = Planned(make)
    assert "3 counters computed once" in planned.executable.describe()
    planned.restore()
    counters = [s for s in planned.state if s.flat.size == 1 and planned.state[s][0] == 4]
    planned.state[counters[0]] = planned.state[counters[0]] + 50
    found, expected = planned.native(planned.executable), planned.native(GenericNest(planned.program, planned.results))
    for a, b in zip(found[0] + found[1], expected[0] + expected[1], strict=True):
        np.testing.assert_allclose(a.reshape(-1), b.reshape(-1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30, 1e-41])
@pytest.mark.parametrize("wide", [False, True])
def test_special_values_stay_in_their_rows(value: float, wide: bool) -> None:
    x, y = table(37, 4)
    x[20, 2] = value
    hidden = 24 if wide else 5

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model = mlp(4, hidden, 1, activation=nn.Tanh)()
        state = torch.zeros(())

        def step() -> list[torch.Tensor]:
            with torch.no_grad():
                out = torch.exp(model(x) - y)
                state.add_(1)
                return [out.amax(1).sum(), (out * y).sum(), out.sum()]

        return step, [state]

    check(make)


def test_values_with_rows_that_python_looks_at() -> None:
    x, y = table(37, 4)

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model = mlp(4, 5, 1)()
        o = SGD(model.parameters())
        seen = torch.zeros(37, 1)

        def step() -> torch.Tensor:
            out = model(x)
            loss = ((out - y) ** 2).mean()
            o.zero_grad()
            loss.backward()
            o.step()
            with torch.no_grad():
                seen.copy_(out)
            return loss

        return step, [*model.parameters(), seen]

    check(make)


def test_gradient_accumulation() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model, (x, y) = mlp(4, 6, 1)(), table(40, 4)

        def step() -> torch.Tensor:
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            return loss

        return step, list(model.parameters())

    check(make, regime="middle")


def test_weights_that_are_averaged() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model, average, (x, y) = mlp(4, 6, 1)(), mlp(4, 6, 1)(), table(40, 4)
        o = SGD(model.parameters())

        def step(rate: torch.Tensor) -> torch.Tensor:
            loss = ((model(x) - y) ** 2).mean()
            o.zero_grad()
            loss.backward()
            o.step()
            with torch.no_grad():
                for a, p in zip(average.parameters(), model.parameters(), strict=True):
                    a.lerp_(p, rate)
            return loss

        return step, [*model.parameters(), *average.parameters()]

    check(make, [(torch.tensor(0.1 + 0.05 * k),) for k in range(8)], regime="middle")


def test_the_loss_that_nobody_records_is_computed_in_the_last_step_alone() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(1)
        model, (x, y) = mlp(4, 6, 1, last=nn.Sigmoid)(), table(40, 4)
        o, kept = SGD(model.parameters()), torch.zeros(())

        def step() -> None:
            loss = nn.functional.binary_cross_entropy(model(x), y)
            o.zero_grad()
            loss.backward()
            o.step()
            kept.copy_(loss.detach())

        return step, [*model.parameters(), kept]

    planned = check(make, regime="middle")
    assert "last step alone" in planned.executable.describe()


def test_tables_that_change_or_are_read_as_a_whole() -> None:
    random = np.random.default_rng(2)
    batches = [(torch.tensor(random.integers(0, 100, 20)),) for _ in range(8)]

    def changing() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        rows, total = table(100, 3)[0], torch.zeros(3)

        def step(index: torch.Tensor) -> torch.Tensor:
            total.add_(rows[index].sum(0))
            rows.mul_(0.9)
            return total.sum()

        return step, [rows, total]

    def whole() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        rows, total = table(100, 3)[0], torch.zeros(3)

        def step(index: torch.Tensor) -> torch.Tensor:
            total.add_(rows[index].sum(0) * rows.abs().mean())
            return total.sum()

        return step, [rows, total]

    check(changing, batches)
    check(whole, batches)


def test_what_a_step_began_with_is_recorded_and_kept() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        x, w, before = table(90, 8)[0], torch.full((8,), 0.1), torch.zeros(8)

        def step() -> torch.Tensor:
            before.copy_(w)
            out = w.clone()
            w.sub_(0.01 * (x @ w).unsqueeze(1).mul(x).mean(0))
            return out

        return step, [w, before]

    def recorded() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        step, (w, _) = make()
        return step, [w]

    check(make)
    check(recorded)


def forward(kept: bool, data: tuple[torch.Tensor, torch.Tensor] | None = None) -> Make:
    """A step that only evaluates: its result is recorded, or kept in a tensor that was there before."""

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(3)
        net = nn.Sequential(nn.Linear(5, 6), nn.Sigmoid(), nn.Linear(6, 2))
        held = torch.zeros(ROWS, 2)

        def step(*batch: torch.Tensor) -> torch.Tensor | None:
            x = data[0] if data is not None and not batch else data[0][batch[0]] if data is not None else batch[0]
            with torch.no_grad():
                if not kept:
                    return net(x)
                held.copy_(net(x))
            return None

        return step, [held]

    return make


ROWS = 37


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("given", ["the same rows", "rows", "indices"])
def test_a_forward_pass_alone_has_no_sums_over_rows(given: str, kept: bool) -> None:
    data = table(ROWS if given == "the same rows" else 80, 5)
    random = np.random.default_rng(4)
    batches = {
        "the same rows": [],
        "rows": [(torch.tensor(random.normal(size=(ROWS, 5)), dtype=torch.float32),) for _ in range(6)],
        "indices": [(torch.tensor(random.integers(0, 80, ROWS)),) for _ in range(6)],
    }[given]
    check(forward(kept, None if given == "rows" else data), batches, regime="middle")
