"""Rules about the training loop itself: gradients that add up, steps that do nothing, parameters that nobody trains, modes."""

from __future__ import annotations

import ast
from typing import Any

from steepest.diagnose.finding import Seen
from steepest.diagnose.frames import Line
from steepest.diagnose.looking import FIRST
from steepest.diagnose.run import Run
from steepest.diagnose.seen import LeafSeen
from steepest.diagnose.source import Edit, Source, called

__all__ = [
    "gradient_chain_broken", "loss_tensor_accumulated", "mode_forgotten", "optimizer_holds_old_parameters",
    "parameter_not_in_optimizer", "step_or_backward_missing", "zero_grad_forgotten",
]  # fmt: skip


def zero_grad_forgotten(run: Run) -> Seen | None:
    """Steps that used gradients of the step before, and none that did not."""
    for seen in run.watcher.optimizers.values():
        if seen.carried >= 2 and not seen.clean:
            site = run.site or next(iter(run.watcher.sites.values()))
            name = _variable(run, seen.line) or "optimizer"
            values = {"steps": seen.carried, "line": site.line[1], "code": run.quoted(site.line), "name": name}
            return Seen(values, site.line[1], _before_backward(run, site.line, f"{name}.zero_grad()"), 0.99)
    return _carried_by_hand(run)


def _carried_by_hand(run: Run) -> Seen | None:
    """Tensors stepped by hand whose gradient was never cleared: it keeps growing by what each pass adds."""
    site = run.site
    if site is None or run.watcher.optimizers or len(run.observations) < 4:
        return None
    names = [seen for key, seen in run.watcher.leaves.items() if seen.changed and seen.passes >= 4 and key in site.leaves]
    if not names or run.watcher.hand_clean or run.watcher.hand_carried < 3:
        return None
    leaf = names[0]
    name = leaf.name or "w"
    values = {"steps": run.watcher.hand_carried, "line": site.line[1], "code": run.quoted(site.line), "name": name}
    source = run.source_of(site.line[0])
    edit = None
    if source is not None:
        last = _last_update(source, site.line[1])
        lines = [f"{seen.name}.grad.zero_()" for seen in names if seen.name.isidentifier()]
        if last is not None and lines:
            edit = Edit(source).insert((last.end_lineno or last.lineno) + 1, *lines, like=last.lineno)
    return Seen(values, site.line[1], edit, 0.97, variant="hand")


def _last_update(source: Source, line: int) -> ast.stmt | None:
    """The last statement of the loop around `line` that reads a `.grad`."""
    loop = source.loop(line)
    found = None
    for node in ast.walk(loop or source.tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno >= line:
            if any(isinstance(n, ast.Attribute) and n.attr == "grad" for n in ast.walk(node)):
                found = node if found is None or node.lineno > found.lineno else found
    return found


def _before_backward(run: Run, line: Line, text: str) -> Edit | None:
    source = run.source_of(line[0])
    if source is None or not source.line(line[1]):
        return None
    statement = source.statement(line[1])
    at = statement.lineno if statement is not None else line[1]
    return Edit(source).insert(at, text)


def _variable(run: Run, line: Line) -> str:
    """The name that the statement on a line gives its value."""
    source = run.source_of(line[0])
    statement = source.statement(line[1]) if source is not None else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0])
    return ""


