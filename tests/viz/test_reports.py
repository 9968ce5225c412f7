"""A report holds what applies to a run, in one file that needs nothing else."""

import re

import pytest

import steepest as torch
from steepest import nn, viz
from steepest.viz.watching import watching

FINDING = {"rule": "step-too-large", "severity": "mistake", "evidence": "the loss grows <fast>", "why": "because", "change": "lr=0.01",
           "confidence": 0.9, "line": 7, "quoted": "optimizer.step()"}


def classify():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
    x = torch.randn(30, 2)
    y = (x[:, :1] > 0).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(10):
        loss = nn.functional.binary_cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, x, y


def test_a_watched_run_gives_all_parts() -> None:
    with watching() as seen:
        classify()
    page = viz.report(seen, findings=[FINDING], code="print('</script>')", seed=3, command="steepest run program.py")
    assert page.data == ["findings", "loss", "surface", "fit", "predictions", "network", "distribution", "graph", "formulas", "summary",
                         "again"]
    html = page.html
    for shown in ("mistake: step-too-large · line 7", "the loss grows &lt;fast&gt;", "optimizer.step()", "seed 3",
                  "steepest run program.py", "print(&#x27;&lt;/script&gt;&#x27;)", "of the path's movement", "∂loss/∂0.weight",
                  "17 parameters"):
        assert shown in html, shown
    assert html.index("step-too-large") < html.index("<svg")
    assert html.count('role="img"') == html.count("<svg ") >= 8         # every picture has words
    assert not re.search(r'(?:src|href)="(?!data:|#)|@import', html)


def test_parts_that_do_not_apply_are_left_out() -> None:
    assert viz.report([3.0, 2.0, 1.0]).data == ["loss"]
    model, x, y = classify()
    page = viz.report({"loss": [2.0, 1.0]}, model=model, data=(x, y), loss=nn.functional.binary_cross_entropy)
    assert {"surface", "fit", "predictions", "graph", "summary"} <= set(page.data)
    with pytest.raises(ValueError, match="nothing to report"):
        viz.report({})


def test_pages_are_saved_and_shown_in_notebooks_in_a_frame(tmp_path) -> None:
    page = viz.report([3.0, 2.0])
    assert page.save(tmp_path / "r.html").read_text(encoding="utf-8") == page.html
    assert page._repr_html_().startswith("<iframe srcdoc=\"&lt;!doctype html&gt;")
