"""The program that a model's folder holds trains under torch too, and reaches the same metric."""

import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from steepest import datasets
from steepest.tables import predict, train

pytest.importorskip("torch")


@pytest.mark.parametrize(("model", "within"), [("auto", 0.03), ("linear", 0.01)])
def test_the_training_program_reaches_the_same_metric(tmp_path: Path, model: str, within: float) -> None:
    table = datasets.path("pima_diabetes")
    result = train(table, "Outcome", model=model, epochs=10, lr=0.005, folds=3, out=tmp_path)
    ended = subprocess.run(
        [sys.executable, str(tmp_path / "train.py"), str(table)], capture_output=True, text=True, encoding="utf-8", check=True
    )
    found = re.fullmatch(r"accuracy (\S+) on 768 rows", ended.stdout.strip())
    assert found is not None
    assert float(found[1]) == pytest.approx(result.metrics["model"]["accuracy"], abs=within)


def test_the_training_program_takes_optimizers_and_leaves_out_targets_that_are_no_numbers(tmp_path: Path) -> None:
    draw = numpy.random.default_rng(0)
    x = draw.normal(size=(160, 3)).round(4)
    y = numpy.abs(x[:, 0]) + x[:, 1] + draw.normal(size=160) / 10
    lines = [",".join([*map(str, row), "not known yet" if place == 40 else f"{value:.4f}"]) for place, (row, value) in enumerate(zip(x, y))]
    (tmp_path / "t.csv").write_text("a,b,c,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
    result = train(tmp_path / "t.csv", "y", model="16", optimizer="momentum", lr=0.05, epochs=40, folds=2, out=tmp_path)
    command = [sys.executable, str(tmp_path / "train.py"), str(tmp_path / "t.csv")]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    found = re.fullmatch(r"R2 (\S+) on 159 rows", ended.stdout.strip())
    assert found is not None
    assert float(found[1]) == pytest.approx(result.metrics["model"]["R2"], abs=0.06)


def test_a_class_weighs_in_the_training_program_too(tmp_path: Path) -> None:
    draw = numpy.random.default_rng(0)
    x = draw.normal(size=300).round(4)
    lines = [f"{value},{'yes' if value + noise > 1.3 else 'no'}" for value, noise in zip(x, draw.normal(size=300))]
    (tmp_path / "t.csv").write_text("x,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
    result = train(tmp_path / "t.csv", "y", model="8", lr=0.01, epochs=60, folds=2, class_weight="balanced", out=tmp_path)
    command = [sys.executable, str(tmp_path / "train.py"), str(tmp_path / "t.csv")]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    found = re.fullmatch(r"accuracy (\S+) on 300 rows", ended.stdout.strip())
    assert found is not None
    plain = train(tmp_path / "t.csv", "y", model="8", lr=0.01, epochs=60, folds=2)
    weighed, unweighed = result.metrics["model"]["accuracy"], plain.metrics["model"]["accuracy"]
    assert unweighed - weighed > 0.04
    assert float(found[1]) == pytest.approx(weighed, abs=0.03)


def test_the_predicting_program_needs_only_torch(tmp_path: Path) -> None:
    table = datasets.path("pima_diabetes")
    train(table, "Outcome", model="8", epochs=2, lr=0.01, folds=1, out=tmp_path)
    code = (
        "import sys; sys.modules['numpy'] = None; import predict; "
        f"print(predict.predict({str(table)!r}, 'model.safetensors')[2])"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, encoding="utf-8", check=True, cwd=tmp_path
    )
    numpy.testing.assert_allclose(numpy.array(eval(ended.stdout)), predict(tmp_path, table).predicted, rtol=1e-6)
