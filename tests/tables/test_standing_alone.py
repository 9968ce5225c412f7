"""What works without steepest says the same: `predict.py`, the form in the page, `train.py`."""

import csv
import html
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest

from steepest.tables import predict, settings, train
from steepest.tables.cell_texts import day, number, word

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def messy_table(rows: int = 120, task: str = "regression") -> str:
    draw = numpy.random.default_rng(3)
    lines = ["城市,面积,价格¥,sold,code,y"]
    for row in range(rows):
        size = draw.uniform(30, 200)
        city = ["北京", "上海", "", "广州"][row % 4]
        price = f"{size * 100:,.0f}" if row % 3 else "待定" if row == 30 else f"{size / 100:.3f}万"
        y = numpy.exp(size / 60 + draw.normal() / 10)
        said = f"{y:.3f}" if task == "regression" else ["low", "middle", "high"][int(size > 80) + int(size > 140)]
        lines.append(f'{city},{size:.1f}㎡,"¥{price}",2021年{row % 12 + 1}月{row % 28 + 1}日,0{row % 7}1,{said}')
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", params=["regression", "multiclass", "anonymous", "linear"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `t.csv` and the files that training on it wrote."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "t.csv").write_text(messy_table(task="multiclass" if request.param == "multiclass" else "regression"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "anonymous":  # the recipe of longer tables, with bins
            patch.setattr(settings, "FEW_ROWS", 0)
        train(
            folder / "t.csv", "y", model="linear" if request.param == "linear" else "auto", epochs=4, lr=0.01, folds=1, out=folder,
            anonymous=request.param == "anonymous",
        )  # fmt: skip
    return folder


def program(run: Path) -> ModuleType:
    made = ModuleType("predict")
    made.__file__ = str(run / "predict.py")
    exec(compile((run / "predict.py").read_text(encoding="utf-8"), "predict.py", "exec"), made.__dict__)
    return made


def test_what_is_compared_has_bins(run: Path) -> None:
    _, _, _, fields = program(run).predict(run / "t.csv", run / "model.safetensors")
    assert bool(fields["bins"]) == (fields["hidden"] != [] and not any(column.get("salt") for column in fields["preparation"]))


def test_the_program_predicts_the_same(run: Path) -> None:
    assert "steepest." not in (run / "predict.py").read_text(encoding="utf-8")
    names, rows, said, _ = program(run).predict(run / "t.csv", run / "model.safetensors")
    assert (len(names), len(rows)) == (6, 120)
    expected = predict(run, run / "t.csv").predicted
    numpy.testing.assert_allclose(numpy.array(said).reshape(expected.shape), expected, rtol=1e-6)


def test_the_program_runs_by_itself_and_writes_for_excel(run: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(run / "predict.py"), str(run / "t.csv"), str(tmp_path / "out.csv")]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 121


def test_an_anonymous_model_names_no_category(run: Path) -> None:
    names = "北京" in (run / "model.safetensors").read_bytes().decode("utf-8", errors="ignore")
    assert names != ("anonymous" in str(run))
    assert ("北京" in (run / "report.html").read_text(encoding="utf-8")) == names


def cells(row: dict[str, str], fields: dict[str, Any]) -> dict[str, Any]:
    """A row as the page's function takes it: numbers, days, words as the model knows them."""
    from steepest.tables.applying import hidden

    found: dict[str, Any] = {}
    for column in fields["preparation"]:
        cell = word(row[column["name"]])
        if cell is not None and column["kind"] == "number":
            found[column["name"]] = number(cell, tuple(column["form"]))
        elif cell is not None and column["kind"] == "date":
            found[column["name"]] = day(cell, column["order"])
        else:
            found[column["name"]] = hidden(cell, column["salt"]) if cell and column.get("salt") else cell
    return found


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_page_predicts_the_same_without_network_or_errors(run: Path, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    names, rows, _, fields = program(run).predict(run / "t.csv", run / "model.safetensors")
    given = [cells(dict(zip(names, row)), fields) for row in rows]
    page = (run / "report.html").read_text(encoding="utf-8")
    told = "document.getElementById('told').textContent = JSON.stringify(rows.map(steepest.predict));"
    allowed = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    policy = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    page = page.replace("<head>", "<head>" + policy, 1)
    page = page.replace("</body>", f"<pre id='told'></pre><script>const rows = {json.dumps(given)};{told}</script></body>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000", "--dump-dom"]
    ended = subprocess.run(
        [CHROMIUM, *flags, (tmp_path / "page.html").as_uri()], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "CONSOLE" not in ended.stderr  # errors, and what the policy would have stopped: any request at all
    content = ended.stdout.partition('<pre id="told">')[2].partition("</pre>")[0]
    said = numpy.array(json.loads(html.unescape(content)))
    expected = predict(run, run / "t.csv").predicted
    numpy.testing.assert_allclose(said.reshape(expected.shape), expected, rtol=1e-5)
