"""`import steepest.as_torch` gives the name torch to steepest, once and for workers too, and says so when it comes too late."""

import subprocess
import sys


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_too_late_after_the_real_torch_is_one_clear_sentence() -> None:
    done = python("import sys, types\nsys.modules['torch'] = types.ModuleType('torch')\nimport steepest.as_torch")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ImportError: ") and "above the first `import torch`" in done.stderr


def test_notebook_extension_and_second_enabling() -> None:
    code = (
        "import steepest\nsteepest.load_ipython_extension(None)\nimport steepest.as_torch as a, sys\na.enable()\n"
        "import torch.nn.functional as F, torch.optim.lr_scheduler\n"
        "print(F is steepest.nn.functional, torch is steepest, sum(type(f).__name__ == '_Alias' for f in sys.meta_path))"
    )
    assert python(code).stdout == "True True 1\n"


def test_without_it_torch_is_untouched() -> None:
    assert python("import steepest, sys; print('torch' in sys.modules)").stdout == "False\n"


def test_a_package_finds_the_version_of_torch_installed() -> None:
    done = python("import steepest.as_torch, torch\nfrom importlib.metadata import distribution, version\n"
                  "print(version('torch') == torch.__version__, distribution('torch').metadata['Name'])")
    assert done.stdout == "True torch\n", done.stderr


def test_the_module_says_that_it_is_torch() -> None:
    code = "import steepest.as_torch, torch\nfrom torch import nn, special\n"
    code += "print(torch.__name__, nn.Linear.__module__, special is torch.special, torch.torch is torch)"
    assert python(code).stdout == "torch torch.nn.modules.linear True True\n"


def test_classes_are_called_as_pytorchs_whoever_imported_them_first() -> None:
    code = "import steepest.as_torch, torch\nimport steepest.nn\n"
    code += "print(torch.nn.Parameter, torch.nn.Linear, type(torch.finfo(torch.float32)), type(torch.ones(1).untyped_storage()).__module__)"
    names = "<class 'torch.nn.parameter.Parameter'> <class 'torch.nn.modules.linear.Linear'> <class 'torch.finfo'> torch.storage\n"
    assert python(code).stdout == names
