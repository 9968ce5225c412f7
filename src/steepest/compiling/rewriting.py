"""Rewriting: a program's text so that its loops can run natively; what it does stays the same.

    for i, (x, y) in enumerate(loader):     ->   for i, (x, y) in __steepest__.over(7, __steepest__.enumerate(loader)):
        print(f"{i} {loss.item():.3f}")     ->       __steepest__.emit(lambda a, b: print(f"{a} {b:.3f}"), i, loss.item())
                                                         if __steepest__.recordings else print(f"{i} {loss.item():.3f}")
        lr = 0.1 * 0.9 ** i                 ->       lr = __steepest__.mul(0.1, __steepest__.pow(0.9, i))

Every node keeps its place in the file, so that errors show the program's lines. `__steepest__` is the `Runtime` of `native_loops`.
"""

import ast
import copy
from typing import Any

from steepest.compiling.following import SPEAKING, dotted, followed_names, is_number_of, name_of_call, scope_of, sharing

__all__ = ["rewritten"]

RUNTIME = "__steepest__"
OPERATORS: dict[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
                              ast.Mod: "mod", ast.Pow: "pow"}
FOLLOWED = {"float": 1, "int": 1, "min": 2, "max": 2}
"""Functions of so many numbers whose results stay traced."""
FORMATTING = frozenset("str repr format round float int abs len min max sum sorted list tuple bool pow divmod".split())
"""Functions that an output statement may apply to its values; they are applied again for every native step."""
ELEMENTS = frozenset(("tolist", "numpy"))
STREAMS = frozenset(("sys.stdout", "sys.stderr"))
MODULES = frozenset(("math",))
SUSPENDS = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)


