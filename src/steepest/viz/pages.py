"""HTML pages that stand alone: one file, no network, light and dark, keyboard, and movement only for those who want it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from steepest.errors import language, text

__all__ = ["Page", "page_of"]

# The colours of `style.LIGHT` and `style.DARK` as CSS variables; c0, c1 ... are the curves' colours.
LIGHT = ("--ground:#ffffff;--ink:#1d2430;--soft:#5c6675;--faint:#9aa4b2;--line:#e3e7ed;--panel:#f5f7fa;"
         "--c0:#0072B2;--c1:#D55E00;--c2:#009E73;--c3:#B4498C;--c4:#A87900;--c5:#3D8FD1;--c6:#4B4B4B;")  # fmt: skip
DARK = ("--ground:#14181f;--ink:#e6eaf0;--soft:#a3adba;--faint:#6d7888;--line:#2b323d;--panel:#1c222b;"
        "--c0:#56B4E9;--c1:#FF9D5C;--c2:#33C79A;--c3:#EE9CCB;--c4:#E9C46A;--c5:#8FB8FF;--c6:#D0D6DE;")  # fmt: skip

STYLE = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font-family: system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; }}
main {{ max-width: 75rem; margin: 0 auto; padding: 1.4rem 1.2rem 3rem; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0 0 .4rem; }} h2 {{ font-size: 1.15rem; margin: 2rem 0 .5rem; }}
.soft, figcaption, caption {{ color: var(--soft); }} caption {{ text-align: left; padding: .3rem 0; }} p {{ margin: .4rem 0; }}
figure {{ margin: .5rem 0; overflow-x: auto; }} figure > svg {{ max-width: 100%; height: auto; }} canvas {{ max-width: 100%; }}
svg text {{ font-family: system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif
  !important; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }} .scroll {{ overflow-x: auto; }}
th, td {{ padding: .3rem .75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }} thead th {{ color: var(--soft); font-weight: 600; }}
pre {{ background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto;
  font: .9rem/1.45 ui-monospace, "Cascadia Mono", Consolas, Menlo, monospace; }}
.controls {{ display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .6rem 0; }}
.controls input[type=range] {{ flex: 1 1 14rem; min-width: 10rem; accent-color: var(--c0); }}
button {{ font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--faint); border-radius: 6px;
  padding: .25rem .8rem; cursor: pointer; }} button[aria-pressed=true] {{ background: var(--c0); color: var(--ground); }}
:focus-visible {{ outline: 3px solid var(--c1); outline-offset: 2px; }}
.two {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.2rem; align-items: start; }}
output {{ font-variant-numeric: tabular-nums; }}
"""


def script(name: str) -> str:
    """The JavaScript file of that name beside this module."""
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


class Page:
    """One HTML page: `save(path)` writes the file, a notebook shows it in a frame; `data` holds the numbers that it shows."""

    def __init__(self, html: str, data: Any = None, height: int = 640):
        self.html, self.data, self.height = html, data, height

    def __str__(self) -> str:
        return self.html

    def save(self, path: str | Path) -> Path:
        """Write the page; its path."""
        to = Path(path)
        to.write_text(self.html, encoding="utf-8")
        return to

    def _repr_html_(self) -> str:
        return (f'<iframe srcdoc="{escape(self.html, quote=True)}" width="100%" height="{self.height}" '
                f'style="border:0" sandbox="allow-scripts"></iframe>')


def page_of(title: str, body: str, *, code: str = "", style: str = "", values: Any = None, data: Any = None, height: int = 640) -> Page:
    """A page with the house's style. `values` is given to the script as the constant `values`; `data` is kept on the page object."""
    given = f"const values = {as_json(values)};\n" if values is not None else ""
    scripts = f"<script>\n'use strict';\n{given}{code}\n</script>\n" if code else ""
    html = (f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
            f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n{scripts}</body>\n</html>\n")
    return Page(html, data, height)


def as_json(values: Any) -> str:
    """Values for a script: numbers that JSON lacks become null, and nothing can end the script element."""
    return json.dumps(_finite(values), ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/").replace("<!--", "<\\!--")


def _finite(values: Any) -> Any:
    if isinstance(values, dict):
        return {str(k): _finite(v) for k, v in values.items()}
    if isinstance(values, (list, tuple)):
        return [_finite(v) for v in values]
    if hasattr(values, "tolist"):
        return _finite(values.tolist())
    if isinstance(values, float):
        return None if values != values or values in (float("inf"), float("-inf")) else values
    return values


def player_words(autoplay: bool = False) -> dict[str, Any]:
    """The words of the player's controls in the user's language."""
    return {name: text(f"viz-player-{name}") for name in ("frame", "play", "pause", "first", "back", "next", "end")} | {
        "autoplay": autoplay}


def table_of(header: list[str], rows: list[list[str]], caption: str = "") -> str:
    """An HTML table; the cells are text."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
