"""Programs of the course under torch itself and under steepest on the same machine, at full length, digit for digit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.course import PROGRAMS, Program, data_path, path_of

ROOT = Path(__file__).parent.parent.parent
RUN = """
import importlib.util, json, sys
from pathlib import Path
if sys.argv[1] == "steepest":
    import steepest.as_torch
spec = importlib.util.spec_from_file_location("reference_course", sys.argv[2])
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)
reference.lay_out_data(Path(sys.argv[4]), Path(sys.argv[5]))
print(json.dumps(reference.run(Path(sys.argv[3]), Path(sys.argv[4]), shorter=False)))
"""


def lines(framework: str, program: Program, folder: Path) -> list[str]:
    script = ROOT / "scripts" / "reference" / "course.py"
    command = [sys.executable, "-c", RUN, framework, script, path_of(program), folder, data_path("diabetes.csv")]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


DIGIT_FOR_DIGIT = [
    "04_requires_grad",
    "06_sgd_and_mse_loss",
    "14_linear_model",
    "21_gradient_descent_in_matrices",
    "22_perceptrons",
    "24_himmelblau",
]


@pytest.mark.parametrize("name", DIGIT_FOR_DIGIT)
def test_prints_digit_for_digit_what_torch_prints(name: str, tmp_path: Path) -> None:
    program = next(program for program in PROGRAMS if program.file == f"{name}.py")
    ours, torchs = (lines(framework, program, tmp_path) for framework in ("steepest", "torch"))
    addresses_aside = [[line.split(" at 0x")[0] for line in one] for one in (ours, torchs)]
    assert addresses_aside[0] == addresses_aside[1]
