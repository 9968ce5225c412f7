"""The text of a loop: which names its body uses, and where its variable goes that no recording would notice."""

import ast
import functools
import linecache
import types
from collections.abc import Callable, Iterable
from typing import Any

from steepest.compiling.following import followed_names, is_number_of, name_of_call, speaks
from steepest.core.tensor import Tensor

__all__ = ["LoopText", "function_of", "function_only_appends", "loop_text", "parents_of"]

NOTICED = frozenset("append print record emit abs min max float int str repr format isinstance round divmod hash bool len".split())
"""Functions that a traced number may be handed to: what they do with it is noticed, or harmless."""
OVER = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.Tuple, ast.List)


class LoopText:
    """A `for` statement: `names` are those of its target and body; `direct` says that it goes over one object itself."""

    def __init__(self, node: ast.For, lines: list[str], functions: frozenset[str] = frozenset(), declared: frozenset[str] = frozenset()):
        self.node, self.lines = node, lines
        self.functions = functions
        """Names of functions that the file defines."""
        self.rewritten = False
        """Whether output and the file's functions have been rewritten so that they notice the numbers that they are given."""
        inside = [n for part in (node.target, *node.body) for n in ast.walk(part)]
        self.names = tuple(dict.fromkeys(n.id for n in inside if isinstance(n, ast.Name)))
        self.changing = declared | {n.id for n in inside if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        """Names whose values may be others when the iteration is over."""
        counted = isinstance(node.target, ast.Tuple) and any(name_of_call(n) == "enumerate" for n in ast.walk(node.iter))
        number = node.target.elts[0] if counted and isinstance(node.target, ast.Tuple) else node.target
        self.target = number.id if isinstance(number, ast.Name) else None
        self.direct = not (isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name)
                           and node.iter.func.id in ("enumerate", "zip", "tqdm", "trange", "islice"))
        self.parents = parents_of(node)
        self.stores_only = self._overwritten()

    def _overwritten(self) -> frozenset[str]:
        """Names that the body gives a value before it reads them, so that what they held before does not matter. Behind a `continue`
        it may be that it does not give them one."""
        first: dict[str, bool] = {n.id: True for n in ast.walk(self.node.target) if isinstance(n, ast.Name)}
        left = False
        for statement in self.node.body:
            left = left or _leaves(statement)
            value = getattr(statement, "value", None)
            plain = isinstance(statement, ast.Assign) and not left
            for n in ast.walk(value if plain and value is not None else statement):
                if isinstance(n, ast.Name):
                    first.setdefault(n.id, False)
            if plain:
                for target in statement.targets:        # type: ignore[attr-defined]
                    for n in ast.walk(target):
                        if isinstance(n, ast.Name):
                            first.setdefault(n.id, isinstance(n.ctx, ast.Store))
        return frozenset(name for name, written in first.items() if written)

    def names_in(self, frame: types.FrameType, step: int | None) -> frozenset[str]:
        """The names that a step comes by: without those in branches that conditions on the loop variable alone keep it from."""
        found: set[str] = {n.id for n in ast.walk(self.node.target) if isinstance(n, ast.Name)}
        waiting: list[ast.AST] = list(self.node.body)
        while waiting:
            n = waiting.pop()
            if isinstance(n, ast.Name):
                found.add(n.id)
            if isinstance(n, ast.If) and self.target is not None and step is not None:
                taken = _truth(n.test, {self.target: step}, frame, self.changing)
                waiting += [n.test, *(n.body if taken is not False else ()), *(n.orelse if taken is not True else ())]
            else:
                waiting += ast.iter_child_nodes(n)
        return frozenset(found)

    def only_appends(self, name: str, frame: types.FrameType, step: int | None, attribute: bool = False) -> bool:
        """Whether a step uses a variable (or an attribute of this name) only as `name.append(...)`, through attributes and subscripts
        as well, or to emit."""
        uses = [n for statement in self.node.body for n in ast.walk(statement) if _is_use(n, name, attribute)]
        return all(_is_appended_to(n, self.parents) or self._emitted(n) for n in uses if step is None or self._runs(n, frame, step))

    def _emitted(self, n: ast.AST) -> bool:
        """Whether a place lies within what `emit` is given."""
        while n is not self.node:
            n = self.parents[n]
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "emit":
                return True
        return False

    def unnoticed(self, frame: types.FrameType, step: int | None) -> tuple[str, int] | None:
        """File and line where the loop variable, or a name computed from it, goes in this step to what would not notice."""
        if self.target is None or step is None:
            return None
        followed = {self.target}
        for n in ast.walk(self.node):
            if isinstance(n, ast.Assign) and any(isinstance(x, ast.Name) and x.id in followed and not self._picks(x, n, frame)
                                                 for x in ast.walk(n.value)):
                followed |= {t.id for t in n.targets if isinstance(t, ast.Name)}
        for statement in self.node.body:
            for n in ast.walk(statement):
                if isinstance(n, ast.Name) and n.id in followed and isinstance(n.ctx, ast.Load):
                    if not self._harmless(n, frame) and self._runs(n, frame, step):
                        return frame.f_code.co_filename, n.lineno
        return None

    def unasked(self, frame: types.FrameType, ints: set[str], floats: set[str],
                codes: Iterable[types.CodeType]) -> tuple[str, int] | None:
        """File and line where a float stands to the left of a followed int, whose value it takes without asking. `ints` are names of
        variables and attributes that hold followed ints, `floats` those of followed floats, which do ask."""
        if self.rewritten:
            return None
        followed, before = set(ints), 0
        while before != len(followed):
            before = len(followed)
            for n in ast.walk(self.node):
                if isinstance(n, ast.Assign) and any(_is_one_of(x, followed) for x in ast.walk(n.value)):
                    followed |= {t.id for t in n.targets if isinstance(t, ast.Name)} - floats
        inside = [n for statement in self.node.body for n in ast.walk(statement)]
        for n in inside:
            if _is_one_of(n, followed) and _right_of_float(n, self.parents, lambda left: _is_float(left, frame, floats)):
                return frame.f_code.co_filename, n.lineno      # type: ignore[attr-defined]
        handed = any(isinstance(n, ast.Call) and any(_is_one_of(x, followed) for a in n.args for x in ast.walk(a)) for n in inside)
        for code in codes:
            found = function_of(code)
            if found is None:
                continue
            parents = parents_of(found)
            names = ints | ({a.arg for a in ast.walk(found) if isinstance(a, ast.arg)} if handed else set())
            for n in ast.walk(found):
                if _is_one_of(n, names) and _right_of_float(n, parents, _contains_float):
                    return code.co_filename, n.lineno       # type: ignore[attr-defined]
        return None

    def uncompared(self, frame: types.FrameType, step: int | None, noted: set[tuple[str, int]]) -> tuple[str, int] | None:
        """File and line of a comparison of numbers that follow from the step or from tensors which this step came by, though no
        recording noted it: a float to the left of a traced int makes a plain number of it without asking."""
        if self.rewritten:
            return None
        followed = followed_names(self.node) | ({self.target} if self.target is not None and step is not None else set())
        for statement in self.node.body:
            for n in ast.walk(statement):
                if isinstance(n, ast.Compare) and not all(isinstance(op, (ast.Is, ast.IsNot)) for op in n.ops):
                    follows = any(is_number_of(x, followed) for x in (n.left, *n.comparators))
                    lines = range(n.lineno, (n.end_lineno or n.lineno) + 1)
                    if follows and self._surely(n, frame, step) and not any((frame.f_code.co_filename, k) in noted for k in lines):
                        return frame.f_code.co_filename, n.lineno
        return None

    def _surely(self, n: ast.AST, frame: types.FrameType, step: int | None) -> bool:
        """Whether this step certainly comes to a place: under no conditions but such on the loop variable that hold."""
        while n is not self.node:
            child, n = n, self.parents[n]
            if isinstance(n, (ast.FunctionDef, ast.Lambda, ast.comprehension, ast.While, ast.Try)):
                return False
            if isinstance(n, ast.BoolOp) and child is not n.values[0] or isinstance(n, ast.IfExp) and child is not n.test:
                return False
            if isinstance(n, ast.If) and child is not n.test:
                known = {self.target: step} if self.target is not None and step is not None else {}
                taken = _truth(n.test, known, frame, self.changing)
                if taken is None or taken != (child in n.body):
                    return False
        return True

    def _picks(self, n: ast.AST, statement: ast.Assign, frame: types.FrameType) -> bool:
        """Whether a number only says which elements of a tensor are meant."""
        while n is not statement:
            child, n = n, self.parents[n]
            if isinstance(n, ast.Subscript) and child is n.slice and isinstance(_value(n.value, frame), Tensor):
                return True
        return False

    def _harmless(self, n: ast.AST, frame: types.FrameType) -> bool:
        while True:
            child, n = n, self.parents[n]
            if isinstance(n, ast.BinOp) and child is n.right and not self.rewritten and type(_number(n.left, frame)) is float:
                return False
            if isinstance(n, (ast.Compare, ast.FormattedValue, ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.keyword)):
                return True
            if self.rewritten and isinstance(n, ast.BinOp) and self._spoken(n):
                return True
            if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mod) and isinstance(n.left, (ast.Constant, ast.JoinedStr)):
                return isinstance(n.left, ast.Constant) and not isinstance(n.left.value, str)
            if isinstance(n, OVER):
                continue
            if isinstance(n, ast.Call):
                name = n.func.attr if isinstance(n.func, ast.Attribute) else n.func.id if isinstance(n.func, ast.Name) else ""
                return name in NOTICED or self.rewritten and (name in self.functions or self._spoken(n))
            if isinstance(n, ast.Slice):
                continue
            if isinstance(n, ast.Subscript) and child is n.slice:
                return isinstance(_value(n.value, frame), Tensor)
            return False

    def _spoken(self, n: ast.AST) -> bool:
        """Whether a place lies within an output statement."""
        while not isinstance(n, ast.stmt):
            n = self.parents[n]
        return isinstance(n, ast.Expr) and speaks(n.value)

    def _runs(self, n: ast.AST, frame: types.FrameType, step: int) -> bool:
        """Whether this step comes to a place that lies under conditions on the loop variable alone."""
        while n is not self.node:
            child, n = n, self.parents[n]
            if isinstance(n, ast.If) and child is not n.test:
                taken = _truth(n.test, {self.target or "": step}, frame, self.changing)
                if taken is not None and taken != (child in n.body):
                    return False
        return True


