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

PLATFORMS = {
    "windows": ["win_amd64"],
    "macos arm64": ["macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64"],
    "macos x86_64": [f"macosx_{version}_x86_64" for version in ("10_12", "10_13", "10_14", "10_15", "11_0")],
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def has_wheel(requirement: str, platform: str, python: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        command += [flag for tag in PLATFORMS[platform] for flag in ("--platform", tag)]
        return subprocess.run([*command, "--python-version", python, requirement], capture_output=True).returncode == 0


def main() -> int:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cells = [(r, platform, python) for r in project["dependencies"] for platform in PLATFORMS for python in PYTHONS]
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(cells, pool.map(lambda cell: has_wheel(*cell), cells)))
    print(f"{'':22}", *(f"{platform:>26}" for platform in PLATFORMS))
    for requirement in project["dependencies"]:
        rows = (" ".join(python if found[requirement, platform, python] else "-" for python in PYTHONS) for platform in PLATFORMS)
        print(f"{requirement:22}", *(f"{row:>26}" for row in rows))
    return int(not all(found.values()))


if __name__ == "__main__":
    sys.exit(main())
