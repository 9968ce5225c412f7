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
