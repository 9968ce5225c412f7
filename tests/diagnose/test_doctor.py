"""The doctor changes nothing that it watches, tries its advice on copies, and speaks both languages."""

import io
import random
import string
import sys
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pytest

import steepest as torch
from steepest import nn
from steepest.diagnose.doctor import Doctor, rules
from steepest.diagnose.finding import Finding
from steepest.diagnose.measure import lanczos
from steepest.diagnose.replay import Replays, Started
from steepest.diagnose.show import render
from steepest.diagnose.source import Edit, Source
from steepest.diagnose.tabular import inspect_table
from steepest.errors.diagnose import ROWS
from steepest.utils.data import DataLoader, TensorDataset


def train(epochs: int = 3) -> list[float]:
    """A training with everything that draws numbers or looks at hooks; what it leaves behind, as numbers."""
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    x = torch.randn(60, 4)
    y = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    seen: list[float] = []
    model[0].weight.register_hook(lambda g: seen.append(g.sum().item()))
    model[4].register_forward_hook(lambda m, given, out: seen.append(out.sum().item()))
    for _ in range(epochs):
        for a, b in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
            loss = nn.functional.cross_entropy(model(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        with torch.no_grad():
            model.eval()
            seen.append(nn.functional.cross_entropy(model(x), y).item())
            model.train()
    state = [float(v.sum()) for v in model.state_dict().values()]
    return [*seen, *state, torch.rand(1).item(), float(np.random.rand()), random.random()]


def test_a_watched_run_gives_the_same_numbers() -> None:
    plain = train()
    with torch.doctor(quiet=True) as doctor:
        watched = train()
    assert watched == plain
    assert doctor.watcher.count == 12 and doctor.watcher.broken is None
    assert [f for f in doctor.findings if f.severity != "note"] == []
    assert train() == plain


def test_nothing_of_the_doctor_stays_behind() -> None:
    from steepest.autograd import engine, gradients
    from steepest.core import recording
    from steepest.nn import functional
    from steepest.optim import optimizer

    before = functional.mse_loss, functional.dropout, functional.batch_norm, optimizer.Optimizer.__init__, DataLoader.__iter__
    with torch.doctor(quiet=True):
        assert functional.mse_loss is not before[0]
    assert gradients.run_backward is engine.run_backward and not recording.watchers
    after = functional.mse_loss, functional.dropout, functional.batch_norm, optimizer.Optimizer.__init__, DataLoader.__iter__
    assert after == before and not optimizer.pre_hooks_of_all


def test_around_a_loop_it_names_the_mistake_and_tries_another_rate_on_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    torch.manual_seed(0)
    x = torch.randn(40, 3)
    y = x.sum(1, keepdim=True)
    criterion = nn.MSELoss()

    def diverge(*ignore: str) -> tuple[Doctor, str]:
        model = nn.Linear(3, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
        said = io.StringIO()
        with redirect_stderr(said), torch.doctor(model, optimizer, criterion, ignore=ignore) as doctor:
            for _ in range(30):
                loss = criterion(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return doctor, said.getvalue()

    doctor, said = diverge()
    assert [f.rule for f in doctor.findings] == ["step-too-large"]
    assert "Tried: with lr=" in doctor.findings[0].change and "step-too-large" in said
    silent, said = diverge("step-too-large")
    assert silent.findings == [] and said == ""
    with pytest.raises(ValueError, match="there is no rule step-to-large"):
        torch.doctor(ignore=["step-to-large"])


def test_a_native_loop_tells_its_losses_at_the_ends_of_chunks() -> None:
    doctor = torch.doctor(quiet=True)
    doctor.at_chunk_end(50, [2.0 * 1.2**k for k in range(50)])
    doctor(100, [2.0 * 1.2**k for k in range(50, 100)])
    assert [f.rule for f in doctor.close()] == ["step-too-large"]


def test_replays_write_nothing_and_end_when_their_time_is_over(tmp_path: Path) -> None:
    target = tmp_path / "written.txt"
    program = f"import steepest as torch\nw = torch.ones(2, requires_grad=True)\nfor k in range(9):\n    (w * w).sum().backward()\n" \
              f"open({str(target)!r}, 'w').write('x')\nfor k in range(9):\n    (w * w).sum().backward()\n"  # fmt: skip
    replays = Replays("program.py", program, Started(), budget=5)
    assert replays.run(passes=100).count == 9 and not target.exists()
    endless = Replays("program.py", "while True:\n    pass\n", Started(), budget=0.3)
    assert endless.run(passes=1).count == 0 and endless.left <= 0
    calls: list[str] = []
    sys.setprofile(lambda frame, event, argument: calls.append(event))      # hangs where the alarm has left something behind
    try:
        rules()
    finally:
        sys.setprofile(None)
    assert "call" in calls


def test_lanczos_finds_the_ends_of_a_spectrum() -> None:
    rng = np.random.default_rng(0)
    q, _ = np.linalg.qr(rng.normal(size=(40, 40)))
    a = q @ np.diag([-3.0, *np.linspace(0, 1, 38), 25.0]) @ q.T
    values, vectors = lanczos(lambda v: a @ v, 40)
    assert abs(values[-1] - 25) < 1e-6 and abs(values[0] + 3) < 1e-3
    assert abs(abs(vectors[:, 0] @ q[:, 0]) - 1) < 1e-3


def test_edits_count_in_characters_and_keep_the_rest() -> None:
    source = Source("p.py", "学习率 = 0.1\nopt = SGD(模型.parameters(), lr=学习率)  # ，\n")
    call = source.calls[0]
    edit = Edit(source).set_argument(call, "lr", "0.01").set_argument(call, "momentum", "0.9")
    assert edit.text() == "学习率 = 0.1\nopt = SGD(模型.parameters(), lr=0.01, momentum=0.9)  # ，\n"
    assert edit.shown().splitlines()[1] == "+ opt = SGD(模型.parameters(), lr=0.01, momentum=0.9)  # ，"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_text_has_both_languages_and_the_same_fields(language: str) -> None:
    for key, (english, chinese) in ROWS.items():
        fields = [{f for _, f, _, _ in string.Formatter().parse(words) if f} for words in (english, chinese)]
        assert fields[1] <= fields[0] or fields[0] <= fields[1], key
    for rule in rules():
        kinds = {key.split(": ")[1] for key in ROWS if key.startswith(f"doctor/{rule}:") or key.startswith(f"doctor/{rule}/")}
        assert kinds == {"seen", "why", "do"}, rule


def test_findings_are_shown_with_their_line_and_without_the_answer_as_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    finding = Finding("step-too-large", "warning", "seen this", "because", "write\n- a\n+ b", 0.9, 7, "a")
    note = Finding("batch-and-data-size", "note", "also", "so", "", 0.5, None)
    shown = render([finding, note])
    assert "7 | a" in shown and "     + b" in shown and "1 note (batch-and-data-size)" in shown and "also" not in shown
    assert "also" in render([finding, note], notes=True)
    hinted = render([finding], hint=True)
    assert "seen this" in hinted and "because" not in hinted and "+ b" not in hinted


def test_tables_are_looked_at_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=50), rng.normal(size=50) * 4000, np.ones(50)])
    y = (x[:, 0] > 0).astype(int)
    found = inspect_table(x, y, ["a", "income", "one"], classes=True)
    assert [(f.rule, f.severity) for f in found] == [("inputs-not-scaled", "warning"), ("constant-or-missing-inputs", "note")]
    assert "income" in found[0].evidence and inspect_table(x[:, :2], y, scaled=True) == []
    leaking = inspect_table(np.column_stack([x[:, :1], y * 2.0]), y, ["a", "copy"], train=np.arange(40), test=np.arange(30, 50))
    assert [(f.rule, f.severity) for f in leaking] == [("leak-or-duplicates", "mistake"), ("leak-or-duplicates", "warning")]
    assert "copy" in leaking[0].evidence and "10 of 20" in leaking[1].evidence
    x[3, 0] = np.nan
    assert inspect_table(x, y)[0].rule == "constant-or-missing-inputs"
