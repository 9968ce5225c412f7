"""Check that every dependency has a ready-made wheel on the machines where the users are: `python scripts/check_wheels.py`.

Asks pip for each (dependency, platform, Python) with `pip download --only-binary :all:`; prints a table, exits 1 if
one is missing.
"""

import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement

PLATFORMS = {  # for each: the tags that pip may take, and what the markers of pyproject.toml see there
    "windows": (["win_amd64"], {"sys_platform": "win32", "platform_machine": "AMD64"}),
    "macos arm64": (
        [f"macosx_{version}_arm64" for version in ("11_0", "12_0", "14_0")],
        {"sys_platform": "darwin", "platform_machine": "arm64"},
    ),
    "macos x86_64": (
        [f"macosx_{version}_x86_64" for version in ("10_12", "10_13", "10_14", "10_15", "11_0")],
        {"sys_platform": "darwin", "platform_machine": "x86_64"},
    ),
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def has_wheel(requirement: Requirement, platform: str, python: str) -> bool:
    tags, _ = PLATFORMS[platform]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        command += [flag for tag in tags for flag in ("--platform", tag)]
        command += ["--python-version", python, f"{requirement.name}{requirement.specifier}"]
        return subprocess.run(command, capture_output=True).returncode == 0


def cell(requirement: Requirement, platform: str, python: str) -> str:
    """The Python's version where there is a wheel, `none` where one is missing, `(3.14)` where a marker does without."""
    if requirement.marker and not requirement.marker.evaluate({**PLATFORMS[platform][1], "python_version": python}):
        return f"({python})"
    return python if has_wheel(requirement, platform, python) else "none"


def main() -> int:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    keys = [(r, platform, python) for r in requirements for platform in PLATFORMS for python in PYTHONS]
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(keys, pool.map(lambda key: cell(*key), keys)))
    print(f"{'':14}", *(f"{platform:>26}" for platform in PLATFORMS))
    for requirement in requirements:
        rows = (" ".join(found[requirement, platform, python] for python in PYTHONS) for platform in PLATFORMS)
        print(f"{requirement.name:14}", *(f"{row:>26}" for row in rows))
    return int("none" in found.values())


if __name__ == "__main__":
    sys.exit(main())
