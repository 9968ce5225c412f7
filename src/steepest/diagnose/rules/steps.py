"""Rules about the size of steps: too large, too small, and gradients that explode."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from steepest.diagnose.finding import Seen
from steepest.diagnose.measure import curvature_at
from steepest.diagnose.rules.norms import layer_norms
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit
from steepest.diagnose.trying import Trial, TriedRate, trial, tried_text, try_rate
from steepest.errors import text

__all__ = ["clipped", "exploding_gradient", "step_too_large", "step_too_small"]


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
    plain = run.optimizer is None or type(run.optimizer.of).__name__ == "SGD"
    much = 1.5 if plain else 2.0        # a loss of several parts may rise for a while under steps that adapt
    if abs(start) > 0 and end > much * abs(start) and end > 1.5 * (run.base or 0) and end > 1e-6:
        return "grows"
    whole = all(o.seen.paths == 1 for o in run.observations if o.seen is not None)     # no other part beside the recognised loss
    if whole and run.base and run.base > 0 and end > 2 * run.base and end > 0.5 * start and len(losses) >= 20:
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
            values["factor"] = other.after / other.before
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
    if not -0.05 <= fallen <= 0.15:         # a loss that rises is no small step's
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
    layers = layer_norms(run, worst[0]) or [(run.watcher.leaves[k].name, *v) for k, v in worst[0].norms.items()]
    layer = max(layers, key=lambda v: v[1])
    site = run.site
    assert site is not None
    values = {"norm": worst[1], "parameters": worst[2], "number": worst[0].number, "layer": layer[0], "largest": layer[1],
              "line": site.line[1], "code": run.quoted(site.line), "typical": typical, "end": run.end}
    edit, tried = clipped(run), ""
    if edit is not None:
        result = trial(run, edit, min(len(run.losses), 200))
        if result is not None and result.better(run):
            tried = tried_text(run, edit, result)
    return Seen(values, site.line[1], edit, 0.9, tried=tried)


def clipped(run: Run) -> Edit | None:
    source, site = run.source, run.site
    if source is None or site is None or site.line[0] != source.path:
        return None
    name = next(iter(run.watcher.models), "")
    what = f"{name}.parameters()" if name else "[" + ", ".join(leaf.name for leaf in run.watcher.leaves.values() if leaf.name) + "]"
    return Edit(source).insert(site.line[1] + 1, f"torch.nn.utils.clip_grad_norm_({what}, 1.0)", like=site.line[1])
