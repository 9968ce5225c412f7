"""What native loops leave unseen is diagnosed all the same: every loss is told, rare passes are shown, the first NaN is located."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from steepest.compiling import native_loops
from steepest.compiling.onlooker import Columns
from steepest.diagnose.doctor import ProgramDoctor
from steepest.diagnose.finding import Finding
from steepest.diagnose.watcher import Watcher

LINE = """import steepest as torch
torch.manual_seed(0)
x = torch.linspace(0.1, 1, 20)
y = 3 * x + 1
w = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.SGD([w], lr={rate})
losses = []
for step in range({steps}):
    loss = ({loss}).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""


@pytest.fixture(autouse=True)
def always_native(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    monkeypatch.setattr(native_loops.runtime, "always", True)
    yield


def run(tmp_path: Path, text: str, watched: bool = True) -> tuple[ProgramDoctor | None, ModuleType]:
    """The program run natively, under the doctor or without; what it leaves in its namespace."""
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    module = ModuleType("__main__")
    doctor = ProgramDoctor(path, text, way=native_loops.run_natively) if watched else None
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        with contextlib.redirect_stdout(io.StringIO()), doctor or contextlib.nullcontext():
            native_loops.run_natively(text, str(path), module.__dict__)
    finally:
        sys.modules["__main__"] = before
    assert doctor is None or doctor.watcher.broken is None
    return doctor, module


def test_a_changed_program_in_a_file_of_its_own_runs_natively_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.diagnose.fixing import after

    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path / "cache"))           # a new one: machine code is written while the program runs
    doctor, module = run(tmp_path, LINE.format(rate=0.1, steps=400, loss="(w[0] * x + w[1] - y) ** 2"))
    assert doctor is not None
    doctor.findings()
    unseen: list[int] = []
    told = Watcher.told

    def counted(watcher: Watcher, columns: Columns) -> None:
        unseen.append(len(columns[0][1]))
        told(watcher, columns)

    monkeypatch.setattr(Watcher, "told", counted)
    changed = doctor.source.text.replace("lr=0.1", "lr=0.3")
    file = tmp_path / "program.fixed.py"
    file.write_text(changed, encoding="utf-8")
    losses = after(doctor.run, changed, str(file))
    assert len(losses) == 400 and losses[0] == module.losses[0] and losses[-1] < 0.5 * module.losses[-1]
    assert sum(unseen) > 300


def spoken(doctor: ProgramDoctor | None) -> list[Finding]:
    assert doctor is not None
    return [f for f in doctor.findings() if f.severity != "note"]


def test_every_loss_is_told_and_the_watched_run_has_the_numbers_of_the_unwatched(tmp_path: Path) -> None:
    text = LINE.format(rate=0.1, steps=3000, loss="(w[0] * x + w[1] - y) ** 2")
    doctor, watched = run(tmp_path, text)
    assert doctor is not None
    _, plain = run(tmp_path, text, watched=False)
    (site,) = doctor.watcher.sites.values()
    assert doctor.watcher.count == 3000 and site.losses.tolist() == watched.losses
    looked = [o.number for o in doctor.watcher.observations]
    assert looked[-1] > 2000 and len(looked) < 60
    assert native_loops.native_sites()[-1].seen_steps < 100
    # Seen steps are Python's; between them and after them the numbers are those of the native run.
    assert watched.w.tolist() == plain.w.tolist()
    assert np.allclose(watched.losses, plain.losses, rtol=1e-5, atol=1e-7)
    assert spoken(doctor) == []


def test_a_step_too_large_and_a_training_that_needs_no_word(tmp_path: Path) -> None:
    doctor, _ = run(tmp_path, LINE.format(rate=1.2, steps=400, loss="(w[0] * x + w[1] - y) ** 2"))
    assert [f.rule for f in spoken(doctor)] == ["step-too-large"]


