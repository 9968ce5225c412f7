"""How pictures look: two themes and one for pages, a palette that colour-blind people tell apart, and the figure that all return.

Colours follow Okabe and Ito, "Color universal design" (2008), lightened for the dark ground; lines differ in style as well. On pages
every colour is a CSS variable, so that one SVG serves the light and the dark.
"""

import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from steepest.errors import text
from steepest.viz.fonts import families

__all__ = ["DARK", "DASHES", "LIGHT", "MARKERS", "PAGE", "Picture", "Theme", "axes_of", "current", "picture", "svg_of", "theme"]

DASHES = ("-", "--", "-.", ":", (0, (6, 1.5, 1.5, 1.5, 1.5, 1.5)), (0, (8, 3)), (0, (1.5, 1.2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")


@dataclass(frozen=True)
class Theme:
    """Colours: `ink` for text and axes, `ground` behind, `faint` for what steps back, `grid`, `colours` for curves in their order."""

    name: str
    ground: str
    ink: str
    soft: str
    faint: str
    grid: str
    colours: tuple[str, ...]
    ramp: str = "viridis"
    both_signs: str = "PuOr_r"

    def colour(self, number: int) -> str:
        """The colour of curve `number`."""
        return self.colours[number % len(self.colours)]

    def line(self, number: int) -> dict[str, Any]:
        """Colour and line style of curve `number`: two curves with one colour have two styles."""
        return {"color": self.colour(number), "linestyle": DASHES[(number + number // len(self.colours)) % len(DASHES)]}


LIGHT = Theme("light", "#ffffff", "#1d2430", "#5c6675", "#9aa4b2", "#e3e7ed",
              ("#0072B2", "#D55E00", "#009E73", "#B4498C", "#A87900", "#3D8FD1", "#4B4B4B"))  # fmt: skip
DARK = Theme("dark", "#14181f", "#e6eaf0", "#a3adba", "#6d7888", "#2b323d",
             ("#56B4E9", "#FF9D5C", "#33C79A", "#EE9CCB", "#E9C46A", "#8FB8FF", "#D0D6DE"))  # fmt: skip
PAGE = Theme("page", "#fefefa", "#010101", "#020202", "#030303", "#040404", tuple(f"#0a0a{n:02x}" for n in range(1, 8)))
"""Colours that stand for CSS variables: nothing else is drawn in them."""

_VARIABLES = {PAGE.ground: "var(--ground)", PAGE.ink: "var(--ink)", PAGE.soft: "var(--soft)", PAGE.faint: "var(--faint)",
              PAGE.grid: "var(--line)"} | {c: f"var(--c{n})" for n, c in enumerate(PAGE.colours)}  # fmt: skip

# Chinese fonts mostly come without a bold face; matplotlib then takes the plain one, and would say so for every text.
logging.getLogger("matplotlib.font_manager").addFilter(lambda record: "Failed to find font weight" not in record.getMessage())

THEMES = {theme.name: theme for theme in (LIGHT, DARK, PAGE)}
_chosen = [LIGHT]


def current() -> Theme:
    """The theme that pictures are drawn in now."""
    return _chosen[-1]


class theme:
    """Draw in the theme `"light"` or `"dark"` from here on, or inside `with theme("dark"):`.

    >>> with steepest.viz.theme("dark"):
    ...     figure = steepest.viz.loss_curve([3.0, 2.0, 1.0])
    """

    def __init__(self, name: str):
        if name not in THEMES:
            raise ValueError(text("viz-theme", seen=name))
        self._before = list(_chosen)
        _chosen.append(THEMES[name])

    def __enter__(self) -> Theme:
        return current()

    def __exit__(self, *problem: Any) -> None:
        _chosen[:] = self._before


class Picture(Figure):
    """A matplotlib figure that knows what it shows: `data` are the numbers drawn, `alt` says them to those who cannot see."""

    alt: str = ""
    data: Any = None

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write a PNG, SVG or PDF by the name's ending, with the alternative text inside; the path.

        `options` are those of `savefig`.
        """
        to = Path(path)
        key = {".svg": "Description", ".pdf": "Subject"}.get(to.suffix.lower(), "Description")
        with matplotlib.rc_context({"svg.fonttype": "none" if to.suffix.lower() == ".svg" else "path"}):
            self.savefig(to, metadata={key: self.alt, "Title": self.alt.partition(".")[0]}, **options)
        return to

    def _repr_html_(self) -> str:
        return f'<div style="max-width:100%">{svg_of(self)}</div>'


F = TypeVar("F", bound=Callable[..., Any])


def picture(function: F) -> F:
    """Draw what the function draws with this house's settings, whatever the user's are."""

    @wraps(function)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        with matplotlib.rc_context(settings(current())):
            return function(*args, **kwargs)

    return drawn  # type: ignore[return-value]


def settings(look: Theme) -> Any:
    """matplotlib's settings for a theme: 12 points at 7 inches is readable on a slide."""
    ink = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor", "ytick.labelcolor", "legend.labelcolor")
    return dict.fromkeys(ink, look.ink) | {
        "figure.facecolor": look.ground, "axes.facecolor": look.ground, "savefig.facecolor": look.ground,
        "legend.facecolor": look.ground, "axes.edgecolor": look.faint, "xtick.color": look.faint, "ytick.color": look.faint,
        "grid.color": look.grid, "grid.linewidth": 0.8, "axes.grid": True, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "axes.formatter.useoffset": False, "axes.titlesize": 13,
        "axes.titleweight": "bold", "axes.titlelocation": "left", "font.size": 12, "axes.labelsize": 12, "legend.fontsize": 11,
        "xtick.labelsize": 11, "ytick.labelsize": 11, "lines.linewidth": 2.0, "legend.frameon": False, "figure.dpi": 110,
        "font.family": families(["sans-serif"]), "font.sans-serif": ["DejaVu Sans"], "text.parse_math": False,
        "svg.hashsalt": "steepest", "axes.unicode_minus": True, "savefig.dpi": 150,
    }  # fmt: skip


def new_figure(width: float, height: float) -> Picture:
    """An empty figure of so many inches; no window, no pyplot."""
    return Picture(figsize=(width, height), layout="constrained")


def axes_of(ax: Axes | None, width: float = 7.2, height: float = 4.4) -> tuple[Any, Axes]:
    """The figure and axes to draw on: the user's where given, else new ones."""
    if ax is not None:
        return ax.figure, ax
    figure = new_figure(width, height)
    return figure, figure.add_subplot()


def described(figure: Any, words: str) -> Any:
    """The figure with its alternative text."""
    figure.alt = words
    return figure


def svg_of(figure: Any) -> str:
    """The figure as SVG text for a page: named for screen readers, colours of the page theme as CSS variables."""
    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "steepest"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")      # the page's fonts draw the text, not matplotlib's
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None}, transparent=current() is PAGE)
    svg = content.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg"):], flags=re.DOTALL)
    for drawn, shown in _VARIABLES.items():
        svg = svg.replace(drawn, shown)
    name = escape(getattr(figure, "alt", ""), quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)


@contextmanager
def for_page() -> Iterator[Theme]:
    """Draw for a page: colours become the page's own."""
    with theme("page") as look:
        yield look
