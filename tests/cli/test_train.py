"""`steepest train` and `steepest predict` as a person calls them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import steepest
from steepest import datasets
from steepest.cli import main
from steepest.tables import baselines


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEEPEST_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(baselines, "has_trees", lambda: False)  # they take longer than all else
    return tmp_path


def test_train_then_predict(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(datasets.path("diabetes")), "--target", "-1", "--epochs", "3"]) == 0
    shown = capsys.readouterr().out
    for words in ("two classes of column_9", "this model", "linear model", "always the majority", "95 % intervals: accuracy 0.", "wrote"):
        assert words in shown
    assert (here / "runs/diabetes/report.html").is_file()
    assert main(["predict", "runs/diabetes", str(datasets.path("diabetes")), "-o", "out.csv"]) == 0
    assert "predicted rows: 759; written to out.csv" in capsys.readouterr().out
    assert (here / "out.csv").is_file()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["gone.csv", "--target", "y"], "there is no file gone.csv"),
        (["t.csv"], "say which column to predict: --target COLUMN, one of a, b"),
        (["t.csv", "--target", "c"], "t.csv has no column 'c'"),
        (["t.csv", "--target", "b", "--lr", "-1"], "a learning rate of -1.0 cannot work"),
        (["t.csv", "--target", "b", "--lr", "fast"], "--lr takes a number or auto, not 'fast'"),
        (["t.csv", "--target", "b", "--epochs", "0"], "0 epochs cannot be trained"),
        (["t.csv", "--target", "b", "--model", "64-abc"], "there is no model '64-abc'"),
        (["t.csv", "--target", "b", "--epochs", "many"], "many"),
        (["t.csv", "--target", "b"], "has 1 row(s)"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    here: Path, capfd: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    (here / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["train", *options]) == 2
    shown = capfd.readouterr()
    assert sentence in shown.err
    assert shown.err.strip().count("\n") == 0
    assert "Traceback" not in shown.out + shown.err


def test_a_model_that_is_not_there_is_exit_code_2(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "nowhere", str(datasets.path("houses"))]) == 2
    assert "there is no model nowhere" in capfd.readouterr().err


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_a_console_of_any_encoding(here: Path, encoding: str) -> None:
    table = "面积,é列\n" + "".join(f"{row % 9}.5,{row % 7}.25\n" for row in range(30))
    place = here / "数据 表.csv"
    place.write_text(table, encoding="utf-8")
    home = here / "home"
    home.write_bytes(b"")  # a file: nobody can write below it
    told = {**os.environ, "PYTHONIOENCODING": encoding, "HOME": str(home), "USERPROFILE": str(home), "STEEPEST_LANG": "zh"}
    code = "import sys; from steepest.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["train", place.name, "--target", "é列", "--model", "4", "--epochs", "2", "--out", "结 果"]
    ended = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", code, *arguments], env=told, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    # matplotlib writes its font cache with a warning of its own; from this package there is none.
    assert str(Path(steepest.__file__).parent).encode() not in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"R2" in ended.stdout
    names = ["history.csv", "model.safetensors", "predict.py", "report.html", "train.py"]
    assert sorted(file.name for file in (here / "结 果").iterdir()) == names
