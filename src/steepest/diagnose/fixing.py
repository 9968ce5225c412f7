"""The change of the findings put into the program, and the losses before and after it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.diagnose.finding import Finding
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source

__all__ = ["after", "fixed"]


def fixed(source: Source, findings: Sequence[Finding]) -> str:
    """The program with the changes of all mistakes and warnings that have one; empty where none has."""
    edits = [f.edit for f in findings if f.edit is not None and f.severity != "note" and f.edit.of is source]
    if not edits:
        return ""
    whole: Edit = edits[0]
    for other in edits[1:]:
        whole = whole.joined(other)
    changed = whole.text()
    return changed if _binds_torch(changed) or "torch." not in whole.shown() else _with_import(changed)


def _binds_torch(program: str) -> bool:
    names = {a.asname or a.name.split(".")[0] for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Import) for a in n.names}
    return "torch" in names


def _with_import(program: str) -> str:
    """`import torch` above the program's first import."""
    tree = ast.parse(program)
    first = next((n.lineno for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))), 1)
    lines = program.splitlines()
    return "\n".join([*lines[: first - 1], "import torch", *lines[first - 1:]]) + "\n"


def after(run: Run, program: str, file: str, seconds: float = 60.0) -> Any:
    """The losses of the changed program, which lies in a file, over as many passes as the run had, at least twenty."""
    assert run.replays is not None
    run.replays.left = max(run.replays.left, seconds)
    watcher = run.replays.run(program, passes=max(20, len(run.losses)), seconds=seconds, file=file)
    sites = sorted(watcher.sites.values(), key=lambda s: -len(s.losses))
    return np.array(sites[0].losses) if sites else np.empty(0)
