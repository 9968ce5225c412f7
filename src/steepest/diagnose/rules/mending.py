"""The line to write instead of one that raised an error, by row of the error texts."""

from __future__ import annotations

import ast
import re
from typing import Any

from steepest.diagnose.frames import Line
from steepest.diagnose.rules.losses import sides_of
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source, argument, called

__all__ = ["MENDS", "mended_plot", "other_line"]

CUTS = {"item", "numpy", "tolist", "detach", "argmax", "argmin", "round", "sign", "floor", "ceil", "long", "int", "bool"}
"""Calls behind which no gradient flows."""


def other_line(run: Run, key: str, message: str, line: Line) -> Line | None:
    """The other place that belongs to an error: the first backward, the operation that needs what was changed, the cut of the chain."""
    if key == "backward-twice":
        sites = [s.line for s in run.watcher.sites.values() if s.line != line] or [s.line for s in run.watcher.sites.values()]
        return sites[0] if sites else None
    if key == "gradient-chain-broken":
        return _cut(run, line)
    if key == "in-place-needed-value":
        for op in reversed(run.watcher.last_ops):
            if op.node.name() in message:
                return op.line
    if key == "grad-of-non-leaf":
        source = run.source_of(line[0])
        rebound = _rebinding(source, line) if source is not None else None
        return (line[0], rebound.lineno) if rebound is not None else None
    return None


def _grad_owner(source: Source, line: Line) -> str:
    """The name before `.grad` in a line."""
    statement = source.statement(line[1])
    nodes = ast.walk(statement) if statement is not None else ()
    return next((n.value.id for n in nodes if isinstance(n, ast.Attribute) and n.attr == "grad" and isinstance(n.value, ast.Name)), "")


def _rebinding(source: Source, line: Line) -> ast.Assign | None:
    """`w = w - ...`, which gives the name of a parameter to a computed value."""
    name = _grad_owner(source, line)
    for node in ast.walk(source.tree):
        if name and isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) \
                and node.targets[0].id == name and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node.value)):
            return node
    return None


def _part(source: Source, node: ast.AST) -> str:
    piece = source.segment(node)
    return piece if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({piece})"


def _suffix_target(suffix: str, which: int = 1) -> Any:
    """A method put behind one side of the loss on the line."""
    def mend(run: Run, source: Source, line: Line, message: str) -> Edit | None:
        sides = sides_of(source, line[1])
        return None if sides is None else Edit(source).replace(sides[which], _part(source, sides[which]) + suffix)

    return mend


