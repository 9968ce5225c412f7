"""Write what PyTorch prints for the programs in tests/programs, beside them: `python scripts/reference/programs.py [NAME ...]`.

Each shows one corner of PyTorch's interface; they print numbers rounded, so that the texts are equal in both libraries.
"""

import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "programs"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("test_"))
APART = ("overriding",)
"""Programs with classes that take part in functions run in a process of their own, since from then on all functions look for these."""


def expected(name: str) -> str:
    """What PyTorch printed."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def under(name: str, library: str) -> str:
    """What a program prints under `torch` or `steepest`."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    text = re.sub(r"^import torch$", f"import {library} as torch", text, flags=re.M)
    text = re.sub(r"^(from|import) torch(?=\.| import)", rf"\1 {library}", text, flags=re.M)
    if name.startswith(APART):
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", text], capture_output=True, text=True, encoding="utf-8", check=False)
        return done.stdout + done.stderr
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(text, name, "exec", dont_inherit=True), {"__name__": "__main__"})
    return printed.getvalue()


if __name__ == "__main__":
    for name in sys.argv[1:] or PROGRAMS:
        (FOLDER / f"{name}.txt").write_text(under(name, "torch"), encoding="utf-8")
