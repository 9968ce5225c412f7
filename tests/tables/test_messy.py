"""Tables as an analyst gets them, from reading to the words on the screen: what is said about them must be right."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy
import polars
import pytest

from steepest.cli import main
from steepest.errors import UserError
from steepest.tables import predict, report, train
from steepest.tables.inspecting import inspect

Write = Callable[..., Path]


def flats(rows: int = 120, seed: int = 5) -> str:
    """Flats as a Chinese site lists them: units, 万, several ways to write days, and prices that are not fixed yet."""
    draw = random.Random(seed)
    lines = ["房源编号,建筑面积,朝向,成交日期,备注,城市,总价"]
    for row in range(rows):
        area = draw.uniform(30, 160)
        day = f"{1 + row % 12}月{1 + row % 28}日"
        price = f"{area * 6:.0f}万" if row % 3 else f'"¥{area * 60000:,.0f}"'
        if row in (4, 50, 77):
            price = "待定"
        lines.append(f"BJ{1000 + row},{area:.1f}{'㎡' if row % 2 else ' 平米'},{draw.choice(['南', '北 ', '东'])},2021年{day},"
                     f"房东急售{row},北京,{price if row != 9 else '无'}")  # fmt: skip
    return "\n".join(lines) + "\n"


def test_a_target_in_two_units_is_one_number_and_the_rows_without_a_number_are_named(write: Write) -> None:
    result = train(write(flats().encode("gb18030")), "总价", model="linear", folds=2)
    assert result.schema.task == "regression"
    assert result.metrics["model"]["R2"] > 0.99
    notes = "\n".join(result.notes)
    assert "read as GB18030" in notes
    assert "1 row(s) without a value of the target '总价' left out" in notes
    assert "3 row(s) left out whose target '总价' is no number, in rows 5 (待定), 51 (待定), 78 (待定)" in notes
    assert result.model.about["rows"] == 116


def test_rows_are_named_by_their_number_in_the_file_whatever_was_left_out(write: Write) -> None:
    lines = ["x,y", "1,", "2,5", "seven,", "4,6.5", *(f"{row}.5,{row}" for row in range(40)), "unknown,9.5"]
    notes = "\n".join(inspect(write("\n".join(lines) + "\n"), "y").notes)
    assert "1 cell(s) that are no numbers taken as missing, in rows 45 (unknown)" in notes
    lines[-1] = "inf,9.5"
    with pytest.raises(UserError, match="holds 'inf' in row 45"):
        inspect(write("\n".join(lines) + "\n"), "y")


def test_a_word_among_few_classes_of_numbers_is_a_class(write: Write) -> None:
    lines = [f"{row % 7}.5,{'other' if row % 25 == 0 else row % 2}" for row in range(100)]
    assert inspect(write("x,y\n" + "\n".join(lines) + "\n"), "y").schema.classes == ("0", "1", "other")  # type: ignore[union-attr]


def test_a_target_that_names_the_rows_raises_doubt(write: Write) -> None:
    content = "customer_id,age,city\n" + "".join(f"{5000 + row * 37 % 101},{row % 9}.5,{'ab'[row % 2]}\n" for row in range(60))
    assert any("looks like an identifier" in note for note in inspect(write(content), "customer_id").notes)
    assert not any("looks like an identifier" in note for note in inspect(write(content), "age").notes)


def test_a_table_of_one_column_says_that_nothing_is_left(write: Write) -> None:
    with pytest.raises(UserError, match="has only the column 'value': there is none to predict it from"):
        train(write("value\n" + "\n".join(f"{row}.5" for row in range(30)) + "\n"), "value")


def noise(rows: int, rare: float = 0.5) -> polars.DataFrame:
    draw = numpy.random.default_rng(1)
    columns = {"a": draw.normal(size=rows), "b": draw.normal(size=rows), "y": numpy.where(draw.uniform(size=rows) < rare, "yes", "no")}
    return polars.DataFrame(columns)


@pytest.mark.parametrize("kind", ["two classes", "number", "three classes"])
def test_columns_that_say_nothing_are_called_so(kind: str) -> None:
    made = noise(160)
    if kind == "number":
        made = made.with_columns(y=numpy.random.default_rng(2).normal(size=160))
    if kind == "three classes":
        made = made.with_columns(y=numpy.random.default_rng(2).choice(["p", "q", "r"], 160))
    said = report.verdicts(train(made, "y", model="linear", folds=4).model)
    assert len(said) == 1
    assert "cannot be told from always the m" in said[0]
    assert "the columns may say nothing about y" in said[0]


def test_a_rare_class_that_cannot_be_told_gets_no_threshold_and_the_majority_stays_the_majority() -> None:
    result = train(noise(400, rare=0.12), "y", model="linear", folds=4)
    assert result.model.threshold == 0.5
    share = float((result.truth == 0).mean())
    assert result.metrics["simplest"]["accuracy"] == pytest.approx(share)
    assert result.metrics["model"]["accuracy"] == pytest.approx(share, abs=0.02)


def test_a_threshold_for_a_rare_class_does_not_turn_the_majority_round() -> None:
    draw = numpy.random.default_rng(3)
    a = draw.normal(size=600)
    made = polars.DataFrame({"a": a, "y": numpy.where(a + draw.normal(size=600) > 2, "yes", "no")})
    result = train(made, "y", model="linear", folds=2)
    assert 0 < result.model.threshold < 0.4
    assert result.metrics["simplest"]["accuracy"] == pytest.approx(float((result.truth == 0).mean()))
    assert "accuracy" not in "".join(report.verdicts(result.model))  # with another threshold the majority's is no rival


def test_classes_are_not_weighed_unless_asked_for() -> None:
    made = noise(300, rare=0.2)
    plain, balanced = (train(made, "y", model="linear", folds=2, class_weight=word) for word in ("none", "balanced"))
    assert train(made, "y", model="linear", folds=2).predicted.tolist() == plain.predicted.tolist()
    assert plain.predicted[:, 1].mean() == pytest.approx(0.2, abs=0.03)  # the share that there is
    assert balanced.predicted[:, 1].mean() == pytest.approx(0.5, abs=0.05)


def test_the_screen_says_what_was_trained_when_the_linear_model_was_taken(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(1)
    content = "x,y\n" + "".join(f"{x:.4f},{2 * x:.4f}\n" for x in (draw.gauss(0, 1) for _ in range(60)))
    assert main(["train", str(write(content)), "--target", "y", "--epochs", "2", "--out", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out
    assert "the linear model was taken" in shown
    assert "Networks averaged: 8 of 256" in shown
    assert "(the best of some, by the validation loss of short runs)" in shown


def test_chance_alone_is_no_difference_from_training(write: Write) -> None:
    draw = random.Random(2)
    words = [f"word {number}" for number in range(60)]
    lines = [f"{draw.choice(words)},{draw.random():.3f},{draw.random():.3f}" for _ in range(600)]
    model = train(write("a,b,y\n" + "\n".join(lines) + "\n"), "y", model="linear", folds=2).model
    new = [f"{draw.choice(words)},{draw.random():.3f}" for _ in range(30)]
    assert not any("differs" in note for note in predict(model, write("a,b\n" + "\n".join(new) + "\n", "new.csv")).notes)
    turned = ["word 7,0.5"] * 15 + new[:15]
    assert any("column 'a' differs" in note for note in predict(model, write("a,b\n" + "\n".join(turned) + "\n", "new.csv")).notes)


def test_large_predictions_are_shown_as_people_write_them(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = train(write(flats()), "总价", model="linear", folds=2, out=tmp_path / "run").model
    assert model.schema.task == "regression"
    assert main(["predict", "run", str(write(flats())), "-o", "out.csv"]) == 0
    shown = capsys.readouterr().out
    assert "e+0" not in shown
    assert ",000" in shown or any(part.replace(",", "").isdigit() and len(part) > 8 for part in shown.split())
