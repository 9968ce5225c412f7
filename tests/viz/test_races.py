"""Races are fair, their numbers are those of the optimizers run alone, and pages show them; explorations find 2/λ."""

import json
import re

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz
from steepest.viz.races import FUNCTIONS, OPTIMIZERS


def values_of(page):
    return json.loads(re.search(r"const values = (.*);\n", page.html)[1])


def alone(make, function, start, steps):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, path = make([x]), []
    for _ in range(steps + 1):
        path.append(x.tolist())
        optimizer.zero_grad()
        function(*x).backward()
        optimizer.step()
    return np.array(path)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "Adamax", "ASGD", "Rprop"])
def test_a_run_of_the_sweep_is_the_optimizer_run_alone(name: str) -> None:
    race = viz.race("beale", {name: OPTIMIZERS[name]}, steps=25, rates=(0.001, 0.01, 0.03))
    run, course = race.runs[0], FUNCTIONS["beale"]
    path = alone(lambda p: OPTIMIZERS[name](p, lr=run.rate), course.function, course.start, 25)
    assert run.path == pytest.approx(path, rel=1e-9)
    assert run.losses == pytest.approx([course.function(*p) for p in path], rel=1e-9)


def test_the_best_rate_is_the_first_at_the_level_and_diverging_rates_are_counted() -> None:
    race = viz.race("ravine", {"SGD": None}, steps=120, rates=(0.001, 0.01, 0.035, 0.1))       # 2/50 is the limit
    run = race.runs[0]
    assert run.rate == 0.035 and run.diverged == [False, False, False, True]
    assert run.losses[run.steps] <= race.level < run.losses[run.steps - 1]
    assert [line.split()[0] for line in str(race).splitlines()[2:]] == ["SGD"] and "1 / 4" in str(race)


def test_where_every_rate_diverges_smaller_ones_are_tried() -> None:
    steep = viz.race(lambda a, b: 1e6 * a ** 2 + b ** 2, {"SGD": None, "Adam": None}, (1.0, 1.0), steps=30)
    sgd, adam = steep.runs
    assert sgd.rates[0] == pytest.approx(1e-10) and sgd.rates[-1] == pytest.approx(1e-4) and len(sgd.rates) == len(adam.rates)
    assert 0 < sgd.rate < 1e-6 and not sgd.diverged[sgd.best] and sgd.losses[-1] < 2.0       # 2 / curvature is 1e-6
    assert adam.rates[0] == pytest.approx(1e-4)


def test_all_ten_run_on_every_function_and_line_searches_count_their_evaluations() -> None:
    for name in FUNCTIONS:
        race = viz.race(name, steps=12, rates=(0.01, 0.1))
        assert [run.name for run in race.runs] == list(OPTIMIZERS)
        for run in race.runs:
            assert run.path.shape == (13, 2) and run.losses[0] == pytest.approx(FUNCTIONS[name].function(*FUNCTIONS[name].start))
    calls = []

    def counted(x, y):
        calls.append(1)
        return (x - 1) ** 2 + 10 * y ** 2

    viz.race(counted, {"LBFGS": 1.0}, (3.0, 1.0), steps=10)
    assert len(calls) <= 2 * 12 + 2        # the race, the timing and the level


def test_sparse_adam_moves_as_adam_where_every_entry_has_a_gradient() -> None:
    race = viz.race("himmelblau", {"Adam": 0.1, "SparseAdam": 0.1}, steps=30)
    assert race.runs[0].path == pytest.approx(race.runs[1].path, rel=1e-6, abs=1e-7)


def test_the_users_own_options_and_a_model_are_taken() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    x = torch.randn(20, 3)
    y = x.sum(1, keepdim=True)
    optimizers = {"momentum": (torch.optim.SGD, {"momentum": 0.9}), "fixed": (torch.optim.Adam, {"lr": 0.05})}
    race = viz.race(nn.MSELoss(), optimizers, model, (x, y), steps=30, rates=(0.01, 0.1))
    assert race.runs[0].rates == (0.01, 0.1) and race.runs[1].rates == (0.05,)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(31):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    assert race.runs[1].losses == pytest.approx(losses, rel=1e-4)


