"""`graph(loss)`: the computation graph as a picture: SVG, a page that plays it forward and backward, DOT text, paths."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.graphs import ComputationGraph, Edge, Paths, Vertex, caller, find_paths, read_graph
from steepest.viz.layout import layered
from steepest.viz.pages import DARK, LIGHT, Page, page_of, player_words, script

__all__ = ["Graph", "graph"]

MOST_SHOWN = 60
MOST_DRAWN = 400
SYMBOLS = {
    "add": "+", "add_scaled": "+", "sub": "−",
    "sub_scaled": "−", "rsub": "−", "mul": "×", "div": "÷", "neg": "−", "square": "²", "cube": "³",
    "power": "^", "power_tensor": "^", "mm": "@", "mv": "@", "bmm": "@", "dot": "·", "outer": "⊗", "sum": "Σ", "prod": "Π", "abs": "|·|",
    "sqrt": "√", "permute": "ᵀ", "transpose": "ᵀ",
}  # fmt: skip


def graph(loss: Any, *, model: Module | None = None) -> Graph:
    """The computation graph of a loss: the value on every node, the local derivative on every edge, the gradient that arrived.

    `loss` is a tensor of one element whose graph `backward()` has not freed yet, or a function of no arguments that returns one; of
    a function all constants and modules are known too. Names come from the caller's variables and from `model`'s parameters.
    Raises ValueError where there is no graph.

    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> print(steepest.viz.graph(x * x + x).paths(x))
    x → × → loss:  1 × 2 = 2
    x → × → loss:  1 × 2 = 2
    x → loss:  1 = 1
    sum: 5
    """
    return Graph(read_graph(loss, caller(), model))


class Graph:
    """A computation graph that can be shown; `data` holds vertices and edges with their numbers."""

    def __init__(self, data: ComputationGraph):
        self.data = data

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        kinds = Counter(v.kind for v in self.data.vertices)
        root = self.data.root
        leaves = [v for v in self.data.vertices if v.kind == "leaf" and v.gradient is not None]
        said = text("viz-alt-graph", operations=kinds["operation"], leaves=kinds["leaf"], constants=kinds["constant"],
                    value=number(root.value))
        return said + " " + " ".join(text("viz-alt-gradient", name=label(self.data, v), value=number(v.gradient)) for v in leaves[:8])

    def paths(self, leaf: Tensor) -> Paths:
        """Every path from `leaf` to the loss with the product of its local derivatives; `.total` is the gradient of the leaf."""
        return Paths(find_paths(self.data, leaf), lambda v: label(self.data, v), number)

    def dot(self) -> str:
        """The graph in Graphviz's language."""
        lines = ["digraph computation {", '  rankdir="LR"; node [shape=box, style=rounded, fontname="sans-serif"];']
        for v in self.data.vertices:
            said = "\\n".join([label(self.data, v), *(row for row in rows_of(v) if row)])
            shape = {"leaf": "ellipse", "constant": "plaintext"}.get(v.kind, "box")
            lines.append(f'  n{v.number} [label="{_quoted(said)}", shape={shape}];')
        for e in self.data.edges:
            lines.append(f'  n{e.source} -> n{e.target} [label="{_quoted(edge_text(e))}"];')
        return "\n".join([*lines, "}"]) + "\n"

    def svg(self, *, fold: bool | None = None) -> str:
        """The picture; with more than 60 nodes modules and stretches of operations are folded into boxes, unless `fold=False`."""
        view = folded(self.data) if fold or fold is None and len(self.data.vertices) > MOST_SHOWN else whole(self.data)
        return draw(self.data, view, self.alt)

    def save(self, path: str | Path) -> Path:
        """Write SVG, an HTML page whose boxes open, or DOT text, by the name's ending; the path."""
        to = Path(path)
        content = {".svg": self.svg, ".dot": self.dot, ".gv": self.dot}.get(to.suffix.lower(), lambda: self.page().html)()
        to.write_text(content, encoding="utf-8")
        return to

    def page(self) -> Page:
        """A page with the graph; folded boxes open and close by a button each."""
        views = [(text("viz-graph-all"), whole(self.data))] if len(self.data.vertices) <= MOST_SHOWN else []
        if not views:
            closed = folded(self.data)
            views = [(text("viz-graph-folded"), closed)]
            views += [(name, opened(self.data, closed, name)) for name in closed.boxes if len(closed.boxes[name]) <= MOST_DRAWN]
            if len(self.data.vertices) <= MOST_DRAWN:
                views.append((text("viz-graph-all"), whole(self.data)))
        buttons = "".join(f'<button type="button" aria-pressed="{str(not k).lower()}" data-view="{k}">{escape(name)}</button>'
                          for k, (name, _) in enumerate(views)) if len(views) > 1 else ""
        pictures = "".join(f'<figure data-view="{k}"{" hidden" if k else ""}>{draw(self.data, view, self.alt)}</figure>'
                           for k, (_, view) in enumerate(views))
        bar = f'<div class="controls" role="group" aria-label="{escape(text("viz-graph-views"))}">{buttons}</div>' if buttons else ""
        return page_of(text("viz-graph-title"), f'<p class="soft">{escape(self.alt)}</p>{bar}{pictures}', code=script("graph_views"),
                       data=self.data)

    def steps(self) -> Page:
        """A page that plays the forward pass and the backward pass, one node at a time, with the numbers written out.

        Raises ValueError for graphs too large to be played.
        """
        if len(self.data.vertices) > MOST_DRAWN:
            raise ValueError(text("viz-graph-large", count=len(self.data.vertices), most=MOST_DRAWN))
        said, shown_at = story(self.data)
        body = (f'<p class="soft">{escape(text("viz-steps-how"))}</p><div id="controls"></div>'
                f'<pre id="said" aria-live="polite" style="min-height:6.5em;white-space:pre-wrap"></pre>'
                f"<figure>{draw(self.data, whole(self.data), self.alt, shown_at)}</figure>")
        return page_of(text("viz-steps-title"), body, code=script("player") + script("graph_steps"),
                       values={"said": said, "words": player_words()}, data=said, style=STEPS_STYLE)

    def _repr_html_(self) -> str:
        return self.page()._repr_html_() if len(self.data.vertices) > MOST_SHOWN else self.svg()


