"""What `--try` writes runs under torch itself."""

import contextlib
import importlib
import io
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest
import torch

from steepest.diagnose.fixing import fixed

FOLDER = str(Path(__file__).parent.parent / "diagnose")
sys.path.insert(0, FOLDER)
scoring = importlib.import_module("scoring")
sys.path.remove(FOLDER)

WITHOUT_A_CHANGE = {"labels-unrelated", "leak-or-duplicates", "saddle-or-plateau", "overfitting", "python-effect-in-compiled-loop"}
"""Rules whose advice is words, since what is wrong lies in the data or depends on what was meant; and loops that torch has not."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rule", [rule for rule in scoring.FAULTY if rule not in WITHOUT_A_CHANGE])
def test_a_program_with_the_change_runs_under_torch(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    for source in scoring.FAULTY[rule][:3]:
        doctor, found = scoring.examined(tmp_path, source)
        changed = fixed(doctor.source, found)
        if not changed:
            continue
        program = changed.replace("import steepest as torch", "import torch").replace("steepest", "torch")
        module = ModuleType("__main__")
        monkeypatch.setitem(sys.modules, "__main__", module)
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            exec(compile(program, "program.fixed.py", "exec"), module.__dict__)
        assert module.torch is torch
        return
    raise AssertionError(f"{rule}: no change to try")