def rewritten(tree: ast.Module, number: Any) -> ast.Module:
    """The program with its loops given to the runtime; `number(node, within)` gives each `for` statement a number of its own, `within`
    being what `sharing` tells of it."""
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored |= {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    stored |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    done = Rewriter(frozenset(stored), number, tree).visit(tree)
    result: ast.Module = ast.fix_missing_locations(done)
    return result


def runtime(name: str, at: ast.AST, *arguments: ast.expr) -> ast.Call:
    """A call of the runtime that stands where `at` stood."""
    function = ast.Attribute(ast.Name(RUNTIME, ast.Load()), name, ast.Load())
    return located(ast.Call(function, list(arguments), []), at)


def located(node: Any, at: ast.AST) -> Any:
    """A new node, and the new ones in it, at the place of another."""
    for n in ast.walk(node):
        if "lineno" in n._attributes and not hasattr(n, "lineno"):
            ast.copy_location(n, at)
    return node


class Rewriter(ast.NodeTransformer):
    """Goes through one program; `stored` are names that it gives another meaning somewhere."""

    def __init__(self, stored: frozenset[str], number: Any, tree: ast.Module):
        self.stored, self.number = stored, number
        self.followed = self.maybe = followed_names(tree)
        self.looping = self.suspends = False
        self.around: list[Any] = []
        """The loops and functions that are being gone through, the innermost last."""

    def _own(self, name: str) -> bool:
        """Whether a builtin function still has its meaning."""
        return name not in self.stored

    # scopes

    def _function(self, node: Any) -> Any:
        before = self.followed, self.maybe, self.looping, self.suspends
        arguments = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
        self.followed = (self.followed - {n.id for n in scope_of(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                         - arguments) | followed_names(node)
        self.maybe = self.followed | arguments
        self.looping, self.suspends = True, any(isinstance(n, SUSPENDS[:3]) for n in scope_of(node))
        around, self.around = self.around, [node]
        node.body = [self.visit(n) for n in node.body]
        self.around = around
        self.followed, self.maybe, self.looping, self.suspends = before
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    # loops

    def visit_For(self, node: ast.For) -> ast.AST:
        k = None if self.suspends else self.number(node, sharing(node, self.around))
        iterable = self._numbered(node.iter)
        before, self.looping = self.looping, True
        self.around.append(node)
        node.body, node.orelse = [self.visit(n) for n in node.body], [self.visit(n) for n in node.orelse]
        self.around.pop()
        self.looping = before
        node.iter = iterable if k is None else runtime("over", node.iter, ast.Constant(k), iterable)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        before, self.looping = self.looping, True
        self.generic_visit(node)
        self.looping = before
        return node

    def _numbered(self, node: ast.expr) -> ast.expr:
        """What is gone over, with `enumerate` and progress bars as the runtime can look into them."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "enumerate" and self._own("enumerate"):
            if len(node.args) in (1, 2) and not any(isinstance(a, ast.Starred) for a in node.args) and not self.suspends:
                made = runtime("enumerate", node, self._numbered(node.args[0]), *node.args[1:])
                made.keywords = node.keywords
                return made
        if isinstance(node, ast.Call) and name_of_call(node) in ("tqdm", "auto") and node.args:
            node.args[0] = self._numbered(node.args[0])
            return node
        result: ast.expr = self.visit(node)
        return result

    # numbers

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        right_follows = self.looping and is_number_of(node.right, self.maybe)
        text = isinstance(node.left, (ast.JoinedStr, ast.List, ast.Tuple))
        whole = isinstance(node.left, ast.Constant) and type(node.left.value) is not float
        self.generic_visit(node)
        name = OPERATORS.get(type(node.op))
        if name is None or not right_follows or text or whole:
            return node
        return runtime(name, node, node.left, node.right)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if self.looping and isinstance(node.func, ast.Name) and node.func.id in FOLLOWED and self._own(node.func.id):
            other = node.keywords or any(isinstance(a, ast.Starred) for a in node.args)
            if len(node.args) == FOLLOWED[node.func.id] and not other and not isinstance(node.args[0], ast.Constant):
                return runtime(node.func.id, node, *node.args)
        module = dotted(node.func).partition(".")[0]
        if self.looping and isinstance(node.func, ast.Attribute) and module in MODULES and self._own(module):
            if not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
                return runtime("mathematics", node, node.func, *node.args)
        return node

    # comparisons

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        plain = all(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
        follows = any(is_number_of(n, self.followed) for n in (node.left, *node.comparators))
        self.generic_visit(node)
        if not self.looping or plain or not follows:
            return node
        noted = runtime("noted", node, runtime("mark", node), copy.deepcopy(node))
        return located(ast.IfExp(self._recording(), noted, node), node)

    def _recording(self) -> ast.expr:
        """True while an iteration is being recorded."""
        return ast.Attribute(ast.Name(RUNTIME, ast.Load()), "recordings", ast.Load())

    # output

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        speaks = isinstance(call, ast.Call) and (isinstance(call.func, ast.Name) and call.func.id == "print" and self._own("print")
                                                 or dotted(call.func) in SPEAKING)
        suspends = any(isinstance(n, SUSPENDS) for n in ast.walk(node))
        if not self.looping or not speaks or suspends:
            self.generic_visit(node)
            return node
        apart = Apart(self)
        spoken = apart.visit(copy.deepcopy(call))
        leaves = [self.visit(leaf) for leaf in apart.leaves]
        names = [f"_{k}" for k in range(len(leaves))]
        arguments = ast.arguments(posonlyargs=[], args=[ast.arg(name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[])
        emitted = runtime("emit", call, located(ast.Lambda(arguments, spoken), call), *leaves)
        self.generic_visit(node)
        node.value = located(ast.IfExp(self._recording(), emitted, node.value), call)
        return node


class Apart(ast.NodeTransformer):
    """Takes an output call apart: what it reads goes into `leaves`, in its place stand the parameters of a function of them."""

    def __init__(self, rewriter: Rewriter):
        self.rewriter = rewriter
        self.leaves: list[ast.expr] = []

    def _leaf(self, node: ast.expr) -> ast.expr:
        self.leaves.append(node)
        result: ast.expr = located(ast.Name(f"_{len(self.leaves) - 1}", ast.Load()), node)
        return result

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name, method = dotted(node.func), isinstance(node.func, ast.Attribute)
        kept = name == "print" or name in SPEAKING or name in FORMATTING and self.rewriter._own(name)
        kept = kept or name.partition(".")[0] in MODULES and method and self.rewriter._own(name.partition(".")[0])
        if not kept and isinstance(node.func, ast.Attribute):
            if node.func.attr == "format" and isinstance(node.func.value, (ast.Constant, ast.JoinedStr)):
                node.func.value = self.visit(node.func.value)
                kept = True
            elif node.func.attr in ELEMENTS and not node.args and not node.keywords:
                node.func.value = self._leaf(runtime("elements", node, node.func.value))
                return node
        if not kept:
            return self._leaf(node)
        node.args = [self.visit(a) for a in node.args]
        for k in node.keywords:
            if not (k.arg == "file" and dotted(k.value) in STREAMS):
                k.value = self.visit(k.value)
        return node

    def _parts(self, node: Any) -> Any:
        return ast.NodeTransformer.generic_visit(self, node)

    visit_JoinedStr = visit_FormattedValue = visit_Tuple = visit_List = visit_Starred = visit_keyword = _parts

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        texts = (node.left, node.right) if isinstance(node.op, ast.Add) else (node.left,)
        spelled = any(isinstance(n, ast.JoinedStr) or isinstance(n, ast.Constant) and isinstance(n.value, str) for n in texts)
        return self._parts(node) if spelled or is_number_of(node, self.rewriter.followed) else self._leaf(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self._parts(node) if is_number_of(node, self.rewriter.followed) else self._leaf(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return node

    def generic_visit(self, node: ast.AST) -> Any:
        return self._leaf(node) if isinstance(node, ast.expr) else node
