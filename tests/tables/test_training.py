import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

import steepest
from steepest import nn
from steepest.errors import UserError
from steepest.tables import baselines, learning, networks, settings, train, training
from steepest.tables.settings import OPTIMIZERS, Settings
from steepest.tables.tasks import TASKS
from steepest.tables.training import Epoch, Run

from .conftest import classes_table


def data(rows: int = 60, seed: int = 0) -> tuple[steepest.Tensor, steepest.Tensor]:
    """y = 2 x0 - x1 + 0.5 without noise."""
    steepest.manual_seed(seed)
    x = steepest.randn(rows, 2)
    return x, x @ steepest.tensor([[2.0], [-1.0]]) + 0.5


def run(network: nn.Module, settings: Settings, watch=lambda epoch, run: None) -> Run:
    return training.train(network, nn.MSELoss(), data(), data(20, 1), settings, 0, watch)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns_a_line(optimizer: str) -> None:
    steepest.manual_seed(3)
    network = nn.Sequential(nn.Linear(2, 1))
    x, y = data(20, 1)
    before = nn.MSELoss()(network(x), y).item()
    assert run(network, Settings(optimizer, epochs=150)).best_loss < 0.3 * before


def test_the_best_weights_are_kept() -> None:
    steepest.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    found = run(network, Settings("sgd", 0.2, 15))
    losses = [epoch.validation_loss for epoch in found.history]
    assert found.best == losses.index(min(losses)) + 1
    x, y = data(20, 1)
    with steepest.no_grad():
        assert nn.MSELoss()(network(x), y).item() == pytest.approx(found.best_loss)


def test_it_stops_when_validation_stands_still() -> None:
    steepest.manual_seed(0)
    found = run(nn.Sequential(nn.Linear(2, 1)), Settings("lbfgs", None, 200))
    assert found.ended == "early"
    assert len(found.history) == found.best + training.PATIENCE


def test_the_learning_rate_is_chosen_by_short_runs() -> None:
    settings = Settings("sgd", None, 100)
    assert settings.rates(60) == [0.015, 0.05, 0.15, 0.5]
    assert Settings("sgd", None, 100).rates(12_384) == [0.042, 0.14, 0.42, 1.4]  # batches of 256
    found = {}
    for rate in [None, *settings.rates(60)]:
        steepest.manual_seed(0)
        found[rate] = run(nn.Sequential(nn.Linear(2, 1)), Settings("sgd", rate, 100))
    assert found[None].best_loss == min(run.best_loss for run in found.values())


def test_ctrl_c_keeps_the_best_so_far() -> None:
    def watch(epoch: Epoch, run: Run) -> None:
        if epoch.epoch == 4:
            raise KeyboardInterrupt

    steepest.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 1))
    found = run(network, Settings(lr=0.01, epochs=50), watch)
    assert (found.ended, len(found.history), found.best) == ("interrupted", 4, 4)
    x, y = data(20, 1)
    assert nn.MSELoss()(network(x), y).item() == pytest.approx(found.best_loss)


