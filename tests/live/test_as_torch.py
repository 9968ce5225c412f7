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
    done = python("import steepest.as_torch\nimport torch.onnx\ntorch.onnx.export(abs)")
    assert done.stderr.splitlines()[-1].startswith("RuntimeError: torch.onnx.export is out of scope here")
    done = python("import steepest.as_torch\nimport torch.no_such_thing")
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'torch.no_such_thing'"


def test_programs_compare_the_version_with_that_of_pytorch() -> None:
    done = python("import steepest.as_torch, torch\nprint(torch.__version__ >= '1.13', torch.__version__ >= (2, 0), "
                  "torch.__version__ < '3', torch.__version__ == torch.__version__, int(torch.__version__.split('.')[0]), "
                  "torch.__version__)")
    assert done.stdout.startswith("True True True True 2 2.13.0+steepest.")


KINDS = """
import torch, torch.nn as nn, torch.utils.data as data
from torch.autograd import Variable
x = torch.ones(2, 3)
print(type(x), type(x.dtype), type(x.shape), type(x.device), type(torch.Generator()), type(x.max(0)), type(nn.Parameter(x)), nn.Module)
print(type(nn.Linear(1, 1)), nn.Sequential, torch.optim.SGD, torch.optim.lr_scheduler.StepLR, data.DataLoader, data.Dataset, data.Sampler)
print(torch.autograd.Function, torch.no_grad, torch.iinfo(torch.int64), torch.finfo(torch.float64), isinstance(x, Variable))
print(Variable(x, requires_grad=True), x.requires_grad, x[0]._base is x, x._is_view(), x.untyped_storage().size())
a = torch.tensor(2.0, requires_grad=True)
(g,) = torch.autograd.grad(a ** 3, a, create_graph=True)
print(torch.autograd.grad(g, a, create_graph=True))
print(torch.optim.SGD([{"params": [nn.Parameter(x)]}, {"params": [nn.Parameter(x)], "lr": 2.0}], lr=1.0))
print(x[0].data_ptr() - x.data_ptr(), x[1].untyped_storage().data_ptr() == x.data_ptr())
print(torch.ones(1, dtype=torch.uint8).untyped_storage().tolist(), x.untyped_storage().nbytes())
"""


def test_what_programs_print_about_kinds_of_things_is_torchs() -> None:
    done, expected = python("import steepest.as_torch\n" + KINDS), python(KINDS)
    assert expected.returncode == 0 and done.stdout == expected.stdout, done.stderr