STEPS_STYLE = (
    ".later { visibility: hidden; } rect.later { visibility: visible; opacity: .35; } path.later { visibility: visible; opacity: .25; }"
    " rect.now { stroke: var(--c1) !important; stroke-width: 3.5 !important; } text.now { font-weight: 700; }"
)


# words ----------------------------------------------------------------------------------------------------------------------------
def number(value: Any) -> str:
    """A value in few characters: four digits, small arrays in full, of large ones the least and the greatest element.

    >>> number(0.123456), number(np.array([1.0, -2.0])), number(np.ones((20, 3)))
    ('0.1235', '[1, −2]', '1 … 1')
    """
    if value is None:
        return "?"
    array = np.asarray(value)
    if array.size == 1:
        return _one(array.reshape(())[()])
    if array.size <= 4:
        return "[" + ", ".join(_one(x, 3) for x in array.reshape(-1)) + "]"
    shape = "×".join(map(str, array.shape))
    if array.dtype.kind not in "fiu" or not array.size:
        return shape
    return f"{_one(array.min(), 3)} … {_one(array.max(), 3)}"


def _one(x: Any, digits: int = 4) -> str:
    if np.asarray(x).dtype.kind in "b":
        return str(bool(x))
    if np.asarray(x).dtype.kind == "c":
        return f"{x:.4g}"
    said = f"{float(x):.{digits}g}".replace("-", "−")
    return said if "e" in said or "." not in said else said.rstrip("0").rstrip(".")


