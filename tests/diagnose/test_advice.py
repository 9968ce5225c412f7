"""The lines that the doctor would write, for mistakes that hide in one word or in the order of two lines."""

import contextlib
import sys
import warnings
from pathlib import Path

import pytest

from steepest.diagnose.finding import Finding

sys.path.insert(0, str(Path(__file__).parent))
import scoring

sys.path.pop(0)

LOOP = """import steepest as torch
from steepest import nn
x = torch.linspace(0, 1, 12).view(-1, 1)
y = 2 * x + 1
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(20):
    loss = nn.functional.mse_loss(model(x), y)
"""


def first(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    with warnings.catch_warnings(), contextlib.suppress(TypeError):
        warnings.simplefilter("ignore")
        return scoring.findings(folder, program)[0]
    raise AssertionError


@pytest.mark.parametrize(
    ("body", "line", "change"),
    [
        ("optimizer.zero_grad()\nloss.backward()\noptimizer.step", 11, "- optimizer.step\n+ optimizer.step()"),
        ("optimizer.zero_grad()\nloss.backward\noptimizer.step()", 10, "- loss.backward\n+ loss.backward()"),
        ("loss.backward()\noptimizer.zero_grad()\noptimizer.step()", 11,
         "+ optimizer.zero_grad()\n  loss.backward()\n- optimizer.zero_grad()"),
    ],
)  # fmt: skip
def test_nothing_was_learnt(body: str, line: int, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = first(LOOP + "".join(f"    {row}\n" for row in body.splitlines()), tmp_path, monkeypatch)
    assert (found.rule, found.line) == ("step-or-backward-missing", line)
    assert found.change.endswith(change)


def test_a_parameter_whose_name_was_given_to_a_computed_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = first("import steepest as torch\nw = torch.tensor([1.0], requires_grad=True)\nfor x in (1.0, 2.0, 3.0):\n"
                  "    loss = (w * x - 2 * x) ** 2\n    loss.backward()\n    w = w - 0.01 * w.grad\n", tmp_path, monkeypatch)  # fmt: skip
    assert found.rule == "non-leaf-grad" and "Line 6 gave the name to a computed value" in found.evidence
    assert found.change.endswith("+ w.data = w.data - 0.01 * w.grad")
