"""Rules about errors and warnings that PyTorch raises too: the text says what is wrong, here the user's own line is mended.

Which row of the error texts belongs to which rule is a table; a message is recognised by the row's text in both languages.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from steepest import errors
from steepest.diagnose.finding import Seen
from steepest.diagnose.frames import PACKAGE, PROGRAMS, Line
from steepest.diagnose.rules.mending import MENDS, other_line
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit

__all__ = ["RAISED", "absurd_hyperparameter", "check_of", "line_of", "rule_of"]

RAISED = {
    "loss-broadcast": ("loss-broadcast", "loss-shapes", "bce-shapes", "bce-logits-shapes"),
    "sigmoid-and-loss-mismatch": ("bce-range",),
    "labels-of-wrong-kind": ("labels-dtype", "labels-dims", "labels-outside", "labels-shape", "class-probabilities-dtype",
                             "bce-dtype", "bce-logits-dtype", "bce-target-range"),
    "dtype-mismatch": ("dtype-mismatch", "dtype-mismatch-scalars", "dtype-mismatch-vector", "dtype-mismatch-dot", "dtype-mismatch-added",
                       "dtype-mismatch-inputs", "linear-dtypes", "conv-dtypes"),
    "backward-twice": ("backward-twice",),
    "backward-of-non-scalar": ("backward-of-non-scalar",),
    "gradient-chain-broken": ("gradient-chain-broken", "requires-grad-of-integers", "numpy-of-grad"),
    "in-place-needed-value": ("in-place-needed-value", "in-place-of-leaf", "in-place-of-view-of-leaf", "in-place-of-one-of-several",
                              "in-place-of-view-made-without-grad"),
    "non-leaf-grad": ("grad-of-non-leaf", "tensor-of-tensor", "optimizer-non-leaf"),
    "absurd-hyperparameter": ("optimizer-option",),
    "batch-and-data-size": ("batch-size",),
}


OF_PYTHON = (("gradient-chain-broken", "backward-of-number", r"'(float|int)' object has no attribute 'backward'"),)
"""Errors that Python raises by itself: the rule, the row of `MENDS`, the message."""


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    errors.text("backward-twice", node="")      # reads the tables
    found = [(rule, key, re.compile(pattern)) for rule, key, pattern in OF_PYTHON]
    for rule, keys in RAISED.items():
        for key in keys:
            for words in errors._rows.get(key, ()):
                parts = re.split(r"\{[^{}]*\}", words.replace("{{", "\0").replace("}}", "\1"))
                pattern = ".*?".join(re.escape(p.replace("\0", "{").replace("\1", "}")) for p in parts)
                found.append((rule, key, re.compile(pattern, re.S)))
    return found


def rule_of(message: str) -> tuple[str, str] | None:
    """The rule and the row of the error texts that a message belongs to."""
    return next(((rule, key) for rule, key, pattern in _patterns() if pattern.match(message)), None)


def line_of(error: BaseException) -> Line:
    """The innermost line of the user's in an error's traceback."""
    trace, found = error.__traceback__, ("", 0)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith((PACKAGE, "<frozen")) or file.startswith(PROGRAMS):
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found


def check_of(rule: str) -> Any:
    """The check that looks whether the run ended with (or warned of) an error of this rule."""
    def check(run: Run) -> Seen | None:
        if run.error is not None:
            found = rule_of(str(run.error))
            if found is not None and found[0] == rule:
                return _seen(run, found[1], str(run.error), line_of(run.error))
        for message, line in run.watcher.warned:
            found = rule_of(message)
            if found is not None and found[0] == rule:
                return _seen(run, found[1], message, line)
        return None

    return check


def _seen(run: Run, key: str, message: str, line: Line) -> Seen:
    message = " ".join(message.split())
    values = {"message": message, "line": line[1], "code": run.quoted(line), "other": ""}
    source = run.source_of(line[0])
    edit = None
    if source is not None and source.line(line[1]):
        mend = MENDS.get(key)
        edit = mend(run, source, line, message) if mend is not None else None
        edit = edit if edit is not None and edit.shown() else None
    other = other_line(run, key, message, line)
    if other is not None:
        values["other"] = errors.text(f"doctor-other/{key}", line=other[1], code=run.quoted(other))
    return Seen(values, line[1], edit, 0.99, "mistake", variant="raised")


def absurd_hyperparameter(run: Run) -> Seen | None:
    """Learning rates and weight decays far outside what anybody uses, which PyTorch accepts."""
    for seen in run.watcher.optimizers.values():
        kind = type(seen.of).__name__
        for group in seen.of.param_groups:
            for name, usual, limit in (("lr", "0.0001 .. 0.1", 100.0), ("weight_decay", "0 .. 0.1", 10.0)):
                value = group.get(name)
                if isinstance(value, (int, float)) and kind not in ("Adadelta", "LBFGS", "Rprop") and value >= limit:
                    edit = None
                    source = run.source_of(seen.line[0])
                    usual_value = {"lr": "0.01" if kind == "SGD" else "0.001", "weight_decay": "0.0001"}[name]
                    if source is not None:
                        for call in source.calls_of(kind, line=seen.line[1]):
                            edit = Edit(source).set_argument(call, name, usual_value, 1 if name == "lr" else None)
                    if name == "lr" and run.learnt > 0.5 and len(run.losses) > 10:
                        continue
                    values = {"name": name, "value": value, "usual": usual, "line": seen.line[1], "code": run.quoted(seen.line)}
                    return Seen(values, seen.line[1], edit, 0.9)
    return None