def step_or_backward_missing(run: Run) -> Seen | None:
    """Optimizers that step without gradients; gradients that no step uses."""
    watcher = run.watcher
    for seen in watcher.optimizers.values():
        if seen.steps >= 3 and seen.empty == seen.observed >= 3:
            later = any(run.watcher.leaves.get(id(p)) is not None for p in seen.parameters())
            if watcher.count and not later and not _all_foreign(run, seen.parameters()):
                continue    # other tensors than these are trained: another rule's matter
            if watcher.count and not later:
                continue
            bare = _uncalled(run, "backward", seen.steps) if not later else None
            if bare is not None:
                return bare
            variant = "order" if later else "backward"
            line = seen.step_line
            edit = _missing_backward(run, line) if variant == "backward" else _step_after_backward(run, line)
            return Seen({"steps": seen.steps, "line": line[1], "code": run.quoted(line)}, line[1], edit, 0.98, variant=variant)
    idle = [seen for seen in watcher.optimizers.values() if not seen.steps]
    if idle and len(idle) == len(watcher.optimizers):
        mine = {id(p) for seen in idle for p in seen.parameters()}
        leaves = [seen for key, seen in watcher.leaves.items() if key in mine]
        if watcher.count >= 3 and leaves and not any(leaf.changed for leaf in leaves):
            bare = _uncalled(run, "step", watcher.count)
            if bare is not None:
                return bare
            site = max(watcher.sites.values(), key=lambda s: len(s.losses))
            name = _variable(run, idle[0].line) or "optimizer"
            source = run.source_of(site.line[0])
            edit = None
            if source is not None and source.line(site.line[1]):
                edit = Edit(source).insert(site.line[1] + 1, f"{name}.step()", like=site.line[1])
            values = {"passes": watcher.count, "line": site.line[1], "code": run.quoted(site.line), "name": name}
            return Seen(values, site.line[1], edit, 0.97, variant="step")
        if not watcher.count:
            calls = [e for e in watcher.evaluations.values() if len(e.values) - e.without_grad >= 3]
            if calls:
                line = calls[0].line
                return Seen({"passes": len(calls[0].values), "line": line[1], "code": run.quoted(line)}, line[1], None, 0.9, variant="both")
    return _unchanged_by_hand(run)


def _uncalled(run: Run, method: str, passes: int) -> Seen | None:
    """A line that only names `.step` or `.backward`."""
    for source in run.sources.values():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and node.value.attr == method:
                edit = Edit(source).replace(node.value, f"{source.segment(node.value)}()")
                return Seen({"passes": passes, "line": node.lineno, "code": source.line(node.lineno)}, node.lineno, edit, 0.99,
                            variant="uncalled")
    return None


def _all_foreign(run: Run, parameters: list[Any]) -> bool:
    return not any(id(p) in run.watcher.leaves for p in parameters)


def _unchanged_by_hand(run: Run) -> Seen | None:
    """Without an optimizer: many passes over the same leaves, and none of them ever changes."""
    site = run.site
    if site is None or run.watcher.optimizers or len(site.losses) < 10:
        return None
    leaves = [run.watcher.leaves[key] for key in site.leaves if key in run.watcher.leaves]
    if leaves and all(leaf.passes >= 5 and not leaf.changed for leaf in leaves) and len(run.observations) >= 5:
        values = {"passes": len(site.losses), "line": site.line[1], "code": run.quoted(site.line), "name": leaves[0].name or "w"}
        return Seen(values, site.line[1], None, 0.9, variant="hand")
    return None


def _missing_backward(run: Run, line: Line) -> Edit | None:
    source = run.source_of(line[0])
    if source is None:
        return None
    loop = source.loop(line[1])
    for node in ast.walk(loop or source.tree):
        if isinstance(node, ast.Assign) and "loss" in ast.unparse(node.targets[0]).lower() and node.lineno < line[1]:
            return Edit(source).insert(line[1], f"{ast.unparse(node.targets[0])}.backward()")
    return None


def _step_after_backward(run: Run, line: Line) -> Edit | None:
    """The step moved behind the backward pass of the same loop."""
    source = run.source_of(line[0])
    site = run.site
    if source is None or site is None or site.line[0] != line[0]:
        return None
    if site.line[1] > line[1]:
        return Edit(source).remove(line[1]).insert(site.line[1] + 1, source.line(line[1]), like=site.line[1])
    cleared = [c for c in source.calls_of("zero_grad") if site.line[1] < c.lineno < line[1]]
    if cleared:         # zero_grad stands between backward and step
        return Edit(source).remove(cleared[0].lineno).insert(site.line[1], source.line(cleared[0].lineno))
    return None


