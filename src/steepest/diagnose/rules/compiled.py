"""The rule about compiled loops: what Python does beside the tensors is not repeated at steps that Python does not see."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steepest.diagnose.finding import Seen
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source, called

__all__ = ["python_effect_in_compiled_loop"]

CHANCE = {"random", "randint", "uniform", "choice", "shuffle", "gauss", "normal", "rand", "randn", "permutation", "sample"}
CLOCK = {"time", "perf_counter", "monotonic", "now", "process_time"}


def python_effect_in_compiled_loop(run: Run) -> list[Seen]:
    """Random numbers of Python or NumPy, the clock, `print` and lists of losses inside loops and functions that are compiled."""
    source = run.source
    if source is None:
        return []
    found = []
    for body, name in compiled_parts(source):
        guarded = {id(n) for node in ast.walk(body) if isinstance(node, ast.If) for part in node.body for n in ast.walk(part)}
        for node in ast.walk(body):
            if not isinstance(node, ast.Call) or id(node) in guarded:
                continue
            seen = _effect(source, node, name)
            if seen is not None:
                found.append(seen)
    return found[:3]


def compiled_parts(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Loops over `steepest.loop(...)` and functions given to `compile` or `native`, with the name of the run where it has one."""
    loops = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_loop(node.value):
            loops[ast.unparse(node.targets[0])] = node
    for node in ast.walk(source.tree):
        if isinstance(node, ast.For):
            if isinstance(node.iter, ast.Call) and _is_loop(node.iter):
                yield node, ""
            elif ast.unparse(node.iter) in loops:
                yield node, ast.unparse(node.iter)
        elif isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list]
            if any(m.split(".")[-1] in ("native", "compile") for m in marks) or _compiled_by_name(source, node.name):
                yield node, ""


def _is_loop(call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    return text in ("steepest.loop", "torch.loop", "loop")


def _compiled_by_name(source: Source, name: str) -> bool:
    calls = [c for c in source.calls if called(c) == "compile" and ast.unparse(c.func).startswith(("torch", "steepest"))]
    return any(c.args and ast.unparse(c.args[0]) == name for c in calls)


def _effect(source: Source, call: ast.Call, loop: str) -> Seen | None:
    name, whole = called(call), ast.unparse(call.func)
    first = whole.split(".")[0]
    values = {"line": call.lineno, "code": source.line(call.lineno), "call": ast.unparse(call)[:60], "run": loop or "run"}
    if first in ("random", "np", "numpy") and name in CHANCE:
        replaced = Edit(source).replace(call, "torch.rand(()).item()") if name in ("random", "rand") and not call.args else None
        return Seen(values, call.lineno, replaced, 0.95, variant="chance")
    if first in ("time", "datetime") and name in CLOCK:
        return Seen(values, call.lineno, None, 0.95, variant="clock")
    reads = any(isinstance(n, ast.Call) and called(n) in ("item", "tolist", "numpy") for n in ast.walk(call) if n is not call)
    if name == "append" and reads:
        item = next(n for n in ast.walk(call) if isinstance(n, ast.Call) and called(n) == "item")
        inner = source.segment(item.func.value) if isinstance(item.func, ast.Attribute) else "loss"
        edit = Edit(source).replace(call, f"{loop or 'run'}.record(loss={inner})") if loop else None
        return Seen(values, call.lineno, edit, 0.9, variant="append")
    if name == "print":
        return Seen(values, call.lineno, None, 0.85, variant="print")
    return None
