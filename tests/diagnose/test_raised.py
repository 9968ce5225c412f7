"""Errors that PyTorch raises too: its class, a text that names what was seen, the user's line, and the line to write instead."""

import warnings
from pathlib import Path

import pytest

from steepest.diagnose.doctor import ProgramDoctor, mended
from steepest.diagnose.rules.raised import rule_of
from steepest.diagnose.table import RULES

HEAD = """import numpy as np
import steepest as torch
from steepest import nn
import steepest.nn.functional as F
w = torch.ones(2, requires_grad=True)
"""

# The rule, the program, PyTorch's class (None: a warning), what the text names in either language, the line to write instead.
ROWS = [
    ("backward-twice", "y = (w * w).sum()\ny.backward()\ny.backward()", RuntimeError, "MulBackward0", "+ y.backward(retain_graph=True)"),
    ("backward-twice", "h = w * 2\nfor k in range(2):\n    loss = (h ** 2).sum()\n    loss.backward()", RuntimeError, "MulBackward0",
     "+ loss.backward(retain_graph=True)"),
    ("backward-of-non-scalar", "y = w * 2\ny.backward()", RuntimeError, "[2]", "+ y.mean().backward()"),
    ("backward-of-non-scalar", "loss = (nn.Linear(2, 1)(torch.ones(4, 2)) - 1) ** 2\nloss.backward()", RuntimeError, "[4, 1]",
     "+ loss.mean().backward()"),
    ("in-place-needed-value", "y = w.exp()\nz = y.sum()\ny += 1\nz.backward()", RuntimeError, "ExpBackward0", "+ y = y + 1"),
    ("in-place-needed-value", "z = torch.sigmoid(w)\nz[0] = 1.0\nz.sum().backward()", RuntimeError, "SigmoidBackward0", "+ z = z.clone()"),
    ("in-place-needed-value", "w += 1", RuntimeError, "no_grad", "+ with torch.no_grad():"),
    ("labels-of-wrong-kind", "loss = F.cross_entropy(torch.zeros(2, 3), torch.tensor([1, 3]) * 1.0)", RuntimeError, "Float", ".long()"),
    ("labels-of-wrong-kind", "loss = F.cross_entropy(torch.zeros(3, 3), torch.tensor([1, 2, 3]))", IndexError, "3",
     "torch.tensor([1, 2, 3]) - 1)"),
    ("labels-of-wrong-kind", "loss = F.nll_loss(torch.zeros(2, 3), torch.tensor([1, -1]))", IndexError, "-1", ""),
    ("labels-of-wrong-kind", "loss = F.cross_entropy(torch.zeros(2, 3), torch.tensor([[1], [2]]))", RuntimeError, "[2, 1]", ".squeeze(1))"),
    ("labels-of-wrong-kind", "loss = F.cross_entropy(torch.zeros(2, 3), torch.eye(3)[:2].long())", RuntimeError, "[2, 3]", ".argmax(1))"),
    ("labels-of-wrong-kind", "loss = F.binary_cross_entropy(torch.rand(2), torch.tensor([1, 0]))", RuntimeError, "Long", ".float())"),
    ("labels-of-wrong-kind", "y = torch.tensor([1.0, 2.0])\nloss = F.binary_cross_entropy(torch.full((2,), 0.5), y)", RuntimeError, "2",
     "y - 1)"),
    ("dtype-mismatch", "x = torch.from_numpy(np.ones((2, 3)))\nmodel = nn.Linear(3, 1)\nmodel(x)", RuntimeError, "torch.float64",
     "+ x = torch.from_numpy(np.ones((2, 3))).float()"),
    ("dtype-mismatch", "x = torch.tensor(np.ones((2, 3)))\nx @ torch.ones(3, 1)", RuntimeError, "torch.float64", "dtype=torch.float32)"),
    ("dtype-mismatch", "x = torch.tensor([[1, 2, 3]])\nmodel = nn.Linear(3, 1)\nmodel(x)", RuntimeError, "torch.int64",
     "+ x = torch.tensor([[1, 2, 3]], dtype=torch.float32)"),
    ("gradient-chain-broken", "h = w.detach()\nh.sum().backward()", RuntimeError, "grad_fn", "+ h = w"),
    ("gradient-chain-broken", "with torch.no_grad():\n    y = (w * 2).sum()\ny.backward()", RuntimeError, "no_grad", "+ y = (w * 2).sum()"),
    ("gradient-chain-broken", "y = torch.tensor((w * 2).sum().item())\ny.backward()", RuntimeError, ".item()", "+ y = (w * 2).sum()"),
    ("gradient-chain-broken", "y = (w.data * 2).sum()\ny.backward()", RuntimeError, ".data", "+ y = (w * 2).sum()"),
    ("gradient-chain-broken", "v = torch.tensor([1.0, 2.0])\n(v * 2).sum().backward()", RuntimeError, "requires_grad",
     "+ v = torch.tensor([1.0, 2.0], requires_grad=True)"),
    ("gradient-chain-broken", "loss = (w * w).sum().item()\nloss.backward()", AttributeError, "float", "+ loss = (w * w).sum()"),
    ("gradient-chain-broken", "v = torch.tensor([1, 2], requires_grad=True)", RuntimeError, "torch.int64", "dtype=torch.float32)"),
    ("gradient-chain-broken", "y = w.numpy()", RuntimeError, "detach", "+ y = w.detach().numpy()"),
    ("gradient-chain-broken", "s = torch.stack([w, 2 * w]).argmax(0).float()\ns.sum().backward()", RuntimeError, "grad_fn", ""),
    ("sigmoid-and-loss-mismatch", "criterion = nn.BCELoss()\ncriterion(w * 3, torch.ones(2))", RuntimeError, "3",
     "+ criterion = nn.BCEWithLogitsLoss()"),
    ("loss-broadcast", "p = torch.rand(4, 1)\ny = torch.ones(4)\nF.binary_cross_entropy(p, y)", ValueError, "[4, 1]",
     "+ F.binary_cross_entropy(p, y.view(-1, 1))"),
    ("loss-broadcast", "p = torch.rand(4, 1)\ny = torch.ones(4)\nF.mse_loss(p, y)", None, "4 x 4", "+ F.mse_loss(p, y.view(-1, 1))"),
    ("non-leaf-grad", "y = w * 2\ny.sum().backward()\nprint(y.grad)", None, "retain_grad", "+ y.retain_grad()"),
    ("non-leaf-grad", "v = torch.tensor(w * 2, requires_grad=True)", None, "clone()", "+ v = (w * 2).detach().clone().requires_grad_()"),
    ("non-leaf-grad", "v = torch.randn(2, requires_grad=True) * 0.1\noptimizer = torch.optim.SGD([v], lr=0.1)", ValueError, "[2]",
     "+ v = (torch.randn(2, requires_grad=True) * 0.1).detach().requires_grad_()"),
    ("absurd-hyperparameter", "o = torch.optim.SGD([w], lr=-0.1)", ValueError, "-0.1", "+ o = torch.optim.SGD([w], lr=0.1)"),
    ("absurd-hyperparameter", "optimizer = torch.optim.SGD([w], lr=0.1, momentum=-1)", ValueError, "-1", "momentum=0.9)"),
    ("absurd-hyperparameter", "optimizer = torch.optim.Adam([w], betas=(1.5, 0.999))", ValueError, "1.5", "betas=(0.9, 0.999))"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("row", range(len(ROWS)), ids=lambda k: f"{ROWS[k][0]}-{k}")
def test_errors_bear_pytorchs_class_and_the_users_line_is_mended(row: int, language: str, tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", language)
    rule, text, kind, named, change = ROWS[row]
    text = HEAD + text + "\n"
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    doctor, error = ProgramDoctor(path, text, budget=0), None
    with warnings.catch_warnings(), doctor:
        warnings.simplefilter("default")
        try:
            exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
        except Exception as raised:
            error = raised
    message = str(error) if error is not None else doctor.watcher.warned[0][0]
    assert error is None if kind is None else type(error) is kind
    assert named in message and rule_of(message) is not None and rule_of(message)[0] == rule  # type: ignore[index]
    found = next(f for f in doctor.findings(error) if f.rule == rule)
    assert change in found.change
    assert found.line is not None and path.read_text(encoding="utf-8").splitlines()[found.line - 1].strip() == found.quoted
    if error is not None:       # said without the doctor too
        assert change in mended(error, str(path))


def test_every_rule_that_is_seen_when_it_happens_has_rows() -> None:
    assert {row[0] for row in ROWS} == {rule.name for rule in RULES if "when" in rule.when}


def test_the_cut_of_a_broken_chain_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    text = HEAD + "s = torch.stack([w, 2 * w]).argmax(0)\nt = s.float()\nt.sum().backward()\n"
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    doctor = ProgramDoctor(path, text, budget=0)
    with pytest.raises(RuntimeError) as caught, doctor:
        exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
    (found,) = doctor.findings(caught.value)
    assert "The chain is cut in line 6: s = torch.stack([w, 2 * w]).argmax(0)" in found.evidence