def parameter_not_in_optimizer(run: Run) -> Seen | None:
    """Parameters that receive gradients and that no optimizer holds, while others are trained."""
    held, missing = _held_and_missing(run)
    if not missing or not any(id(p) in run.watcher.leaves for p in held):
        return None
    if _old(run, held):
        return None
    from steepest.nn import Parameter

    registered = {id(p): name for name, model in run.watcher.models.items() for p in model.parameters()}
    partly = {registered[id(p)] for p in held if id(p) in registered}
    # A head trained on a body that was left out on purpose: the body is part of the same model. That is a note.
    outside = [leaf for leaf in missing if registered.get(id(leaf.tensor)) not in partly]
    modules = [leaf for leaf in outside if isinstance(leaf.tensor, Parameter)]
    if not modules and any(isinstance(p, Parameter) for p in held):
        outside = []
    severity = None if outside else "note"
    chosen = outside or [leaf for leaf in missing if isinstance(leaf.tensor, Parameter)]
    if not chosen:
        return None
    names = ", ".join(leaf.name or str(tuple(leaf.tensor.shape)) for leaf in chosen[:4]) + (" ..." if len(chosen) > 4 else "")
    seen = next(o for o in run.watcher.optimizers.values() if o.steps)
    values = {"names": names, "count": len(chosen), "line": seen.line[1], "code": run.quoted(seen.line)}
    return Seen(values, seen.line[1], _given_too(run, seen.line, chosen), 0.95, severity)


def _given_too(run: Run, line: Line, missing: list[LeafSeen]) -> Edit | None:
    """A list of layers made a ModuleList, or the second model's parameters added to the optimizer's call."""
    source = run.source_of(line[0])
    if source is None:
        return None
    names = [leaf.name for leaf in missing]
    listed = next((n for n in names if "[" in n and "." in n.split("[")[0]), "")
    if listed:
        attribute = listed.split("[")[0].split(".")[-1]
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == attribute \
                    and isinstance(node.value, (ast.List, ast.ListComp, ast.Tuple)):
                return Edit(source).wrap(node.value, "torch.nn.ModuleList(", ")")
        return None
    calls = [c for c in source.calls if c.lineno <= line[1] <= (c.end_lineno or c.lineno) and c.args and called(c) != "parameters"]
    if not calls:
        return None
    first = calls[0].args[0]
    if isinstance(first, (ast.List, ast.Tuple)) and all(n.isidentifier() for n in names):
        text = source.segment(first)
        return Edit(source).replace(first, text[:-1].rstrip(", ") + ", " + ", ".join(names) + text[-1])
    others = sorted({n.split(".")[0] for n in names if "." in n and n.split(".")[0].isidentifier()})
    if others and len(calls[0].args) and source.segment(first).endswith(".parameters()"):
        more = "".join(f", *{other}.parameters()" for other in others)
        return Edit(source).replace(first, f"[*{source.segment(first)}{more}]")
    return None


def _held_and_missing(run: Run) -> tuple[list[Any], list[LeafSeen]]:
    """Parameters of optimizers that step, and trained-for leaves that none of any optimizer holds."""
    stepping = [o for o in run.watcher.optimizers.values() if o.steps]
    held = [p for o in run.watcher.optimizers.values() for p in o.parameters()]
    if not stepping or run.watcher.count < 3:
        return held, []
    ids = {id(p) for p in held}
    # A parameter belongs to an optimizer's training if some pass reaches both, or if no pass reaches any of the optimizer's.
    trained = [set(o.leaves) for o in run.watcher.observations if not ids.isdisjoint(o.leaves)]
    beside = set().union(*trained) if trained else set(run.watcher.leaves)
    return held, [leaf for key, leaf in run.watcher.leaves.items()
                  if key in beside - ids and not leaf.changed and leaf.passes >= 3]


