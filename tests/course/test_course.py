"""Each program of the course runs under steepest and prints what PyTorch 2.13 prints with the same seed.

Long programs are shortened as scripts/reference/course.py says; it also made the reference.
"""

import json
import linecache
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from reference import course as reference

from steepest.compiling import native_loops
from steepest.compiling.native_loops import native_sites
from steepest.course import PROGRAMS, Program, data_path, path_of

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.])")

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


def natively(source: str, filename: str, scope: dict[str, Any]) -> None:
    """Run a program with its loops native, be they as short as they may."""
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    native_loops.runtime.always = True
    try:
        native_loops.run_natively(source, filename, scope)
    finally:
        native_loops.runtime.always = False
        del linecache.cache[filename]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.file)
@pytest.mark.parametrize("execute", [reference.plainly, natively])
def test_program_prints_what_pytorch_prints(program: Program, folder: Path, execute: Any) -> None:
    for package in program.needs:
        pytest.importorskip(package, reason=f"the program uses {package}, which steepest does not bring")
    import steepest.as_torch

    assert sys.modules["torch"] is steepest
    if execute is natively and "for " not in path_of(program).read_text(encoding="utf-8"):
        return
    found = reference.shortened(reference.run(path_of(program), folder, execute=execute))
    expected = EXPECTED[program.file]
    for line, wanted in zip(found["kept"], expected["kept"]):
        assert_same_line(line, wanted)
    assert found["lines"] == expected["lines"]


@pytest.mark.parametrize(("name", "least"), [("06", 80), ("07", 300), ("14", 990), ("15", 990), ("16", 145), ("17", 30), ("24", 1580)])
def test_loops_of_unchanged_programs_are_native(name: str, least: int, folder: Path) -> None:
    program = next(p for p in PROGRAMS if p.file.startswith(name))
    before = {id(s): s.native_steps for s in native_sites()}
    reference.run(path_of(program), folder, execute=natively)
    assert sum(s.native_steps - before.get(id(s), 0) for s in native_sites()) >= least


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
