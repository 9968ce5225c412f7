"""What the programs of examples/gallery print under PyTorch 2.13.0, and how far another run's text may lie from it.

`python scripts/reference/gallery.py` writes tests/reference/gallery.json; the tests load this file too.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "tests" / "reference" / "gallery.json"
PROGRAMS = {path.stem: path for path in sorted((ROOT / "examples" / "gallery").glob("*.py"))}
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.])")

FIRST, LATER = 1e-5, 1e-4  # relative: the first line with a fraction in it (a loss before training), and all lines after it
# Programs that carry differences in the last digit on: a line search, an adversary, a million-fold cancellation, exponentials
# of networks' outputs.
UNSTEADY = dict.fromkeys(("neural_style", "dcgan", "polynomial", "char_rnn", "small_gpt", "real_nvp"), 1e-3)


# Compares two of its runs bit for bit; of native and eager steps it would see that they round in their own ways.
BITWISE = {"checkpoint"}


def run(command: list[str], folder: Path) -> list[str]:
    """The lines that a program prints; warnings of either framework go elsewhere."""
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "STEEPEST_LANG": "en"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def under_steepest(name: str, folder: Path, *options: str) -> list[str]:
    options = ("--eager",) if name in BITWISE else options
    return run([sys.executable, "-m", "steepest", "run", *options, str(PROGRAMS[name])], folder)


def under_torch(name: str, folder: Path) -> list[str]:
    return run([sys.executable, str(PROGRAMS[name])], folder)


def differences(name: str, lines: list[str], expected: list[str]) -> list[str]:
    """The lines that say something else than expected, in words or in numbers."""
    found = [] if len(lines) == len(expected) else [f"{len(lines)} lines, not {len(expected)}"]
    tolerance = FIRST
    for line, wanted in zip(lines, expected):
        if not same(line, wanted, tolerance):
            found.append(f"{line!r}, not {wanted!r}")
        if any("." in number for number in NUMBER.findall(wanted)):
            tolerance = UNSTEADY.get(name, LATER)
    return found


def same(line: str, wanted: str, tolerance: float) -> bool:
    """Whether two lines have the same words, and numbers within the tolerance or one unit of the last place printed."""
    line, wanted = (" ".join(text.split()) for text in (line, wanted))
    if NUMBER.sub("#", line) != NUMBER.sub("#", wanted):
        return False
    for one, other in zip(NUMBER.findall(line), NUMBER.findall(wanted)):
        places = len(other.partition(".")[2])
        unit = 1.01 * 10.0**-places if places and "e" not in other else 0.0
        if abs(float(one) - float(other)) > max(tolerance * abs(float(other)), unit):
            return False
    return True


def main() -> None:
    import tempfile

    import torch

    assert torch.__version__.startswith("2.13.0"), torch.__version__
    outputs = {}
    for name in PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            outputs[name] = under_torch(name, Path(folder))
        print(name, len(outputs[name]))
    content = {"torch": torch.__version__, "cpu": torch.backends.cpu.get_cpu_capability(), "outputs": outputs}
    REFERENCE.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
