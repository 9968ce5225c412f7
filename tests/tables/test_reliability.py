"""What may happen to files: killed programs, and tables that are none."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.errors import UserError
from steepest.tables import model_file, train
from steepest.tables.writing import finish, write_all

from .conftest import classes_table

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


def malformed(seed: int) -> bytes:
    """A table with something wrong: cut, filled with noise, ragged, of another encoding, or with nothing to learn."""
    draw = random.Random(seed)
    rows = draw.choice([0, 1, 3, 40])
    lines = ["a,b,label"] + [f"{draw.gauss(0, 1):.3f},{draw.choice('xyz')},{draw.choice(['yes', 'no'])}" for _ in range(rows)]
    content = "\n".join(lines).encode()
    damage = [
        lambda: content[: draw.randrange(12)],
        lambda: gzip.compress(content)[: draw.randrange(2, 30)],
        lambda: b"PK\x03\x04" + draw.randbytes(50),
        lambda: b"PAR1" + content,
        lambda: content + b"\n" + bytes(draw.randrange(1, 9)) + b"\n",
        lambda: content.replace(b",yes", b",yes,more", 1) + b"\n1,2,3,4\n",
        lambda: content + b'\n"open,1,2\n',
        lambda: b"\xff\xfe" + content + b"\n"[: len(content) % 2],
        lambda: b"label\n" + b"yes\nno\n" * 20,
        lambda: content.replace(b"yes", b"no") + b"\n",
        lambda: b"a,b,label\n" + b"1,x,\n" * 30,
        lambda: b"a,b,label\n" + b"".join(f"{k},x{k},w{k} w\n".encode() for k in range(40)),
        lambda: b"a,b\n1,2\n3,4\n" * 5,
        lambda: b"a,label\n" + b"inf,yes\n1,no\n" * 20,
        lambda: draw.randbytes(200),
        lambda: b"\n" * draw.randrange(1, 50),
    ]
    return damage[seed % len(damage)]()


@pytest.mark.parametrize("seed", range(100))
def test_a_malformed_table_ends_in_one_sentence(write: Write, seed: int) -> None:
    with pytest.raises(UserError) as caught:
        train(write(malformed(seed)), "label", model="linear", epochs=1)
    assert str(caught.value)
    assert "\n" not in str(caught.value)
