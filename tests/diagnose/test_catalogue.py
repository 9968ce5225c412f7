"""The doctor names the planted mistake first in the faulty programs, and says no mistake and no warning in the healthy ones.

`python tests/diagnose/scoring.py` prints the scoreboard.
"""

import sys
from pathlib import Path

import pytest

from steepest.diagnose.doctor import rules

sys.path.insert(0, str(Path(__file__).parent))
import scoring

sys.path.pop(0)
SCORES: dict[str, scoring.Score] = {}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rule", list(scoring.FAULTY))
def test_catalogue(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    made = SCORES[rule] = scoring.score(rule, tmp_path)
    _, faulty, _, healthy = made.counts
    assert faulty >= 5 and healthy >= 5
    assert len(made.missed) <= 1, made.missed
    assert not made.loud, made.loud


def test_every_rule_is_in_the_catalogue_and_nearly_all_mistakes_are_named_first() -> None:
    assert set(scoring.FAULTY) == set(rules())
    right, faulty, _, _ = (sum(column) for column in zip(*(made.counts for made in SCORES.values()), strict=True))
    assert right >= 0.95 * faulty
