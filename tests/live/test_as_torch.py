"""The alias beside a torch that is really installed: it wins when it comes first, and says so when it comes second."""

import subprocess
import sys


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_first_it_hides_the_installed_torch() -> None:
    done = python("import steepest.as_torch\nimport torch, torch.nn.functional as F\nprint(torch is steepest, F.__name__)")
    assert done.stdout.startswith("True steepest."), done.stderr


def test_second_it_names_the_line_to_move() -> None:
    done = python("import torch\nimport steepest.as_torch")
    assert done.returncode == 1 and "above the first `import torch`" in done.stderr.splitlines()[-1]


def test_submodules_that_only_torch_has_are_not_found_in_it() -> None:
    done = python("import steepest.as_torch\nimport torch.fx")
    assert done.stderr.splitlines()[-1].startswith("ImportError: torch.fx is out of scope here")
    done = python("import steepest.as_torch\nimport torch.no_such_thing")
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'torch.no_such_thing'"


def test_programs_compare_the_version_with_that_of_pytorch() -> None:
    done = python("import steepest.as_torch, torch\nprint(torch.__version__ >= '1.13', torch.__version__ >= (2, 0), "
                  "torch.__version__ < '3', torch.__version__ == torch.__version__, int(torch.__version__.split('.')[0]), "
                  "torch.__version__)")
    assert done.stdout.startswith("True True True True 2 2.13.0+steepest.")
