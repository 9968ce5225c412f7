"""The course's diabetes program: the doctor says why it stands still so long, with the numbers, and what was tried."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

from steepest.course import PROGRAMS, data_path, path_of
from steepest.diagnose.doctor import ProgramDoctor
from steepest.diagnose.show import render


def test_the_long_plateau_is_told_in_two_screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "diabetes.csv").write_bytes(data_path("diabetes.csv").read_bytes())
    text = path_of(next(p for p in PROGRAMS if p.name == "diabetes")).read_text(encoding="utf-8")
    text = text.replace("range(100000)", "range(2600)").replace("import torch\n", "import steepest as torch\ntorch.manual_seed(3)\n")
    text = text[: text.index("plt.plot")].replace("import matplotlib.pyplot as plt\n", "").replace("    print(epoch, loss.item())\n", "")
    path = tmp_path / "diabetes.py"
    path.write_text(text, encoding="utf-8")
    doctor = ProgramDoctor(path, text)
    with contextlib.redirect_stdout(io.StringIO()), doctor:
        exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
    (found,) = doctor.findings()
    assert (found.rule, found.severity) == ("stuck-at-base-rate", "warning")

    y = np.loadtxt(data_path("diabetes.csv"), delimiter=",")[:, -1]
    entropy = -(y.mean() * np.log(y.mean()) + (1 - y.mean()) * np.log(1 - y.mean()))
    left = next(k for k, loss in enumerate(doctor.run.losses) if loss < 0.97 * entropy)
    said = re.search(r"Until about epoch (\d+) \(of 2600\).*stayed at ([\d.]+), the entropy of the label rate ([\d.]+)", found.evidence)
    assert said is not None and abs(int(said[1]) - left) <= 1
    assert abs(float(said[2]) - entropy) < 1e-3 and abs(float(said[3]) - y.mean()) < 1e-3
    first, second = re.findall(r"\(sigmoid\) differs by ([\d.]+\d)", found.evidence)
    assert 0.02 < float(first) < 0.08 and 0.002 < float(second) < 0.02 and "No unit is saturated" in found.evidence

    tanh, larger = re.findall(r"Tried: with (.*?) the loss leaves the plateau after (\d+) epochs", found.change)
    assert tanh[0].startswith("tanh") and int(tanh[1]) < left / 4
    assert larger[0] == "lr=1 instead of 0.1" and int(larger[1]) < left / 2
    assert "+ x = torch.tanh(self.linear1(x))" in found.change and "self.sigmoid(self.linear3" not in found.change
    assert len(render([found]).splitlines()) < 48
