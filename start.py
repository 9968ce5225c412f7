"""Start here: `python start.py` installs steepest beside this file and trains on a table; `python start.py test` runs the tests.

Needs Python 3.11 or newer with venv and pip, nothing else. A second start is fast: what was installed is remembered by content.
"""

from __future__ import annotations  # so that an old Python reads this file far enough to say what it needs

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TABLE = HERE / "src" / "steepest" / "datasets" / "diabetes.csv"
REPORT = HERE / "runs" / "diabetes"


def digest(paths: list[Path]) -> str:
    """A short hash of the names and contents of files."""
    content = hashlib.sha256()
    for path in sorted(paths):
        content.update(str(path.relative_to(HERE)).encode("utf-8") + b"\0" + path.read_bytes())
    return content.hexdigest()[:16]


def say(sentence: str) -> None:
    print(sentence, flush=True)


def call(*command: str) -> int:
    """Run a command in the environment from the project's folder; its exit code."""
    try:
        return subprocess.call([str(PYTHON), *command], cwd=HERE)
    except KeyboardInterrupt:
        return 130


def pip(*arguments: str) -> None:
    code = call("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *arguments)
    if code:
        sys.exit(f"pip could not install ({' '.join(arguments)}); its message is above. Is there a network connection?")


def make_environment() -> None:
    """Make .venv, again where an earlier start was cut off before pip was in it."""
    if PYTHON.exists() and (STAMP.exists() or subprocess.call([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0):
        return
    say("making .venv ...")
    try:
        import ensurepip  # noqa: F401  some Linux distributions ship Python without it; then venv fails halfway
        import venv
    except ImportError:
        sys.exit("This Python has no venv module: install it (Debian and Ubuntu: apt install python3-venv) and start again.")
    venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=os.name != "nt").create(VENV)


def install(extra: str) -> None:
    """Dependencies when pyproject.toml changed, the package itself when its source changed.

    The package is built and copied, not linked: a link would have to name this folder in a file that older Pythons
    on Windows cannot read when the folder has a Chinese name.
    """
    wanted = {"requirements": digest([HERE / "pyproject.toml"])}
    source = (HERE / "src").rglob("*")
    wanted["source"] = digest([p for p in source if p.is_file() and p.suffix != ".pyc"])
    found = json.loads(STAMP.read_text(encoding="utf-8")) if STAMP.exists() else {}
    extras = set(found.get("extras", []))
    if found.get("requirements") != wanted["requirements"] or not {extra} <= extras:
        say("installing ... (once; a few minutes on a slow line)")
        pip("hatchling")
        extras |= {extra}
        names = ",".join(sorted(extras - {""}))
        pip("--no-build-isolation", f".[{names}]" if names else ".")
    elif found.get("source") != wanted["source"]:
        pip("--no-build-isolation", "--no-deps", "--force-reinstall", ".")
    STAMP.write_text(json.dumps({**wanted, "extras": sorted(extras)}), encoding="utf-8")


def train() -> int:
    say("training on the diabetes table of the course ...")
    return call("-m", "steepest", "train", str(TABLE), "--target", "9", "--out", str(REPORT))


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  this very file is what an older Python is started on
        sys.exit(f"steepest needs Python 3.11 or newer; this is Python {sys.version.split()[0]} ({sys.executable}).")
    if arguments not in ([], ["test"]):
        sys.exit("usage: python start.py        installs and trains\n       python start.py test   runs the tests")
    make_environment()
    if arguments == ["test"]:
        install("dev")
        return call("-m", "pytest")
    install("")
    return train()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
