"""A font with Chinese characters for matplotlib, where the machine has one: found, and appended behind the fonts in use.

matplotlib takes each character from the first family of `font.family` that has it, so appending changes no text that showed before,
and the minus sign still comes from the first font, which has it.
"""

import importlib.util
import sys
from collections.abc import Sequence
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from steepest.errors import text

__all__ = ["append_chinese_font", "chinese_font", "families", "watch_for_matplotlib"]

# Sans-serif families with simplified Chinese, the most readable first.
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Droid Sans Fallback", "Heiti SC", "Heiti TC",
    "STHeiti", "SimHei", "DengXian", "Sarasa UI SC", "Arial Unicode MS", "SimSun", "AR PL UMing CN", "AR PL UKai CN",
)  # fmt: skip
MINUS = "DejaVu Sans"  # comes with matplotlib and has the minus sign U+2212, which SimHei has not


@cache
def chinese_font() -> str | None:
    """The name of an installed family with Chinese characters; None where there is none.

    >>> chinese_font() is None or isinstance(chinese_font(), str)
    True
    """
    from matplotlib import font_manager

    def known() -> str | None:
        names = {font.name for font in font_manager.fontManager.ttflist}
        return next((name for name in CHINESE if name in names), None)

    found = known()
    if found is None:  # matplotlib keeps a list of fonts and does not see those installed since it was made
        listed = {font.fname for font in font_manager.fontManager.ttflist}
        for path in font_manager.findSystemFonts():
            if path not in listed:
                try:
                    font_manager.fontManager.addfont(path)
                except (OSError, RuntimeError):  # a broken file, or a format that matplotlib cannot read
                    continue
        found = known()
    return found


def families(now: Sequence[str]) -> list[str]:
    """The families of `font.family` with the Chinese one and the one with the minus sign behind them."""
    wanted = [*now, *([chinese_font()] if chinese_font() else []), MINUS]
    return list(dict.fromkeys(name for name in wanted if name))


def append_chinese_font() -> None:
    """Let the user's own figures show Chinese; where no font can, and the program's text is Chinese, say once what to install."""
    import matplotlib

    matplotlib.rcParams["font.family"] = families(matplotlib.rcParams["font.family"])
    if chinese_font() is None and _program_writes_chinese():
        print(text("viz-no-chinese-font"), file=sys.stderr)


def _program_writes_chinese() -> bool:
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not file or not Path(file).is_file():
        return False
    lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    return any("一" <= c <= "鿿" for line in lines for c in line.partition("#")[0])


class _AfterPyplot(MetaPathFinder, Loader):
    """Appends the font when the user's program has imported matplotlib.pyplot, and goes away then."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "matplotlib.pyplot":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            load: Any = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                append_chinese_font()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def watch_for_matplotlib() -> None:
    """Append the font as soon as the program imports matplotlib.pyplot, or now where it has."""
    if "matplotlib.pyplot" in sys.modules:
        append_chinese_font()
    elif not any(isinstance(finder, _AfterPyplot) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterPyplot())
