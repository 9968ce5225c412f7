"""Pages in a real browser: no errors on the console, nothing missing without a network, keys work, light and dark differ."""

import json
import os
import re
import shutil
import subprocess

import pytest

import steepest as torch
from steepest import nn, viz

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium is installed")
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"]


def browse(page: str, tmp_path, *options: str, script: str = "") -> tuple[str, str]:
    """The page's document after its scripts have run, and what the browser wrote to its log."""
    file = tmp_path / "page.html"
    file.write_text(page.replace("</body>", f"<script>{script}</script></body>") if script else page, encoding="utf-8")
    command = [str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
               "--log-level=0", "--window-size=1200,900", "--virtual-time-budget=2000", f"--user-data-dir={tmp_path / 'profile'}", *OFFLINE,
               *options, file.as_uri()]  # fmt: skip
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=90, env=environment)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def pages():
    torch.manual_seed(0)
    x = torch.tensor(2.0, requires_grad=True)
    y = torch.tensor(1.0, requires_grad=True)
    model, data = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1)), (torch.randn(20, 2), torch.randn(20, 1))
    return {
        "steps": viz.graph((x + y) * torch.sigmoid(y)).steps(),
        "race": viz.race("ravine", {"SGD": None, "Adam": None}, steps=20, rates=(0.01, 0.1)).page(),
        "explore": viz.explore(lambda a, b: a ** 2 + 5 * b ** 2, (-3.0, 1.0), steps=20).page(),
        "report": viz.report({"loss": [3.0, 2.0, 1.0]}, model=model, data=data, loss=nn.MSELoss()),
    }


@pytest.fixture(scope="module")
def made():
    return pages()


def press(*keys: str) -> str:
    return "".join(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: {json.dumps(key)}, bubbles: true}}));" for key in keys)


def test_keys_go_through_the_story_of_a_graph(made, tmp_path) -> None:
    keys = press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    document, console = browse(made["steps"].html, tmp_path, "--dump-dom", script=keys)
    assert console == "" and "step 2 / 8" in document
    assert re.search(r'<pre id="said"[^>]*>forward   sigmoid: y = 1  gives 0.7311', document)
    document, _ = browse(made["steps"].html, tmp_path, "--dump-dom", script=press("End"))
    assert "x.grad = 0.7311" in document and 'class="v later"' not in document


def test_a_race_stands_still_for_those_who_want_no_motion_and_still_answers_keys(made, tmp_path) -> None:
    first = "document.title = document.querySelector('output').textContent;"
    document, console = browse(made["race"].html, tmp_path, "--dump-dom", "--force-prefers-reduced-motion", script=first + press("End"))
    assert console == "" and "<title>step 0 / 20</title>" in document and "step 20 / 20" in document and ">play</button>" in document
    points = re.findall(r'<polyline class="path"[^>]*points="([^"]*)"', document)
    assert [len(p.split()) for p in points] == [21] * 4


def test_the_slider_shows_another_learning_rate(made, tmp_path) -> None:
    move = "const s = document.getElementById('rate'); s.value = 199; s.dispatchEvent(new Event('input'));"
    document, console = browse(made["explore"].html, tmp_path, "--dump-dom", script=move)
    assert console == "" and "diverged</output>" in document


def test_a_report_shows_itself_without_errors_light_and_dark(made, tmp_path) -> None:
    from matplotlib.image import imread

    pictures = {}
    for look, options in {"light": (), "dark": ("--blink-settings=preferredColorScheme=0",)}.items():
        shot = tmp_path / f"{look}.png"
        _, console = browse(made["report"].html, tmp_path, f"--screenshot={shot}", *options)
        assert console == ""
        pictures[look] = (imread(shot)[..., :3] * 255).astype(int)
        colours = {tuple(c) for c in pictures[look][::7, ::7].reshape(-1, 3).tolist()}
        assert pictures[look].shape[:2] == (900, 1200) and len(colours) > 15, "the page is empty"
    assert pictures["light"][-5, 5].min() > 240 and pictures["dark"][-5, 5].max() < 50