def _is_one_of(n: ast.AST, names: set[str]) -> bool:
    """Whether a node is a variable or an attribute of one of these names."""
    return isinstance(n, ast.Name) and n.id in names or isinstance(n, ast.Attribute) and n.attr in names


def _right_of_float(n: ast.AST, parents: dict[ast.AST, ast.AST], is_float: Callable[[ast.expr], bool]) -> bool:
    """Whether arithmetic with a float to the left takes what a node gives, as it is or after other arithmetic."""
    while n in parents and isinstance(parents[n], (*OVER, ast.AugAssign)):
        child, n = n, parents[n]
        if isinstance(n, ast.BinOp) and child is n.right and is_float(n.left):
            return True
        if isinstance(n, ast.AugAssign):
            return child is n.value and is_float(n.target)
    return False


def _is_float(n: ast.expr, frame: types.FrameType, floats: set[str]) -> bool:
    return type(_number(n, frame)) is float and not any(_is_one_of(x, floats) for x in ast.walk(n))


def _contains_float(n: ast.expr) -> bool:
    """Whether an expression of constants and names has a float among its constants."""
    return any(isinstance(x, ast.Constant) and type(x.value) is float for x in ast.walk(n)) and not any(
        isinstance(x, (ast.Call, ast.Subscript)) for x in ast.walk(n))


