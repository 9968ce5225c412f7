"""Rules about units that let nothing through: saturated ones, and ReLUs that are dead."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from steepest.diagnose.finding import Seen
from steepest.diagnose.rules.norms import layer_norms
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, called

__all__ = ["dead_relu", "saturated_units"]


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
    norms = layer_norms(run, late[-1])
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
