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
    return all(map(_used_for_sizes, {looks[0][0] for looks in varying}))


def _differs(a: Any, b: Any) -> bool:
    return type(a) is not type(b) or repr(a) != repr(b)


def _used_for_sizes(code: types.CodeType) -> bool:
    """Whether every question about a size in a function, and every name that stands for the answer, is where it does no harm."""
    function = function_of(code)
    if function is None:
        return False
    above = parents_of(function)
    names = {t.id for n in ast.walk(function) if isinstance(n, ast.Assign) and _asks(n.value)
             for target in n.targets for t in ast.walk(target) if isinstance(t, ast.Name)}
    for n in ast.walk(function):
        if _asks(n) and not _is_part(n, above) and not _is_harmless(n, above):
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


def _is_part(n: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a question is part of a larger one."""
    parent = above.get(n)
    return isinstance(parent, ast.Subscript) and parent.value is n


def _is_harmless(n: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    parent = above.get(n)
    if isinstance(parent, ast.Assign):
        targets = [e for t in parent.targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
        return parent.value is n and all(isinstance(t, ast.Name) for t in targets)
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
