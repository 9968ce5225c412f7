"""loop: an ordinary training loop, most of whose iterations run as native code.

    run = steepest.loop(100_000)
    for step in run:
        loss = criterion(model(x), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        run.record(loss=loss)
        if step % 1000 == 0:
            print(step, loss.item())

The first iterations are run by Python and recorded. When two of them agree and have left Python as they found it, the program that
they are runs natively, until a step comes that takes another way through the body.
"""

import sys
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

from steepest.compiling import effects
from steepest.compiling.activation import Activation
from steepest.compiling.explaining import explanation, reason_of
from steepest.compiling.interrupts import Waiting
from steepest.compiling.learning import TRIES
from steepest.compiling.numbers import plain
from steepest.compiling.progress import bar
from steepest.compiling.sections import Compiled
from steepest.compiling.sites import site_of, users_frame
from steepest.compiling.sources import Source, source_of
from steepest.compiling.trace import Effect
from steepest.compiling.worth import clock, running
from steepest.core.tensor import Tensor, fresh
from steepest.ops import arithmetic

__all__ = ["Loop", "loop"]


class Loop:
    """What `loop` returns: goes over its items, most of them natively, and keeps what is recorded.

    `history` is a dictionary of lists, one value for each step.
    """

    rewritten = False
    first = 0
    """The step to begin with."""

    def __init__(self, items: Any, epochs: int, every: int | None, strict: bool, exact: bool | None, progress: bool = False):
        self.items, self.epochs, self.every, self.strict, self.exact = items, epochs, every, strict, exact
        self.progress = progress
        self.history: dict[str, list[Any]] = {}
        self.met: set[Compiled] = set()
        self.stopped = False
        self.bar: Any = None
        self._conditions: list[Callable[[], bool]] = []
        self._activation: Activation | None = None

    def __len__(self) -> int:
        return (self.items if isinstance(self.items, int) else len(self.items)) * self.epochs

    def __iter__(self) -> Iterator[Any]:
        source = source_of(self.items, self.epochs)
        if source is None:
            return (item for _ in range(self.epochs) for item in self.items)
        return self._iterate(source)

    def _iterate(self, source: Source) -> Iterator[Any]:
        frame = users_frame(sys._getframe(1))
        activation = self._activation = Activation(self, site_of(frame, self.exact, self.rewritten), frame, source)
        self.stopped = False
        if self.progress:
            self.bar = bar(len(self))
        running.append(self)
        try:
            k = self.first
            while not self.stopped:
                if self.rewritten:
                    k = yield from self._by_python(activation, k)
                if self._gives_up(activation):
                    yield from self._by_python_to_the_end(k)
                    break
                k = activation.native(k)
                if self.stopped or source.kind(k) is None:
                    break
                started = clock()
                with Waiting():
                    item = activation.begin(k)
                begun, recorded = clock(), activation.trace is not None
                activation.watch(True)
                yield item
                del item
                activation.watch(False)
                ended, programs = clock(), len(self.met)
                with Waiting():
                    activation.end(k)
                learning = clock() - ended + begun - started
                self._timed(activation.site, ended - begun, learning, recorded, len(self.met) > programs)
                self._hint(activation)
                self._advance(1)
                k += 1
        finally:
            running.remove(self)
            activation.watch(False)
            with Waiting():
                activation.close()
            self._done()

    def _by_python(self, activation: Activation, k: int) -> Generator[Any, None, int]:
        """Items for Python alone as long as recording would not pay; the step that comes then."""
        yield from ()
        return k

    def _by_python_to_the_end(self, k: int) -> Iterator[Any]:
        """All further items for Python alone."""
        assert self._activation is not None
        return self._activation.source.some(k, sys.maxsize - k)

    def _pays(self, activation: Activation, share: float, operations: int = 0, here: bool = False) -> bool:
        """Whether recording and compiling steps of so many operations (0: not known yet), this share of all, pays; `here`: those of
        this activation alone, since there are programs, which do not fit."""
        return True

    def _timed(self, site: Any, body: float, learning: float, recorded: bool, program: bool) -> None:
        """How long a step that Python has seen took, and what looking at it and compiling did; whether that gave a program."""
        site.seen_time += body

    def _won(self, n: int, taken: float) -> None:
        """So many native steps have taken this time."""

    def _gives_up(self, activation: Activation) -> bool:
        """Whether the rest of the items go to Python without another thought."""
        return False

    def _advance(self, n: int) -> None:
        """So many steps have been done."""
        if self.bar is not None:
            self.bar.update(n)

    def _done(self) -> None:
        """The loop is over."""
        if self.bar is not None:
            self.bar.close()

    def abandon(self, why: str) -> None:
        """Leave the iteration that is going on, and later ones, to Python."""
        if self._activation is not None:
            self._activation.abandon(why)

    def _hint(self, activation: Activation) -> None:
        """Say once why every step is seen."""
        site = activation.site
        if site.hinted or site.native_steps or site.seen_steps < 4 * TRIES:
            return
        site.hinted = True
        why = reason_of(site)
        if why and self.strict:
            raise RuntimeError(why)
        if why:
            warnings.warn(why, UserWarning, stacklevel=3)

    def record(self, **values: Any) -> None:
        """Keep a value of every step, the unseen ones too: tensors, numbers. `history[name]` lists them."""
        for name, value in values.items():
            tracer = effects.recorder_now()
            if tracer is not None:
                followed = value
                if isinstance(value, Tensor):
                    whole = value.array.ndim or value.dtype.is_complex
                    followed = arithmetic.clone(value.detach(), to=value.dtype) if whole else tracer.number(value, value.array.item())
                tracer.effects.append(Effect("record", name, (followed,)))
            self._keep(name, value)

    def emit(self, function: Callable[..., Any], *values: Any) -> None:
        """Call `function(*values)` in every step, in order, the unseen ones too: for them with the values that they had. Tensors
        are handed over as copies without graph; what else the function uses must be the same in every step.

        >>> w, run = torch.ones(1), torch.loop(6)
        >>> for step in run:
        ...     w *= 2
        ...     run.emit(lambda step, w: print(step, w.tolist()) if step % 3 == 2 else None, step, w)
        2 [8.0]
        5 [64.0]
        """
        effects.emit(function, values)

    def stop_when(self, condition: Any) -> None:
        """End the loop after the first step in which the condition, a tensor of one element or a bool, holds.

        >>> w, run = torch.ones(1), torch.loop(1000)
        >>> for step in run:
        ...     w *= 2
        ...     run.stop_when(w > 100)
        >>> w, step
        (tensor([128.]), 6)
        """
        self.stopped = effects.stop_when(condition) or self.stopped

    def explain(self) -> None:
        """Print which steps were native, the programs that they ran (equations with shapes and lines), how these were compiled, and
        where the time went."""
        if self._activation is not None:
            print(explanation(self._activation.site))

    def _keep(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor):
            value = value.array.item() if value.array.ndim == 0 else fresh(value.array.copy(), value.dtype)
        self.history.setdefault(name, []).append(plain(value))


def loop(items: Any, *, epochs: int = 1, every: int | None = None, strict: bool = False, exact: bool = False,
         progress: bool = False) -> Loop:
    """Go over a number of steps, or over the batches of a loader `epochs` times, with most iterations run as native code.

    `every`: Python sees each step whose number is a multiple of it. `strict`: RuntimeError where every step has to be seen, instead of a
    warning. `exact`: arithmetic in the order in which it is written, as Python's floats would give it. `progress`: a bar
    on stderr, where that is a terminal.

    >>> w = torch.zeros(1, requires_grad=True)
    >>> for step in torch.loop(100):
    ...     w.grad = None; ((w - 3) ** 2).sum().backward()
    ...     with torch.no_grad(): w -= 0.1 * w.grad
    >>> w
    tensor([3.0000], requires_grad=True)
    """
    return Loop(items, epochs, every, strict, exact, progress)
