"""Rules about how the loss goes: plateaus, steps too large or too small, gradients that vanish or explode, overfitting."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from steepest.diagnose.finding import Seen
from steepest.diagnose.measure import curvature_at, nudged
from steepest.diagnose.noting import Bad
from steepest.diagnose.rules.losses import eight_rows_text
from steepest.diagnose.run import Run
from steepest.diagnose.seen import Observation
from steepest.diagnose.source import Edit, Source, called
from steepest.diagnose.trying import Trial, TriedRate, trial, tried_text, try_rate
from steepest.diagnose.watcher import Watcher
from steepest.errors import text

__all__ = [
    "dead_relu", "exploding_gradient", "first_nan", "overfitting", "saddle_or_plateau", "saturated_units", "step_too_large",
    "step_too_small", "stuck_at_base_rate",
]  # fmt: skip

NEAR_BASE = 0.03
"""A loss within this share of the best constant answer's counts as stuck there."""


# stuck at the base rate -----------------------------------------------------------------------------------------------------------
def stuck_at_base_rate(run: Run) -> Seen | None:
    """The loss stays at that of the best constant answer while outputs hardly differ between rows."""
    base = run.base
    if base is None or base <= 0 or len(run.losses) < 60 or not math.isfinite(run.end):
        return None
    end = plateau_end(run, base)
    left = end is not None
    length = end if end is not None else len(run.losses)
    if length < (300 if left else 60) or left and length < 0.01 * len(run.losses):
        return None
    on = [o for o in run.observations if o.number < length and o.seen is not None and o.number >= 0.1 * length]
    if not on or all(g == 0 for o in on for _, g, _ in _layer_norms(run, o)):
        return None             # no gradient at all in any layer: a saddle, not a plateau
    spreads = [_answer_spread(o) for o in on]
    spread, wanted = float(np.median(spreads)), _target_spread(run)
    if wanted <= 0 or spread > 0.1 * wanted or run.moved < 0.01:
        return None
    middle = on[len(on) // 3]
    hidden = [a for a in middle.activations if not a.output]
    layers = "; ".join(text("doctor-layer", name=a.name, number=i, spread=a.spread, share=a.saturated) for i, a in enumerate(hidden, 1))
    saturated = max([a.saturated for a in hidden], default=0.0)
    seen: Any = middle.seen
    values: dict[str, Any] = {
        "base": base, "rate": _rate_text(run, seen.kind), "spread": spread, "passes": length, "total": len(run.losses),
        "layers": layers or text("doctor-no-hidden"), "line": run.site.line[1] if run.site else 0,
        "code": run.quoted(run.site.line) if run.site else "",
        "saturated": text("doctor-none-saturated") if saturated < 0.05 else text("doctor-some-saturated", share=saturated),
        "end": run.end, "unit": _unit(run, 1), "units": _unit(run), "eight": "" if left else eight_rows_text(run),
    }  # fmt: skip
    edit, tried = _leave_sooner(run, base, length, hidden)
    return Seen(values, values["line"], edit, 0.95 if tried or length == len(run.losses) else 0.85, variant="left" if left else "",
                tried=tried)


def _unit(run: Run, count: int = 2) -> str:
    """What one pass is called: an epoch where it takes all rows."""
    one, several = ("epoch", "epochs") if run.whole_batch else ("pass", "passes")
    return text(f"doctor-{one if count == 1 else several}")


def plateau_end(run: Run, base: float) -> int | None:
    """The first pass from which the loss stays below the base; None where it never does."""
    losses = run.losses
    window = 1 if run.whole_batch else max(1, min(50, len(losses) // 10))
    smooth = np.convolve(losses, np.ones(window) / window, "valid") if window > 1 else losses
    below = smooth < (1 - NEAR_BASE) * base
    if not below.any() or not below[-1]:
        return None
    stays = np.flatnonzero(~below)
    return int(stays[-1]) + window if len(stays) else 0


def _answer_spread(o: Observation) -> float:
    """How much the answers differ between rows, as probabilities where they are logits."""
    seen = o.seen
    assert seen is not None
    p = seen.prediction.astype(np.float64)
    if p.ndim == 0 or len(p) < 2:
        return math.inf
    p = p.reshape(len(p), -1)
    if seen.kind == "logits":
        p = 1 / (1 + np.exp(-p))
    elif seen.kind == "classes":
        p = np.exp(p - p.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
    return float(p.std(0).mean())


def _target_spread(run: Run) -> float:
    y = run.targets
    first = next((o.seen for o in run.observations if o.seen is not None), None)
    if y is None or first is None:
        return 0.0
    if first.kind == "classes":
        shares = np.unique(y, return_counts=True)[1] / y.size
        return float(np.sqrt(shares * (1 - shares)).mean())
    return float(y.astype(np.float64).reshape(len(y), -1).std(0).mean())


def _rate_text(run: Run, kind: str) -> str:
    y = run.targets
    if y is None:
        return ""
    if kind in ("bce", "logits"):
        return text("doctor-rate-binary", rate=float(y.mean()))
    if kind == "classes":
        shares = np.unique(y, return_counts=True)[1] / y.size
        return text("doctor-rate-classes", shares=", ".join(f"{s:.2f}" for s in shares[:6]) + (" ..." if len(shares) > 6 else ""))
    return text("doctor-rate-mean", mean=float(y.mean()))


def _leave_sooner(run: Run, base: float, length: int, hidden: list[Any]) -> tuple[Edit | None, str]:
    """What leaves the plateau sooner, tried: tanh in the place of hidden sigmoids, larger steps."""
    if run.replays is None:
        edit = _tanh_for_sigmoid(run, hidden)
        return edit, ""
    limit = min(length, 6000)
    tried, best = [], None
    changes: list[tuple[str, str, Edit]] = []
    edit = _tanh_for_sigmoid(run, hidden)
    if edit is not None:
        changes.append(("tanh", text("doctor-change-tanh"), edit))
    for factor in (10.0, 3.0):
        changed = run.rate_changed(factor)
        if changed is not None:
            changes.append(("rate", text("doctor-change-rate", after=changed[2], before=changed[1]), changed[0]))
    done = set()
    for kind, name, edit in changes:
        result = trial(run, edit, limit, until=lambda loss: loss < (1 - 3 * NEAR_BASE) * base) if kind not in done else None
        left = left_at(result, base) if result is not None else None
        if left is not None:
            tried.append(text("doctor-leaves", change=name, passes=left, unit=_unit(run)))
            done.add(kind)
            if best is None or left < best[0]:
                best = left, edit
    return (best[1] if best is not None else None), "\n".join(tried)


def left_at(result: Trial, base: float) -> int | None:
    """The pass from which a trial's loss stays below the base."""
    below = result.losses < (1 - NEAR_BASE) * base
    if not len(below) or not below[-1]:
        return None
    stays = np.flatnonzero(~below)
    return int(stays[-1]) + 1 if len(stays) else 0


def _tanh_for_sigmoid(run: Run, hidden: list[Any]) -> Edit | None:
    """Hidden sigmoids made tanh, in calls and in layers; the output keeps its own."""
    source = run.source
    sigmoids = [a for a in hidden if a.name == "sigmoid"]
    if source is None or not sigmoids:
        return None
    outputs = {a.line for o in run.observations[:1] for a in o.activations if a.output}
    edit, lines = Edit(source), set()
    for a in sigmoids:
        if a.line[0] != source.path or a.line in outputs or a.line in lines:
            continue
        lines.add(a.line)
        for call in source.calls:
            if call.lineno <= a.line[1] <= (call.end_lineno or call.lineno) and called(call).lower() == "sigmoid" and call.args:
                edit.replace(call.func, "torch.tanh")
    if edit.pieces:
        return edit
    for call in source.calls_of("Sequential"):
        layers = [x for x in call.args if isinstance(x, ast.Call) and called(x) == "Sigmoid"]
        if layers and call.args and call.args[-1] is layers[-1]:
            layers = layers[:-1]
        for layer in layers:
            edit.replace(layer.func, "torch.nn.Tanh")
    return edit if edit.pieces else None


# steps ----------------------------------------------------------------------------------------------------------------------------
def grows_or_swings(run: Run) -> str:
    """`"grows"`, `"swings"` or nothing."""
    losses = run.losses
    if len(losses) < 5 or run.site is None:
        return ""
    finite = losses[np.isfinite(losses)]
    if len(finite) < len(losses):
        before = losses[: int(np.flatnonzero(~np.isfinite(losses))[0])]
        return "grows" if len(before) >= 2 and before[-1] > 10 * max(abs(before[0]), 1e-12) else ""
    start, end = run.start, run.end
    if not run.whole_batch:
        start = max(start, float(losses[: max(1, len(losses) // 5)].max()))        # batches differ, so do their losses
    if abs(start) > 0 and end > 1.5 * abs(start) and end > 1.5 * (run.base or 0) and end > 1e-6:
        return "grows"
    if run.base and run.base > 0 and end > 2 * run.base and end > 0.5 * start and len(losses) >= 20:
        return "swings" if np.mean(np.diff(np.sign(np.diff(losses[-40:]))) != 0) > 0.3 else ""
    if run.whole_batch and len(losses) >= 20:
        tail = losses[-min(len(losses) // 2, 40):]
        steps = np.diff(tail)
        turning = float(np.mean(steps[1:] * steps[:-1] < 0))
        swing, level = float(np.abs(steps).mean()), float(np.abs(tail).mean())
        early, late = np.abs(steps[: len(steps) // 2]).mean(), np.abs(steps[len(steps) // 2:]).mean()
        if turning > 0.6 and swing > 0.05 * level and late > 0.5 * early and swing > 1e-6 * abs(start):
            return "swings"
    return ""


def step_too_large(run: Run) -> Seen | None:
    """The loss grows or swings; the curvature at the start says which steps would not, and smaller ones are tried."""
    how = grows_or_swings(run)
    rate = run.rate()
    if not how or run.site is None or any(math.isnan(o.loss) for o in run.observations[:1]):
        return None
    losses = run.losses
    finite = losses[np.isfinite(losses)]
    line = run.constructor[1].lineno if run.constructor is not None else run.site.line[1]
    values: dict[str, Any] = {
        "start": float(losses[0]), "end": float(finite[-1]) if len(finite) else math.nan, "passes": len(losses), "line": line,
        "code": run.source.line(line) if run.source else "", "lr": rate[0] if rate else math.nan,
        "bad": text("doctor-then-nan", number=run.watcher.first_bad) if run.watcher.first_bad is not None else "", "curvature": "",
        "how": text("doctor-grows") if how == "grows" else text("doctor-swings"),
    }  # fmt: skip
    if rate is None or not rate[0] > 0:
        return Seen(values, line, None, 0.7, variant="unknown")
    plain = run.optimizer is None or type(run.optimizer.of).__name__ == "SGD"
    curvature = curvature_at(run, 0) if plain else None
    if curvature is not None and curvature[0] > 0:
        values["curvature"] = text("doctor-curvature", largest=curvature[0], limit=2 / curvature[0], lr=rate[0])
    edit, tried = None, ""
    passes = min(max(len(losses), 20), 200)
    best: Trial | None = None
    factors = [0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6]
    if curvature is not None and curvature[0] > 0:
        factors = [f for f in (0.9 / curvature[0] / rate[0], 0.3 / curvature[0] / rate[0]) if f < 1] + factors
    for factor in factors:
        other = try_rate(run, factor, passes)
        if other is None or other.result is None:
            edit = edit or (other.edit if other is not None else None)
            break
        if other.result.better(run, 0.9) and (best is None or other.result.end < 0.8 * best.end):
            best, edit = other.result, other.edit
            tried = text("doctor-tried-rate", after=other.after, before=other.before, end=best.end, passes=best.passes)
        elif best is not None:
            break
    if run.replays is not None and best is None and (how == "swings" or run.watcher.first_bad is None):
        return None
    return Seen(values, line, edit, 0.97 if best is not None else 0.75, tried=tried)


def step_too_small(run: Run) -> Seen | None:
    """The loss hardly falls, in a straight slope, and a larger step is tried and falls far more."""
    losses = run.losses
    if len(losses) < 20 or run.rate() is None or not math.isfinite(run.end) or run.site is None or grows_or_swings(run):
        return None
    fallen = (run.start - run.end) / abs(run.start) if run.start else 0.0
    if fallen > 0.15:
        return None
    passes = min(len(losses), 300)
    own = run.start - float(np.mean(losses[: passes][-max(1, passes // 20):]))
    best: TriedRate | None = None
    lowest = math.inf
    for factor in (10.0, 100.0, 1000.0, 1e4, 1e5):
        other = try_rate(run, factor, passes, 2.0)
        if other is None or other.result is None or not other.result.end <= lowest:
            break
        if other.result.end < run.start:
            best, lowest = other, other.result.end
    if best is None:
        return None
    gain = run.start - lowest
    if gain < 5 * max(own, 0) or gain < 0.3 * abs(run.start):
        return None
    line = run.constructor[1].lineno if run.constructor is not None else run.site.line[1]
    values = {"start": run.start, "end": run.end, "passes": len(losses), "fall": (run.start - run.end) / len(losses), "lr": best.before,
              "line": line, "code": run.source.line(line) if run.source else "", "factor": best.after / best.before}
    tried = text("doctor-tried-rate", after=best.after, before=best.before, end=lowest, passes=passes)
    return Seen(values, line, best.edit, 0.95, "warning" if fallen < 0.05 else "note", tried=tried)


# gradients ------------------------------------------------------------------------------------------------------------------------
def _layer_norms(run: Run, o: Observation) -> list[tuple[str, float, float]]:
    """Name, gradient norm and parameter norm of the leaves with a gradient, in the order of the model."""
    order = {id(p): i for model in run.watcher.models.values() for i, p in enumerate(model.parameters())}
    keys = sorted(o.norms, key=lambda k: order.get(k, 0))
    return [(run.watcher.leaves[k].name, *o.norms[k]) for k in keys if run.watcher.leaves[k].tensor.array.ndim >= 2]


def saturated_units(run: Run) -> Seen | None:
    """Hidden sigmoids or tanh at the ends of their range, small gradients below them, and a loss that came to little."""
    if run.learnt > 0.3 or len(run.losses) < 10:
        return None
    late = [o for o in run.observations if o.number >= 0.5 * len(run.losses)] or run.observations[-3:]
    worst = None
    for place in range(min((len(o.activations) for o in late), default=0)):
        layer = [o.activations[place] for o in late]
        if layer[0].output or layer[0].name not in ("sigmoid", "tanh"):
            continue
        share = float(np.median([a.saturated for a in layer]))
        if share >= 0.7 and (worst is None or share > worst[0]):
            worst = share, layer[0]
    if worst is None:
        return None
    norms = _layer_norms(run, late[-1])
    first, last = (norms[0], norms[-1]) if len(norms) > 1 else (("", math.nan, 0.0), ("", math.nan, 0.0))
    share, layer_seen = worst
    line = layer_seen.line
    values = {"share": share, "function": layer_seen.name, "line": line[1], "code": run.quoted(line), "units": layer_seen.units,
              "first": first[1], "last": last[1], "first_name": first[0], "last_name": last[0], "end": run.end}
    return Seen(values, line[1], _relu_for(run, layer_seen.name), 0.85)


def _relu_for(run: Run, name: str) -> Edit | None:
    source = run.source
    if source is None:
        return None
    edit = Edit(source)
    outputs = {a.line for o in run.observations[:1] for a in o.activations if a.output}
    for o in run.observations[:1]:
        for a in o.activations:
            if a.name == name and not a.output and a.line not in outputs and a.line[0] == source.path:
                for call in source.calls:
                    if call.lineno <= a.line[1] <= (call.end_lineno or 0) and called(call).lower() == name and call.args \
                            and not any(p[0] == call.lineno for p in edit.pieces):
                        edit.replace(call.func, "torch.relu")
    if edit.pieces:
        return edit
    for call in source.calls_of("Sequential"):
        layers = [x for x in call.args if isinstance(x, ast.Call) and called(x).lower() == name]
        if layers and call.args[-1] is layers[-1]:
            layers = layers[:-1]
        for layer in layers:
            edit.replace(layer.func, "torch.nn.ReLU")
    return edit if edit.pieces else None


def dead_relu(run: Run) -> Seen | None:
    """ReLU units that are zero on every row of every late observation, and a loss that came to little."""
    if run.learnt > 0.5 or len(run.losses) < 10:
        return None
    late = [o for o in run.observations if o.number >= 0.4 * len(run.losses)] or run.observations[-3:]
    worst = None
    for place in range(min((len(o.activations) for o in late), default=0)):
        layer = [o.activations[place] for o in late]
        if layer[0].name != "relu" or len({a.units for a in layer}) != 1:
            continue
        dead = np.logical_and.reduce([a.dead for a in layer])
        share = float(dead.mean())
        if layer[0].units >= 2 and share >= 0.5 and (worst is None or share > worst[0]):
            worst = share, layer[0], int(dead.sum()), sum(a.rows for a in layer)
    if worst is None:
        return None
    share, layer_seen, count, rows = worst
    line = layer_seen.line
    values = {"count": count, "units": layer_seen.units, "line": line[1], "code": run.quoted(line), "rows": rows, "end": run.end,
              "observations": len(late)}
    return Seen(values, line[1], _leaky(run, layer_seen.line), 0.85)


def _leaky(run: Run, line: Any) -> Edit | None:
    source = run.source
    if source is None:
        return None
    edit = Edit(source)
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or 0) and called(call) in ("relu", "relu_") and line[0] == source.path and call.args:
            edit.replace(call.func, "torch.nn.functional.leaky_relu")
    if not edit.pieces:
        for call in source.calls_of("ReLU"):
            edit.replace(call.func, "torch.nn.LeakyReLU")
    return edit if edit.pieces else None


def exploding_gradient(run: Run) -> Seen | None:
    """Gradients far larger than the parameters from the first pass on, or single passes with a hundred times the usual norm."""
    totals = [(o, math.sqrt(sum(g * g for g, _ in o.norms.values())), math.sqrt(sum(p * p for _, p in o.norms.values())))
              for o in run.observations if o.norms]
    if not totals or len(run.losses) < 10 or run.learnt > 0.7:
        return None
    first = totals[0]
    o, gradient, parameter = first
    if gradient <= 0 or not math.isfinite(o.loss):
        return None
    relative = sum(g * p for g, p in o.norms.values()) / max(abs(o.loss), 1e-12)
    near = run.watcher.first_bad if run.watcher.first_bad is not None else len(run.losses)      # what comes with a pole is no cause
    loud = [t for t in totals if math.isfinite(t[1]) and abs(t[0].loss) < 100 * max(abs(run.start), 1e-12)
            and not near - 2 <= t[0].number <= near]
    typical = float(np.median([t[1] for t in loud])) if loud else gradient
    spike = max(loud, key=lambda t: t[1]) if loud else first
    outside = run.base is not None and run.base > 0 and run.start > 1000 * run.base and gradient > 1000 * parameter * run.scale
    if relative > 300 or outside:
        worst = first
    elif spike[1] > 1000 * max(typical, 1e-12) and spike[1] > 100 * max(spike[2], 1e-12):
        worst = spike
    else:
        return None
    layers = _layer_norms(run, worst[0]) or [(run.watcher.leaves[k].name, *v) for k, v in worst[0].norms.items()]
    layer = max(layers, key=lambda v: v[1])
    site = run.site
    assert site is not None
    values = {"norm": worst[1], "parameters": worst[2], "number": worst[0].number, "layer": layer[0], "largest": layer[1],
              "line": site.line[1], "code": run.quoted(site.line), "typical": typical, "end": run.end}
    edit, tried = _clipped(run), ""
    if edit is not None:
        result = trial(run, edit, min(len(run.losses), 200))
        if result is not None and result.better(run):
            tried = tried_text(run, edit, result)
    return Seen(values, site.line[1], edit, 0.9, tried=tried)


def _clipped(run: Run) -> Edit | None:
    source, site = run.source, run.site
    if source is None or site is None or site.line[0] != source.path:
        return None
    name = next(iter(run.watcher.models), "")
    what = f"{name}.parameters()" if name else "[" + ", ".join(leaf.name for leaf in run.watcher.leaves.values() if leaf.name) + "]"
    return Edit(source).insert(site.line[1] + 1, f"torch.nn.utils.clip_grad_norm_({what}, 1.0)", like=site.line[1])


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
        return Seen({**values, "names": names}, run.site.line[1], _clipped(run), 0.85, variant="parameters")
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
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or call.lineno) and called(call) == operation and operation in ("log", "sqrt", "log2",
                                                                                                                        "log10", "rsqrt"):
            if call.args:
                return Edit(source).replace(call.args[0], f"{_wrapped(source, call.args[0])}.clamp(min=1e-8)")
            if isinstance(call.func, ast.Attribute):
                return Edit(source).replace(call.func.value, f"{_wrapped(source, call.func.value)}.clamp(min=1e-8)")
    if operation == "div":
        statement = source.statement(line[1])
        for node in ast.walk(statement) if statement is not None else ():
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                return Edit(source).replace(node.right, f"({source.segment(node.right)} + 1e-8)")
    return None


def _wrapped(source: Source, node: ast.AST) -> str:
    part = source.segment(node)
    return part if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({part})"


# over the whole run ---------------------------------------------------------------------------------------------------------------
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
        if not np.isfinite(curve).all() or len(run.losses) < groups[-1] - 1:
            continue
        smooth = np.convolve(curve, np.ones(3) / 3, "valid") if len(curve) >= 12 else curve
        at = int(smooth.argmin())
        width = max(1, len(groups) // 10)
        rise = float(smooth[-width:].mean()) / max(float(smooth[at]), 1e-12)
        if at > 0.75 * (len(smooth) - 1) or rise < 1.15:
            continue
        middle = groups[min(at + (len(curve) - len(smooth)) // 2, len(groups) - 1)]
        then = float(run.losses[max(0, middle - 10): middle + 1].mean()) if middle < len(run.losses) else math.nan
        now = float(run.losses[-10:].mean())
        if not now < then:
            continue
        found = {"epoch": at + 1, "epochs": len(curve), "lowest": float(smooth[at]), "last": float(curve[-1]), "line": line[1],
                 "code": run.quoted(line), "then": then, "now": now, "passes": int(middle)}
        return Seen(found, line[1], None, 0.9)
    return None


def saddle_or_plateau(run: Run) -> Seen | None:
    """A small gradient with curvature of both signs where the run ended, and a nudge along the negative one that helps."""
    if run.replays is None or run.site is None or len(run.losses) < 20 or not math.isfinite(run.end):
        return None
    with_norms = [o for o in run.observations if o.norms]
    if len(with_norms) < 4:
        return None
    last = with_norms[-1]
    gradient = math.sqrt(sum(g * g for g, _ in last.norms.values()))
    largest = max(math.sqrt(sum(g * g for g, _ in o.norms.values())) for o in with_norms)
    quarter = run.losses[-max(2, len(run.losses) // 4):]
    moved = float(quarter.max() - quarter.min())
    if not run.whole_batch or moved > 0.01 * max(abs(run.end), abs(run.start - run.end), 1e-12) \
            or gradient > max(0.05 * largest, 1e-3) or run.learnt > 0.95 and run.base is not None:
        return None
    number = max(0, len(run.losses) - 3)
    curvature = curvature_at(run, number)
    if curvature is None:
        return None
    top, bottom, direction = curvature
    if bottom > -0.01 * max(abs(top), 1e-9) or abs(bottom) < 1e-7:
        return None
    before, after, without, steps = nudged(run, number, direction)
    gain = before - after
    if not math.isfinite(after) or steps < 3 or gain < max(0.1 * abs(before), 1e-6) or gain < 3 * max(before - without, 0.0):
        return None
    line = run.site.line
    values = {"norm": gradient, "top": top, "bottom": bottom, "before": before, "after": after, "steps": steps, "line": line[1],
              "code": run.quoted(line)}
    return Seen(values, line[1], None, 0.93)
