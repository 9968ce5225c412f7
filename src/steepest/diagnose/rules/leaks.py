"""Rules about what a model should not have seen: columns that are the target, test rows that it was trained on."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np

from steepest.data.fetch import rows_of
from steepest.diagnose.finding import Seen
from steepest.diagnose.frames import Line
from steepest.diagnose.run import Run

__all__ = ["leak_or_duplicates"]

MOST_ROWS = 20_000
WHAT = "x|inputs?|data|features?|set|loader|dl|iter"
TEST = re.compile(rf"(?i)^({WHAT})?_?(te|test|val|valid|validation|dev|holdout)_?({WHAT})?$")
TRAIN = re.compile(rf"(?i)^({WHAT})?_?(tr|train|training)_?({WHAT})?$")
SHARE = 0.05
"""From this share of test rows on that were trained on too it is no accident."""

Array = np.ndarray[Any, Any]


def leak_or_duplicates(run: Run) -> Seen | None:
    """An input column that is the target, rows that stand in training and in validation data."""
    return _column(run) or _rows_twice(run)


def _column(run: Run) -> Seen | None:
    x, y = run.inputs, run.targets
    if x is None or y is None or x.ndim != 2 or len(x) != len(y) or len(x) < 12:
        return None
    t = np.asarray(y, np.float64).reshape(len(y), -1)
    if t.shape[1] == 1 and x.shape[1] > 1 and len(np.unique(t)) > 1:
        for column in range(x.shape[1]):
            if np.allclose(x[:, column], t[:, 0], rtol=1e-6, atol=1e-9):
                first = next(o for o in run.observations if o.inputs is not None)
                line = first.input_line
                return Seen({"column": column, "rows": len(x), "line": line[1], "code": run.quoted(line)}, line[1], None, 0.95)
    return None


def _rows_twice(run: Run) -> Seen | None:
    """Rows of data that is called test, or that only a loader without training goes over, which were trained on too."""
    known = _trained(run)
    if known is None or len(known) < 12:
        return None
    rows = [row.tobytes() for row in known]
    distinct = set(rows)
    repeated = 1 - len(distinct) / len(rows)
    for array, line, name in _tested(run):
        if array.shape[1:] != known.shape[1:] or array.dtype != known.dtype or len(array) < 4:
            continue
        tested = [row.tobytes() for row in array[:MOST_ROWS]]
        twice = sum(row in distinct for row in tested)
        if twice / len(tested) >= _no_accident(repeated):
            values = {"rows": twice, "total": len(tested), "name": name, "line": line[1], "code": run.quoted(line)}
            return Seen(values, line[1] or None, None, 0.9, variant="in-both")
    return None


def _no_accident(repeated: float) -> float:
    """The share of test rows among the trained ones that chance does not explain, where so many of the trained rows are repeated."""
    if repeated > 0.6:
        return float("inf")
    return max(SHARE, 3 * repeated) if repeated <= 0.1 else (1 + repeated) / 2


def _trained(run: Run) -> Array | None:
    """The rows that were trained on, as far as they are known."""
    for seen in run.watcher.loaders:
        rows = _rows_of(seen.of) if seen.trains else None
        if rows is not None:
            return rows[:MOST_ROWS]
    x = run.inputs
    named = [a for key, a in run.watcher.arrays.items() if TRAIN.match(run.watcher.names.get(key, "")) and a.ndim >= 2]
    return named[0][:MOST_ROWS] if named and x is not None and named[0].shape[1:] == x.shape[1:] else x


def _tested(run: Run) -> list[tuple[Array, Line, str]]:
    found: list[tuple[Array, Line, str]] = []
    if any(seen.trains for seen in run.watcher.loaders):
        for seen in run.watcher.loaders:
            name = next((n for n in _looped_over(run, seen.line) if TEST.match(n)), "")
            rows = _rows_of(seen.of) if name and not seen.trains and len(run.losses) else None
            if rows is not None:
                found.append((rows, seen.line, name))
    for key, array in run.watcher.arrays.items():
        name = run.watcher.names.get(key, "")
        if TEST.match(name) and array.ndim >= 2 and array.dtype.kind == "f":
            found.append((array, _made(run, name), name))
    return found


def _looped_over(run: Run, line: Line) -> list[str]:
    """The names in what the loops or comprehensions on a line go over."""
    source = run.source_of(line[0])
    loops = [n for n in ast.walk(source.tree) if isinstance(n, (ast.For, ast.comprehension))] if source is not None else []
    return [n.id if isinstance(n, ast.Name) else n.attr for loop in loops if loop.iter.lineno <= line[1] <= (loop.iter.end_lineno or 0)
            for n in ast.walk(loop.iter) if isinstance(n, (ast.Name, ast.Attribute))]


def _made(run: Run, name: str) -> Line:
    """Where the program gives the name its value."""
    source = run.source
    if source is None:
        return "", 0
    lines = [number for number, text in enumerate(source.lines, 1) if re.search(rf"\b{re.escape(name)}\b[^=]*=[^=]", text)]
    return (source.path, lines[0]) if lines else ("", 0)


def _rows_of(loader: Any) -> Array | None:
    found = rows_of(loader.dataset)
    if found is None or not found[0] or found[0][0].array.ndim < 2:
        return None
    array = found[0][0].array
    return array if found[1] is None else array[found[1]]
