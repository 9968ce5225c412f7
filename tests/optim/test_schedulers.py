"""Schedulers give PyTorch's rates, keep PyTorch's state and say what is wrong."""

import json
import math
import pickle
import warnings
from pathlib import Path
from typing import Any

import pytest

import steepest
from steepest.optim import lr_scheduler, swa_utils

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "schedulers.json").read_text(encoding="utf-8"))


def two_groups() -> Any:
    first, second = (steepest.zeros(n, requires_grad=True) for n in (2, 3))
    return steepest.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.03}], lr=0.1, momentum=0.9)


def made(spec: dict[str, Any], optimizer: Any) -> Any:
    """A scheduler from its row in the reference."""
    options = {name: value for name, value in spec.items() if name not in ("name", "parts")}
    parts = [made(part, optimizer) for part in spec.get("parts", ())]
    if spec["name"] == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler(parts)
    kind = swa_utils.SWALR if spec["name"] == "SWALR" else getattr(lr_scheduler, spec["name"])
    return kind(optimizer, *([parts] if parts else ()), **options)


@pytest.mark.parametrize("row", REFERENCE["schedulers"], ids=lambda row: row["scheduler"]["name"])
def test_rates_are_those_of_pytorch(row: dict[str, Any]) -> None:
    optimizer = two_groups()
    scheduler = made(row["scheduler"], optimizer)
    rates, momenta = [], []
    for _ in range(60):
        rates.append(scheduler.get_last_lr())
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    for got, expected in zip(rates, row["rates"], strict=True):
        assert got == pytest.approx(expected, rel=1e-13)
    if "momenta" in row:
        assert momenta == pytest.approx(row["momenta"], rel=1e-13)


@pytest.mark.parametrize("row", REFERENCE["schedulers"], ids=lambda row: row["scheduler"]["name"])
def test_a_saved_state_goes_on_where_it_was(row: dict[str, Any]) -> None:
    optimizer = two_groups()
    scheduler = made(row["scheduler"], optimizer)
    for _ in range(17):
        optimizer.step()
        scheduler.step()
    saved = pickle.loads(pickle.dumps((optimizer.state_dict(), scheduler.state_dict())))
    again = two_groups()
    resumed = made(row["scheduler"], again)
    again.load_state_dict(saved[0])
    resumed.load_state_dict(saved[1])
    for _ in range(20):
        for o, s in ((optimizer, scheduler), (again, resumed)):
            o.step()
            s.step()
        assert resumed.get_last_lr() == scheduler.get_last_lr()


@pytest.mark.parametrize("row", REFERENCE["plateaus"], ids=lambda row: str(row["options"]))
def test_plateau_rates_are_those_of_pytorch(row: dict[str, Any]) -> None:
    optimizer = steepest.optim.SGD([steepest.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **row["options"])
    rates = []
    for loss in REFERENCE["losses"]:
        scheduler.step(steepest.tensor(loss))
        rates.append(scheduler.get_last_lr()[0])
    assert rates == pytest.approx(row["rates"], rel=1e-13)


def test_lambda_and_multiplicative() -> None:
    optimizer = two_groups()
    scheduler = lr_scheduler.LambdaLR(optimizer, [lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch)])
    for epoch in range(5):
        assert scheduler.get_last_lr() == pytest.approx([0.1 * 0.95**epoch, 0.03 / (1 + epoch)])
        optimizer.step()
        scheduler.step()
    optimizer = two_groups()
    scheduler = lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5)
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.05, 0.015]


def test_a_tensor_rate_is_written_in_place() -> None:
    rate = steepest.tensor(0.1)
    optimizer = steepest.optim.SGD([steepest.ones(2, requires_grad=True)], lr=rate)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == pytest.approx(0.05)


