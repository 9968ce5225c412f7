"""Rules about the loss: what it is given, and whether the labels have anything to do with it."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from steepest.diagnose.capacity import eight_rows
from steepest.diagnose.finding import Seen
from steepest.diagnose.frames import Line
from steepest.diagnose.reading import LossSeen
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source, called
from steepest.errors import text

__all__ = ["eight_rows_text", "labels_unrelated", "loss_broadcast", "sides_of", "sigmoid_and_loss_mismatch", "softmax_before_cross_entropy"]


def _losses(run: Run) -> list[LossSeen]:
    return [o.seen for o in run.watcher.observations if o.seen is not None]


def loss_broadcast(run: Run) -> Seen | None:
    """Prediction and target of different shapes whose difference became a table of all pairs."""
    pairs: list[tuple[tuple[int, ...], tuple[int, ...], Line]] = []
    for o in run.watcher.observations:
        if o.seen is not None and o.seen.kind in ("squared", "absolute"):
            pairs.append((*o.seen.shapes, o.seen.line))
        elif o.broadcast is not None:
            pairs.append(o.broadcast)
    for a, b, line in [*pairs, *run.watcher.shapes]:
        if a == b or not a or not b or max(np.prod(a), np.prod(b)) < 2:
            continue
        try:
            made = np.broadcast_shapes(a, b)
        except ValueError:          # class numbers beside scores
            continue
        if np.prod(made) <= max(np.prod(a), np.prod(b)):
            continue
        values = {"input": list(a), "target": list(b), "made": " x ".join(map(str, made)), "n": int(np.prod(a)), "line": line[1],
                  "code": run.quoted(line)}
        return Seen(values, line[1], _same_shape(run, line, a, b), 0.98)
    return None


def _same_shape(run: Run, line: Line, a: tuple[int, ...], b: tuple[int, ...]) -> Edit | None:
    """The one-dimensional side of the loss seen as a column."""
    source = run.source_of(line[0])
    if source is None:
        return None
    sides = sides_of(source, line[1])
    if sides is None:
        return None
    prediction, target = sides
    if len(b) == 1 and len(a) == 2:
        return Edit(source).replace(target, f"{_atom(source, target)}.view(-1, 1)")
    if len(a) == 1 and len(b) == 2:
        return Edit(source).replace(prediction, f"{_atom(source, prediction)}.view(-1, 1)")
    return Edit(source).replace(target, f"{_atom(source, target)}.view_as({source.segment(prediction)})")


def _atom(source: Source, node: ast.AST) -> str:
    text = source.segment(node)
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"


def sides_of(source: Source, line: int) -> tuple[ast.expr, ast.expr] | None:
    """The two things that the loss on a line compares."""
    for call in source.calls:
        if call.lineno <= line <= (call.end_lineno or call.lineno) and len(call.args) >= 2 and called(call) not in ("print", "zip"):
            return call.args[0], call.args[1]
    statement = source.statement(line)
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            return node.left, node.right
    return None


def softmax_before_cross_entropy(run: Run) -> Seen | None:
    """Cross entropy of what softmax has made: rows that sum to one."""
    seen = _losses(run)
    found = [s for s in seen if s.kind == "classes" and s.prediction.ndim == 2 and s.producer in ("softmax", "log_softmax")
             and _is_distribution(s.prediction)]
    if not found or len(found) < len([s for s in seen if s.kind == "classes"]):
        return None
    line = found[0].producer_line or found[0].line
    p = found[0].prediction
    values = {"low": float(p.min()), "high": float(p.max()), "classes": p.shape[1], "line": line[1], "code": run.quoted(line)}
    return Seen(values, line[1], _without(run, line, ("softmax", "Softmax")), 0.98)


def _is_distribution(p: Any) -> bool:
    return bool(p.size and p.min() >= 0 and np.allclose(p.sum(1), 1, atol=1e-3))


def _without(run: Run, line: Line, names: tuple[str, ...]) -> Edit | None:
    """An activation taken out of the program: a call around an expression, or a layer of a Sequential."""
    source = run.source_of(line[0])
    if source is None:
        return None
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or call.lineno) and called(call).lower() in {n.lower() for n in names}:
            if call.args and not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)):
                return Edit(source).replace(call, source.segment(call.args[0]))
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, (ast.Call, ast.Name, ast.Attribute)) \
                    and not source.segment(call.func.value).startswith(("self", "torch", "F", "nn")):
                return Edit(source).replace(call, source.segment(call.func.value))
    layers = [call for call in source.calls if called(call) in names]
    for call in source.calls:
        if called(call) == "Sequential" and call.args and call.args[-1] in layers and len(call.args) > 1:
            layer, before = call.args[-1], call.args[-2]
            edit = Edit(source)
            if layer.lineno == before.end_lineno == layer.end_lineno:
                return edit.cut(layer.lineno, before.end_col_offset or 0, layer.end_col_offset or 0)
            if source.line(layer.lineno).rstrip(",") == source.segment(layer):
                return edit.remove(layer.lineno)
    return None


def sigmoid_and_loss_mismatch(run: Run) -> Seen | None:
    """BCEWithLogitsLoss of what a sigmoid has made (the loss applies it itself)."""
    seen = [s for s in _losses(run) if s.kind == "logits"]
    found = [s for s in seen if s.producer == "sigmoid"]
    if not found or len(found) < len(seen):
        return None
    line = found[0].producer_line or found[0].line
    p = found[0].prediction
    values = {"low": float(p.min()), "high": float(p.max()), "line": line[1], "code": run.quoted(line)}
    return Seen(values, line[1], _without(run, line, ("sigmoid", "Sigmoid")), 0.98)


def labels_unrelated(run: Run) -> Seen | None:
    """Losses that no label enters, labels that are all one value, and labels that nothing in the inputs tells of."""
    seen = [o.seen for o in run.observations if o.seen is not None]
    if len(seen) < 3:
        return None
    own = [s for s in seen if s.own_target and s.paths == 1]
    if len(own) == len(seen):
        line = own[0].line
        return Seen({"line": line[1], "code": run.quoted(line)}, line[1], None, 0.97, variant="own")
    targets = run.targets
    if targets is None or len(targets) < 8 or seen[0].kind == "log-probabilities":
        return None
    if targets.dtype.kind in "fiu" and (targets == targets.reshape(-1)[0]).all():
        line = seen[0].line
        values = {"value": float(targets.reshape(-1)[0]), "n": len(targets), "line": line[1], "code": run.quoted(line)}
        return Seen(values, line[1], None, 0.9, variant="constant")
    return _nothing_in_common(run, seen[0], targets)


def _nothing_in_common(run: Run, seen: LossSeen, targets: Any) -> Seen | None:
    """Neighbours in the inputs tell the labels no better than chance, and training came to nothing."""
    x = run.inputs
    if x is None or len(x) != len(targets) or len(x) < 100 or abs(run.learnt) > 0.1 or len(run.losses) < 20 or run.base is None:
        return None
    if not np.isfinite(x).all() or not np.isfinite(np.asarray(targets, float)).all():
        return None
    x, y = x.reshape(len(x), -1), np.asarray(targets)
    _, once = np.unique(x, axis=0, return_index=True)       # rows of several epochs count once
    once = np.sort(once)[:400]
    if len(once) < 100:
        return None
    x, y = x[once].astype(np.float64), y[once].reshape(len(once), -1)
    if y.shape[1] != 1:
        return None
    y = y[:, 0].astype(np.float64)
    rank, chance = _dependence(x, y)
    if rank <= 0.9:
        return None
    line = seen.line
    values = {"line": line[1], "code": run.quoted(line), "n": len(x), "share": rank, "base": run.base, "end": run.end, "chance": chance,
              "eight": eight_rows_text(run, or_not=False)}        # a small model need not know unrelated labels by heart
    return Seen(values, line[1], None, 0.7, "warning")


def eight_rows_text(run: Run, or_not: bool = True) -> str:
    """What a fresh copy of the model makes of eight rows alone, in words; also where it does not learn them, unless `or_not` says no."""
    found = eight_rows(run)
    learnt = found is not None and found[1] < 0.2 * found[0]
    if found is None or not learnt and not or_not:
        return ""
    return text("doctor-eight-rows/learnt" if learnt else "doctor-eight-rows/not-learnt", start=found[0], end=found[1])


def _dependence(x: Any, y: Any) -> tuple[float, float]:
    """How often shuffled labels fit the inputs as well as the labels do, by nearest neighbours and by least squares.

    The order of the shuffles is drawn from a generator of this function's own.
    """
    scale = x.std(0)
    x = (x - x.mean(0)) / np.where(scale > 0, scale, 1)
    distances = ((x[:, None, :] - x[None]) ** 2).sum(-1) if x.shape[1] <= 32 else -(x @ x.T) * 2 + (x * x).sum(1) + (x * x).sum(1)[:, None]
    np.fill_diagonal(distances, np.inf)
    near = np.argpartition(distances, 5, 1)[:, :5]
    q, _ = np.linalg.qr(np.column_stack([np.ones(len(x)), x[:, :64]]))

    def fits(labels: Any) -> tuple[float, float]:
        by_neighbours = ((labels[near].mean(1) - labels) ** 2).mean()
        return float(by_neighbours), float(((labels - q @ (q.T @ labels)) ** 2).mean())

    own = fits(y)
    draws = np.random.Generator(np.random.PCG64(0))
    others = [fits(draws.permutation(y)) for _ in range(100)]
    ranks = [float(np.mean([o[i] <= own[i] for o in others])) for i in range(2)]
    # Labels that are related are fitted better than nearly all shuffles by one of the two.
    return (1.0 if min(ranks) > 0.05 else 0.0), min(ranks)
