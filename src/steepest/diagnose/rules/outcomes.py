"""Rules about how a run ended: with NaN, or with what it had learnt by heart."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from steepest.diagnose.finding import Seen
from steepest.diagnose.noting import Bad
from steepest.diagnose.rules.steps import clipped
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source, called
from steepest.diagnose.watcher import Watcher

__all__ = ["first_nan", "overfitting", "turns_up"]

Array = np.ndarray[Any, Any]
OF_POSITIVE = ("log", "sqrt", "log2", "log10", "rsqrt")


def first_nan(run: Run) -> Seen | None:
    """The first NaN or infinity: the step, the operation, its inputs and the line, found in a replay."""
    number = run.watcher.first_bad
    if number is None or run.site is None:
        return None
    values: dict[str, Any] = {"number": number, "line": run.site.line[1], "code": run.quoted(run.site.line),
                              "before": float(run.losses[number - 1]) if 0 < number <= len(run.losses) else math.nan}
    bad = run.watcher.noting.bad or _bad_in_replay(run, number)
    if bad is None and run.watcher.bad_leaves:
        names = ", ".join(name or "?" for name in run.watcher.bad_leaves[:4]) + (" ..." if len(run.watcher.bad_leaves) > 4 else "")
        return Seen({**values, "names": names}, run.site.line[1], clipped(run), 0.85, variant="parameters")
    if bad is None:
        return Seen(values, run.site.line[1], None, 0.8)
    name, inputs, result, line, _ = bad
    shown = "; ".join(_range(x) for x in inputs[:3])
    found = {"operation": name, "inputs": shown, "line": line[1], "code": run.quoted(line), "result": _range(result)}
    backward = name.startswith("backward of ")
    return Seen({**values, **found}, line[1], _safe(run, line, name), 0.97, variant="backward" if backward else "found")


def _bad_in_replay(run: Run, number: int) -> Bad | None:
    """The operation behind the first loss that is not finite, looked for where the program runs again."""
    if run.replays is None:
        return None

    def setup(watcher: Watcher) -> None:
        watcher.noting.finite_only = True
        watcher.next = max(0, number - 1)

    return run.replays.run(passes=number + 1, seconds=15.0, setup=setup).noting.bad


def _range(x: Any) -> str:
    """The range of an operand in words."""
    a = np.asarray(x)
    if a.size == 1:
        return f"{a.reshape(-1)[0]:.4g}"
    finite = a[np.isfinite(a)] if a.dtype.kind == "f" else a
    bad = a.size - finite.size
    span = f"{finite.min():.4g} .. {finite.max():.4g}" if finite.size else "-"
    return f"{list(a.shape)} {span}" + (f", {bad} nan/inf" if bad else "")


def _safe(run: Run, line: Any, operation: str) -> Edit | None:
    source = run.source_of(line[0])
    if source is None:
        return None
    operation = operation.removeprefix("backward of ")
    edit, inside = Edit(source), set[ast.AST]()
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or call.lineno) and called(call) == operation and operation in OF_POSITIVE:
            operand = call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else None
            if operand is not None and call not in inside:          # two in one line are alike
                edit.replace(operand, f"{_wrapped(source, operand)}.clamp(min=1e-8)")
                inside.update(ast.walk(operand))
    if edit.pieces:
        return edit
    if operation == "div":
        statement = source.statement(line[1])
        for node in ast.walk(statement) if statement is not None else ():
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                return Edit(source).replace(node.right, f"({source.segment(node.right)} + 1e-8)")
    return None


def _wrapped(source: Source, node: ast.AST) -> str:
    part = source.segment(node)
    return part if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({part})"


def overfitting(run: Run) -> Seen | None:
    """The validation loss turns up while the training loss falls."""
    for line, seen in run.watcher.evaluations.items():
        if line in run.watcher.trained_lines or len(seen.values) < 6:
            continue
        passes, values = np.array(seen.passes), np.array(seen.values)
        groups = np.unique(passes)
        if len(groups) < 6:
            continue
        weights = np.array(seen.weights, float)
        curve = np.array([np.average(values[passes == g], weights=weights[passes == g]) for g in groups])
        if len(run.losses) < groups[-1] - 1:
            continue
        found = turns_up(curve)
        if found is None:
            continue
        at, lowest = found
        middle = groups[min(at, len(groups) - 1)]
        then = float(run.losses[max(0, middle - 10): middle + 1].mean()) if middle < len(run.losses) else math.nan
        now = float(run.losses[-10:].mean())
        if not now < then:
            continue
        values_seen = {"epoch": at + 1, "epochs": len(curve), "lowest": lowest, "last": float(curve[-1]), "line": line[1],
                       "code": run.quoted(line), "then": then, "now": now, "passes": int(middle)}
        return Seen(values_seen, line[1], None, 0.9)
    return None


def turns_up(curve: Array) -> tuple[int, float] | None:
    """Where a validation loss was lowest and how low, smoothed over three where there are many, if it rose for good afterwards."""
    if len(curve) < 6 or not np.isfinite(curve).all():
        return None
    smooth = np.convolve(curve, np.ones(3) / 3, "valid") if len(curve) >= 12 else curve
    at = int(smooth.argmin())
    rise = float(smooth[-max(1, len(curve) // 10):].mean()) / max(float(smooth[at]), 1e-12)
    if at > 0.75 * (len(smooth) - 1) or rise < 1.15:
        return None
    return at + (len(curve) - len(smooth)) // 2, float(smooth[at])
