"""The page of packages has a row for every program that uses one, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def plain(name: str) -> str:
    """A package's name as far as its distribution and its import share it."""
    return re.sub(r"-for-pytorch|pytorch-|-ppl|-torch$", "", name.lower().replace("_", "-"))


def test_rows_and_programs_are_the_same() -> None:
    page = (ROOT / "docs" / "packages.md").read_text(encoding="utf-8")
    rows = sorted(plain(name) for name in re.findall(r"^\| ([\w.-]+) \| \d", page, re.MULTILINE))
    programs = sorted(plain(path.stem.removeprefix("with_")) for path in (ROOT / "examples" / "packages").glob("with_*.py"))
    assert rows == programs
