"""The course's programs and the gallery hear no mistake and no warning: those of them that run in a second."""

import contextlib
import io
import re
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from steepest.course import PROGRAMS, path_of
from steepest.diagnose.doctor import ProgramDoctor

COURSE = ("requires_grad", "gradient_of_a_mean", "sgd_and_mse_loss", "backward_and_w_data", "quadratic_model", "linear_model",
          "logistic_regression", "gradient_of_a_square", "perceptrons", "chain_rule", "view_broadcasting_graph",
          "divergence_saddle_batches")  # fmt: skip
GALLERY = Path(__file__).parents[2] / "examples" / "gallery"
SHORT = ("accumulation_and_hooks", "deep_q", "hamiltonian", "linear_regression", "matrix_factorisation", "neural_style",
         "physics_informed", "polynomial", "real_nvp", "siamese", "unet", "weight_averaging")  # fmt: skip


def under_our_name(text: str) -> str:
    """The program with `torch` in its imports written `steepest`; what it draws is not shown."""
    text = re.sub(r"^(\s*)import torch$", r"\1import steepest as torch", text, flags=re.M)
    text = re.sub(r"^(\s*)(import|from) torch(?=[. ])", r"\1\2 steepest", text, flags=re.M)
    return re.sub(r"^(\s*)plt\.show\(\)", r"\1pass", text, flags=re.M)


@pytest.mark.parametrize("name", [*COURSE, *SHORT])
def test_no_mistake_and_no_warning(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    source = path_of(next(p for p in PROGRAMS if p.name == name)) if name in COURSE else GALLERY / f"{name}.py"
    text = "import steepest\nsteepest.manual_seed(0)\n" + under_our_name(source.read_text(encoding="utf-8"))
    path = tmp_path / source.name
    path.write_text(text, encoding="utf-8")
    doctor, module = ProgramDoctor(path, text, budget=4.0), ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    monkeypatch.setattr(sys, "argv", [str(path)])
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), doctor:
        warnings.simplefilter("ignore")
        exec(compile(text, str(path), "exec"), module.__dict__)
    assert doctor.watcher.broken is None
    assert [(f.rule, f.evidence) for f in doctor.findings() if f.severity != "note"] == []
