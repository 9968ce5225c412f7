"""`steepest compare` runs a program twice and tells the first difference; the other library is a stub, so no torch is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.cli.compare import compare_lines, same_within

# What the program uses of `torch`, with a difference in the places that the environment names.
STUB = """
import os

class Value:
    def __init__(self, number): self.number = number
    def item(self): return self.number

def tensor(number): return Value(number + float(os.environ.get("STUB_ADDS", "0")))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has a space and Chinese characters, with the stub beside it."""
    folder = tmp_path / "my 程序"
    folder.mkdir()
    stub = tmp_path / "stub" / "torch"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text(STUB, encoding="utf-8")
    return folder


def compare(folder: Path, source: str, *options: str, stub: bool = True, after: tuple[str, ...] = (), **environment: str):
    (folder / "program.py").write_text(source, encoding="utf-8")
    path = [str(folder.parent / "stub")] * stub + [os.environ["PYTHONPATH"]]
    variables = {**os.environ, "STEEPEST_LANG": "en", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(path), **environment}
    return subprocess.run(
        [sys.executable, "-m", "steepest", "compare", *options, "program.py", *after],
        cwd=folder, env=variables, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip


SOURCE = "import sys, torch\nprint('参数', sys.argv[1:])\nprint('loss', torch.tensor(0.5).item())\nprint(torch.__name__ != '')\n"


def test_equal_programs(folder: Path) -> None:
    done = compare(folder, SOURCE, after=("--help", "-x"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "lines: 3 equal, 0 equal within rounding (0.0001), 0 different"
    assert [line.split()[0] for line in lines[1:]] == ["torch", "steepest"] and "start-up" in lines[1]


def test_rounding_counts_and_the_tolerance_decides(folder: Path) -> None:
    done = compare(folder, SOURCE, STUB_ADDS="1e-5")
    assert done.returncode == 0 and "2 equal, 1 equal within rounding (0.0001), 0 different" in done.stdout
    assert done.stdout.splitlines()[1] == "  torch    loss 0.50001"
    done = compare(folder, SOURCE, "--tolerance", "1e-6", STUB_ADDS="1e-5")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:4] == [
        "first difference, in line 2:", "  torch    loss 0.50001", "  steepest loss 0.5",
        "lines: 2 equal, 0 equal within rounding (1e-06), 1 different",
    ]  # fmt: skip


def test_missing_lines_and_a_program_that_ends_with_an_error(folder: Path) -> None:
    source = "import torch\nprint(1)\nif not hasattr(torch, 'nn'):\n    print(2)\n    raise ValueError('only there')\n"
    done = compare(folder, source)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:3] == ["first difference, in line 2:", "  torch    2", "  steepest (no more lines)"]
    assert "torch    ended with exit code 1: ValueError: only there" in lines


def test_what_cannot_work_is_one_sentence(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "steepest", "compare", "nothing.py"],
        cwd=folder, env={**os.environ, "STEEPEST_LANG": "en"}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and done.stderr.startswith("there is no program nothing.py")
    done = compare(folder, SOURCE, "--tolerance", "-1")
    assert (done.returncode, done.stderr) == (2, "--tolerance is a number >= 0, not -1.0\n")


def test_without_torch_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else found(name, *rest)\n"
        "from steepest.cli import main; raise SystemExit(main(['compare', 'program.py']))"
    )
    (folder / "program.py").write_text(SOURCE, encoding="utf-8")
    for language, word in (("en", "no PyTorch"), ("zh", "没有可供对比的 PyTorch")):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, encoding="utf-8",
            env={**os.environ, "STEEPEST_LANG": language, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert (done.returncode, done.stderr.count("\n")) == (2, 1) and word in done.stderr


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("loss 0.12345", "loss 0.12346", True), ("loss 0.12345", "loss 0.12445", False),
        ("tensor([ 1.0000, -2.5])", "tensor([1.0000,  -2.5001])", True), ("step 100 of 3", "step 101 of 3", False),
        ("0.0001", "0.0002", True), ("0.3", "0.4", False), ("1e-05", "2e-05", False), ("-0.0000", "0.0000", True),
        ("12 right", "12.0 right", True), ("conv2d", "conv3d", False), ("2.13.0", "2.14.0", False), ("a 1 2", "a 1", False),
        ("nan", "nan ", True), ("nan", "1.0", False), ("lr=1e-3", "lr=0.001", True), ("1.5e+10", "1.5000001e10", True),
        ("loss: 3.", "loss: 3.0001", True), ("x-1.0", "x-1.2", False),
    ],
)  # fmt: skip
def test_lines_equal_within_rounding(theirs: str, ours: str, same: bool) -> None:
    assert same_within(theirs, ours, 1e-4) is same
    assert same_within(ours, theirs, 1e-4) is same


def test_counts_of_lines() -> None:
    found = compare_lines(["a", "1.0", "b", "c"], ["a", "1.00001", "x"], 1e-4)
    assert (found.equal, found.rounding, found.different, found.first_rounding, found.first_different) == (1, 1, 2, 2, 3)