def label(data: ComputationGraph, v: Vertex) -> str:
    """What a node is called: its variable, or its operation."""
    if v.kind == "operation":
        symbol = SYMBOLS.get(v.operation, v.operation)
        if v is data.root and not v.name:
            return "loss"
        return v.name or symbol
    if v.kind == "constant":
        return v.name or (number(v.value) if v.value is not None and v.value.size <= 4 else text("viz-constant"))
    return v.name or text("viz-parameter")


def rows_of(v: Vertex) -> tuple[str, str]:
    """The value and the gradient below a node's name."""
    value = "" if v.kind == "constant" and not v.name and v.value is not None and v.value.size <= 4 else f"= {number(v.value)}"
    return value if v.value is not None else "", f"∂ {number(v.gradient)}" if v.gradient is not None else ""


def title_of(data: ComputationGraph, v: Vertex) -> str:
    """The node's first line: `a  (+)` for a variable that an operation gave."""
    name = label(data, v)
    symbol = SYMBOLS.get(v.operation, v.operation)
    named = f"{name}  ({symbol})" if v.kind == "operation" and name != symbol else name
    return f"{named}  {'×'.join(map(str, v.shape))}" if int(np.prod(v.shape)) > 4 else named


def edge_text(e: Edge) -> str:
    """The local derivative on an edge."""
    return number(e.local) if e.local is not None else e.words


def _quoted(said: str) -> str:
    return said.replace('"', '\\"')


# folding --------------------------------------------------------------------------------------------------------------------------
@dataclass
class View:
    """What is drawn: each vertex alone or within a folded box; frames around open boxes."""

    inside: dict[int, str] = field(default_factory=dict)        # vertex -> name of its folded box
    frames: dict[int, str] = field(default_factory=dict)        # vertex -> name of the open box around it
    boxes: dict[str, list[int]] = field(default_factory=dict)   # every box, folded or not


def _deepest(v: Vertex, level: int | None = None) -> str | None:
    if not v.module:
        return None
    path = v.module if level is None else v.module[: level + 1]
    return path[-1]


def whole(data: ComputationGraph) -> View:
    """Everything open; frames around modules of more than one node."""
    groups: dict[str, list[int]] = {}
    for v in data.vertices:
        name = _deepest(v)
        if name is not None:
            groups.setdefault(name, []).append(v.number)
    boxes = {name: members for name, members in groups.items() if len(members) > 1 and name in data.modules}
    return View({}, {i: name for name, members in boxes.items() for i in members}, boxes)