def _old(run: Run, held: list[Any]) -> list[Any]:
    """Parameters in an optimizer that no model of the program has any more and no gradient reaches."""
    owned = {id(p) for model in run.watcher.models.values() for p in model.parameters()}
    if not owned:
        return []
    return [p for p in held if id(p) not in owned and id(p) not in run.watcher.leaves and id(p) not in run.watcher.names]


def optimizer_holds_old_parameters(run: Run) -> Seen | None:
    """The optimizer's tensors get no gradient and are no longer in the model, others in the model get some that nobody uses."""
    held, missing = _held_and_missing(run)
    old = _old(run, held)
    if not old or not missing:
        return None
    seen = next(o for o in run.watcher.optimizers.values() if o.steps)
    names = ", ".join(leaf.name or "?" for leaf in missing[:3]) + (" ..." if len(missing) > 3 else "")
    values = {"old": len(old), "names": names, "line": seen.line[1], "code": run.quoted(seen.line)}
    return Seen(values, seen.line[1], _made_later(run, seen.line, missing), 0.97)


def _made_later(run: Run, line: Line, missing: list[LeafSeen]) -> Edit | None:
    """The optimizer's line moved behind the one that replaced the parameters."""
    source = run.source_of(line[0])
    site = run.site
    if source is None or site is None or site.line[0] != line[0]:
        return None
    statement = source.statement(line[1])
    loop = source.loop(site.line[1])
    if statement is None or loop is None or statement.lineno != statement.end_lineno or loop.lineno <= statement.lineno \
            or statement.col_offset != loop.col_offset:
        return None
    while (outer := source.loop(loop.lineno)) is not None:
        loop = outer
    return Edit(source).remove(statement.lineno).insert(loop.lineno, source.line(statement.lineno))


def gradient_chain_broken(run: Run) -> Seen | None:
    """Parameters that the forward pass used and the optimizer holds, from which no path leads to the loss."""
    held = {id(p): p for o in run.watcher.optimizers.values() if o.steps for p in o.parameters()}
    # Of a layer whose weight has a gradient nothing is cut: a loss of derivatives does not depend on the last bias.
    layers = {run.watcher.names.get(key, "").rpartition(".")[0] for key in run.watcher.leaves} - {""}
    lost = [(key, line) for key, (count, line, leaf) in run.watcher.dangling.items()
            if key in held and key not in run.watcher.leaves and count >= 3 and leaf._grad is None
            and run.watcher.names.get(key, "").rpartition(".")[0] not in layers]
    if not lost or run.watcher.count < 3:
        return None
    names = ", ".join(run.watcher.names.get(key) or str(tuple(held[key].shape)) for key, _ in lost[:3]) + (" ..." if len(lost) > 3 else "")
    line = lost[-1][1]
    values = {"names": names, "line": line[1], "code": run.quoted(line), "passes": run.watcher.count}
    return Seen(values, line[1], _without_detach(run, line), 0.95, variant="runs")


def _without_detach(run: Run, line: Line) -> Edit | None:
    """A `.detach()` or `.data` near the line taken away."""
    source = run.source_of(line[0])
    if source is None:
        return None
    for call in source.calls_of("detach"):
        if 0 <= call.lineno - line[1] <= 2 and isinstance(call.func, ast.Attribute):
            return Edit(source).replace(call, source.segment(call.func.value))
    return None


def mode_forgotten(run: Run) -> Seen | None:
    """Dropout or BatchNorm in training mode where predictions are made, or in evaluation mode where training goes on."""
    passes, lines = run.watcher.mode_passes, run.watcher.mode_lines
    trained = passes["train"] + passes["eval-only"]
    if passes["eval-only"] >= 3 and passes["eval-only"] > 0.2 * trained:
        line = lines["eval-only"]
        values = {"passes": passes["eval-only"], "line": line[1], "code": run.quoted(line), "from": passes["train"]}
        return Seen(values, line[1], _train_again(run), 0.95, variant="train")
    left = run.watcher.modes
    predicting = lines.get("predicting-in-training") or left.get((False, True)) or (left.get((True, True)) if passes["train"] else None)
    if predicting is not None and trained:
        if (True, True) in left and (False, True) not in left and "predicting-in-training" not in lines \
                and _same_place(run, left[True, True]):
            return None     # the run ended between forward and backward
        line = predicting
        values = {"line": line[1], "code": run.quoted(line)}
        return Seen(values, line[1], _eval_before(run, line), 0.93)
    return None


