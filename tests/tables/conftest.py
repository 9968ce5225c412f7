"""Tables for the tests: written as text, since text is what a file holds."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from steepest.tables import baselines


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file and gives its path."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return place

    return write


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")


@pytest.fixture(autouse=True, scope="session")
def without_trees() -> Iterator[None]:
    """scikit-learn's trees take longer than all else; the tests that are about them bring them back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "has_trees", lambda: False)
        yield


def classes_table(rows: int = 80, seed: int = 1) -> str:
    """Number, category with gaps, identifier, free text; `label` is yes where the number is large."""
    draw = random.Random(seed)
    lines = ["id,size,colour,remark,label"]
    for row in range(rows):
        size = draw.gauss(0, 1)
        colour = draw.choice(["red", "green", "blue", ""])
        lines.append(f"{row + 1},{size:.4f},{colour},words of row {draw.random():.9f},{'yes' if size > 0.1 else 'no'}")
    return "\n".join(lines) + "\n"


def numbers_table(rows: int = 80, seed: int = 1) -> str:
    """`y` is 3 a - 2 b + 5 with a little noise."""
    draw = random.Random(seed)
    lines = ["a,b,y"]
    for _ in range(rows):
        a, b = draw.gauss(0, 1), draw.gauss(10, 4)
        lines.append(f"{a:.5f},{b:.5f},{3 * a - 2 * b + 5 + draw.gauss(0, 0.05):.5f}")
    return "\n".join(lines) + "\n"
