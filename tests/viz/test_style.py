"""Themes, alternative texts, Chinese characters: what all pictures have in common."""

import os
import subprocess
import sys

import matplotlib
import pytest

import steepest
from steepest import viz
from steepest.viz import fonts, style


def contrast(a: str, b: str) -> float:
    """The contrast of two colours (WCAG 2.1, 1.4.3)."""
    def luminance(colour: str) -> float:
        channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [style.LIGHT, style.DARK], ids=lambda look: look.name)
def test_text_and_curves_stand_out_from_the_ground(look) -> None:
    assert contrast(look.ink, look.ground) >= 7
    assert contrast(look.soft, look.ground) >= 4.5
    assert all(contrast(colour, look.ground) >= 3 for colour in look.colours)


def test_no_two_of_twenty_curves_look_alike() -> None:
    looks = {(str(style.LIGHT.line(n)["linestyle"]), style.LIGHT.line(n)["color"]) for n in range(20)}
    assert len(looks) == 20


def test_a_theme_holds_inside_with_and_the_users_settings_are_left_alone() -> None:
    before = dict(matplotlib.rcParams)
    with viz.theme("dark"):
        figure = viz.loss_curve([2.0, 1.0])
    assert matplotlib.colors.to_hex(figure.get_facecolor()) == style.DARK.ground
    assert matplotlib.colors.to_hex(viz.loss_curve([2.0, 1.0]).get_facecolor()) == style.LIGHT.ground
    assert dict(matplotlib.rcParams) == before
    with pytest.raises(ValueError, match="'light' or 'dark', not 'pink'"):
        viz.theme("pink")


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_files_hold_the_alternative_text(tmp_path, ending: str, begins: bytes) -> None:
    figure = viz.loss_curve([2.0, 1.0])
    content = figure.save(tmp_path / f"loss.{ending}").read_bytes()
    assert content.startswith(begins)
    assert b"from 2 to 1 in 2 steps" in content


def test_on_a_page_every_colour_is_the_pages_and_the_picture_has_a_name() -> None:
    with style.for_page():
        svg = style.svg_of(viz.loss_curve([2.0, 1.0]))
    assert 'role="img" aria-label="Loss curve. loss: from 2 to 1' in svg
    assert "var(--c0)" in svg and "var(--ink)" in svg
    assert style.PAGE.ink not in svg and style.PAGE.colour(0) not in svg


def test_the_font_with_the_minus_sign_and_the_chinese_one_are_appended_once() -> None:
    found = fonts.families(["serif"])
    assert found[0] == "serif" and found[-1] == "DejaVu Sans" and fonts.families(found) == found


@pytest.mark.skipif(fonts.chinese_font() is None, reason="no font with Chinese characters is installed")
def test_chinese_text_and_the_minus_sign_are_drawn_without_boxes(recwarn) -> None:
    figure = viz.loss_curve([2.0, 1.0], title="损失曲线 −1")
    figure.canvas.draw()
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_the_users_own_figures_show_chinese_after_as_torch() -> None:
    code = ("import steepest.as_torch, sys; assert 'matplotlib' not in sys.modules; import matplotlib.pyplot as plt; "
            "print(plt.rcParams['font.family'])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    expected = fonts.families(["sans-serif"])
    assert done.stdout.strip() == str(expected)


OWN = """import warnings
warnings.simplefilter("error")
import torch
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([-3, -2, -1], [-0.5, 0.0, 0.5], label="损失")
ax.set_title("梯度下降：第 −1 步")
ax.set_xlabel("权重")
ax.legend()
fig.savefig("own.png")
fig.savefig("own.svg")
print(repr(ax.get_yticklabels()[0].get_text()))
"""


@pytest.mark.skipif(fonts.chinese_font() is None, reason="no font with Chinese characters is installed")
def test_a_program_that_draws_chinese_itself_has_no_boxes_and_its_minus_sign(tmp_path) -> None:
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "steepest", "run", "own.py"], cwd=tmp_path, capture_output=True, text=True,
                          encoding="utf-8", env={**os.environ, "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr            # a missing glyph is a warning, here an error
    assert done.stdout.strip().startswith("'−")
    assert (tmp_path / "own.png").stat().st_size > 5000


def test_where_no_font_has_chinese_characters_a_program_that_needs_them_is_told_what_to_install(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "plain.py").write_text("x = 1  # 注释\n", encoding="utf-8")
    with matplotlib.rc_context():
        for name, said in (("own.py", True), ("plain.py", False)):
            monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / name), raising=False)
            fonts.append_chinese_font()
            assert ("fonts-noto-cjk" in capsys.readouterr().err) == said


def test_viz_is_there_and_imports_matplotlib_when_used() -> None:
    code = ("import steepest, sys; steepest.viz; assert 'matplotlib' not in sys.modules; "
            "steepest.viz.loss_curve; assert 'matplotlib' in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "surface" in dir(steepest.viz)
    with pytest.raises(AttributeError, match="no attribute 'portrait'"):
        _ = steepest.viz.portrait
