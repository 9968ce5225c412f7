"""Each program of the course runs under steepest and prints what PyTorch 2.13 prints with the same seed.

Long programs are shortened as scripts/reference/course.py says; it also made the reference.
"""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from steepest.course import PROGRAMS, Program, data_path, path_of

ROOT = Path(__file__).parent.parent.parent
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.])")


def load_reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_course", ROOT / "scripts" / "reference" / "course.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load_reference()
EXPECTED = json.loads(reference.REFERENCE.read_text(encoding="utf-8"))["outputs"]


def tolerance(printed: str) -> float:
    """How far a number may lie from `printed`: 1e-4 of it, or one unit of its last place where it is printed short."""
    mantissa = printed.split("e")[0]
    places = len(mantissa.partition(".")[2])
    unit = 1.01 * 10.0 ** -places if 0 < places <= 6 and "e" not in printed else 0.0
    return max(1e-4 * abs(float(printed)), unit, 1e-6)


def assert_same_line(line: str, expected: str) -> None:
    if expected.startswith("message:"):
        assert line.startswith("message:"), line
        return
    line, expected = (re.sub(r"0x[0-9A-Fa-f]+", "0x", " ".join(text.split())) for text in (line, expected))
    assert NUMBER.sub("#", line) == NUMBER.sub("#", expected)
    for number, wanted in zip(NUMBER.findall(line), NUMBER.findall(expected), strict=True):
        assert abs(float(number) - float(wanted)) <= tolerance(wanted), f"{line!r} instead of {expected!r}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    reference.lay_out_data(folder, data_path("diabetes.csv"))
    return folder


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.file)
def test_program_prints_what_pytorch_prints(program: Program, folder: Path) -> None:
    for package in program.needs:
        pytest.importorskip(package, reason=f"the program uses {package}, which steepest does not bring")
    import steepest.as_torch

    assert sys.modules["torch"] is steepest
    found = reference.shortened(reference.run(path_of(program), folder))
    expected = EXPECTED[program.file]
    for line, wanted in zip(found["kept"], expected["kept"]):
        assert_same_line(line, wanted)
    assert found["lines"] == expected["lines"]


def test_every_program_file_has_a_row() -> None:
    files = {path.name for path in path_of(PROGRAMS[0]).parent.glob("[0-9]*.py")}
    assert files == {program.file for program in PROGRAMS} == EXPECTED.keys()
    assert {program.row for program in PROGRAMS} == set(range(1, 30))


def test_comparison_of_lines_can_fail() -> None:
    assert_same_line("w= 1.00001 <X object at 0xab>", "w= 1.00000  <X object at 0x12>")
    with pytest.raises(AssertionError):
        assert_same_line("w= 1.001", "w= 1.002345678")
    with pytest.raises(AssertionError):
        assert_same_line("w = 1.0", "v = 1.0")
