"""The gallery page shows every picture there is, and the pictures that it names are there."""

import re
from pathlib import Path

from steepest import viz

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pictures.md").read_text(encoding="utf-8")


def test_every_picture_of_the_package_is_on_the_page() -> None:
    no_picture = {"theme", "watching"}
    assert [name for name in viz.__all__ if name not in no_picture and f"viz.{name}(" not in PAGE] == []


def test_every_file_that_the_page_names_is_there_light_and_dark() -> None:
    named = set(re.findall(r'"(pictures/[^"]+)"', PAGE))
    assert len(named) > 20 and [name for name in named if not (DOCS / name).is_file()] == []
    light = {name for name in named if name.endswith(".png") and not name.endswith("-dark.png")}
    assert {name.replace(".png", "-dark.png") for name in light} <= named
