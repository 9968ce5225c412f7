"""Sites: the loops of a program's text, and what is known of each; it outlives the loop."""

import os
import sys
import types
from collections.abc import Collection
from typing import Any

from steepest.compiling.any_size import Sizes
from steepest.compiling.cases import Case
from steepest.compiling.onlooker import onlookers
from steepest.compiling.places import Names, Path, is_own
from steepest.compiling.sections import Section
from steepest.compiling.source import LoopText, loop_text
from steepest.compiling.trace import Escape
from steepest.compiling.watching import Watch
from steepest.errors import text

__all__ = ["Site", "machine_log", "say", "site_of", "sites", "users_frame"]


REST = 64
SEVERAL = 4
"""From so many batch sizes on a loop's programs share code: those of one size are faster, and most loops have two."""


class Site:
    """A loop in a program's text: what is known of it outlives the loop, so that it starts natively when it is entered again."""

    def __init__(self, lines: LoopText | None):
        self.text = lines
        self.cases: list[Case] = []
        self.carried: set[Path] = set()
        self.counters: dict[Path, Any] = {}
        self.streamed: set[Path] = set()
        self.codes: dict[types.CodeType, dict[str, Any]] = {}
        self.sizes = Sizes(SEVERAL)
        self.names = Names(sorted(lines.names, key=lambda name: name in lines.stores_only) if lines is not None else ())
        self.kept: Section | None = None
        """The last section, for a loop that begins where it ended."""
        self.hinted = False
        self.native_steps = self.seen_steps = 0
        self.native_time = self.seen_time = self.effects_time = 0.0
        self.rest = REST
        """For so many steps Python goes on alone when no recording has given a program."""
        self.concerns_tensors = False
        self.reason: Escape | str | None = None if lines is not None else text("loop-no-text")

    def case(self, kind: Any, step: int, bases: dict[Path, int]) -> Case | None:
        """The case of a step; None where it is not known yet."""
        for case in self.cases:
            if case.fits(kind, step, bases):
                return case
        return None

    def follow(self, paths: Collection[Path]) -> None:
        """Follow numbers that differ from loop to loop; what was recorded without them is of no use."""
        self.carried.update(paths)
        self.counters.update((path, 0) for path in paths)
        self.forget()

    def forget(self) -> None:
        """Other numbers are followed from now on: what was recorded without them is of no use."""
        self.kept = None
        for case in self.cases:
            case.traces, case.tries = [], 0
            case.compiled.clear()

    @property
    def compiled(self) -> bool:
        """Whether there is a program for any of its cases."""
        return any(c.compiled for c in self.cases)

    @property
    def rested(self) -> bool:
        """Whether recordings were given up for a while."""
        return self.rest > REST

    def share(self, case: Case | None) -> float:
        """How many of the steps are of a case, about; those of several sizes share code."""
        if case is None:
            return 1.0
        steps = (self.native_steps if self.compiled else 0) + sum(c.seen + 1 for c in self.cases)
        several = len({c.kind for c in self.cases}) > 1
        return max((case.seen + 1) / steps, 1 / SEVERAL if several else 0.0)

    def learn(self, watch: Watch) -> None:
        """Take over which functions of the user's run in the loop."""
        if watch.codes.keys() - self.codes.keys():
            self.kept = None
            self.codes.update(watch.codes)
            self.names = Names(self.names.local, self.codes.items())


sites: dict[Any, Site] = {}


def users_frame(frame: Any) -> types.FrameType:
    """The innermost frame outside of this package."""
    while is_own(frame.f_code.co_filename) and frame.f_back is not None:
        frame = frame.f_back
    result: types.FrameType = frame
    return result


def site_of(frame: types.FrameType, exact: bool | None, looks_inside: bool) -> Site:
    """What is known of the loop that a frame is in; `looks_inside`: through `enumerate` and progress bars."""
    key = frame.f_code.co_filename, frame.f_code, frame.f_lasti, exact, bool(onlookers)
    site = sites.get(key)
    if site is None:
        lines = loop_text(frame)
        site = sites[key] = Site(lines)
        if lines is not None:
            lines.rewritten = looks_inside
        if lines is not None and not lines.direct and not looks_inside:
            site.reason = text("loop-not-direct", line=lines.node.lineno)
    return site


def machine_log() -> bool:
    """Whether `STEEPEST_LOG=compile` asks to be told."""
    return "compile" in os.environ.get("STEEPEST_LOG", "")


def say(sentence: str) -> None:
    """A line of the log."""
    print(f"steepest: {sentence}", file=sys.stderr)
