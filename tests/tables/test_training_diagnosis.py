"""The doctor watches the training of `steepest train`: what it says of trainings that go wrong, and nothing of those that go well."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest
from steepest.cli.train import train as command
from steepest.errors import UserError
from steepest.tables import train

PIMA = steepest.datasets.path("pima_diabetes")


def found(**how: Any) -> list[tuple[str, str]]:
    settings = {"model": "16", "folds": 1, **how}
    return [(one.severity, one.rule) for one in train(PIMA, "Outcome", **settings).findings]


def noise(path: Path, rare: float = 0.5) -> Path:
    """A table whose columns say nothing about the classes."""
    rng = np.random.default_rng(0)
    numbers = zip(*rng.normal(size=(2, 400)), rng.random(400), strict=True)
    rows = [f"{a:.4f},{b:.4f},{'yes' if c < rare else 'no'}\n" for a, b, c in numbers]
    path.write_text("".join(["a,b,label\n", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("how", "severity", "rule"),
    [
        ({"lr": 30.0}, "warning", "step-too-large"),
        ({"lr": 50.0, "optimizer": "sgd", "model": "64-64"}, "mistake", "first-nan"),
        ({"lr": 1e-6, "epochs": 30}, "warning", "step-too-small"),
        ({"lr": 1e-5, "optimizer": "sgd", "epochs": 30}, "warning", "step-too-small"),
        ({"lr": 0.05, "model": "64", "epochs": 28}, "note", "overfitting"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said_first(how: dict[str, Any], severity: str, rule: str) -> None:
    assert found(**how)[:1] == [(severity, rule)]


@pytest.mark.parametrize("how", [{"model": "auto"}, {"epochs": 20, "lr": 0.005}, {"model": "linear"}, {"epochs": 10}])
def test_trainings_that_go_well_hear_nothing(how: dict[str, Any]) -> None:
    assert [one for one in found(**how) if one[0] != "note"] == []


def test_a_net_that_answers_the_majority_is_told_so(tmp_path: Path) -> None:
    table = noise(tmp_path / "data.csv", rare=0.1)
    rules = [one.rule for one in train(table, "label", model="16", folds=1, lr=0.003, epochs=30).findings]
    assert "class-imbalance" in rules


def test_units_that_died_are_counted(tmp_path: Path) -> None:
    rules = found(lr=0.3, optimizer="adam", model="8-8-8", epochs=30, seed=1)
    assert ("warning", "dead-relu") in rules


def test_advice_was_tried_and_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    (first, *_) = train(PIMA, "Outcome", model="16", folds=1, lr=30.0).findings
    assert "--lr" in first.change and "Tried: with lr=" in first.change and first.line is None
    assert "grows" in first.evidence and "NaN or infinite from pass" in first.evidence


def test_the_numbers_are_those_of_an_unwatched_training(monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.tables import training

    watched = train(PIMA, "Outcome", model="8", folds=1, lr=0.01, epochs=5)
    whole = training.train
    monkeypatch.setattr(training, "train", lambda *given: whole(*given[:7]))
    alone = train(PIMA, "Outcome", model="8", folds=1, lr=0.01, epochs=5)
    assert np.array_equal(watched.predicted, alone.predicted)
    assert [row.train_loss for row in watched.run.history] == [row.train_loss for row in alone.run.history]


def test_findings_stand_on_the_screen_and_in_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("STEEPEST_LANG", "zh")
    command(Path(PIMA), target="Outcome", model="16", folds=1, lr="30", out=tmp_path)
    screen = " ".join(capsys.readouterr().out.split())
    assert "警告（step-too-large）：" in screen and "--silence step-too-large" in screen
    assert "警告（step-too-large）：" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_rule_can_be_silenced() -> None:
    assert found(lr=30.0, silence=["step-too-large"]) == []
    with pytest.raises(UserError, match="no-such-rule"):
        found(silence=["no-such-rule"])
