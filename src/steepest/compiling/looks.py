"""Whether what the user's code was told about sizes has a say in what it does.

A watched call notes what the package told Python that is no tensor (`Watch.looks`): a shape, a length. What is the same in calls of several
sizes does not matter. What differs must stand, in the text of the function that asked, where it can do nothing but give a size to a new
tensor or a divisor to a sum: `x.view(x.shape[0], -1)`, `torch.zeros(len(x), 3)`, `(a - b).sum() / n` with `n = x.shape[0]` before.
"""

import ast
import types
from collections.abc import Iterable
from typing import Any

from steepest.compiling.source import function_of, parents_of
from steepest.core.size import Size

__all__ = ["Look", "harmless"]

Look = tuple[types.CodeType, int, str, Any]
TAKERS = frozenset("view reshape expand unflatten view_as new_zeros new_ones new_full new_empty zeros ones full empty rand randn arange "
                   "eye broadcast_to repeat".split())
"""Methods and functions that take sizes."""
SUMS = frozenset("sum mean pow square abs exp log sqrt norm mse_loss l1_loss cross_entropy nll_loss binary_cross_entropy "
                 "smooth_l1_loss".split())
"""Methods and functions that give a tensor, which may be divided by a size."""
ASKING = frozenset("shape size numel nelement len".split())


def harmless(calls: list[list[Look]], codes: Iterable[types.CodeType]) -> bool:
    """Whether looks of calls of several sizes, each as it came, say nothing or serve as sizes alone; `codes` are the user's functions."""
    same = len({tuple([look[:3] for look in looks]) for looks in calls}) == 1
    if not same or any(code.co_name in TAKERS or code.co_name in SUMS for code in codes):
        return False
    varying = [looks for looks in zip(*calls, strict=True) if any(_differs(looks[0][3], look[3]) for look in looks)]
    if any(looks[0][2] not in ("shape", "size", "numel", "nelement", "_len") for looks in varying):
        return False
    told: dict[types.CodeType, dict[int, list[tuple[Any, ...]]]] = {}
    for looks in zip(*calls, strict=True):
        code, line, _, _ = looks[0]
        told.setdefault(code, {}).setdefault(line, []).append(tuple([look[3] for look in looks]))
    return all(_used_for_sizes(code, told[code]) for code in {looks[0][0] for looks in varying})


def _differs(a: Any, b: Any) -> bool:
    return type(a) is not type(b) or repr(a) != repr(b)


def _used_for_sizes(code: types.CodeType, told: dict[int, list[tuple[Any, ...]]]) -> bool:
    """Whether every question about a size in a function, and every name that stands for the answer, is where it does no harm. `told` are
    the answers in the calls, by the line."""
    function = function_of(code)
    if function is None:
        return False
    above = parents_of(function)
    names = set()
    for n in ast.walk(function):
        if isinstance(n, ast.Assign) and _asks(n.value) and not _is_fixed(n.value, None, told):
            for target in n.targets:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                for k, part in enumerate(parts):
                    if len(parts) == 1 or not _is_fixed(n.value, k, told):
                        names |= {t.id for t in ast.walk(part) if isinstance(t, ast.Name)}
    for n in ast.walk(function):
        if _asks(n) and not _is_fixed(n, None, told) and not _is_part(n, above) and not _is_harmless(n, above):
            return False
        if isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Load) and not _is_harmless(n, above):
            return False
        if isinstance(n, ast.Global | ast.Nonlocal | ast.Lambda | ast.FunctionDef) and n is not function:
            return False
    return True


def _asks(n: ast.AST) -> bool:
    """Whether an expression is a question about a size: `x.shape`, `x.shape[0]`, `x.size(0)`, `len(x)`."""
    if isinstance(n, ast.Subscript):
        return _asks(n.value)
    if isinstance(n, ast.Call):
        f = n.func
        return isinstance(f, ast.Name) and f.id == "len" or isinstance(f, ast.Attribute) and f.attr in ASKING
    return isinstance(n, ast.Attribute) and n.attr == "shape"


def _is_fixed(n: ast.AST, place: int | None, told: dict[int, list[tuple[Any, ...]]]) -> bool:
    """Whether the answer to a question, or what stands at a place in it, was the same in all calls."""
    assert isinstance(n, ast.expr) and n.end_lineno is not None
    answers = [row for line in range(n.lineno, n.end_lineno + 1) for row in told.get(line, [])]
    if isinstance(n, ast.Subscript) and place is None:
        place, n = _constant(n.slice), n.value
        if place is None:
            return False
    if place is not None:
        shapes = [row for row in answers if isinstance(row[0], Size)]
        return bool(shapes) and all(-len(x) <= place < len(x) and x[place] == row[0][place] for row in shapes for x in row)
    return bool(answers) and all(x == row[0] for row in answers for x in row)


def _constant(n: ast.AST) -> int | None:
    try:
        value = ast.literal_eval(n)
    except ValueError:
        return None
    return value if type(value) is int else None


def _is_part(n: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a question is part of a larger one."""
    parent = above.get(n)
    return isinstance(parent, ast.Subscript) and parent.value is n


def _is_harmless(n: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    parent = above.get(n)
    if isinstance(parent, ast.Assign) and not isinstance(n, ast.Name):
        targets = [e for t in parent.targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
        return parent.value is n and all(isinstance(t, ast.Name) for t in targets)
    if isinstance(parent, ast.Slice):
        return parent.upper is n        # the watch notes that it may take less
    if isinstance(parent, ast.Starred):
        return _is_harmless(parent, above)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is n:
        left = parent.left
        return isinstance(left, ast.Call) and _name(left.func) in SUMS
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Add | ast.Sub):
        other = parent.right if parent.left is n else parent.left
        return isinstance(other, ast.Constant | ast.Name) and _is_harmless(parent, above) and isinstance(above.get(parent), ast.Call)
    return isinstance(parent, ast.Call) and n in parent.args and _name(parent.func) in TAKERS and isinstance(parent.func, ast.Attribute)


def _name(f: ast.AST) -> str:
    return f.attr if isinstance(f, ast.Attribute) else f.id if isinstance(f, ast.Name) else ""
