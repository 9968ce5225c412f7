"""`steepest course` lists the course's programs; `steepest course N` copies program N with its data here and runs it.

Below the program's output stands what the note prints, each line marked where it came out here too.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from steepest.course import PROGRAMS, Program, data_path, path_of
from steepest.errors import UserError, language, text

__all__ = ["course"]

DISTRIBUTIONS = {"sklearn": "scikit-learn"}


def course(row: int | None = None, /) -> int:
    """List the course's programs, or copy one with its data into the current folder and run it.

    Parameters
    ----------
    row
        The program's number in the list.
    """
    if row is None:
        return show_list()
    programs = [program for program in PROGRAMS if program.row == row]
    if not programs:
        raise UserError(text("course-no-such-row", row=row, last=PROGRAMS[-1].row))
    for program in programs:
        for package in program.needs:
            if importlib.util.find_spec(package) is None:
                name = DISTRIBUTIONS.get(package, package)
                raise UserError(text("course-needs", program=program.file, package=package, distribution=name))
    copied = copy_here(programs)
    if copied:
        print(text("course-copied", paths=", ".join(copied)))
    return max(run_beside_note(program) for program in programs)


def show_list() -> int:
    chosen = 1 if language() == "zh" else 0
    for program in PROGRAMS:
        print(f"{program.row:>3}  {program.note}  {program.file:36}  {program.title[chosen]}")
    print(text("course-usage"))
    return 0


def copy_here(programs: list[Program]) -> list[str]:
    """Copy the programs' files into the current folder; the names of the new ones. A file that was changed here is left alone."""
    sources = {program.file: path_of(program) for program in programs}
    sources |= {name: data_path(name) for program in programs for name in program.beside}
    new = {}
    for name, source in sources.items():
        content = source.read_bytes()
        if not Path(name).exists():
            new[name] = content
        elif Path(name).read_bytes() != content:
            raise UserError(text("course-file-changed", path=name))
    for name, content in new.items():
        Path(name).write_bytes(content)
    return list(new)


def run_beside_note(program: Program) -> int:
    """Run one program as `steepest run` does, its pictures going to files; then the note's lines. Its exit code."""
    chosen = 1 if language() == "zh" else 0
    print(f"--- {text('course-output', program=program.file)}", flush=True)
    command = [sys.executable, "-m", "steepest", "run", "--seed", "0", program.file, *program.arguments]
    environment = {"MPLBACKEND": "module://steepest.cli.figures", **os.environ}
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    printed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(" ".join(line.split()))
    if program.prints:
        print(f"--- {text('course-note', note=program.note)}")
        for line in program.prints.split("\n"):
            print("=" if any(" ".join(line.split()) in one for one in printed) else " ", line)
    if program.wrong:
        print(f"--- {text('course-bug', what=program.wrong[chosen])}")
    return process.returncode
