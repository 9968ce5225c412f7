"""Rules about errors and warnings that PyTorch raises too: the text says what is wrong, here the user's own line is mended.

Which row of the error texts belongs to which rule is a table; a message is recognised by the row's text in both languages.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

from steepest import errors
from steepest.diagnose.finding import Seen
from steepest.diagnose.frames import PACKAGE, PROGRAMS, Line
from steepest.diagnose.rules.losses import _sides
from steepest.diagnose.run import Run
from steepest.diagnose.source import Edit, Source, called

__all__ = ["RAISED", "absurd_hyperparameter", "check_of", "line_of", "rule_of"]

RAISED = {
    "loss-broadcast": ("loss-shapes", "bce-shapes", "bce-logits-shapes"),
    "sigmoid-and-loss-mismatch": ("bce-range",),
    "labels-of-wrong-kind": ("labels-dtype", "labels-dims", "labels-outside", "labels-shape", "class-probabilities-dtype",
                             "bce-dtype", "bce-logits-dtype"),
    "dtype-mismatch": ("dtype-mismatch", "linear-dtypes", "conv-dtypes"),
    "backward-twice": ("backward-twice",),
    "backward-of-non-scalar": ("backward-of-non-scalar",),
    "gradient-chain-broken": ("gradient-chain-broken", "requires-grad-of-integers", "numpy-of-grad"),
    "in-place-needed-value": ("in-place-needed-value", "in-place-of-leaf", "in-place-of-view-of-leaf", "in-place-of-one-of-several",
                              "in-place-of-view-made-without-grad"),
    "non-leaf-grad": ("grad-of-non-leaf", "tensor-of-tensor", "optimizer-non-leaf"),
    "absurd-hyperparameter": ("optimizer-option",),
    "batch-and-data-size": ("batch-size",),
}


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    errors.text("backward-twice", node="")      # reads the tables
    found = []
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
    other = _other_line(run, key, message, line)
    if other is not None:
        values["other"] = errors.text(f"doctor-other/{key}", line=other[1], code=run.quoted(other))
    return Seen(values, line[1], edit, 0.99, "mistake", variant="raised")


def _other_line(run: Run, key: str, message: str, line: Line) -> Line | None:
    """The other place that belongs to an error: the first backward, the operation that needs what was changed."""
    if key == "backward-twice":
        sites = [s.line for s in run.watcher.sites.values() if s.line != line] or [s.line for s in run.watcher.sites.values()]
        return sites[0] if sites else None
    if key == "in-place-needed-value":
        for op in reversed(run.watcher.last_ops):
            if op.node.name() in message:
                return op.line
    return None


# the line to write instead, by row of the error texts -----------------------------------------------------------------------------
def _part(source: Source, node: ast.AST) -> str:
    piece = source.segment(node)
    return piece if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({piece})"


def _suffix_target(suffix: str, which: int = 1) -> Any:
    """A method put behind one side of the loss on the line."""
    def mend(run: Run, source: Source, line: Line, message: str) -> Edit | None:
        sides = _sides(source, line[1])
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
    sites = [s for s in run.watcher.sites.values() if s.line[0] == line[0]]
    first = sites[0].line[1] if sites else line[1]
    for call in source.calls_of("backward", line=first):
        if first != line[1]:
            return Edit(source).set_argument(call, "retain_graph", "True", 1)
    return None


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
    needs = _other_line(run, "in-place-needed-value", message, line)
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
    read = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)}
    for call in source.calls_of("tensor", "zeros", "ones", "randn", "rand", "full"):
        holder = source.statement(call.lineno)
        if isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Name) and holder.targets[0].id in read \
                and re.fullmatch(r"w\w*|b\w*|theta\w*|weights?|params?", holder.targets[0].id):
            return Edit(source).set_argument(call, "requires_grad", "True")
    return None


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
    statement = source.statement(line[1])
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.value, ast.Name):
            for call in source.calls_of("backward"):
                if call.lineno < line[1] or source.loop(line[1]) is not None:
                    return Edit(source).insert(call.lineno, f"{node.value.id}.retain_grad()")
    return None


def _copied(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    for call in source.calls_of("tensor", line=line[1]):
        if call.args:
            wanted = any(k.arg == "requires_grad" for k in call.keywords)
            return Edit(source).replace(call, f"{_part(source, call.args[0])}.detach().clone()" + (".requires_grad_()" if wanted else ""))
    return None


def _positive(run: Run, source: Source, line: Line, message: str) -> Edit | None:
    number = re.search(r"(?::|:)\s*(-?[\d.e+-]+)", message)
    name = "weight_decay" if "weight_decay" in message else "momentum" if "momentum" in message else "lr"
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or 0) and called(call)[:1].isupper():
            if number is not None and number[1].startswith("-"):
                return Edit(source).set_argument(call, name, number[1].lstrip("-"), 1 if name == "lr" else None)
    return None


MENDS = {
    "loss-shapes": _shapes, "bce-shapes": _shapes, "bce-logits-shapes": _shapes, "bce-range": _with_logits,
    "labels-dtype": _suffix_target(".long()"), "labels-dims": _suffix_target(".squeeze(1)"), "labels-outside": _labels_outside,
    "class-probabilities-dtype": _suffix_target(".argmax(1)"), "bce-dtype": _suffix_target(".float()"),
    "bce-logits-dtype": _suffix_target(".float()"), "dtype-mismatch": _to_float, "linear-dtypes": _to_float, "conv-dtypes": _to_float,
    "backward-twice": _backward_twice, "backward-of-non-scalar": _reduced, "gradient-chain-broken": _with_grad,
    "requires-grad-of-integers": _float_first, "numpy-of-grad": _detached, "in-place-needed-value": _new_tensor,
    "in-place-of-leaf": _under_no_grad, "in-place-of-view-of-leaf": _under_no_grad, "grad-of-non-leaf": _retained,
    "tensor-of-tensor": _copied, "optimizer-option": _positive,
}  # fmt: skip


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
