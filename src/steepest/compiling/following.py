"""Following numbers through a program's text: which names may hold one that depends on the step, or comes from a tensor."""

import ast
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["SPEAKING", "calls", "dotted", "followed_names", "is_number_of", "name_of_call", "scope_of", "sharing", "speaks"]

READS = frozenset(("item",))
KEEPING = frozenset("float int abs min max round sum pow".split())
"""Functions of numbers whose result is a number that follows from them."""
SPEAKING = frozenset(("sys.stdout.write", "sys.stderr.write", "sys.stdout.flush", "sys.stderr.flush"))
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def scope_of(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, class or module, without those of the functions and classes in it."""
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        n = waiting.pop()
        yield n
        if not isinstance(n, SCOPES):
            waiting += ast.iter_child_nodes(n)


def name_of_call(node: ast.AST) -> str:
    """The name of the function or method that a call calls; empty for other nodes."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def calls(nodes: Iterable[ast.AST], names: Iterable[str]) -> bool:
    """Whether a function or method of one of these names is called anywhere in the nodes."""
    wanted = frozenset(names)
    return any(name_of_call(n) in wanted for node in nodes for n in ast.walk(node))


def sharing(node: ast.For, around: Sequence[ast.AST]) -> frozenset[int] | None:
    """The lines of the loops around a loop, in all passes of which it calls the same objects, or `step` of them; None where nothing around
    it makes one of these by a call. `around`: its function and the loops in it, the innermost last."""
    called = [n.func for part in node.body for n in ast.walk(part) if isinstance(n, ast.Call)]
    objects = [f.value if isinstance(f, ast.Attribute) and f.attr == "step" else f for f in called]
    names = {x.id for x in objects if isinstance(x, ast.Name)}
    within: set[int] = set()
    inner = {id(n) for n in ast.walk(node)}
    for outer in reversed(around):
        nodes = list(ast.walk(outer))
        for n in nodes:
            if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call) and id(n) not in inner:
                if any(isinstance(x, ast.Name) and x.id in names for target in n.targets for x in ast.walk(target)):
                    return frozenset(within)
        inner = set(map(id, nodes))
        within.add(getattr(outer, "lineno", 0))
    return None


def is_number_of(node: ast.AST, followed: Iterable[str]) -> bool:
    """Whether an expression is arithmetic in followed names and in elements read from tensors."""
    if isinstance(node, ast.Name):
        return node.id in followed
    if isinstance(node, ast.BinOp):
        return is_number_of(node.left, followed) or is_number_of(node.right, followed)
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and is_number_of(node.operand, followed)
    if isinstance(node, ast.IfExp):
        return is_number_of(node.body, followed) or is_number_of(node.orelse, followed)
    if isinstance(node, ast.Call):
        name = name_of_call(node)
        return name in READS or name in KEEPING and any(is_number_of(a, followed) for a in node.args)
    return False


def followed_names(scope: ast.AST) -> frozenset[str]:
    """Names of a scope that hold the number of a step, or a number computed from one or from what `.item()` gives."""
    nodes = list(scope_of(scope))
    found: set[str] = set()
    for n in nodes:
        if isinstance(n, ast.For):
            name = name_of_call(n.iter)
            target = n.target.elts[0] if isinstance(n.target, ast.Tuple) and name == "enumerate" else n.target
            if isinstance(target, ast.Name) and name in ("range", "enumerate", "trange", "loop", "tqdm"):
                found.add(target.id)
    before = -1
    while before != len(found):
        before = len(found)
        for n in nodes:
            if isinstance(n, ast.Assign) and is_number_of(n.value, found):
                found |= {t.id for t in n.targets if isinstance(t, ast.Name)}
            elif isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and is_number_of(n.value, found):
                found.add(n.target.id)
            elif isinstance(n, ast.NamedExpr) and is_number_of(n.value, found):
                found.add(n.target.id)
    return frozenset(found)


def dotted(node: ast.AST) -> str:
    """`sys.stdout.write` of a chain of attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    before = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{before}.{node.attr}" if before and isinstance(node, ast.Attribute) else ""


def speaks(node: ast.AST) -> bool:
    """Whether a call is output and nothing else."""
    return isinstance(node, ast.Call) and (dotted(node.func) == "print" or dotted(node.func) in SPEAKING)
