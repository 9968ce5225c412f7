"""The report in a real browser, opened from a file: its form under the keys, its colours, its pictures' words, its silence."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy
import polars
import pytest

from steepest.cli import main
from steepest.tables import baselines, predict

from .browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None or os.name != "posix", reason="needs Chromium and pipes")


def table(rows: int = 240) -> polars.DataFrame:
    """Numbers, a category, days and a column mostly missing; 22 further columns; `price` follows size and town."""
    draw = numpy.random.default_rng(3)
    size, town = draw.normal(80, 20, rows).round(1), draw.choice(["北京", "Paris", "Rome"], rows)
    days = numpy.datetime64("2024-01-01") + draw.integers(0, 300, rows)
    pool = numpy.where(draw.uniform(size=rows) < 0.9, "", "yes")
    price = 3 * size + 40 * (town == "北京") + draw.normal(size=rows)
    further = {f"x{k}": draw.normal(size=rows).round(3) for k in range(22)}
    columns = {"size": size, "town": town, "day": [str(day) for day in days], "pool": pool, **further, "price": price.round(2)}
    return polars.DataFrame(columns)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the command writes, with all that it draws."""
    folder = tmp_path_factory.mktemp("page")
    table().write_csv(folder / "t.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEEPEST_LANG", "en")
        patch.setattr(baselines, "has_trees", lambda: False)
        assert main(["train", str(folder / "t.csv"), "--target", "price", "--model", "8", "--lr", "0.01", "--epochs", "40", "--folds", "1",
                     "--out", str(folder / "run")]) == 0  # fmt: skip
    return folder / "run"


@pytest.fixture(scope="module")
def browser(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("profile"))
    made.open(run / "report.html")
    yield made
    assert made.complaints() == []  # after all that was pressed, too
    assert made.requests() == [(run / "report.html").resolve().as_uri()]
    made.close()


def answer(browser: Browser) -> float:
    return float(browser.value("document.querySelector('#steepest-form output').textContent").replace(",", ""))


def focus(browser: Browser) -> tuple[str, str]:
    """The column whose control has the focus, and what the control is."""
    said = browser.value(
        "(() => { const e = document.activeElement, f = e.closest('.field');"
        " return [f ? f.querySelector('label').textContent : '', e.type || e.tagName]; })()"
    )
    return said[0], said[1]


def test_the_form_is_used_with_the_keys_alone(browser: Browser) -> None:
    browser.value("document.activeElement.blur()")
    for _ in range(60):
        browser.press("Tab")
        if focus(browser) == ("size", "range"):
            break
    assert focus(browser) == ("size", "range")
    before = answer(browser)
    browser.press("ArrowRight", 30)
    more = answer(browser)
    assert more > before + 1
    browser.press("ArrowLeft", 60)
    assert answer(browser) < before - 1
    browser.press("Tab")
    assert focus(browser) == ("size", "number")  # the box shows what the slider says
    assert float(browser.value("document.activeElement.value")) == pytest.approx(
        float(browser.value("document.activeElement.previousElementSibling.value")), rel=1e-5
    )


def test_lists_and_days_move_the_prediction_too(browser: Browser) -> None:
    for column, kind, key in (("town", "select-one", "ArrowDown"), ("day", "range", "ArrowRight")):
        browser.value(
            f"[...document.querySelectorAll('.field')].find(f => f.querySelector('label').textContent === {column!r})"
            ".querySelector('input, select').focus()"
        )
        assert focus(browser) == (column, kind)
        before = answer(browser)
        browser.press(key, 1 if kind == "select-one" else 40)
        assert answer(browser) != before, column


def test_the_columns_that_matter_stand_first_and_the_others_can_be_unfolded(browser: Browser) -> None:
    names = browser.value("[...document.querySelectorAll('#steepest-form > .fields label')].map(e => e.textContent)")
    assert names[:2] == ["size", "town"]
    assert len(names) == 16
    browser.value("document.querySelector('#steepest-form summary').focus()")
    assert not browser.value("document.querySelector('#steepest-form details').open")
    browser.press("Enter")
    assert browser.value("document.querySelector('#steepest-form details').open")
    assert browser.value("document.querySelectorAll('#steepest-form details .field').length") == 10


def test_a_column_that_is_mostly_missing_begins_as_missing(browser: Browser) -> None:
    chosen = "[...document.querySelectorAll('.field')].find(f => f.textContent.startsWith('pool')).querySelector('select').value"
    assert browser.value(chosen) == "missing"


def test_the_form_says_what_predict_says(browser: Browser, run: Path, tmp_path: Path) -> None:
    """The row that the form shows, as a table."""
    row = browser.value(
        "Object.fromEntries([...document.querySelectorAll('.field')].map(f => [f.querySelector('label').textContent,"
        " f.querySelector('select') ? f.querySelector('select').selectedOptions[0].textContent"
        " : f.querySelectorAll('input')[1].value]))"
    )
    row = {name: "" if value.startswith("(") else value for name, value in row.items()}
    place = tmp_path / "row.csv"
    polars.DataFrame({name: [value] for name, value in row.items()}).write_csv(place)
    said = float(predict(run, place).predicted[0])
    assert answer(browser) == pytest.approx(said, rel=2e-3)  # the form shows four digits


def test_light_and_dark_are_both_readable(browser: Browser) -> None:
    def contrast(selector: str) -> float:
        """Between text and page, as WCAG 2.2 has it."""
        colours = browser.value(
            f"[getComputedStyle(document.querySelector({selector!r})).color, getComputedStyle(document.body).backgroundColor]"
        )
        lights = []
        for colour in colours:
            parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
            linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
            lights.append(float(numpy.dot(linear, [0.2126, 0.7152, 0.0722])))
        return (max(lights) + 0.05) / (min(lights) + 0.05)

    pictures = {}
    for theme in ("light", "dark"):
        browser.theme(theme)
        for selector in ("p", ".soft", "figcaption", ".answer", "figure svg text", "summary"):
            assert contrast(selector) >= 4.5, (theme, selector)
        pictures[theme] = browser.picture()
    assert pictures["light"] != pictures["dark"]


def test_every_picture_has_words(browser: Browser) -> None:
    told = browser.value("[...document.querySelectorAll('main svg, main img')].map(e => [e.getAttribute('role') || e.tagName,"
                         " e.getAttribute('aria-label') || e.getAttribute('alt') || ''])")  # fmt: skip
    outer = [words for role, words in told if role in ("img", "IMG")]
    assert len(outer) >= 8
    assert all(len(words) > 20 for words in outer), outer
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    images = [node for node in nodes if node.get("role", {}).get("value") in ("image", "img") and not node.get("ignored")]
    assert images
    assert all(node.get("name", {}).get("value") for node in images)


def test_every_control_has_a_name_for_those_who_hear_the_page(browser: Browser) -> None:
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    kinds = ("slider", "spinbutton", "combobox", "Date")
    controls = [node for node in nodes if node.get("role", {}).get("value") in kinds and not node.get("ignored")]
    assert len(controls) >= 30
    assert all(node.get("name", {}).get("value") for node in controls)
    assert browser.value("document.querySelector('#steepest-form output').getAttribute('aria-live')") == "polite"


def test_messages_and_requests_would_be_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<img src='http://127.0.0.1:9/x.png'><script>console.error('told'); missing();</script>", encoding="utf-8")
    other = Browser(tmp_path / "profile")
    other.open(page)
    assert len(other.complaints()) >= 2
    assert "http://127.0.0.1:9/x.png" in other.requests()
    other.close()


def test_nothing_is_wider_than_the_window(browser: Browser) -> None:
    assert browser.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
