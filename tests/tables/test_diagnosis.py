"""The table command names the planted mistake first in faulty tables, and has neither mistake nor warning for healthy ones."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from steepest.datasets import path as data_set
from steepest.tables import train
from steepest.tables.inspecting import inspect
from steepest.viz import trained

Columns = dict[str, list[str]]


def table(seed: int, rows: int = 120, classes: bool = True) -> Columns:
    """Three columns of numbers of one size, a word, and a target that they decide only in part."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)).round(4)
    score = x @ rng.normal(size=3) + rng.normal(size=rows)
    y = np.where(score > np.median(score), "yes", "no") if classes else score.round(4)
    columns = {f"{name}{seed}": [f"{v}" for v in x[:, k]] for k, name in enumerate("abc")}
    return {**columns, "place": rng.choice(["north", "south", "west"], rows).tolist(), "target": [str(v) for v in y]}


def leaking(seed: int) -> Columns:
    made = table(seed, classes=seed % 2 == 0)
    copy = [f"{2 * float(v) + 1}" for v in made["target"]] if seed % 2 else [{"yes": "1", "no": "0"}[v] for v in made["target"]]
    return {"known": copy, **made}


def repeated(seed: int) -> Columns:
    return {name: [*cells, *cells[: 5 + seed]] for name, cells in table(seed).items()}


def missing(seed: int) -> Columns:
    made = table(seed)
    name = list(made)[seed % 3]
    made[name] = ["" if k % (7 + seed) == 0 else cell for k, cell in enumerate(made[name])]
    return made


def in_order(seed: int) -> Columns:
    made = table(seed)
    order = sorted(range(120), key=lambda k: made["target"][k])
    return {name: [cells[k] for k in order] for name, cells in made.items()}


def rare(seed: int) -> Columns:
    made = table(seed, rows=400)
    made["target"] = ["yes" if k % (20 + seed) == 0 else "no" for k in range(400)]
    return made


def of_different_size(seed: int) -> Columns:
    made = table(seed, classes=seed % 2 == 0)
    name = list(made)[seed % 3]
    made[name] = [f"{(10 ** (4 + seed % 3)) * (3 + float(cell)):.1f}" for cell in made[name]]
    return made


FAULTY: dict[str, Callable[[int], Columns]] = {
    "leak-or-duplicates": leaking, "constant-or-missing-inputs": missing, "sorted-labels": in_order, "class-imbalance": rare,
    "inputs-not-scaled": of_different_size,
}  # fmt: skip


def written(columns: Columns, path: Path) -> Path:
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", FAULTY)
def test_the_planted_mistake_comes_first(rule: str, tmp_path: Path) -> None:
    found = [inspect(written(FAULTY[rule](seed), tmp_path / "data.csv"), "target").diagnosis for seed in range(6)]
    assert [one[0].rule if one else "" for one in found] == [rule] * 6


def test_equal_rows_are_named(tmp_path: Path) -> None:
    for seed in range(6):
        (found,) = inspect(written(repeated(seed), tmp_path / "data.csv"), "target").diagnosis
        assert found.rule == "leak-or-duplicates" and str(5 + seed) in found.evidence


def test_healthy_tables_hear_no_mistake_and_no_warning(tmp_path: Path) -> None:
    for seed in range(6):
        for classes in (True, False):
            found = inspect(written(table(seed, classes=classes), tmp_path / "data.csv"), "target")
            assert found.diagnosis == [], (seed, classes)


def test_what_the_report_draws_of_the_network(tmp_path: Path) -> None:
    data = written(table(1, classes=False), tmp_path / "data.csv")
    result = train(data, "target", model="4", folds=1, epochs=3, out=tmp_path / "run", draw=trained.sections)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    parts = [name for name in ("residuals", "surface", "network", "distribution") if f'<section id="{name}">' in page]
    assert parts == ["residuals", "surface", "network", "distribution"]
    assert all(name in page for name in result.model.preparation.features)
    few = train(data_set("houses"), "price", model="linear", epochs=2, out=tmp_path / "few", draw=trained.sections)
    assert few.files["report"].read_text(encoding="utf-8").count('<section id="residuals">') == 1


def test_findings_are_data(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.cli.inspect import inspect as command

    monkeypatch.setenv("STEEPEST_LANG", "en")
    command(written(leaking(1), tmp_path / "data.csv"), target="target", json=tmp_path / "found.json")
    found, *_ = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found.keys() == {"rule", "severity", "evidence", "why", "change", "confidence", "line"}
    assert found["rule"] == "leak-or-duplicates" and "'known'" in found["evidence"] and found["severity"] == "mistake"
    assert "! column 'known'" in capsys.readouterr().out
