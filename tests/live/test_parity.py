"""PyTorch's own sample inputs, a fixed few of each name: nothing may differ that docs/parity.md does not list."""

import importlib
import sys
from pathlib import Path

import pytest
import torch

FOLDER = Path(__file__).parents[2] / "scripts" / "parity"
sys.path.insert(0, str(FOLDER))
try:
    scoreboard = importlib.import_module("scoreboard")
    scope = importlib.import_module("scope")
finally:
    sys.path.remove(str(FOLDER))

AREAS = sorted({area for area, _, _ in scoreboard.everything()})


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.filterwarnings("ignore")
def test_nothing_differs_that_is_not_listed(area):
    torch.set_num_threads(1)
    known = scoreboard.listed()
    results = scoreboard.run(4, lambda a, name: a == area)
    new = {f"{name}: {kind}": differences[0] for (_, name), found in results.items() for kind, differences in found.items()
           if differences and kind not in known.get(name, ())}
    assert not new, "\n".join(f"{k}: {d}" for k, d in new.items())


def test_the_page_names_all_that_is_left_out_and_counts_the_rest():
    page = scoreboard.PAGE.read_text(encoding="utf-8")
    for reason, patterns in scope.REASONS.items():
        assert reason in page
        assert all(f"`{p}`" in page for p in patterns)
    assert all(why in page for why in (*(why for why, _ in scope.EXCEPTIONS.values()), *scope.NOT_LAID_OUT.values(), *scope.LOOSENED))
    assert f"| **all** | {sum(1 for _ in scoreboard.everything())} |" in page