def test_the_wrong_order_is_warned_of_once() -> None:
    optimizer = two_groups()
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler\.step\(\)` before `optimizer\.step\(\)`"):
        scheduler.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()


def test_the_right_order_is_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer = two_groups()
        scheduler = lr_scheduler.StepLR(optimizer, 3)
        optimizer.step()
        scheduler.step()


def test_get_lr_and_epochs_are_warned_of() -> None:
    optimizer = two_groups()
    scheduler = lr_scheduler.StepLR(optimizer, 3, gamma=0.5)
    optimizer.step()
    with pytest.warns(UserWarning, match="get_last_lr"):
        scheduler.get_lr()
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(6)
    assert scheduler.get_last_lr() == [0.025, 0.0075]


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda o: lr_scheduler.StepLR([], 3), TypeError, "list is not an Optimizer"),
    (lambda o: lr_scheduler.StepLR(o, 3, last_epoch=4), KeyError, "initial_lr"),
    (lambda o: lr_scheduler.LambdaLR(o, [math.exp]), ValueError, "Expected 2 lr_lambdas, but got 1"),
    (lambda o: lr_scheduler.MultiplicativeLR(o, 0.5), TypeError, "lr_lambda should be a function, but got float"),
    (lambda o: lr_scheduler.ConstantLR(o, 1.5), ValueError, "between 0 and 1, but it is 1.5"),
    (lambda o: lr_scheduler.LinearLR(o, 0), ValueError, "greater than 0 and less or equal to 1"),
    (lambda o: lr_scheduler.LinearLR(o, 1, 2), ValueError, "Ending multiplicative factor"),
    (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 0), ValueError, "Expected positive integer T_0, but got 0"),
    (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1, 0), ValueError, "Expected integer T_mult >= 1, but got 0"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.2, mode="square"), ValueError, "mode is invalid and scale_fn is None"),
    (lambda o: lr_scheduler.CyclicLR(o, [0.1], 0.2), ValueError, "base_lr has 1 values, param_groups has 2"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1), ValueError, "either total_steps OR"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=-1), ValueError, "positive integer steps_per_epoch"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, 10, pct_start=3), ValueError, "Expected float between 0 and 1 pct_start"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, 10, anneal_strategy="x"), ValueError, "one of 'cos' or 'linear'"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=1), ValueError, "Factor should be < 1.0"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, "lowest"), ValueError, "mode lowest is unknown!"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, threshold_mode="x"), ValueError, "threshold mode x is unknown!"),
    (lambda o: lr_scheduler.SequentialLR(o, [], []), ValueError, "at least one scheduler"),
    (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [1]), ValueError, "1 schedulers and 1 milestones"),
    (lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1), lr_scheduler.StepLR(two_groups(), 1)]), ValueError,
     "same optimizer, but StepLR at index 1"),
    (lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(o)]), ValueError, "does not support"),
    (lambda o: swa_utils.SWALR(o, 0.1, anneal_epochs=-1), ValueError, "equal or greater than 0, got -1"),
    (lambda o: swa_utils.get_ema_avg_fn(2), ValueError, "Invalid decay value 2"),
])
def test_errors_say_what_is_wrong(make: Any, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    with pytest.raises(error) as caught:
        make(two_groups())
    assert message in str(caught.value)


def test_cycle_momentum_needs_a_momentum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    optimizer = steepest.optim.Adagrad([steepest.zeros(1, requires_grad=True)])
    with pytest.raises(ValueError, match="Adagrad has neither: write cycle_momentum=False"):
        lr_scheduler.CyclicLR(optimizer, 0.1, 0.2)


def test_one_cycle_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    optimizer = two_groups()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=2)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    with pytest.raises(ValueError, match="Tried to step 3 times. The specified number of total steps is 2"):
        scheduler.step()


def test_a_scheduler_on_a_plateau_tells_its_own_reduction_the_epoch():
    seen = []

    class Telling(lr_scheduler.ReduceLROnPlateau):
        def _reduce_lr(self, epoch):
            seen.append(epoch)
            super()._reduce_lr(epoch)

    optimizer = steepest.optim.SGD([steepest.ones(1)], lr=1.0)
    scheduler = Telling(optimizer, patience=0)
    for _ in range(3):
        scheduler.step(1.0)
    assert seen == [2, 3] and optimizer.param_groups[0]["lr"] == pytest.approx(0.01)