def folded(data: ComputationGraph) -> View:
    """Modules folded, at the deepest level that leaves no more than 60 nodes; stretches of operations where there are no modules."""
    depth = max((len(v.module) for v in data.vertices), default=0)
    for level in range(depth - 1, -1, -1):
        inside = {v.number: name for v in data.vertices if (name := _deepest(v, level)) is not None}
        rest = len(data.vertices) - len(inside)
        if rest + len(set(inside.values())) <= MOST_SHOWN and inside:
            return View(inside, {}, _members(inside))
    operations = [v.number for v in data.vertices if v.kind == "operation"][:-1]
    size = max(1, -(-len(operations) // 20))
    inside = {i: f"{k * size + 1} – {min((k + 1) * size, len(operations))}" for k in range(-(-len(operations) // size))
              for i in operations[k * size:(k + 1) * size]}
    for v in data.vertices:
        users = {inside.get(e.target) for e in data.out_of(v.number)}
        if v.kind != "operation" and len(users) == 1 and (only := users.pop()) is not None and not (v.kind == "leaf" and v.name):
            inside[v.number] = only
    return View(inside, {}, _members(inside))


def _members(inside: dict[int, str]) -> dict[str, list[int]]:
    boxes: dict[str, list[int]] = {}
    for i, name in inside.items():
        boxes.setdefault(name, []).append(i)
    return boxes


def opened(data: ComputationGraph, closed: View, name: str) -> View:
    """The folded view with one box open."""
    inside = {i: box for i, box in closed.inside.items() if box != name}
    return View(inside, dict.fromkeys(closed.boxes[name], name), closed.boxes)


# drawing --------------------------------------------------------------------------------------------------------------------------
SVG_STYLE = (
    f"svg.graph{{{LIGHT}max-width:none}}@media (prefers-color-scheme:dark){{svg.graph{{{DARK}}}}}"
    "svg.graph text{font-family:system-ui,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif;"
    "font-size:15px;fill:var(--ink)}svg.graph .v{font-size:13.5px}svg.graph .g{font-size:13.5px;fill:var(--c1)}"
    "svg.graph .l{font-size:13px;fill:var(--c0)}svg.graph rect.n{fill:var(--panel);stroke:var(--faint);stroke-width:1.5}"
    "svg.graph rect.leaf{stroke:var(--c2);stroke-width:2.5}svg.graph rect.constant{stroke-dasharray:4 3}"
    "svg.graph rect.root{stroke:var(--c1);stroke-width:2.5}svg.graph rect.box{stroke:var(--c0);stroke-width:2;stroke-dasharray:8 3}"
    "svg.graph path.e{fill:none;stroke:var(--faint);stroke-width:1.6}svg.graph rect.pill{fill:var(--ground);opacity:.9}"
    "svg.graph rect.frame{fill:none;stroke:var(--c0);stroke-width:1.3;stroke-dasharray:2 4}svg.graph .f{font-size:13px;fill:var(--c0)}"
)
LINE, PADDING, MARGIN = 19.0, 10.0, 34.0


def wide(said: str, size: float) -> float:
    """The width of text in points, about."""
    return sum(size if ord(c) > 0x2E80 else 0.6 * size for c in said)


@dataclass
class _Shape:
    """A drawn node: its lines of text with their classes, and what of the story it shows."""

    key: str
    lines: list[tuple[str, str]]
    style: str
    box: str | None
    vertex: Vertex | None


def draw(data: ComputationGraph, view: View, alt: str, shown_at: dict[str, list[int]] | None = None) -> str:
    """The graph as SVG text. `shown_at` gives the steps of the story at which a part appears, by its key."""
    shapes, _place, edges = _shapes(data, view)
    sizes = [(max(wide(said, 15 if k == 0 else 13.5) for k, (said, _) in enumerate(s.lines)) + 2 * PADDING,
              LINE * len(s.lines) + PADDING) for s in shapes]
    longest = max((wide(edge_text(e), 13) for pair in edges.values() for e in pair), default=0)
    laid = layered(sizes, list(edges), [s.box for s in shapes], between_layers=max(64.0, min(longest, 190) + 34))
    parts = []
    at = (lambda key: "") if shown_at is None else (lambda key: f' data-at="{" ".join(map(str, shown_at.get(key, [])))}"'
                                                    if key in shown_at else "")
    parts += _frames(shapes, laid.centres, sizes)
    pills = []
    for route, ((a, b), several) in zip(laid.routes, edges.items(), strict=True):
        start, end = (route[0][0] + sizes[a][0] / 2, route[0][1]), (route[-1][0] - sizes[b][0] / 2 - 7, route[-1][1])
        key = f"e{several[0].source}-{several[0].target}-{several[0].slot}"
        parts.append(f'<path class="e" marker-end="url(#tip)" d="{_curve([start, *route[1:-1], end])}"{at(key)}/>')
        inner = [start, *route[1:-1], end]
        x, y = ((inner[0][0] + inner[1][0]) / 2, (inner[0][1] + inner[1][1]) / 2) if len(inner) > 2 else (
            start[0] * 0.5 + end[0] * 0.5, start[1] * 0.5 + end[1] * 0.5)
        for k, edge in enumerate(several[:3]):
            said = edge_text(edge)
            if said:
                across = y + (k - (min(len(several), 3) - 1) / 2) * 17
                width = wide(said, 13) + 6
                pills.append(f'<g{at(f"l{edge.source}-{edge.target}-{edge.slot}")}><rect class="pill" x="{x - width / 2:.1f}" '
                             f'y="{across - 9:.1f}" width="{width:.1f}" height="17" rx="4"/><text class="l" text-anchor="middle" '
                             f'x="{x:.1f}" y="{across + 4:.1f}">{escape(said)}</text></g>')
    parts += pills
    for shape, (x, y), (width, height) in zip(shapes, laid.centres, sizes, strict=True):
        parts.append(f'<rect class="n {shape.style}" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" '
                     f'height="{height:.1f}" rx="8"{at("n" + shape.key)}/>')
        for k, (said, kind) in enumerate(shape.lines):
            mark = at({"v": "v", "g": "g"}.get(kind, "t") + shape.key)
            parts.append(f'<text class="{kind}" text-anchor="middle" x="{x:.1f}" y="{y - height / 2 + PADDING / 2 + LINE * k + 14.5:.1f}"'
                         f"{mark}>{escape(said)}</text>")
    width, height = laid.width + 2 * MARGIN, laid.height + 2 * MARGIN + 26
    legend = _legend(laid.height + MARGIN + 18)
    return (f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt, quote=True)}" '
            f'viewBox="{-MARGIN:.0f} {-MARGIN:.0f} {max(width, 560):.0f} {height:.0f}" width="{max(width, 560):.0f}" height="{height:.0f}">'
            f"<title>{escape(alt)}</title><style>{SVG_STYLE}</style>"
            f'<rect x="{-MARGIN:.0f}" y="{-MARGIN:.0f}" width="100%" height="100%" style="fill:var(--ground)"/>'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" style="fill:var(--faint)"/></marker></defs>' + "".join(parts) + legend + "</svg>")


def _shapes(data: ComputationGraph, view: View) -> tuple[list[_Shape], dict[int, int], dict[tuple[int, int], list[Edge]]]:
    """What is drawn, where each vertex is found, and the edges between drawn nodes with the graph's own."""
    shapes: list[_Shape] = []
    place: dict[int, int] = {}
    boxes: dict[str, int] = {}
    for v in data.vertices:
        name = view.inside.get(v.number)
        if name is None and v.kind == "constant" and view.inside and all(e.target in view.inside for e in data.out_of(v.number)):
            continue        # what only boxes use is not drawn: its edges would hide the picture
        if name is not None:
            if name not in boxes:
                boxes[name] = len(shapes)
                count = Counter(data.vertices[i].operation for i in view.boxes[name] if data.vertices[i].kind == "operation")
                kind = data.modules.get(name, "")
                most = ", ".join(f"{SYMBOLS.get(o, o)}{f' ×{n}' if n > 1 else ''}" for o, n in count.most_common(3))
                shapes.append(_Shape(f"b{len(shapes)}", [(f"{name}  ({kind})" if kind else name, ""), (most, "v")], "box", None, None))
            place[v.number] = boxes[name]
            continue
        place[v.number] = len(shapes)
        value, gradient = rows_of(v)
        lines = [(title_of(data, v), ""), *([(value, "v")] if value else []), *([(gradient, "g")] if gradient else [])]
        style = "root" if v is data.root else v.kind
        shapes.append(_Shape(str(v.number), lines, style, view.frames.get(v.number), v))
    edges: dict[tuple[int, int], list[Edge]] = {}
    for e in data.edges:
        pair = place.get(e.source, -1), place[e.target]
        if pair[0] not in (-1, pair[1]):
            edges.setdefault(pair, []).append(e)
    return shapes, place, _without_rings(edges, len(shapes))


def _without_rings(edges: dict[tuple[int, int], list[Edge]], count: int) -> dict[tuple[int, int], list[Edge]]:
    """Folding may close rings (a box used again later): edges that go back in the order of computation are left out of the picture."""
    order = list(range(count))
    return {pair: several for pair, several in edges.items() if order[pair[0]] < order[pair[1]] or not _reaches(edges, pair[1], pair[0])}


def _reaches(edges: dict[tuple[int, int], list[Edge]], start: int, goal: int) -> bool:
    after: dict[int, list[int]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
    seen, stack = {start}, [start]
    while stack:
        for b in after.get(stack.pop(), []):
            if b == goal:
                return True
            if b not in seen:
                seen.add(b)
                stack.append(b)
    return False


def _frames(shapes: list[_Shape], centres: list[tuple[float, float]], sizes: list[tuple[float, float]]) -> list[str]:
    parts = []
    for name in dict.fromkeys(s.box for s in shapes if s.box is not None):
        inside = [(centres[i], sizes[i]) for i, s in enumerate(shapes) if s.box == name]
        left, right = min(x - w / 2 for (x, _), (w, _) in inside) - 9, max(x + w / 2 for (x, _), (w, _) in inside) + 9
        top, bottom = min(y - h / 2 for (_, y), (_, h) in inside) - 9, max(y + h / 2 for (_, y), (_, h) in inside) + 9
        parts.append(f'<rect class="frame" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" rx="10"/>'
                     f'<text class="f" x="{left + 6:.1f}" y="{top - 4:.1f}">{escape(name)}</text>')
    return parts


def _curve(points: list[tuple[float, float]]) -> str:
    said = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = (x0 + x1) / 2
        said += f" C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
    return said


def _legend(y: float) -> str:
    words = [("v", "= " + text("viz-legend-value")), ("l", text("viz-legend-local")), ("g", "∂ " + text("viz-legend-gradient"))]
    x, parts = 0.0, []
    for kind, said in words:
        parts.append(f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(said)}</text>')
        x += wide(said, 13.5) + 26
    return "".join(parts)


# the story ------------------------------------------------------------------------------------------------------------------------
def story(data: ComputationGraph) -> tuple[list[str], dict[str, list[int]]]:
    """What the page says at each step, and the steps at which each part of the picture appears and is looked at."""
    said, shown = [text("viz-steps-begin")], dict[str, list[int]]()

    def show(key: str) -> None:
        shown.setdefault(key, []).append(len(said))

    for v in data.vertices:
        if v.kind != "operation":
            shown[f"n{v.number}"], shown[f"v{v.number}"] = [0], [0]
    for v in data.vertices:
        if v.kind == "operation":
            show(f"n{v.number}")
            show(f"v{v.number}")
            for e in data.into(v.number):
                show(f"e{e.source}-{e.target}-{e.slot}")
                show(f"l{e.source}-{e.target}-{e.slot}")
            operands = ", ".join(f"{label(data, data.vertices[e.source])} = {number(data.vertices[e.source].value)}"
                                 for e in data.into(v.number))
            lines = [text("viz-steps-forward", name=title_of(data, v), operands=operands, value=number(v.value))]
            lines += [text("viz-steps-local", name=label(data, v), operand=label(data, data.vertices[e.source]), value=edge_text(e))
                      for e in data.into(v.number) if edge_text(e)]
            said.append("\n".join(lines))
    root = data.root
    show(f"g{root.number}")
    show(f"n{root.number}")
    said.append(text("viz-steps-root", name=label(data, root)))
    for v in reversed(data.vertices):
        if v.kind != "operation" or v.gradient is None:
            continue
        lines = [text("viz-steps-upstream", name=title_of(data, v), value=number(v.gradient))]
        show(f"n{v.number}")
        for e in data.into(v.number):
            source = data.vertices[e.source]
            if e.passed is None:
                continue
            show(f"l{e.source}-{e.target}-{e.slot}")
            show(f"g{source.number}")
            lines.append(text("viz-steps-passed", operand=label(data, source), local=edge_text(e) or "J",
                              upstream=number(v.gradient), value=number(e.passed)))
            if len([o for o in data.out_of(source.number) if o.passed is not None]) > 1:
                lines.append(text("viz-steps-sum", operand=label(data, source), value=number(source.gradient)))
        said.append("\n".join(lines))
    leaves = [v for v in data.vertices if v.kind == "leaf" and v.gradient is not None]
    for v in leaves:
        show(f"g{v.number}")
    said.append("\n".join([text("viz-steps-end"), *(f"{label(data, v)}.grad = {number(v.gradient)}" for v in leaves)]))
    return said, shown