def _is_use(n: ast.AST, name: str, attribute: bool) -> bool:
    return isinstance(n, ast.Attribute) and n.attr == name if attribute else isinstance(n, ast.Name) and n.id == name


def _is_appended_to(n: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a variable or an attribute, or what its attributes and subscripts lead to, is appended to."""
    at = n
    while isinstance(parents[at], (ast.Attribute, ast.Subscript)) and parents[at].value is at:    # type: ignore[attr-defined]
        at = parents[at]
    return isinstance(at, ast.Attribute) and at.attr == "append" and at is not n and isinstance(parents[at], ast.Call)


def function_only_appends(code: types.CodeType, name: str, attribute: bool) -> bool:
    """Whether a function of the user's does nothing with a global variable, or attributes, of this name but append to it."""
    if name not in code.co_names and name not in code.co_freevars and name not in code.co_consts:
        return True
    found = function_of(code)
    if found is None or name in code.co_consts:
        return False
    uses, parents = [n for n in ast.walk(found) if _is_use(n, name, attribute)], parents_of(found)
    return bool(uses) and all(_is_appended_to(n, parents) for n in uses)


def parents_of(node: ast.AST) -> dict[ast.AST, ast.AST]:
    """The parent of every node below this one."""
    return {child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)}


def function_of(code: types.CodeType) -> ast.AST | None:
    """The text of a function; None where it is not to be had."""
    return _functions("".join(linecache.getlines(code.co_filename))).get(code.co_firstlineno)


