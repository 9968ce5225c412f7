"""Ctrl-C at a terminal, and programs killed at any moment: what was learnt is kept, and files are all of one training."""

import os
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.tables import fitting, handing, predict, train
from steepest.tables.writing import finish

from .conftest import classes_table, numbers_table

Write = Callable[..., Path]
FILES = ["history.csv", "model.safetensors", "predict.py", "report.html", "train.py"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals and SIGKILL are POSIX's")


def until(terminal: int, words: str, seconds: float = 60) -> str:
    """What a terminal shows up to `words`, or to the program's end where they are empty."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and (not words or words.encode() not in shown):
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
    return shown.decode("utf-8", errors="replace")


@POSIX
def test_ctrl_c_at_a_terminal_keeps_the_best_so_far_and_says_so(write: Write, tmp_path: Path) -> None:
    import pty

    place = write(classes_table(200))
    options = ["--target", "label", "--model", "16", "--epochs", "1000000", "--optimizer", "sgd", "--lr", "0.0001", "--folds", "1"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "steepest", "train", str(place), *options, "--out", "run"])
    shown = until(terminal, "epoch ")
    assert "epoch " in shown, shown  # it trains
    os.write(terminal, b"\x03")
    shown = until(terminal, "")
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    assert ended == 0, shown
    said = re.search(r"Stopped by Ctrl-C after (\d+) epochs; the best weights so far, of epoch (\d+),", shown)
    assert said is not None, shown
    assert int(said[1]) >= 1
    assert "this model" in shown  # tested all the same
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == FILES
    assert predict(tmp_path / "run", place).frame.height == 200


def test_ctrl_c_in_the_tests_keeps_the_model_and_the_tests_that_were_done(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = fitting._said, []

    def stop_at_the_third(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "_said", stop_at_the_third)
    result = train(write(numbers_table(100)), "y", model="linear", folds=5, out=tmp_path / "run")
    assert "stopped by Ctrl-C in the tests, of which 2 of 5 were done" in result.notes
    assert len(result.rows) == 40
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == FILES


@POSIX
def test_ctrl_c_while_files_are_made_does_not_lose_them(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(result: object) -> list[str]:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
        return ["<p>not drawn</p>"]

    real = handing.report.page

    def page(*arguments: object) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(handing.report, "page", page)
    handler = signal.getsignal(signal.SIGINT)
    train(write(numbers_table(60)), "y", model="linear", folds=2, out=tmp_path / "run", draw=draw)
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == FILES
    assert "not drawn" not in (tmp_path / "run/report.html").read_text(encoding="utf-8")
    assert signal.getsignal(signal.SIGINT) is handler


WRITER = """
import sys
from pathlib import Path
from steepest.tables.writing import write_all
names = [Path(sys.argv[1]) / name for name in "abcde"]
print("begins", flush=True)
for number in range(1, 10**9):
    write_all({name: b"%d " % number * 2000 for name in names})
"""


@POSIX
def test_kill_9_at_random_moments_leaves_files_of_one_state(tmp_path: Path) -> None:
    draw, states = random.Random(6), set()
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline() == b"begins\n"
        time.sleep(0.02 + draw.random() * 0.1)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        finish(tmp_path)
        contents = {name: (tmp_path / name).read_bytes() for name in "abcde"}
        assert len(set(contents.values())) == 1, {name: content[:8] for name, content in contents.items()}
        assert len(contents["a"].split()) == 2000
        states.add(contents["a"][:8])
    assert len(states) > 1


@POSIX
def test_kill_9_of_a_training_leaves_the_older_or_the_newer_model_whole(write: Write, tmp_path: Path) -> None:
    place, run = write(classes_table(60)), tmp_path / "run"
    train(place, "label", model="linear", folds=2, seed=0, out=run)
    draw = random.Random(7)
    code = "import sys; from steepest.tables import train; print('begins', flush=True); " \
           "[train(sys.argv[1], 'label', model='linear', folds=2, seed=seed, out=sys.argv[2]) for seed in range(1, 1000)]"
    for _ in range(3):
        running = subprocess.Popen([sys.executable, "-c", code, str(place), str(run)], stdout=subprocess.PIPE)
        assert running.stdout is not None and running.stdout.readline() == b"begins\n"
        time.sleep(1 + draw.random())
        running.kill()
        running.wait()
        running.stdout.close()
        found = predict(run, place).model.about["seed"]  # reading makes the moves that the killed program left
        assert f"'seed': {found}" in (run / "train.py").read_text(encoding="utf-8")
        assert f"--seed {found} " in (run / "report.html").read_text(encoding="utf-8").replace("</span>", " ")
