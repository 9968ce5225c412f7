"""`steepest run --why` tells after the program's end what was wrong, and changes nothing that the program does."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """import torch
torch.manual_seed(1)
x = torch.randn(40, 3)
y = x.sum(1, keepdim=True)
model = torch.nn.Linear(3, 1)
criterion = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(20):
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    print(loss.item(), torch.rand(1).item())
"""


def run(folder: Path, *options: str, language: str = "en", source: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(source, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "STEEPEST_LANG": language}
    return subprocess.run([sys.executable, "-m", "steepest", "run", *options, "program.py"], cwd=folder, env=environment,
                          capture_output=True, text=True, encoding="utf-8", timeout=60)  # fmt: skip


def test_why_names_the_mistake_and_the_numbers_stay_the_same(tmp_path: Path) -> None:
    plain, watched = run(tmp_path, "--eager"), run(tmp_path, "--eager", "--why", "--json", "found.json")
    assert plain.returncode == watched.returncode == 0 and plain.stderr == ""
    assert watched.stdout == plain.stdout
    assert "1. mistake: zero-grad-forgotten, line 10" in watched.stderr
    assert "+ optimizer.zero_grad()" in watched.stderr and "--ignore zero-grad-forgotten" in watched.stderr
    (found,) = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert list(found) == ["rule", "severity", "evidence", "why", "change", "confidence", "line"]
    assert (found["rule"], found["severity"], found["line"]) == ("zero-grad-forgotten", "mistake", 10)


def test_hints_leave_the_answer_and_rules_can_be_silenced(tmp_path: Path) -> None:
    hinted = run(tmp_path, "--hint", language="zh").stderr
    assert "错误：zero-grad-forgotten" in hinted or "错误: zero-grad-forgotten" in hinted
    assert "zero_grad()\n" not in hinted.replace("optimizer.zero_grad", "") and "+ " not in hinted
    assert "no mistake" in run(tmp_path, "--why", "--ignore", "zero-grad-forgotten").stderr
    allowed = PROGRAM.replace("loss.backward()", "loss.backward()  # steepest: ok zero-grad-forgotten")
    assert "no mistake" in run(tmp_path, "--why", source=allowed).stderr


def test_an_error_that_ends_the_program_is_explained_with_the_line_to_write(tmp_path: Path) -> None:
    done = run(tmp_path, "--why", source=PROGRAM.replace("MSELoss", "BCELoss").replace("torch.nn.Linear(3, 1)", "torch.nn.Linear(3, 1)"))
    assert done.returncode == 1 and "all elements of input should be between 0 and 1" in done.stderr
    assert "+ criterion = torch.nn.BCEWithLogitsLoss()" in done.stderr


def test_without_why_an_error_shows_the_line_to_write_and_a_broken_program_too(tmp_path: Path) -> None:
    source = PROGRAM.replace("loss.backward()", "loss.backward()\n    loss.backward()")
    done = run(tmp_path, source=source)
    assert "RuntimeError: Trying to backward through the graph a second time" in done.stderr
    done = run(tmp_path, source=PROGRAM.replace("MSELoss", "BCELoss"))
    assert done.stderr.endswith("+ criterion = torch.nn.BCEWithLogitsLoss()\n")
    done = run(tmp_path, source=PROGRAM.replace("range(20):", "range（20）"), language="zh")
    assert done.returncode == 1 and "SyntaxError" in done.stderr and "+   for epoch in range(20)" in done.stderr and "全角" in done.stderr


def test_try_writes_the_changed_program_and_a_picture(tmp_path: Path) -> None:
    done = run(tmp_path, "--try")
    changed = (tmp_path / "program.fixed.py").read_text(encoding="utf-8")
    assert changed == PROGRAM.replace("    loss.backward()", "    optimizer.zero_grad()\n    loss.backward()")
    assert (tmp_path / "program.fixed.png").stat().st_size > 5000
    assert "wrote program.fixed.py" in done.stderr and "loss before: " in done.stderr
