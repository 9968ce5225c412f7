"""Rules about the data: scales, missing and constant inputs, order and sizes of batches, majorities."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from steepest.data.dataset import IterableDataset
from steepest.data.fetch import rows_of
from steepest.data.sampler import SequentialSampler
from steepest.diagnose.capacity import gradient_noise
from steepest.diagnose.finding import Seen
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source

__all__ = [
    "batch_and_data_size", "class_imbalance", "constant_or_missing_inputs", "inputs_not_scaled", "sorted_labels",
]  # fmt: skip


def batch_and_data_size(run: Run) -> Seen | None:
    """Loaders without a batch, or whose batch is larger than the data."""
    for loader, line in ((seen.of, seen.line) for seen in run.watcher.loaders):
        if isinstance(loader.dataset, IterableDataset) or loader.batch_size is None:
            continue
        try:
            rows = len(loader.dataset)
        except TypeError:
            continue
        made = _loader_call(run, line, loader)
        source, call = made if made is not None else (None, None)
        number = call.lineno if call is not None else line[1]
        values = {"rows": rows, "batch": loader.batch_size, "line": number, "code": source.line(number) if source else run.quoted(line)}
        if loader.drop_last and len(loader) == 0:
            edit = Edit(source).set_argument(call, "drop_last", "False", 8) if source is not None and call is not None else None
            return Seen(values, number, edit, 0.99)
        if loader.batch_size > rows:
            return Seen(values, number, None, 0.9, severity="note", variant="larger")
    return _noisy(run)


def _noisy(run: Run) -> Seen | None:
    """A note where training stands still and the batches' gradients differ far more than they agree."""
    if run.whole_batch or run.site is None or len(run.losses) < 100 or run.learnt > 0.9 \
            or run.mean_loss(0.8, 1.0) < 0.98 * run.mean_loss(0.5, 0.7):
        return None
    noise = gradient_noise(run)
    if noise is None or noise[1] < 10 * noise[0]:
        return None
    values = {"batch": noise[0], "scale": noise[1], "line": run.site.line[1], "code": run.quoted(run.site.line)}
    return Seen(values, run.site.line[1], None, 0.7, severity="note", variant="noise")


def _loader_call(run: Run, line: Any, loader: Any) -> tuple[Source, ast.Call] | None:
    """The call that made a loader: the one whose name the loop on `line` reads, or the only one with its batch size."""
    source = run.source_of(line[0])
    if source is None:
        return None
    calls = list(source.calls_of("DataLoader"))
    read = source.statement(line[1])
    names = {n.id for n in ast.walk(read.iter) if isinstance(n, ast.Name)} if isinstance(read, ast.For) else set()
    for call in calls:
        statement = source.statement(call.lineno)
        if isinstance(statement, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in statement.targets):
            return source, call
    return (source, calls[0]) if len(calls) == 1 else None


def constant_or_missing_inputs(run: Run) -> list[Seen]:
    """NaN or infinite inputs (a mistake), columns that never change (a note)."""
    x = run.inputs
    if x is None or not x.size or x.dtype.kind != "f":
        return []
    first = next(o for o in run.observations if o.inputs is not None)
    line = first.input_line
    bad = ~np.isfinite(x.reshape(len(x), -1))
    if bad.any():
        columns = np.flatnonzero(bad.any(0))
        values = {"count": int(bad.sum()), "rows": len(x), "columns": _listed(columns), "line": line[1], "code": run.quoted(line)}
        return [Seen(values, line[1], _without_missing(run), 0.99)]
    if x.ndim == 2 and len(x) >= 8 and x.shape[1] > 1:
        constant = np.flatnonzero((x == x[0]).all(0))
        if len(constant) and len(constant) < x.shape[1]:
            values = {"columns": _listed(constant), "count": len(constant), "line": line[1], "code": run.quoted(line)}
            return [Seen(values, line[1], None, 0.9, "note", variant="constant")]
    return []


def _listed(columns: Any) -> str:
    return ", ".join(map(str, columns[:6])) + (" ..." if len(columns) > 6 else "")


