"""Advice tried: the changed program replayed from the same start, and what came of it beside what the run did."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.diagnose.run import Run, rounded
from steepest.diagnose.source import Edit
from steepest.diagnose.watcher import Watcher
from steepest.errors import text

__all__ = ["Trial", "TriedRate", "tried_text", "trial", "try_rate"]


@dataclass
class Trial:
    """What a changed program did in so many passes."""

    losses: Any

    @property
    def passes(self) -> int:
        return len(self.losses)

    @property
    def end(self) -> float:
        """The loss at the end, the mean of the last passes where there are many."""
        tail = self.losses[-max(1, min(20, len(self.losses) // 10)):]
        return float(np.mean(tail)) if len(tail) else math.nan

    def better(self, run: Run, share: float = 0.7) -> bool:
        """Whether the loss came well below what the run itself had after as many passes."""
        own = run.losses[: self.passes]
        tail = own[-max(1, min(20, len(own) // 10)):]
        at = float(np.mean(tail)) if len(tail) else math.nan
        if not math.isfinite(self.end) or self.passes < 5:
            return False
        if not math.isfinite(at):
            return self.end < run.start
        if at > 0:
            return self.end < share * at and self.end < run.start
        return self.end < at - (1 - share) * abs(at)


def trial(run: Run, edit: Edit, passes: int, seconds: float = 4.0, until: Callable[[float], bool] | None = None) -> Trial | None:
    """Replay the program with a change, at most until a loss for which `until` holds; None where that cannot be done."""
    if run.replays is None or run.source is None or edit.of is not run.source or run.site is None:
        return None
    def setup(watcher: Watcher) -> None:
        watcher.until = until

    watcher = run.replays.run(edit.text(), passes=passes, seconds=seconds, setup=setup)
    sites = [s for s in watcher.sites.values() if len(s.losses)]
    return Trial(np.array(sites[0].losses)) if len(sites) == 1 else None


@dataclass
class TriedRate:
    """Another learning rate: what it was, what was tried, the change of the program where there is a text, and the trial."""

    before: float
    after: float
    edit: Edit | None
    result: Trial | None


def try_rate(run: Run, factor: float, passes: int, seconds: float = 4.0) -> TriedRate | None:
    """Another learning rate tried in a replay of the program, else on a copy of the model; None where the rate is not known."""
    rate = run.rate()
    if rate is None or not rate[0] > 0:
        return None
    changed = run.rate_changed(factor)
    edit, after = (changed[0], changed[2]) if changed is not None else (None, rounded(rate[0] * factor))
    if run.replays is not None:
        return TriedRate(rate[0], after, edit, trial(run, edit, passes, seconds) if edit is not None else None)
    result = None
    first = next((o for o in run.observations if o.inputs is not None and o.seen is not None), None)
    if run.copies is not None and first is not None and first.seen is not None:
        losses = run.copies.losses(first.inputs, first.seen.target, after, passes)
        result = Trial(losses) if losses is not None else None
    return TriedRate(rate[0], after, edit, result)


def tried_text(run: Run, edit: Edit, result: Trial) -> str:
    """The sentence that says what the trial gave."""
    own = run.losses[: result.passes]
    return text("doctor-tried", end=result.end, passes=result.passes, own=float(own[-1]) if len(own) else math.nan)
