"""The rules about data on a table as arrays: for `steepest inspect`, `steepest train` and anybody who has arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.diagnose.finding import Finding, Seen, in_order, made

__all__ = ["inspect_table"]

PLACES = {name: i for i, name in enumerate((
    "constant-or-missing-inputs", "leak-or-duplicates", "sorted-labels", "class-imbalance", "inputs-not-scaled"))}  # fmt: skip


def inspect_table(x: Any, y: Any, names: Sequence[str] = (), *, classes: bool = False, train: Any = None, test: Any = None,
                  scaled: bool = False) -> list[Finding]:
    """What is to be said of a table before training: `x` `(N, D)` numbers, `y` `(N,)` numbers or class numbers, `names` of the columns.

    `train` and `test` are row numbers of a split; with `scaled` the columns are going to be standardised, so their sizes do not matter.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y).reshape(-1)
    names = list(names) or [str(i) for i in range(x.shape[1])]
    found: list[Finding] = []

    def say(rule: str, severity: str, variant: str = "", confidence: float = 0.95, **values: Any) -> None:
        found.append(made(rule, severity, Seen({"line": None, "code": "", **values}, None, None, confidence, severity, variant)))

    bad = ~np.isfinite(x)
    if bad.any():
        say("constant-or-missing-inputs", "mistake", count=int(bad.sum()), rows=len(x), columns=_named(names, bad.any(0)))
    clean = np.where(bad, 0.0, x)
    constant = (clean == clean[:1]).all(0) & ~bad.any(0)
    if constant.any() and len(x) > 1:
        say("constant-or-missing-inputs", "note", "constant", count=int(constant.sum()), columns=_named(names, constant))
    _leaks(x, y, names, say)
    if train is not None and test is not None:
        whole = np.column_stack([clean, y.astype(np.float64) if y.dtype.kind in "fiub" else np.zeros(len(y))])
        known, rows = {row.tobytes() for row in whole[train]}, whole[test]
        twice = sum(row.tobytes() in known for row in rows)
        if twice:
            say("leak-or-duplicates", "warning", "duplicates", rows=twice, total=len(rows))
    if classes and len(y) >= 20:
        runs = 1 + int(np.count_nonzero(y[1:] != y[:-1]))
        kinds = len(np.unique(y))
        if 1 < kinds <= len(y) // 8 and runs <= 2 * kinds:
            say("sorted-labels", "warning", "table", rows=len(y), runs=runs, classes=kinds)
    if classes and len(y):
        values, counts = np.unique(y, return_counts=True)
        share = counts.max() / counts.sum()
        if share >= 0.8 and len(values) > 1:
            label = values[counts.argmax()]
            say("class-imbalance", "note", "table", share=float(share), majority=label, balanced=1 / len(values))
    varies = ~constant & ~bad.any(0)
    if not scaled and varies.sum() > 1:
        size = np.maximum(np.abs(clean.mean(0)), clean.std(0))
        big, small = (int(np.flatnonzero(varies)[k]) for k in (size[varies].argmax(), size[varies].argmin()))
        if size[big] > 100 * max(size[small], 1e-30) and size[big] > 30:
            spectrum = np.linalg.svd(np.column_stack([np.ones(len(x)), clean[:, varies]]), compute_uv=False)
            say("inputs-not-scaled", "warning", confidence=0.8, big=names[big], small=names[small], big_low=clean[:, big].min(),
                big_high=clean[:, big].max(), small_low=clean[:, small].min(), small_high=clean[:, small].max(),
                condition=(spectrum[0] / max(spectrum[-1], 1e-12 * spectrum[0])) ** 2)
    return in_order(found, PLACES)


def _leaks(x: Any, y: Any, names: list[str], say: Any) -> None:
    """Columns that are the target, also shifted or scaled."""
    if y.dtype.kind not in "fiub" or len(y) < 12 or len(np.unique(y)) < 2:
        return
    t = y.astype(np.float64)
    for column in range(x.shape[1]):
        values = x[:, column]
        if np.isfinite(values).all() and values.std() > 0 and x.shape[1] > 1:
            correlation = np.corrcoef(values, t)[0, 1]
            if abs(correlation) > 1 - 1e-9:
                say("leak-or-duplicates", "mistake", column=names[column], rows=len(t))


def _named(names: list[str], which: Any) -> str:
    chosen = [names[i] for i in np.flatnonzero(which)]
    return ", ".join(chosen[:6]) + (" ..." if len(chosen) > 6 else "")