def _input_name(run: Run) -> tuple[Source, ast.stmt, str] | None:
    """The variable that holds the inputs of the whole data, and the statement that gave it its value."""
    source, x = run.source, run.inputs
    if source is None or x is None:
        return None
    wanted = run.watcher.names
    names = [name for key, name in wanted.items() if name.isidentifier() and _same_start(run, key, x)]
    for name in names:
        last = None
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and any(_binds(t, name) for t in node.targets):
                last = node if last is None or node.lineno > last.lineno else last
        if last is not None:
            return source, last, name
    return None


def _binds(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name or isinstance(target, ast.Tuple) and any(_binds(t, name) for t in target.elts)


def _same_start(run: Run, key: int, x: Any) -> bool:
    array = run.watcher.arrays.get(key)
    return array is not None and array.ndim == x.ndim and array.shape[1:] == x.shape[1:] and len(array) >= len(x) * 0.9


def _after(statement: ast.stmt) -> int:
    return (statement.end_lineno or statement.lineno) + 1


def _without_missing(run: Run) -> Edit | None:
    found = _input_name(run)
    if found is None:
        return None
    source, statement, name = found
    return Edit(source).insert(_after(statement), f"{name} = torch.nan_to_num({name})", like=statement.lineno)


def inputs_not_scaled(run: Run) -> Seen | None:
    """Columns of very different size under a training that came to little, and scaling them tried."""
    x = run.inputs
    if x is None or x.ndim != 2 or len(x) < 8 or x.dtype.kind != "f" or not np.isfinite(x).all() or len(run.losses) < 10:
        return None
    size = np.maximum(np.abs(x.mean(0)), x.std(0)).astype(np.float64)
    varies = x.std(0) > 0
    if not varies.any() or run.learnt > 0.5:
        return None
    sizes = size[varies]
    largest, smallest = float(sizes.max()), min(float(sizes.min()), 1.0)
    ratio = largest / max(smallest, 1e-30)
    if ratio < 100 or largest < 30:
        return None
    columns = np.flatnonzero(varies)
    big, small = int(columns[sizes.argmax()]), int(columns[sizes.argmin()])
    first = next(o for o in run.observations if o.inputs is not None)
    line = first.input_line
    design = np.column_stack([np.ones(len(x)), x[:, varies]]).astype(np.float64)
    spectrum = np.linalg.svd(design, compute_uv=False)
    values: dict[str, Any] = {
        "big": big, "small": small, "big_low": float(x[:, big].min()), "big_high": float(x[:, big].max()),
        "small_low": float(x[:, small].min()), "small_high": float(x[:, small].max()), "line": line[1], "code": run.quoted(line),
        "condition": float((spectrum[0] / max(spectrum[-1], 1e-12 * spectrum[0])) ** 2),
    }  # fmt: skip
    found = _input_name(run)
    if found is None:
        return Seen(values, line[1], None, 0.8)
    source, statement, name = found
    scaled = f"{name} = ({name} - {name}.mean(0)) / {name}.std(0).clamp(min=1e-8)"
    edit = Edit(source).insert(_after(statement), scaled, like=statement.lineno)
    best, tried = _try_scaled(run, edit)
    if best is None:
        return Seen(values, line[1], edit, 0.8) if not run.replays else None
    return Seen(values, line[1], best, 0.95, tried=tried)


def _try_scaled(run: Run, edit: Edit) -> tuple[Edit | None, str]:
    """The scaled program as it is, then with a learning rate that fits scaled inputs."""
    from steepest.diagnose.trying import trial, tried_text

    if run.replays is None:
        return None, ""
    passes = min(len(run.losses), 400)
    for factor in (None, 0.1, 0.01, 1.0):
        changed = edit
        if factor is not None:
            rate = run.rate()
            if rate is None or not rate[0] > 0:
                break
            other = run.rate_changed(factor / rate[0])
            if other is None:
                break
            changed = edit.joined(other[0])
        result = trial(run, changed, passes)
        if result is not None and result.better(run):
            return changed, tried_text(run, changed, result)
    return None, ""


def sorted_labels(run: Run) -> Seen | None:
    """Batches of one class each although there are several: the rows are in the order of their labels."""
    batches = [b for b in run.watcher.labels if b[2] >= 4]
    loader_seen = _sorted_loader(run)
    if loader_seen is not None:
        return loader_seen
    if len(batches) < 4 or run.whole_batch:
        return None
    pure = [b for b in batches if b[0] == b[1]]
    kinds = {b[0] for b in pure}
    if len(pure) < 0.6 * len(batches) or len(kinds) < 2:
        return None
    site = run.site or next(iter(run.watcher.sites.values()))
    values = {"pure": len(pure), "batches": len(batches), "line": site.line[1], "code": run.quoted(site.line)}
    return Seen(values, site.line[1], None, 0.9)


def _sorted_loader(run: Run) -> Seen | None:
    for loader, line in ((seen.of, seen.line) for seen in run.watcher.loaders if seen.trains):
        if not isinstance(loader.sampler, SequentialSampler) or loader.batch_size is None:
            continue
        found = rows_of(loader.dataset)
        labels = None
        if found is not None and len(found[0]) >= 2:
            t = found[0][-1].array
            t = t if found[1] is None else t[found[1]]
            labels = t.reshape(len(t), -1)[:, 0] if t.size == len(t) else None
        if labels is None or len(labels) < 3 * loader.batch_size or loader.batch_size < 4:
            continue
        kinds = np.unique(labels[:100_000])
        if not 2 <= len(kinds) <= 1000 or len(kinds) > len(labels) / 4 or not (kinds == np.round(kinds)).all():
            continue
        batches = [labels[i: i + loader.batch_size] for i in range(0, len(labels) - loader.batch_size + 1, loader.batch_size)]
        pure = sum(bool((b == b[0]).all()) for b in batches)
        if pure < 0.5 * len(batches):
            continue
        made = _loader_call(run, line, loader)
        if made is None:
            return Seen({"pure": pure, "batches": len(batches), "line": line[1], "code": run.quoted(line)}, line[1], None, 0.95)
        source, call = made
        values = {"pure": pure, "batches": len(batches), "line": call.lineno, "code": source.line(call.lineno)}
        return Seen(values, call.lineno, Edit(source).set_argument(call, "shuffle", "True", 2), 0.97)
    return None


def class_imbalance(run: Run) -> Seen | None:
    """Most rows are of one class and the model has learnt to answer it always."""
    y = run.targets
    last = [o for o in run.observations[-4:] if o.number > 0.5 * len(run.losses) and o.seen is not None and o.seen.target is not None]
    if y is None or not last or len(run.losses) < 10:
        return None
    kind = last[-1].seen.kind  # type: ignore[union-attr]
    if kind not in ("bce", "logits", "classes"):
        return None
    values_of, counts = np.unique(y.reshape(-1), return_counts=True)
    share = float(counts.max() / counts.sum())
    if not 2 <= len(values_of) <= 100 or share < 0.8 or counts.sum() < 40:
        return None
    majority = float(values_of[counts.argmax()])
    answers = np.concatenate([_answers(o.seen, kind) for o in last])
    alone = all(o.seen.paths == 1 for o in last if o.seen is not None)      # another part of the loss may weigh the classes already
    if not (answers == majority).all() or not alone:
        return None
    line = last[-1].seen.line  # type: ignore[union-attr]
    values = {"share": share, "majority": majority, "classes": len(values_of), "balanced": 1 / len(values_of), "line": line[1],
              "code": run.quoted(line), "weight": float((counts.sum() - counts.max()) and counts.max() / (counts.sum() - counts.max()))}
    return Seen(values, line[1], _weighted(run, kind, counts), 0.9)


def _answers(seen: Any, kind: str) -> Any:
    p = seen.prediction
    if kind == "classes":
        return p.argmax(1).astype(float)
    return (p.reshape(-1) > (0.5 if kind == "bce" else 0.0)).astype(float)


def _weighted(run: Run, kind: str, counts: Any) -> Edit | None:
    source = run.source
    if source is None:
        return None
    if kind == "classes":
        weights = ", ".join(f"{counts.sum() / (len(counts) * c):.3g}" for c in counts)
        for call in source.calls_of("CrossEntropyLoss"):
            return Edit(source).set_argument(call, "weight", f"torch.tensor([{weights}])", 0)
    if kind == "logits" and len(counts) == 2:
        for call in source.calls_of("BCEWithLogitsLoss"):
            return Edit(source).set_argument(call, "pos_weight", f"torch.tensor([{counts[0] / counts[1]:.3g}])")
    return None
