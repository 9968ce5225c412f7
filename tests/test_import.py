"""`import steepest` is light: quick, and with only NumPy beside it."""

import os
import subprocess
import sys

HEAVY = ["llvmlite", "matplotlib", "polars", "rich", "cyclopts", "safetensors", "ml_dtypes", "pandas", "torch"]


def python(code: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_none_of_the_heavy_packages() -> None:
    loaded = python(f"import steepest, sys; print([name for name in {HEAVY!r} if name in sys.modules])")
    assert loaded.strip() == "[]"


def test_import_takes_less_than_150_ms_beside_numpy() -> None:
    """Processor time and the best of several starts, since the machine that runs the tests may be busy."""
    code = "import time, numpy; start = time.process_time(); import steepest; print(time.process_time() - start)"
    assert min(float(python(code)) for _ in range(5)) < 0.150


def test_works_with_only_numpy_installed() -> None:
    code = f"""
import sys
for name in {HEAVY!r}:
    sys.modules[name] = None  # importing any of them is an ImportError from here on
import steepest
w = steepest.tensor([1.0, 2.0], requires_grad=True)
layer = steepest.nn.Linear(2, 1)
loss = (layer(w.sigmoid()) ** 2).sum() + (w * w).exp().sum()
loss.backward()
steepest.optim.SGD([w], lr=0.1).step()
print(w.grad.shape, repr(loss)[:7])
"""
    assert python(code).strip() == "torch.Size([2]) tensor("