@functools.lru_cache(64)
def _functions(text: str) -> dict[int, ast.AST]:
    """The functions of a file by the line that their code begins with."""
    found = [n for n in ast.walk(_tree(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {min([n.lineno, *(d.lineno for d in n.decorator_list)]): n for n in found}


@functools.lru_cache(64)
def _tree(text: str) -> ast.Module:
    """A file's text as a tree, an empty one where it is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def _leaves(statement: ast.AST) -> bool:
    """Whether a statement may end the iteration that it is in."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    if isinstance(statement, (ast.For, ast.While)):     # what it continues and breaks is itself
        return any(isinstance(n, ast.Return) for n in ast.walk(statement))
    return isinstance(statement, (ast.Continue, ast.Break, ast.Return)) or any(map(_leaves, ast.iter_child_nodes(statement)))


def _truth(test: ast.expr, known: dict[str, Any], frame: types.FrameType, changing: frozenset[str]) -> bool | None:
    """The truth of a test made of numbers, comparisons and names that hold numbers, and that do not change meanwhile; None where it is
    anything else."""
    values: dict[str, Any] = {}
    for n in ast.walk(test):
        if isinstance(n, ast.Name):
            value = known.get(n.id, frame.f_locals.get(n.id, frame.f_globals.get(n.id)))
            if not isinstance(value, (int, float)) or n.id in changing and n.id not in known:
                return None
            values[n.id] = value
        elif not isinstance(n, (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.cmpop, ast.boolop,
                                ast.unaryop, ast.expr_context)):
            return None
    try:
        return bool(eval(compile(ast.Expression(test), "<test>", "eval"), {"__builtins__": {}}, values))
    except ArithmeticError:
        return None


def _value(n: ast.expr, frame: types.FrameType) -> Any:
    """What a name or a chain of attributes holds now."""
    if isinstance(n, ast.Name):
        return frame.f_locals.get(n.id, frame.f_globals.get(n.id))
    if isinstance(n, ast.Attribute):
        return getattr(_value(n.value, frame), "__dict__", {}).get(n.attr)
    return None


def _number(n: ast.expr, frame: types.FrameType) -> Any:
    """The number that a constant, a name or arithmetic of them is; None for anything else."""
    if isinstance(n, ast.Constant):
        return n.value
    if isinstance(n, (ast.Name, ast.Attribute)):
        return _value(n, frame)
    if isinstance(n, ast.UnaryOp):
        return _number(n.operand, frame)
    if isinstance(n, ast.BinOp):
        parts = [_number(n.left, frame), _number(n.right, frame)]
        return next((x for x in parts if type(x) is float), None) if all(isinstance(x, (int, float)) for x in parts) else None
    return None


@functools.lru_cache(64)
def _parsed(text: str) -> dict[tuple[int, int, int, int], tuple[ast.For, frozenset[str], frozenset[str]]]:
    """The `for` statements of a file by where they stand, with the names of its functions, and those that functions declare as not
    their own."""
    tree, found = _tree(text), {}
    functions = frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    declared = frozenset(name for n in ast.walk(tree) if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names)
    for n in ast.walk(tree):
        if isinstance(n, ast.For):
            for part in (n, n.iter):        # Python 3.11 notes the statement, later ones what is gone over
                found[part.lineno, part.end_lineno or 0, part.col_offset, part.end_col_offset or 0] = n, functions, declared
    return found


def loop_text(frame: types.FrameType) -> LoopText | None:
    """The `for` statement that a frame is about to go round in; None where its text is not to be had."""
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    if not lines:
        return None
    places: Any = frame.f_code.co_positions()
    position = next((p for k, p in enumerate(places) if k == frame.f_lasti // 2), None)
    if position is None or None in position:
        return None
    start, end, column, end_column = position
    found = _parsed("".join(lines)).get((start, end, column, end_column))
    return None if found is None else LoopText(found[0], lines, *found[1:])
