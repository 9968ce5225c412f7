"""The doctor names the planted mistake first in the faulty programs, and says no mistake and no warning in the healthy ones."""

import contextlib
import importlib.util
import io
import sys
import time
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from steepest.diagnose.doctor import ProgramDoctor, rules
from steepest.diagnose.finding import Finding

HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)
spec = importlib.util.spec_from_file_location("catalogue", Path(HERE) / "catalogue.py")
assert spec is not None and spec.loader is not None
catalogue = importlib.util.module_from_spec(spec)
spec.loader.exec_module(catalogue)
sys.path.remove(HERE)

SCORES: dict[str, list[int]] = {}
SPENT: dict[str, float] = {}


def findings(tmp_path: Path, source: str) -> list[Finding]:
    """What the doctor finds in a program that runs in this process."""
    path = tmp_path / "program.py"
    path.write_text(source, encoding="utf-8")
    doctor = ProgramDoctor(path, source, budget=6.0)
    main, error = sys.modules["__main__"], None
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__file__ = str(path)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("default")
            with doctor:
                try:
                    exec(compile(source, str(path), "exec"), module.__dict__)
                except Exception as raised:
                    error = raised
            found = doctor.findings(error)
    finally:
        sys.modules["__main__"] = main
    assert doctor.watcher.broken is None, repr(doctor.watcher.broken)
    return found


@pytest.fixture(scope="module", autouse=True)
def scoreboard():
    yield
    print("\nrule: faulty named first, healthy silent, seconds")
    for rule, (right, faulty, silent, healthy) in SCORES.items():
        print(f"  {rule:32} {right:3}/{faulty:<3} {silent:3}/{healthy:<3} {SPENT[rule]:6.2f}")
    total = [sum(column) for column in zip(*SCORES.values())]
    if total:
        print(f"  {'all':32} {total[0]:3}/{total[1]:<3} {total[2]:3}/{total[3]:<3} {sum(SPENT.values()):6.2f}")


@pytest.mark.parametrize("rule", list(catalogue.FAULTY))
def test_catalogue(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    begun = time.perf_counter()
    missed, loud = [], []
    for number, source in enumerate(catalogue.FAULTY[rule]):
        found = findings(tmp_path, source)
        if not found or found[0].rule != rule:
            missed.append((number, [(f.rule, f.severity) for f in found]))
    for number, source in enumerate(catalogue.HEALTHY[rule]):
        found = [f for f in findings(tmp_path, source) if f.severity != "note"]
        if found:
            loud.append((number, [(f.rule, f.evidence) for f in found]))
    faulty, healthy = len(catalogue.FAULTY[rule]), len(catalogue.HEALTHY[rule])
    SCORES[rule] = [faulty - len(missed), faulty, healthy - len(loud), healthy]
    SPENT[rule] = time.perf_counter() - begun
    assert faulty >= 5 and healthy >= 5
    assert len(missed) <= 1, missed
    assert not loud, loud


def test_every_rule_is_in_the_catalogue_and_nearly_all_mistakes_are_named_first() -> None:
    assert set(catalogue.FAULTY) == set(rules())
    right, faulty, _, _ = (sum(column) for column in zip(*SCORES.values()))
    assert right >= 0.95 * faulty