def test_a_step_that_is_too_large_ends_the_run_with_finite_weights() -> None:
    steepest.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    found = run(network, Settings("sgd", 100.0, 100))
    assert found.ended == "diverged"
    assert math.isfinite(found.best_loss)
    assert all(numpy.isfinite(value.numpy()).all() for value in network.state_dict().values())


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lr": -1.0}, "a learning rate of -1.0 cannot work"),
        ({"lr": 0.0}, "a learning rate of 0.0 cannot work"),
        ({"lr": math.nan}, "a learning rate of nan cannot work"),
        ({"lr": math.inf}, "a learning rate of inf cannot work"),
        ({"lr": 1e6}, "is at most 100"),
        ({"epochs": 0}, "0 epochs cannot be trained"),
        ({"epochs": -3}, "-3 epochs cannot be trained"),
        ({"epochs": 10**9}, "--epochs takes a whole number from 1"),
        ({"optimizer": "Adaam"}, "there is no optimizer 'Adaam', did you mean 'adam'"),
    ],
)
def test_settings_that_cannot_be_meant(fields: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Settings(**fields)


def test_models_by_name() -> None:
    assert networks.widths("linear") == []
    assert networks.widths("auto") == [64, 64]
    assert networks.widths("8-6-4") == [8, 6, 4]
    assert [tuple(value.shape) for value in networks.build([8, 6], 3, 2).state_dict().values()] == [
        (8, 3),
        (8,),
        (6, 8),
        (6,),
        (2, 6),
        (2,),
    ]


@pytest.mark.parametrize(
    "model", ["64-abc", "", "-", "64-", "0", "64--64", "-64", "1e3", "99999999999", "64 64", "６４", "-".join(["8"] * 40)]
)
def test_models_that_are_none(model: str) -> None:
    with pytest.raises(UserError, match="there is no model"):
        networks.widths(model)


def test_the_linear_baseline_of_a_regression_is_the_least_squares_line() -> None:
    x, y = data()
    network = baselines.linear(TASKS["regression"], x, y, 1)
    design = numpy.concatenate([x.numpy().astype(numpy.float64), numpy.ones((60, 1))], axis=1)
    normal = design.T @ design + numpy.diag([baselines.PENALTY, baselines.PENALTY, 0])
    expected = numpy.linalg.solve(normal, design.T @ y.numpy())
    numpy.testing.assert_allclose(network[0].weight.detach().numpy()[0], expected[:2, 0], rtol=1e-5)
    numpy.testing.assert_allclose(network[0].bias.detach().numpy(), expected[2], rtol=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_linear_baseline_of_classes_is_at_its_minimum(classes: int) -> None:
    steepest.manual_seed(0)
    x = steepest.randn(90, 2)
    task = TASKS["binary" if classes == 2 else "multiclass"]
    labels = ((x[:, 0] + 0.7 * steepest.randn(90) > 0).long() + (x[:, 1] > 0.8).long()).clamp(max=classes - 1)
    targets = labels.float().view(-1, 1) if classes == 2 else labels
    network = baselines.linear(task, x, targets, task.outputs(classes))
    network.zero_grad()
    loss = task.loss()(network(x), targets) + 0.5 * baselines.PENALTY / 90 * (network[0].weight ** 2).sum()
    loss.backward()
    assert max(float(value.grad.abs().max()) for value in network.parameters()) < 1e-4


def test_the_simplest_baseline() -> None:
    assert baselines.simplest(numpy.array([1.0, 3.0]), 0, 3).tolist() == [2, 2, 2]
    assert baselines.simplest(numpy.array([0.0, 1.0, 1.0, 1.0]), 2, 2).tolist() == [[0.25, 0.75]] * 2


def test_the_cosine_rises_shortly_and_ends_at_nothing() -> None:
    rate = training.Rate(0.5, 40)
    rates = []
    for _ in range(40):
        rate.step()
        rates.append(rate.now.item())
    expected = [0.5 * min(1, (step + 0.5) / 2) * 0.5 * (1 + math.cos(math.pi * (step + 0.5) / 40)) for step in range(40)]
    numpy.testing.assert_allclose(rates, expected, atol=1e-6)


def test_a_constant_rate_stays() -> None:
    rate = training.Rate(0.25)
    rate.step()
    assert rate.now.item() == 0.25


def test_the_native_loop_trains_as_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "FEWEST_NATIVE", 1)
    settings = Settings("adamw", 0.01, 3)
    steepest.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    start = {name: value.clone() for name, value in network.state_dict().items()}
    x, y = data(128)
    found = training.train(network, nn.MSELoss(), (x, y), data(20, 1), settings, 5)

    plain = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    plain.load_state_dict(start)
    optimizer = OPTIMIZERS["adamw"].make(list(plain.parameters()), 0.01)
    steps = steepest.utils.data.DataLoader(
        steepest.utils.data.TensorDataset(x, y), batch_size=32, shuffle=True, generator=steepest.Generator().manual_seed(5)
    )
    losses = []
    for _ in range(3):
        seen = []
        for a, b in steps:
            loss = nn.MSELoss()(plain(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(numpy.mean(seen))
    numpy.testing.assert_allclose([epoch.train_loss for epoch in found.history], losses, rtol=1e-4)


def test_batches_are_filled_with_rows_once_more() -> None:
    rows = numpy.arange(100, 170)
    filled = training.whole_batches(rows, 32, 3)
    assert filled[:70].tolist() == rows.tolist()
    assert len(filled) == 96
    assert len(set(filled[70:].tolist())) == 26
    assert training.whole_batches(rows, 128, 3).tolist() == rows.tolist()  # one step takes them all


def test_an_ensemble_agrees_on_the_epoch_that_is_best_for_all_its_rows() -> None:
    found, made = [], []
    for losses in ([0.5, 0.2, 0.3], [0.9, 0.8, 0.4]):
        network = nn.Sequential(nn.Linear(1, 1))
        history = [Epoch(2 * n + 2, 1.0, loss, 0.1, 0.0) for n, loss in enumerate(losses)]
        looks = [{"0.weight": steepest.full((1, 1), float(n)), "0.bias": steepest.zeros(1)} for n in range(3)]
        found.append(Run(history, best=0, best_loss=min(losses), looks=looks))
        made.append(network)
    training.agree(made, found, [10, 20])
    assert [(run.best, run.best_loss, run.looks) for run in found] == [(6, 0.3, []), (6, 0.4, [])]
    assert [network[0].weight.item() for network in made] == [2, 2]


def test_a_network_without_its_spare_features_says_the_same() -> None:
    steepest.manual_seed(0)
    assert networks.room(19) == 32
    wide = networks.build([4], 32, 1)
    x = steepest.nn.functional.pad(steepest.randn(5, 19), (0, 13))
    narrow = networks.cut(wide, 19)
    assert narrow[0].weight.shape == (4, 19)
    numpy.testing.assert_allclose(narrow(x[:, :19]).detach().numpy(), wide(x).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_the_trees_of_a_small_table_use_one_thread() -> None:
    """In a process of its own, since a pool is only limited once scikit-learn has loaded it."""
    pytest.importorskip("sklearn")
    program = """
import numpy, threadpoolctl
from steepest.tables import baselines
baselines._trees = lambda *about: [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "openmp"]
found = baselines.trees(numpy.zeros((60, 1)), numpy.zeros(60), 0, numpy.zeros((1, 1)), 0)
print(found)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "2"})
    pools = json.loads(run.stdout)
    assert pools
    assert set(pools) == {1}


@pytest.mark.parametrize(("rows", "batch"), [(40, 16), (100, 16), (400, 64), (614, 128), (1999, 128)])
def test_few_rows_still_make_some_steps(rows: int, batch: int) -> None:
    how = settings.recipe(rows, "adamw", None, None, classes=True)
    assert (how.members, how.bins, how.lr, how.batch(rows)) == (8, False, 0.01, batch)
    assert how.epochs * -(-rows // batch) >= 90
    searched = settings.recipe(rows, "adamw", None, None, classes=False).rates(rows)
    assert searched == [pytest.approx(rate) for rate in (0.001, 0.003, 0.01, 0.03)]


def test_longer_tables_get_bins_and_a_rate_that_is_chosen() -> None:
    how = settings.recipe(2000, "adamw", None, None, classes=True)
    assert (how.members, how.bins, len(how.rates(2000))) == (4, True, 3)


def test_few_rows_of_classes_have_a_fixed_rate_unless_one_is_searched(tmp_path: Path) -> None:
    place = tmp_path / "t.csv"
    place.write_text(classes_table(120), encoding="utf-8")
    ways = {lr: train(place, "label", lr=lr, folds=2, epochs=6) for lr in (None, "auto")}
    rates = {lr: (found.model.about["lr"], found.model.about["rate"]) for lr, found in ways.items()}
    assert rates[None] == (0.01, "fixed")
    assert rates["auto"][1] == "chosen"
    assert rates["auto"][0] in [pytest.approx(rate) for rate in (0.001, 0.003, 0.01, 0.03)]
    again = train(place, "label", lr=rates["auto"][0], folds=2, epochs=6)
    assert again.model.about["rate"] == ""
    assert [row.validation_loss for row in again.run.history] == [row.validation_loss for row in ways["auto"].run.history]


def test_the_rate_of_few_rows_is_the_best_over_the_validation_rows_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[float, float]] = []

    def member(*arguments: Any) -> tuple[None, Run]:
        rate, seed = arguments[4].lr, arguments[5]
        loss = {1: 0.5, 2: 3.0}[rate] if seed == 0 else {1: 2.0, 2: 0.1}[rate]  # the first network alone would choose 1
        tried.append((rate, loss))
        return None, Run(history=[Epoch(1, 0.0, loss, rate, 0.0)])

    monkeypatch.setattr(learning, "_member", member)
    how = Settings(tried=(1.0, 2.0), triers=3)
    sides = [numpy.arange(3), numpy.arange(3, 6), numpy.arange(6, 9)]
    assert learning._rate_of_several(None, numpy.arange(9), sides, [4], how, 0) == 2.0  # type: ignore[arg-type]
    assert len(tried) == 6
