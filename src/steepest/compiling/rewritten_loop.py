"""A loop of a rewritten program that is worth compiling, and the output statements in it."""

import functools
import math
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np

from steepest.compiling.effects import Target, emit, recorder_now
from steepest.compiling.learning import TRIES
from steepest.compiling.loop import Loop
from steepest.compiling.numbers import TracedFloat, TracedInt
from steepest.compiling.sources import Source
from steepest.compiling.worth import Passage, by_python, ledger
from steepest.core.device import device
from steepest.core.dtype import dtype
from steepest.core.modes import modes
from steepest.core.size import Size
from steepest.core.tensor import Tensor

__all__ = ["NativeLoop", "show"]

SHOWN = (int, float, complex, bool, str, bytes, type(None), np.float64, Size, dtype, device)
IDLE, LONGEST = 4, 1024
"""After so many steps that were none of a program's as many are left to Python before the next look, then twice as many, up to so many."""
MISSES = 2
"""After so many passes in which no program was of use some are left to Python."""
WATCHED = 4.0
"""A recorded step takes about so many times as long as another, where that is not known."""


class NativeLoop(Loop):
    """A loop of a rewritten program, from the step of its passage on."""

    rewritten = True

    def __init__(self, passage: Passage, source: Source, bar: Any, always: bool):
        super().__init__((), 1, None, False, None)
        self.passage, self.statement, self.source, self.bar, self.always = passage, passage.statement, source, bar, always
        self.first = passage.k
        self.idle = 0
        """So many steps in a row were no program's, and taught nothing."""
        self.won = 0

    def __iter__(self) -> Iterator[Any]:
        return self._iterate(self.source)

    def _hint(self, activation: Any) -> None:
        pass

    def _by_python(self, activation: Any, k: int) -> Generator[Any, None, int]:
        passage, site = self.passage, activation.site
        while self.idle >= IDLE or not site.compiled and (activation.resting() or not self._pays(activation, 1.0)):
            activation.close_section()
            enough, end = passage.pays, passage.k
            if self.idle >= IDLE:
                end, self.idle = end + self.idle, min(2 * self.idle, LONGEST)
            elif activation.resting():
                end, site.rest = end + site.rest, 8 * site.rest
                for case in site.cases:
                    case.tries = TRIES - 1
            if end > passage.k:
                enough = functools.partial(passage.reached, end)
            ended = yield from by_python(passage, self.source.some, super()._advance, enough)
            if ended or site.compiled:
                break
        return passage.k

    def _by_python_to_the_end(self, k: int) -> Iterator[Any]:
        yield from by_python(self.passage, self.source.some, super()._advance, lambda: False)

    def _pays(self, activation: Any, share: float, operations: int = 0, here: bool = False) -> bool:
        if operations:
            self.statement.operations = operations
        return self.always or self.passage.pays(share, here)

    def _timed(self, site: Any, body: float, learning: float, recorded: bool, program: bool) -> None:
        s = self.statement
        usual = body if not recorded else min(body, s.seconds) if s.seconds < math.inf else body / WATCHED
        site.seen_time += usual
        s.python_time += usual
        lost = max(body - usual + learning - (ledger.first() if recorded else 0.0), 0.0)
        ledger.spent += lost
        s.fruitless += lost
        s.compiled = bool(site.compiled)
        self.idle = 0 if recorded or self.always else self.idle + 1
        if program:
            s.paid, s.fruitless = s.fruitless, 0.0
            s.remember(True)

    def _won(self, n: int, taken: float) -> None:
        self.idle, self.won = 0, self.won + n
        if self.statement.seconds < math.inf:
            ledger.won(n * self.statement.seconds - taken)

    def _advance(self, n: int) -> None:
        self.passage.k += n
        super()._advance(n)

    def _gives_up(self, activation: Any) -> bool:
        if not activation.hopeless():
            return False
        self.statement.left_alone = True
        return True

    def _done(self) -> None:
        super()._done()
        s = self.statement
        s.misses = 0 if self.won or not s.compiled else s.misses + 1
        if s.misses == MISSES:
            s.remember(False)
        s.skips = 4 ** min(s.misses, 5) if s.misses >= MISSES and not self.always else 0
        site = self._activation.site if self._activation is not None else None
        if site is not None and not site.native_steps and (site.reason is not None or site.rested):
            s.remember(False)


class Shown(Target):
    """An output statement: tensors are handed to it with the graph's name and the class that they had, for their text."""

    def __init__(self, function: Callable[..., Any], values: tuple[Any, ...]):
        super().__init__(function)
        self.like = [(type(v), v.needs_grad, v.node) if isinstance(v, Tensor) else None for v in values]
        self.seen += [(like[0].__name__, like[1], like[2].name() if like[2] is not None else "") if like else None for like in self.like]

    def __call__(self, *values: Any) -> None:
        before, modes.grad = modes.grad, False
        try:
            for value, like in zip(values, self.like, strict=True):
                if like is not None:
                    if like[0] is not Tensor:
                        value.__class__ = like[0]
                    value.needs_grad, value.node = like[1], like[2]
            self.function(*values)
        finally:
            modes.grad = before


def show(function: Callable[..., Any], values: tuple[Any, ...]) -> None:
    """An output statement, taken apart, in an iteration that is being recorded."""
    if recorder_now() is None or not all(map(is_shown, values)):
        function(*values)
        return
    emit(Shown(function, values), values)


def is_shown(x: Any) -> bool:
    """Whether a value can be kept for an output statement."""
    if isinstance(x, (Tensor, TracedInt, TracedFloat)) or type(x) in SHOWN:
        return not isinstance(x, Tensor) or x.layout is not None and x.storage_cell is not None
    return type(x) in (list, tuple) and all(map(is_shown, x)) and not any(isinstance(v, Tensor) and v.requires_grad for v in x)