def test_the_page_ends_soon_after_the_last_has_arrived() -> None:
    race = viz.race("himmelblau", {"SGD": None, "Adam": None}, steps=200, rates=(0.01, 0.1))
    last = max(run.steps for run in race.runs)
    assert [len(run["loss"]) for run in values_of(race.page())["runs"]] == [2 * last + 21] * 2 and 2 * last + 21 < 201


def test_the_page_holds_the_paths_the_losses_and_a_player_for_keys_and_reduced_motion() -> None:
    race = viz.race("ravine", {"SGD": None, "Adam": None}, steps=20, rates=(0.01, 0.1))
    page = race.page()
    values = values_of(page)
    assert [r["name"] for r in values["runs"]] == ["SGD", "Adam"] and len(values["runs"][0]["path"]) == 21
    assert values["runs"][1]["loss"] == pytest.approx(race.runs[1].losses, rel=1e-3)
    (a0, a1), _ = FUNCTIONS["ravine"].window
    assert values["runs"][0]["path"][0][0] == pytest.approx(560 * (-8 - a0) / (a1 - a0), abs=0.1)
    for needed in ("ArrowRight", "prefers-reduced-motion", 'role="img"', "prefers-color-scheme", "<caption>"):
        assert needed in page.html
    assert not re.search(r'(?:src|href)="(?!data:|#)|url\((?!#)|@import', page.html)       # nothing comes from elsewhere


def test_the_sweep_shows_every_rate() -> None:
    race = viz.race("ravine", {"SGD": None, "Adam": None}, steps=20, rates=(0.001, 0.01, 0.1))
    figure = race.sweep()
    assert figure.data["SGD"][0] == (0.001, 0.01, 0.1)
    assert sum(len(line.get_xdata()) == 3 for line in figure.axes[0].lines) == 2


def test_an_exploration_finds_the_rate_at_which_divergence_begins() -> None:
    found = viz.explore(lambda x, y: 0.5 * x ** 2 + 5 * y ** 2, (-8.0, 1.0))
    assert found.limit == pytest.approx(0.2, rel=1e-4)
    assert 0.2 <= found.diverges_from <= 0.2 * 1.06             # the next of the 200 rates
    assert len(found.rates) == 200 and found.losses.shape == (101, 200)
    rate = found.rates[100]
    expected = 0.5 * (-8 * (1 - rate) ** 50) ** 2 + 5 * ((1 - 10 * rate) ** 50) ** 2
    assert found.losses[50, 100] == pytest.approx(expected, rel=1e-6)
    values = values_of(found.page())
    assert len(values["paths"]) == 200 and values["limit"] == pytest.approx(0.2, rel=1e-4)
    assert "2/λ" in found.alt and f"{found.limit:.3g}" in found.page().html


def test_one_weight_is_explored_on_its_curve() -> None:
    x, y = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), torch.tensor([2.0, 4.0, 6.0], dtype=torch.float64)
    found = viz.explore(lambda w: ((w * x - y) ** 2).mean(), [1.0])
    assert found.limit == pytest.approx(2 / (2 * 14 / 3), rel=1e-4)
    assert len(values_of(found.page())["losses"]) == 200


def test_a_loss_that_falls_without_end_is_no_race() -> None:
    with pytest.raises(ValueError, match="no least value"):
        viz.race(lambda a, b: a * b, {"SGD": None}, (2.0, -2.0), steps=200)


def test_wrong_arguments_are_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="take one of himmelblau, rosenbrock"):
        viz.race("banana")
    with pytest.raises(ValueError, match="no optimizer 'sdg' here: take one of SGD, Adagrad"):
        viz.race("beale", {"sdg": None})
    with pytest.raises(ValueError, match="two positive numbers"):
        viz.explore(lambda x, y: x * x + y * y, (1.0, 1.0), lr=(0.1, 0.0))