def _shapes(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    fix = re.search(r"target\.view\(([^)]*)\)", message)
    return _suffix_target(f".view({fix[1]})" if fix else ".view(-1, 1)")(run, source, line, message)


def _labels_outside(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    if "target - 1" in message:
        return _suffix_target(" - 1")(run, source, line, message)
    wanted = re.search(r"nn\.Linear\(\.\.\., (\d+)\)", message)
    layers = list(source.calls_of("Linear"))
    if wanted and layers and len(layers[-1].args) == 2:
        return Edit(source).replace(layers[-1].args[1], wanted[1])
    return None


def _with_logits(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for name, other in (("BCELoss", "BCEWithLogitsLoss"), ("binary_cross_entropy", "binary_cross_entropy_with_logits")):
        for call in source.calls_of(name):
            prefix = source.segment(call.func)[: -len(name)]
            return Edit(source).replace(call.func, prefix + other)
    return None


def _to_float(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """float32 where the data comes in from NumPy, else at the call."""
    for name in ("from_numpy", "tensor", "as_tensor"):
        for call in source.calls_of(name):
            if not call.args or any(k.arg == "dtype" for k in call.keywords):
                continue
            holder = source.statement(call.lineno)
            label = ast.unparse(holder.targets[0]) if isinstance(holder, ast.Assign) else ""
            used = source.line(line[1])
            if name == "from_numpy" and (not label or re.search(rf"\b{re.escape(label)}\b", used) or _feeds(source, label, line[1])):
                return Edit(source).replace(call, source.segment(call) + ".float()")
            if name != "from_numpy" and label and re.search(rf"\b{re.escape(label)}\b", used):
                return Edit(source).set_argument(call, "dtype", "torch.float32")
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or 0) and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
            return Edit(source).replace(call.args[0], call.args[0].id + ".float()")
    return None


def _feeds(source: Source, name: str, line: int) -> bool:
    """Whether a name is what a function or a model on another line was given."""
    return any(isinstance(a, ast.Name) and a.id == name for call in source.calls for a in call.args)


def _backward_twice(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    sites = [s.line[1] for s in run.watcher.sites.values() if s.line[0] == line[0]]
    calls = [c for c in source.calls_of("backward") if c.lineno < line[1] or c.lineno == line[1] and source.loop(line[1]) is not None]
    chosen = [c for c in calls if c.lineno in sites] or calls
    return Edit(source).set_argument(chosen[0], "retain_graph", "True", 1) if chosen else None


def _reduced(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for call in source.calls_of("backward", line=line[1]):
        if isinstance(call.func, ast.Attribute):
            return Edit(source).replace(call.func, f"{_part(source, call.func.value)}.mean().backward")
    return None


def _under_no_grad(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    edit = Edit(source)
    row = source.lines[line[1] - 1]
    indent = len(row) - len(row.lstrip())
    edit.pieces.append((line[1], indent, indent, "    "))
    edit.inserted[line[1]] = [" " * indent + "with torch.no_grad():"]
    return edit


def _new_tensor(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """`x += y` after the operation that needs x, written as `x = x + y`."""
    needs = other_line(run, "in-place-needed-value", message, line)
    best = None
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AugAssign) and (needs is None or node.lineno >= needs[1]) and type(node.op) in signs:
            best = node if best is None or node.lineno < best.lineno else best
    if best is not None:
        sign = signs[type(best.op)]
        left = source.segment(best.target)
        if isinstance(best.target, ast.Name):
            value = source.segment(best.value) if sign in "+-" and not isinstance(best.value, ast.BinOp) else _part(source, best.value)
            return Edit(source).replace(best, f"{left} = {left} {sign} {value}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript) and isinstance(node.targets[0].value, ast.Name) \
                and (needs is None or node.lineno > needs[1]) and node.lineno <= line[1]:
            name = node.targets[0].value.id
            return Edit(source).insert(node.lineno, f"{name} = {name}.clone()")
    for call in source.calls:
        name = called(call)
        if name.endswith("_") and not name.startswith("_") and name not in ("zero_", "requires_grad_") \
                and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) \
                and (needs is None or call.lineno >= needs[1]):
            left = call.func.value.id
            inner = ", ".join(source.segment(a) for a in call.args)
            return Edit(source).replace(call, f"{left} = {left}.{name[:-1]}({inner})")
    for name in ("relu", "ReLU", "Sigmoid", "Tanh", "LeakyReLU", "ELU"):
        for call in source.calls_of(name):
            if any(k.arg == "inplace" for k in call.keywords):
                return Edit(source).drop_argument(call, "inplace")
    return None


def _cut(run: Run, line: Line) -> Line | None:
    """The last place before a line where values leave the graph, as far as the text shows it."""
    source = run.source_of(line[0])
    found = [n.lineno for n in _cuts(source, line[1])] if source is not None else []
    return (line[0], max(found)) if found else None


def _cuts(source: Source, line: int) -> list[Any]:
    """Calls, reads of `.data` and `with no_grad()` up to a line, behind which no gradient flows."""
    found = []
    for node in ast.walk(source.tree):
        if getattr(node, "lineno", line + 1) > line:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CUTS \
                or isinstance(node, ast.Attribute) and node.attr == "data" and isinstance(node.ctx, ast.Load) \
                or isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0]):
            found.append(node)
    return found


def _with_grad(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """`requires_grad=True` at a tensor made for training, or the detach before `backward()` taken away."""
    for call in source.calls_of("detach"):
        if call.lineno <= line[1] and isinstance(call.func, ast.Attribute) and not call.args:
            return Edit(source).replace(call, source.segment(call.func.value))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0]) and node.lineno < line[1] \
                and len(node.body) and (node.end_lineno or 0) <= line[1]:
            edit = Edit(source).remove(node.lineno)
            for number in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1):
                edit.pieces.append((number, node.col_offset, node.body[0].col_offset, ""))
            return edit
    kept = _kept_in_tensors(source, line[1])
    return kept if kept is not None else _parameter_made(source, line[1])


def _kept_in_tensors(source: Source, line: int) -> Edit | None:
    """`torch.tensor(x.item())` written as `x`, `w.data` as `w`."""
    for node in _cuts(source, line):
        if isinstance(node, ast.Attribute) and isinstance(source.statement(node.lineno), (ast.Assign, ast.Expr)):
            return Edit(source).replace(node, source.segment(node.value))
        if isinstance(node, ast.Call) and node.func.attr in ("item", "tolist", "numpy"):  # type: ignore[attr-defined]
            inner = source.segment(node.func.value)  # type: ignore[attr-defined]
            for call in source.calls_of("tensor", "as_tensor", "from_numpy", "Tensor", line=node.lineno):
                if call.args and source.segment(call.args[0]) == source.segment(node):
                    return Edit(source).replace(call, inner)
            return Edit(source).replace(node, inner)
    return None


def _parameter_made(source: Source, line: int) -> Edit | None:
    """`requires_grad=True` where what looks like a parameter is made; where only one tensor is made at all, that one."""
    read = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    made = []
    for call in source.calls_of("tensor", "zeros", "ones", "randn", "rand", "full"):
        holder = source.statement(call.lineno)
        if call.lineno <= line and isinstance(holder, ast.Assign) and holder.value is call and isinstance(holder.targets[0], ast.Name) \
                and holder.targets[0].id in read and argument(call, "requires_grad") is None:
            made.append((holder.targets[0].id, call))
    chosen = [call for name, call in made if re.fullmatch(r"w\w*|b\w*|theta\w*|weights?|params?", name)]
    chosen = chosen or [call for _, call in made if len(made) == 1]
    return Edit(source).set_argument(chosen[0], "requires_grad", "True") if chosen else None


def _float_first(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for call in source.calls_of("tensor", "zeros", "ones", "arange", "randint", line=line[1]):
        return Edit(source).set_argument(call, "dtype", "torch.float32")
    return None


def _detached(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for call in source.calls_of("numpy", line=line[1]):
        if isinstance(call.func, ast.Attribute):
            return Edit(source).replace(call.func.value, source.segment(call.func.value) + ".detach()")
    return None


def _retained(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """The gradient kept; or, where a step by hand gave the parameter's name to a computed value, its data moved in its place."""
    rebound, name = _rebinding(source, line), _grad_owner(source, line)
    if rebound is not None:
        owners = {n.value for n in ast.walk(rebound.value) if isinstance(n, ast.Attribute)}
        edit = Edit(source).replace(rebound.targets[0], f"{name}.data")
        for node in ast.walk(rebound.value):
            if isinstance(node, ast.Name) and node.id == name and node not in owners:
                edit.replace(node, f"{name}.data")
        return edit
    for call in source.calls_of("backward") if name else ():
        if call.lineno < line[1] or source.loop(line[1]) is not None:
            return Edit(source).insert(call.lineno, f"{name}.retain_grad()")
    return None


def _without_item(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """`.item()` taken away where the loss gets its name."""
    owners = [c.func.value for c in source.calls_of("backward", line=line[1]) if isinstance(c.func, ast.Attribute)]
    name = next((owner.id for owner in owners if isinstance(owner, ast.Name)), "")
    for node in ast.walk(source.tree):
        if name and isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call) and called(call) == "item" and isinstance(call.func, ast.Attribute):
                    return Edit(source).replace(call, source.segment(call.func.value))
    return None


def _copied(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for call in source.calls_of("tensor", line=line[1]):
        if call.args:
            wanted = any(k.arg == "requires_grad" for k in call.keywords)
            return Edit(source).replace(call, f"{_part(source, call.args[0])}.detach().clone()" + (".requires_grad_()" if wanted else ""))
    return None


USUAL = {"weight_decay": "0.01", "momentum": "0.9", "betas": "(0.9, 0.999)", "eps": "1e-8", "rho": "0.9", "alpha": "0.99"}


def _usual(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """A learning rate without its sign, any other option with a usual value."""
    number = re.search(r"(?::|：)\s*(-?[\d.e+-]+)", message)
    words = message.replace("beta parameter", "betas").replace("epsilon", "eps")
    name = next((n for n in USUAL if n in words), "lr")
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or 0) and called(call)[:1].isupper():
            if name != "lr" and argument(call, name) is not None:
                return Edit(source).set_argument(call, name, USUAL[name])
            if name == "lr" and number is not None and number[1].startswith("-"):
                return Edit(source).set_argument(call, name, number[1].lstrip("-"), 1)
    return None


def _made_leaf(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    """The tensor that an optimizer is given, computed first and then made a parameter."""
    names = {n.id for call in source.calls if call.lineno <= line[1] <= (call.end_lineno or 0) for a in call.args for n in ast.walk(a)
             if isinstance(n, ast.Name)}
    made = [node for node in ast.walk(source.tree) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in names and node.lineno < line[1]]
    last = max(made, key=lambda node: node.lineno, default=None)
    return Edit(source).replace(last.value, f"{_part(source, last.value)}.detach().requires_grad_()") if last is not None else None


def _target_range(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    return _suffix_target(" - 1")(run, source, line, message) if "target - 1" in message else None


MENDS = {
    "loss-broadcast": _shapes, "loss-shapes": _shapes, "bce-shapes": _shapes, "bce-logits-shapes": _shapes, "bce-range": _with_logits,
    "labels-dtype": _suffix_target(".long()"), "labels-dims": _suffix_target(".squeeze(1)"), "labels-outside": _labels_outside,
    "class-probabilities-dtype": _suffix_target(".argmax(1)"), "bce-dtype": _suffix_target(".float()"),
    "bce-logits-dtype": _suffix_target(".float()"), "linear-dtypes": _to_float, "conv-dtypes": _to_float,
    **dict.fromkeys(["dtype-mismatch", *(f"dtype-mismatch-{form}" for form in ("scalars", "vector", "dot", "added", "inputs"))], _to_float),
    "backward-twice": _backward_twice, "backward-of-non-scalar": _reduced, "gradient-chain-broken": _with_grad,
    "requires-grad-of-integers": _float_first, "numpy-of-grad": _detached, "in-place-needed-value": _new_tensor,
    "in-place-of-leaf": _under_no_grad, "in-place-of-view-of-leaf": _under_no_grad, "grad-of-non-leaf": _retained,
    "tensor-of-tensor": _copied, "backward-of-number": _without_item, "optimizer-option": _usual,
    "optimizer-non-leaf": _made_leaf, "bce-target-range": _target_range,
}  # fmt: skip


def mended_plot(source: Source, line: int, message: str) -> Edit | None:
    """What older plotting code must be written as today: `fig.gca(projection=...)` is gone from matplotlib."""
    if "gca()" in message and "projection" in message:
        for call in source.calls_of("gca", line=line):
            if isinstance(call.func, ast.Attribute):
                return Edit(source).replace(call.func, f"{source.segment(call.func.value)}.add_subplot")
    return None
