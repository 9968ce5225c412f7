"""`steepest course` lists; `steepest course N` copies program and data here, runs it, and marks the note's lines."""

import os
import subprocess
import sys
from pathlib import Path


def course(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PYTHONIOENCODING": "utf-8", "STEEPEST_LANG": "en", **environment}
    command = [sys.executable, "-m", "steepest", "course", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_lists_all_rows_in_both_languages(tmp_path: Path) -> None:
    english = course(tmp_path).stdout
    rows = [int(line[:3]) for line in english.splitlines() if line[:3].strip().isdigit()]
    assert sorted(set(rows)) == list(range(1, 30))
    assert "the diabetes table" in english
    assert "糖尿病数据" in course(tmp_path, STEEPEST_LANG="zh").stdout


def test_copies_runs_and_marks_the_notes_lines(tmp_path: Path) -> None:
    done = course(tmp_path, "21")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "21_gradient_descent_in_matrices.py").exists()
    output, note = done.stdout.split("--- note 002")
    assert "tensor([[1.0372],\n        [0.9102]], grad_fn=<SubBackward0>)" in output
    assert "= tensor([[1.0372]," in note and "= tensor([[1.0000]," in note
    assert "divides by 2" in note


def test_a_row_with_two_programs_runs_both(tmp_path: Path) -> None:
    done = course(tmp_path, "11")
    assert done.stdout.count("= Predict(after training)") == 2
    assert len(list(tmp_path.glob("11_*.png"))) == 2


def test_a_changed_file_is_never_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "19_gradient_of_a_square.py"
    mine.write_text("print('mine')\n", encoding="utf-8")
    done = course(tmp_path, "19")
    assert done.returncode == 2 and done.stderr.startswith("19_gradient_of_a_square.py is already here")
    assert mine.read_text(encoding="utf-8") == "print('mine')\n"
    mine.unlink()
    assert course(tmp_path, "19").returncode == 0
    assert course(tmp_path, "19").returncode == 0


def test_data_comes_with_the_program_and_workers_give_the_same_losses(tmp_path: Path) -> None:
    (tmp_path / "diabetes.csv").write_text("another table\n", encoding="utf-8")
    assert course(tmp_path, "17").returncode == 2
    (tmp_path / "diabetes.csv").unlink()
    assert course(tmp_path, "17").returncode == 0
    command = [sys.executable, "-m", "steepest", "run", "--eager", "--seed", "0", "17_diabetes_in_mini_batches.py", "2"]
    outputs = [
        subprocess.run([*command, workers], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60).stdout
        for workers in ("0", "2")
    ]
    assert outputs[0] == outputs[1] != ""
