"""`steepest show WHAT PROGRAM`: every picture of a program by one command."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

DRIVER = """
import contextlib, io, json, os, sys
from steepest.cli import main
results = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["show", *words])
    results.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(results))
"""


def show(folder, *commands: list[str], **environment: str) -> list[SimpleNamespace]:
    """Several commands in one process, which is quicker than a process each."""
    done = subprocess.run([sys.executable, "-c", DRIVER, json.dumps(commands)], cwd=folder, capture_output=True, text=True,
                          encoding="utf-8", env={**os.environ, "STEEPEST_LANG": "en", "PYTHONIOENCODING": "utf-8", **environment},
                          timeout=120)
    assert done.returncode == 0, done.stderr
    return [SimpleNamespace(returncode=r, stdout=o, stderr=e) for r, o, e in json.loads(done.stdout)]


PROGRAM = """
import sys
import torch
import matplotlib.pyplot as plt
x, y = torch.tensor([1., 2., 3.]), torch.tensor([3., 5., 7.])
w = torch.tensor(0., requires_grad=True)
b = torch.tensor(0., requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=float(sys.argv[1]))
for epoch in range(40):
    loss = ((w * x + b - y) ** 2).mean()
    print(epoch, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
plt.plot([1, 2])
plt.show()
"""


@pytest.fixture
def program(tmp_path):
    (tmp_path / "line.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def test_a_program_is_drawn_with_its_path_and_without_its_output(program) -> None:
    surface, formulas, report = show(program, ["surface", "line.py", "0.05", "--dark"], ["derive", "line.py", "0.05", "--out", "line.tex"],
                                     ["report", "line.py", "0.9"])
    assert surface.returncode == 0, surface.stderr
    assert surface.stdout.splitlines()[-1] == "saved as line-surface.png" and "Loss over w from" in surface.stdout
    assert "The path goes from (0, 0) to" in surface.stdout and "39 " not in surface.stdout
    assert formulas.returncode == 0, formulas.stderr
    assert "∂loss/∂b = 2*sum(w*x + b - y) / 3" in formulas.stdout
    assert r"\begin{align*}" in (program / "line.tex").read_text(encoding="utf-8")
    assert report.returncode == 0, report.stderr
    html = (program / "line-report.html").read_text(encoding="utf-8")
    assert "step-too-large" in html and html.index("step-too-large") < html.index('id="loss"')      # the doctor's findings on top
    assert "optimizer = torch.optim.SGD" in html
    assert {p.name for p in program.iterdir()} == {"line.py", "line-surface.png", "line.tex", "line-report.html"}


def test_a_program_of_the_course_is_shown_by_its_number(tmp_path) -> None:
    formulas, graph, nothing = show(tmp_path, ["derive", "13"], ["graph", "27"], ["surface", "25"])
    assert formulas.returncode == 0, formulas.stderr
    assert "∂loss/∂w_1 = 2*(w_1*x^2 + w_2*x + b - y)*x^2" in formulas.stdout
    assert graph.returncode == 0 and "The gradient of y is 1.321." in graph.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["27_computation_graph-graph.svg"]
    assert nothing.returncode == 2 and "25_tolist.py has nothing to draw" in nothing.stderr


QUICK = ("1", "4", "5", "9", "10", "11", "13", "14", "19", "20", "22", "23", "27")     # programs that run in a moment


def test_the_graph_and_the_formulas_of_programs_of_the_course(tmp_path) -> None:
    for what, said in (("graph", "Computation graph of "), ("derive", "(compared with autograd at ")):
        for number, done in zip(QUICK, show(tmp_path, *([what, number] for number in QUICK)), strict=True):
            assert done.returncode == 0 and said in done.stdout, (what, number, done.stderr)


def test_a_program_that_descends_by_hand_names_its_loss(tmp_path) -> None:
    (tmp_path / "hand.py").write_text("w = 5.0\nfor _ in range(9):\n    w -= 0.1 * 2 * (w - 3)\n", encoding="utf-8")
    unknown, surface, wrong = show(tmp_path, ["network", "hand.py"], ["surface", "hand.py", "--loss", "(w - 3) ** 2", "--by", "w=5.0",
                                                                     "--out", "hand.svg"], ["portrait", "hand.py"])
    assert unknown.returncode == 2 and "--loss" in unknown.stderr
    assert surface.returncode == 0, surface.stderr
    assert "Loss over w from" in surface.stdout and (tmp_path / "hand.svg").is_file()
    assert wrong.returncode == 2 and "take one of loss, surface, race" in wrong.stderr


def test_a_program_that_fails_is_told_in_the_readers_language(program) -> None:
    (done,) = show(program, ["surface", "line.py", "abc"], STEEPEST_LANG="zh")
    assert done.returncode == 2 and "之前就出错了" in done.stderr
