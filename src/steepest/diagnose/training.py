"""The doctor of a training that the package runs itself, as `steepest train` does: it looks where a chunk of steps ends.

There is no program to change, so that advice names options of the command. Between the looks the steps are not touched: their losses,
which the training keeps anyway, are handed over.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.core.modes import modes
from steepest.core.tensor import Tensor
from steepest.diagnose.finding import Finding, Seen, made
from steepest.diagnose.looking import norm
from steepest.diagnose.rules import Rule
from steepest.diagnose.rules.outcomes import turns_up
from steepest.diagnose.run import Run, rounded
from steepest.diagnose.seen import OptimizerSeen, Site
from steepest.diagnose.table import RULES
from steepest.diagnose.watcher import GROWTH, Watcher

__all__ = ["Attempt", "TrainingDoctor"]

NAMES = ("exploding-gradient", "step-too-large", "first-nan", "dead-relu", "class-imbalance", "stuck-at-base-rate", "step-too-small")
"""The rules that can hold for networks on prepared tables; rules about a program's text and about raw inputs cannot."""
OF_RATES = ("step-too-large", "step-too-small")

Attempt = Callable[[float, int], Any]
"""The training begun again with another learning rate, for so many steps: its losses."""


class TrainingDoctor:
    """Watches one training; `findings` says at its end what was seen, most important first.

    The rate `lr` is judged where somebody `chose` it, not a line search or trials. `whole_batch` says that all steps see the same rows;
    `attempt` tries another rate.
    """

    def __init__(self, model: Any, optimizer: Any, lr: float, chose: bool, whole_batch: bool, attempt: Attempt):
        self.lr, self.chose, self.whole_batch, self.attempt = lr, chose, whole_batch, attempt
        self.watcher = Watcher()
        self.watcher.models["network"] = model
        self.watcher.names.update({id(p): name for name, p in model.named_parameters()})
        self.watcher.optimizers[id(optimizer)] = OptimizerSeen(optimizer, ("", 0), steps=1)
        self.site = self.watcher.sites.setdefault("training", Site(("", 0)))

    def look(self, losses: Sequence[float], loss: Callable[[], Tensor]) -> None:
        """The steps since the last look had `losses`; `loss` computes that of some rows, and is asked ever more rarely."""
        watcher = self.watcher
        values = np.asarray(losses, np.float64)
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad) and watcher.first_bad is None:
            watcher.first_bad = watcher.count + int(bad[0])
            watcher.bad_leaves = [watcher.names[id(p)] for p in watcher.models["network"].parameters() if not np.isfinite(p.array).all()]
        self.site.losses.frombytes(values.tobytes())
        watcher.count += len(values)
        if watcher.count < watcher.next:
            return
        watcher.next = int(watcher.count * GROWTH) + 1
        watcher.gap = True
        before, modes.grad = modes.grad, True
        watcher.noting.turn(True)
        try:
            with np.errstate(all="ignore"):
                root = loss()
                watcher.look_before(watcher.count, root, sys._getframe(), self.site, root.item())
                watcher.noting.turn(False)
                self._norms(root)
        finally:
            watcher.noting.turn(False)
            modes.grad = before

    def _norms(self, root: Tensor) -> None:
        """Gradients of the pass that was looked at; the parameters' own `.grad` stay as they are."""
        latest = self.watcher.observations[-1]
        leaves = [self.watcher.leaves[key].tensor for key in latest.leaves]
        found = run_backward([root], [None], leaves, False, False)
        latest.norms = {key: (norm(found[k].array), norm(leaves[k].array)) for k, key in enumerate(latest.leaves) if k in found}

    def findings(self, validation: Sequence[float], training: Sequence[float], kept: int) -> list[Finding]:
        """What is to be said: `validation` and `training` are the losses of the history's rows, `kept` the epoch whose weights stay."""
        run = _OwnRun(self)
        found, explained = [], set[str]()
        for rule in RULES:
            if rule.name in NAMES and rule.name not in explained and (self.chose or rule.name not in OF_RATES):
                one = self._asked(rule, run)
                if one is not None:
                    found.append(one)
                    explained.update(rule.explains)
        up = turns_up(np.array(validation))
        if up is not None and training[-1] < training[up[0]]:
            values = {"epoch": up[0] + 1, "epochs": len(validation), "lowest": up[1], "last": validation[-1],
                      "then": training[up[0]], "now": training[-1], "kept": kept, "line": None, "code": ""}
            found.append(made("overfitting", "note", Seen(values, severity="note", variant="training")))
        return found

    def _asked(self, rule: Rule, run: Run) -> Finding | None:
        seen = rule.check(run)
        if not isinstance(seen, Seen):
            return None
        factor = seen.values.get("factor")
        values = {**seen.values, "smaller": rounded(self.lr * (factor or 0.1)), "larger": rounded(self.lr * (factor or 10))}
        variant = f"{seen.variant}/training".removeprefix("/")
        return made(rule.name, rule.severity, replace(seen, values=values, line=None, edit=None, variant=variant))


class _OwnRun(Run):
    """What the rules ask, answered by the training itself."""

    def __init__(self, doctor: TrainingDoctor):
        super().__init__(doctor.watcher, copies=_Attempts(doctor.attempt))
        self.lr = doctor.lr
        self.whole_batch = doctor.whole_batch

    def rate(self) -> tuple[float, Any, Any] | None:
        """The rate that the training began with."""
        return self.lr, None, None


class _Attempts:
    """Other rates, tried on the training's own batches."""

    def __init__(self, attempt: Attempt):
        self.attempt = attempt

    def losses(self, inputs: Any, target: Any, rate: float, passes: int) -> Any:
        return self.attempt(rate, passes)
