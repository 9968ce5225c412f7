"""What the course's programs print under PyTorch 2.13.0 with seed 0.

`python scripts/reference/course.py` writes tests/reference/course.json.
The tests load this file too, to run the same programs in the same shortened form under steepest.
"""

import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "tests" / "reference" / "course.json"
KEPT = 25  # lines kept at either end of a long output

# Arguments, and replacements in the text, that make a program short enough for a test.
ARGUMENTS = {
    "03_gradient_descent_by_hand.py": ["100001"],
    "17_diabetes_in_mini_batches.py": ["2", "0"],
    "18_mnist_mlp.py": ["mnist.npz", "2"],
    "18_mnist_convnet.py": ["mnist.npz", "2"],
}
SHORTER = {
    "16_diabetes.py": [("range(100000)", "range(150)")],
    "24_himmelblau.py": [("range(20000)", "range(400)"), ("% 2000", "% 80")],
}


def plainly(source: str, filename: str, scope: dict[str, Any]) -> None:
    exec(compile(source, filename, "exec"), scope)


def run(program: Path, folder: Path, shorter: bool = True, execute: Callable[[str, str, dict[str, Any]], None] = plainly) -> list[str]:
    """The lines that the program prints when `execute` runs it in `folder` with whatever `torch` means here, seed 0."""
    torch = importlib.import_module("torch")
    source = program.read_text(encoding="utf-8")
    for long, short in SHORTER.get(program.name, []) if shorter else []:
        assert long in source
        source = source.replace(long, short)
    main = ModuleType("__main__")
    main.__file__ = str(program)
    torch.manual_seed(0)
    printed = io.StringIO()
    with surroundings(program, folder), contextlib.redirect_stdout(printed):
        execute(source, str(program), main.__dict__)
    return printed.getvalue().splitlines()


@contextlib.contextmanager
def surroundings(program: Path, folder: Path) -> Iterator[None]:
    """Arguments, folder and path as the program expects them, and pictures that go nowhere."""
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    before = sys.argv, sys.path[:], os.getcwd()
    sys.argv, sys.path[:0] = [str(program), *ARGUMENTS.get(program.name, [])], [str(program.parent)]
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
            yield
    finally:
        sys.argv, sys.path[:] = before[:2]
        os.chdir(before[2])
        importlib.import_module("matplotlib.pyplot").close("all")


def lay_out_data(folder: Path, diabetes: Path) -> None:
    """The files that programs read: the diabetes table, and a tiny stand-in for MNIST whose digits are blocks at ten heights."""
    (folder / "diabetes.csv").write_bytes(diabetes.read_bytes())
    random = np.random.RandomState(0)
    arrays = {}
    for part, count in (("train", 320), ("test", 100)):
        labels = random.randint(0, 10, count)
        images = random.randint(0, 60, (count, 28, 28))
        for image, label in zip(images, labels):
            image[2 * label : 2 * label + 8, 8:20] += 150
        arrays |= {f"x_{part}": images.astype(np.uint8), f"y_{part}": labels.astype(np.uint8)}
    np.savez(folder / "mnist.npz", **arrays)


def shortened(lines: list[str]) -> dict[str, object]:
    """The number of lines, and the first and last of them."""
    kept = lines if len(lines) <= 2 * KEPT else lines[:KEPT] + lines[-KEPT:]
    return {"lines": len(lines), "kept": kept}


def main() -> None:
    torch = importlib.import_module("torch")
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    torch.set_num_threads(1)
    outputs = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out_data(folder, ROOT / "src" / "steepest" / "datasets" / "diabetes.csv")
        for program in sorted((ROOT / "src" / "steepest" / "course" / "programs").glob("[0-9]*.py")):
            outputs[program.name] = shortened(run(program, folder))
            print(program.name, outputs[program.name]["lines"])
    cpu = next((line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")), "unknown")
    content = {"torch": torch.__version__, "cpu": cpu, "outputs": outputs}
    REFERENCE.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
