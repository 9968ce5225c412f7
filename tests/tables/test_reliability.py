"""What may happen to files: killed programs, and tables that are none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.cli import main
from steepest.tables import model_file, train
from steepest.tables.writing import finish, write_all

from .conftest import classes_table
from .malformed import DAMAGES, malformed

Write = Callable[..., Path]


@pytest.mark.parametrize("moves", range(7))
def test_a_program_killed_between_two_moves_leaves_the_old_files_or_the_new_ones(tmp_path: Path, moves: int) -> None:
    names = [tmp_path / name for name in ("a", "b", "c", "d", "e")]
    write_all(dict.fromkeys(names, b"old"))
    code = f"""
import os, sys
from pathlib import Path
from steepest.tables import writing
real, count = os.replace, 0
def replace(*both):
    global count
    count += 1
    if count > {moves}:
        os._exit(9)
    real(*both)
writing.os.replace = replace
writing.write_all({{Path(name): b"new" for name in sys.argv[1:]}})
"""
    ended = subprocess.run([sys.executable, "-c", code, *map(str, names)], check=False)
    assert ended.returncode == (9 if moves < 6 else 0)
    finish(tmp_path)
    assert {name.read_bytes() for name in names} == ({b"old"} if moves == 0 else {b"new"})
    assert not (tmp_path / ".steepest-moves").exists()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_training_that_is_killed_leaves_the_older_model(write: Write, tmp_path: Path) -> None:
    place = write(classes_table(200))
    train(place, "label", model="linear", epochs=1, out=tmp_path / "run")
    before = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()}
    command = [sys.executable, "-m", "steepest", "train", str(place), "--target", "label", "--model", "64", "--epochs", "100000"]
    running = subprocess.Popen([*command, "--optimizer", "sgd", "--lr", "0.00001", "--out", str(tmp_path / "run")])
    time.sleep(1.5)
    running.send_signal(signal.SIGKILL)
    running.wait()
    model_file.load(tmp_path / "run")
    assert {name: (tmp_path / "run" / name).read_bytes() for name in before} == before


TABLES = [malformed(number) for number in range(100)]


def test_the_hundred_malformed_tables_are_a_hundred() -> None:
    assert len(set(TABLES)) == 100


@pytest.mark.parametrize("number", range(100), ids=lambda number: f"{number}-{list(DAMAGES)[number % len(DAMAGES)]}")
def test_a_malformed_table_ends_in_one_sentence_and_exit_code_2(write: Write, capfd: pytest.CaptureFixture[str], number: int) -> None:
    place = write(TABLES[number])
    assert main(["train", str(place), "--target", "label", "--model", "linear", "--out", str(place.parent / "run")]) == 2
    shown = capfd.readouterr()
    assert shown.err.strip()
    assert "\n" not in shown.err.strip()
    assert not shown.out
    assert not (place.parent / "run").exists()