def _same_place(run: Run, line: Line) -> bool:
    """Whether a line is one of the training loop's own."""
    source = run.source_of(line[0])
    site = run.site
    if source is None or site is None or site.line[0] != line[0]:
        return False
    loop = source.loop(site.line[1])
    return loop is not None and loop.lineno <= line[1] <= (loop.end_lineno or loop.lineno)


def _model_called(run: Run, line: Line) -> str:
    source = run.source_of(line[0])
    if source is None:
        return ""
    for call in source.calls:
        if call.lineno <= line[1] <= (call.end_lineno or call.lineno) and isinstance(call.func, ast.Name) \
                and call.func.id in run.watcher.models:
            return call.func.id
    return next(iter(run.watcher.models), "") if len(run.watcher.models) == 1 else ""


def _eval_before(run: Run, line: Line) -> Edit | None:
    source, name = run.source_of(line[0]), _model_called(run, line)
    if source is None or not name:
        return None
    at = source.statement(line[1])
    for node in ast.walk(source.tree):
        if isinstance(node, ast.With) and node.lineno < line[1] <= (node.end_lineno or 0) and "no_grad" in ast.unparse(node.items[0]):
            at = node
    if at is None:
        return None
    edit = Edit(source).insert(at.lineno, f"{name}.eval()")
    site = run.site
    loop = source.loop(site.line[1]) if site is not None and site.line[0] == line[0] else None
    if loop is not None and loop.lineno < line[1] <= (loop.end_lineno or 0):
        edit.insert((at.end_lineno or at.lineno) + 1, f"{name}.train()", like=at.lineno)
    return edit


def _train_again(run: Run) -> Edit | None:
    """`train()` at the head of the loop that trains."""
    source = run.source
    site = run.site
    loop = source.loop(site.line[1]) if source is not None and site is not None and site.line[0] == source.path else None
    name = next(iter(run.watcher.models), "")
    if source is None or loop is None or not name:
        return None
    first = loop.body[0]
    return Edit(source).insert(first.lineno, f"{name}.train()")


def loss_tensor_accumulated(run: Run) -> Seen | None:
    """A variable whose graph keeps every pass alive."""
    lengths: dict[str, list[int]] = {}
    for o in run.watcher.observations:
        for name, length in o.growing.items():
            lengths.setdefault(name, []).append(length)
    for name, seen in lengths.items():
        if len(seen) >= min(3, FIRST - 4):
            source = run.source
            line, edit, listed = 0, None, False
            if source is not None:
                for node in ast.walk(source.tree):
                    if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == name:
                        line, edit = node.lineno, Edit(source).replace(node.value, _item(source.segment(node.value)))
                    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name and isinstance(node.value, ast.BinOp) \
                            and ast.unparse(node.value.left) == name:
                        line, edit = node.lineno, Edit(source).replace(node.value.right, _item(source.segment(node.value.right)))
                    elif isinstance(node, ast.Call) and called(node) == "append" and isinstance(node.func, ast.Attribute) \
                            and ast.unparse(node.func.value) == name and node.args:
                        line, edit, listed = node.lineno, Edit(source).replace(node.args[0], _item(source.segment(node.args[0]))), True
            code = source.line(line) if source is not None else ""
            values = {"name": name, "passes": run.watcher.count, "line": line, "code": code}
            return Seen(values, line or None, edit, 0.95, variant="list" if listed else "")
    return None


def _item(text: str) -> str:
    return f"{text}.item()" if text.replace(".", "").replace("_", "").isalnum() else f"({text}).item()"