def test_the_first_nan_of_a_native_loop_is_located_where_it_arises(tmp_path: Path) -> None:
    text = LINE.format(rate=1e-3, steps=4000, loss="torch.log(w[1] + 1.0)")
    doctor, _ = run(tmp_path, text)
    assert doctor is not None
    number = doctor.watcher.first_bad
    assert number is not None and number > 100
    doctor.budget = 0           # nothing is run again: what was seen says it
    (found,) = spoken(doctor)
    assert (found.rule, found.line) == ("first-nan", 9)
    assert f"in pass {number}, in `log`" in found.evidence
    assert "+ loss = (torch.log((w[1] + 1.0).clamp(min=1e-8))).mean()" in found.change


def test_validation_losses_of_native_evaluations_show_overfitting(tmp_path: Path) -> None:
    doctor, _ = run(tmp_path, """import steepest as torch
from steepest import nn
torch.manual_seed(0)
x, y = torch.randn(20, 6), torch.randn(20, 1)
other, truth = torch.randn(100, 6), torch.randn(100, 1)
model = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(400):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        validation = nn.functional.mse_loss(model(other), truth)
""")
    assert doctor is not None
    evaluation = next(e for line, e in doctor.watcher.evaluations.items() if line not in doctor.watcher.trained_lines)
    assert len(evaluation.values) == 400 and list(evaluation.passes) == list(range(1, 401))
    assert [f.rule for f in spoken(doctor)] == ["overfitting"]


def test_two_backward_passes_in_a_step_are_kept_apart(tmp_path: Path) -> None:
    doctor, left = run(tmp_path, """import steepest as torch
torch.manual_seed(0)
v, w = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
first, second = torch.optim.SGD([v], lr=0.01), torch.optim.SGD([w], lr=0.01)
a, b = [], []
for step in range(500):
    one = ((v - 2) ** 2).sum()
    first.zero_grad()
    one.backward()
    first.step()
    other = ((w + v.detach()) ** 2).sum()
    second.zero_grad()
    other.backward()
    second.step()
    a.append(one.item())
    b.append(other.item())
""")
    assert doctor is not None and doctor.watcher.count == 1000
    assert [s.losses.tolist() for s in doctor.watcher.sites.values()] == [left.a, left.b]
    assert spoken(doctor) == []


def test_epochs_over_a_loader_are_watched_from_batch_to_batch(tmp_path: Path) -> None:
    doctor, left = run(tmp_path, """import steepest as torch
from steepest import nn
from steepest.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(64, 3)
y = x.sum(1, keepdim=True)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
losses = []
for epoch in range(30):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
""")
    assert doctor is not None
    (site,) = doctor.watcher.sites.values()
    assert site.losses.tolist() == left.losses and len(left.losses) == 120
    assert doctor.watcher.loaders[0].trains and {seen.line[1] for seen in doctor.watcher.loaders} == {11}
    assert spoken(doctor) == []


def test_a_loop_that_was_watched_before_tells_the_next_watcher() -> None:
    import steepest as torch

    def train() -> None:
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.01)
        for _ in torch.loop(400):
            loss = ((w - 3.0) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    losses = []
    for _ in range(3):
        with torch.doctor(quiet=True) as doctor:
            train()
        (site,) = doctor.watcher.sites.values()
        losses.append(site.losses.tolist())
    assert [len(x) for x in losses] == [400, 400, 400]
    assert np.allclose(losses[0], losses[2], rtol=1e-5)


def test_passes_at_one_place_that_belong_to_one_native_step_are_all_told(tmp_path: Path) -> None:
    doctor, left = run(tmp_path, """import steepest as torch
torch.manual_seed(0)
x = torch.linspace(0, 1, 40)
y = 2 * x
w = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.05)
losses = []
for epoch in range(200):
    for a, b in zip(x.split(10), y.split(10)):
        loss = ((w * a - b) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
""")
    assert doctor is not None and len(left.losses) == 800
    (site,) = doctor.watcher.sites.values()
    assert site.losses.tolist() == left.losses and doctor.watcher.count == 800
    assert native_loops.native_sites()[-1].native_steps > 0         # how many depends on the time that looks take
