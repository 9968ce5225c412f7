"""Host events: what an iteration lets Python compute beside the tensors, as a scheduler's step, run ahead of native steps.

The numbers that an event changes and the next iteration reads are streams: before native steps the event is run as often as there are
steps, on the objects themselves, and the numbers that each step sees are kept. Where fewer steps are taken in the end, the objects go
back to where they were and the events of those steps are run again.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.places import Path, Place

__all__ = ["Ahead", "hosts_of"]

Array = np.ndarray[Any, Any]
Event = tuple[Callable[[], Any], Any]
"""A function, and the object whose state it changes."""


def hosts_of(events: list[Event]) -> list[Any]:
    """The dictionaries and lists that events change: those of the scheduler's own state, and the options of its optimizer's groups."""
    found: dict[int, Any] = {}

    def visit(x: Any) -> None:
        if isinstance(x, (dict, list)):
            if id(x) not in found:
                found[id(x)] = x
                for part in list(x.values()) if isinstance(x, dict) else x:
                    visit(part)
        elif hasattr(x, "last_epoch"):
            visit_scheduler(x)

    def visit_scheduler(scheduler: Any) -> None:
        state = vars(scheduler)
        if id(state) in found:
            return
        found[id(state)] = state
        for name, part in list(state.items()):
            if name != "optimizer":
                visit(part)
        for group in scheduler.optimizer.param_groups:
            found[id(group)] = group

    for _, scheduler in events:
        visit_scheduler(scheduler)
    return list(found.values())


class Ahead:
    """Events run ahead for a number of steps."""

    def __init__(self, events: list[Event], paths: list[Path], places: dict[Path, Place]):
        self.events, self.places = events, [places[path] for path in paths]
        self.hosts = hosts_of(events)
        self.saved = [x.copy() for x in self.hosts]

    def run(self, steps: int) -> list[Array]:
        """Run the events of so many steps; the numbers that each step sees, one (steps, 1) array a place."""
        rows = np.empty((len(self.places), steps, 1))
        for i in range(steps):
            for k, place in enumerate(self.places):
                rows[k, i, 0] = place.get()
            for function, _ in self.events:
                function()
        return list(rows)

    def back(self) -> None:
        """Let the objects be what they were before."""
        for x, saved in zip(self.hosts, self.saved, strict=True):
            x.clear()
            if isinstance(x, dict):
                x.update(saved)
            else:
                x.extend(saved)
