"""Rules about standing still: at the loss of the best constant answer, and at a saddle."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from steepest.diagnose.finding import Seen
from steepest.diagnose.measure import curvature_at, nudged
from steepest.diagnose.rules.losses import eight_rows_text
from steepest.diagnose.rules.norms import layer_norms
from steepest.diagnose.run import Run
from steepest.diagnose.seen import Observation
from steepest.diagnose.source import Edit, called
from steepest.diagnose.trying import Trial, trial
from steepest.errors import text

__all__ = ["saddle_or_plateau", "stuck_at_base_rate"]

NEAR_BASE = 0.03
"""A loss within this share of the best constant answer's counts as stuck there."""


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
    if not on or all(g == 0 for o in on for _, g, _ in layer_norms(run, o)):
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
