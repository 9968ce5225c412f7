"""What a loop costs and saves: when compiling is begun, and that it is not begun where it would not pay."""

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_native import run

import steepest as torch
from steepest.compiling import native_loops, worth
from steepest.compiling.rewriting import rewritten
from steepest.compiling.worth import Ledger, Passage, Statement


def statement(body: str = "step()", seconds: float = 1e-3, operations: int = 50, **known: Any) -> Statement:
    """A loop whose steps have been timed."""
    node = ast.parse(f"for i in x:\n    {body}\n").body[0]
    assert isinstance(node, ast.For)
    made = Statement(node)
    made.seconds, made.looks, made.operations, made.python_time, made._memory = seconds, worth.LOOKS, operations, 1.0, {}
    for name, value in known.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def nothing_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is likely to be gained counts."""
    monkeypatch.setattr(worth, "ledger", SimpleNamespace(allows=lambda cost: False))


@pytest.mark.usefixtures("nothing_allowed")
def test_a_long_loop_is_worth_compiling_and_a_short_one_is_not() -> None:
    assert statement().pays(Passage(statement(), 10_000))
    assert not statement().pays(Passage(statement(), 100))
    assert not statement(looks=1).pays(Passage(statement(), 10_000))


@pytest.mark.usefixtures("nothing_allowed")
def test_kept_machine_code_makes_shorter_loops_worth_it_and_a_refusal_makes_them_not() -> None:
    assert not statement().pays(Passage(statement(), 400))
    assert statement(_memory={"compiled": True}).pays(Passage(statement(), 400))
    assert not statement(_memory={"compiled": False}).pays(Passage(statement(), 4000))


@pytest.mark.usefixtures("nothing_allowed")
def test_a_loop_that_may_be_left_is_taken_to_last_as_long_again_as_it_has() -> None:
    s = statement("if i: break")
    passage = Passage(s, 10_000)
    passage.k = 10
    assert not s.pays(passage)
    passage.k = 5000
    assert s.pays(passage)


@pytest.mark.usefixtures("nothing_allowed")
def test_the_loops_around_a_short_one_count() -> None:
    outer, inner = Passage(statement("train()"), 1000), Passage(statement(), 10)
    outer.begin()
    inner.begin()
    try:
        outer.k = 1
        assert inner.pays()
        assert not inner.pays(here=True)
        assert not inner.pays(share=0.01)
        inner.statement.within = frozenset()
        assert not inner.pays()
        inner.statement.within = frozenset({outer.statement.line})
        assert inner.pays()
    finally:
        inner.end()
        outer.end()


def test_what_may_be_lost_is_a_small_part_of_what_was_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worth, "clock", lambda: 10.0)
    ledger = Ledger()
    assert ledger.allows(0.4)
    ledger.spent = 0.3
    assert not ledger.allows(0.4)
    ledger.won(0.2)
    assert ledger.allows(0.4)


@pytest.mark.parametrize(("text", "within"), [
    ("for a in b:\n    o = make()\n    for i in r:\n        o.step()", frozenset()),
    ("def f(o):\n    for i in r:\n        o.step()", None),
    ("def f():\n    m = make()\n    for i in r:\n        m(i)", frozenset()),
    ("def f():\n    m = make()\n    for e in s:\n        for i in r:\n            m(i)", frozenset({3})),
    ("for a in b:\n    m, o = make()\n    for e in s:\n        for i in r:\n            m(i)", frozenset({3})),
    ("for a in b:\n    rows = make()\n    for i in r:\n        use(rows)", None)])
def test_loops_that_share_objects_are_seen_in_the_text(text: str, within: frozenset[int] | None) -> None:
    found: dict[int, frozenset[int] | None] = {}

    def number(node: ast.For, within: frozenset[int] | None) -> int:
        found[node.lineno] = within
        return 0

    rewritten(ast.parse(text), number)
    assert found[max(found)] == within


@pytest.mark.parametrize("items", ["[1, 2, 3]", "enumerate((1, 2, 3))", "{1: 2, 3: 4}.items()", "range(3)", "enumerate(range(4), 2)",
                                   "zip('ab', 'cd')", "enumerate(torch.arange(6).chunk(3))"])
def test_loops_around_others_go_over_the_same_items(items: str) -> None:
    source = f"seen = []\nfor x in {items}:\n    for i in range(2):\n        seen.append((str(x), i))\nprint(seen)\n"
    plain: dict[str, Any] = {"torch": torch}
    exec(source, plain)
    assert run(source, natively=False)[1]["seen"] == plain["seen"]
    scope: dict[str, Any] = {"torch": torch}
    native_loops.run_natively(source, "<string-items>", scope)
    assert scope["seen"] == plain["seen"]


def test_numbers_beyond_64_bits_are_left_as_they_are() -> None:
    source = """
w, a, b = torch.zeros(1), 0, 1
for i in range(200):
    a, b = b, a + b
    w += 1
    if i % 2 == 0:
        w *= 0.5
print(b, w)
"""
    assert run(source, natively=True)[0] == run(source, natively=False)[0]


def test_a_step_that_python_must_see_is_recorded_no_further_and_leaves_plain_numbers() -> None:
    source = """
w, kept, best = torch.ones(2), [], 9.0
def look(x):
    a = x.sum().item()
    if a < 3:
        b = x.max().item() + a
    else:
        b = a
    return {"a": a, "b": b}
for i in range(120):
    w *= 0.99
    kept.append(look(w))
    best = min(best, kept[-1]["b"])
print(best, kept[7])
"""
    text, found = run(source, natively=True)
    assert text == run(source, natively=False)[0]
    assert {type(x) for entry in found["kept"] for x in entry.values()} == {float}


def test_nothing_that_compiles_is_imported_for_a_short_program(tmp_path: Path) -> None:
    program = tmp_path / "short.py"
    program.write_text("import sys, torch\nx = torch.zeros(1)\nfor i in range(50):\n    x += 1\n"
                       "print(x, [n for n in sys.modules if n in ('steepest.compiling.sections', 'llvmlite.ir')])\n")
    done = subprocess.run([sys.executable, "-m", "steepest", "run", str(program)], capture_output=True, text=True, check=True)
    assert done.stdout == "tensor([50.]) []\n" and not done.stderr


def test_other_runs_know_what_became_of_a_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path))
    first, second = (statement(text=b"program", _memory=None) for _ in range(2))
    dear = first.cost
    first.remember(True)
    assert first.cost == dear and second.cost < dear
    first.remember(False)
    assert statement(text=b"program", _memory=None).memory == {"compiled": False, "operations": 50}
    assert statement(text=b"another", _memory=None).memory == {}
