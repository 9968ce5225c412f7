"""`Timer`: a statement run again and again, in blocks that are long enough for the clock."""

import statistics
import textwrap
import timeit
from collections.abc import Callable
from typing import Any

from steepest.errors import text
from steepest.timing.measurement import Measurement, TaskSpec, set_torch_threads

__all__ = ["Timer", "timer"]

timer = timeit.default_timer
LARGEST = 2**31 - 1
libraries: list[Any] = []
"""What a statement finds under the name `torch` where it brings none."""


class Timer:
    """Measures a statement: `Timer("x @ y", globals={"x": x, "y": y}).blocked_autorange()`.

    Label, sub-label, description and environment name it in a `Compare`. ValueError for what is no text and for C++.
    """

    def __init__(self, stmt: str = "pass", setup: str = "pass", global_setup: str = "", timer: Callable[[], float] = timer,
                 globals: dict[str, Any] | None = None, label: str | None = None, sub_label: str | None = None,
                 description: str | None = None, env: str | None = None, num_threads: int = 1, language: Any = "python"):
        if not isinstance(stmt, str):
            raise ValueError(text("timer-statement"))
        if global_setup or str(language).lower() not in ("python", "py"):
            raise ValueError(text("timer-language"))
        stmt, setup = (textwrap.dedent(part).removeprefix("\n").rstrip() for part in (stmt, setup))
        scope = {**({"torch": libraries[0]} if libraries else {}), **(globals or {})}
        self._timer = timeit.Timer(stmt=stmt, setup=setup, timer=timer, globals=scope)
        self._task_spec = TaskSpec(stmt, setup, global_setup, label, sub_label, description, env, num_threads)

    def _timeit(self, number: int) -> float:
        return max(self._timer.timeit(number), 1e-9)

    def timeit(self, number: int = 1000000) -> Measurement:
        """One measurement of so many runs, after a hundredth of them to warm up."""
        with set_torch_threads(self._task_spec.num_threads):
            self._timeit(max(number // 100, 2))
            return Measurement(number, [self._timeit(number)], self._task_spec)

    def _block_size(self, min_run_time: float) -> int:
        """So many runs that the timer itself takes less than a ten-thousandth of them."""
        with set_torch_threads(self._task_spec.num_threads):
            overhead = statistics.median(self._timeit(0) for _ in range(5))
            number = 1
            while True:
                taken = self._timeit(number)
                enough = overhead / taken <= 1e-4 and taken >= min_run_time / 1000
                if enough or taken > min_run_time or number * 10 > LARGEST:
                    return number
                number *= 10

    def _blocks(self, number: int, min_run_time: float, most: float | None, enough: Callable[[list[float]], bool],
                callback: Callable[[int, float], Any] | None) -> Measurement:
        times: list[float] = []
        with set_torch_threads(self._task_spec.num_threads):
            while sum(times) < min_run_time or not enough(times):
                times.append(self._timeit(number))
                if callback is not None:
                    callback(number, times[-1])
                if most is not None and sum(times) > most:
                    break
        return Measurement(number, times, self._task_spec)

    def blocked_autorange(self, callback: Callable[[int, float], Any] | None = None, min_run_time: float = 0.2) -> Measurement:
        """Many measurements, of blocks long enough for the clock, for so many seconds in all."""
        return self._blocks(self._block_size(min_run_time), min_run_time, None, lambda times: bool(times), callback)

    def adaptive_autorange(self, threshold: float = 0.1, *, min_run_time: float = 0.01, max_run_time: float = 10.0,
                           callback: Callable[[int, float], Any] | None = None) -> Measurement:
        """Measurements until their quartiles lie within `threshold` of the median, or for `max_run_time` seconds."""
        number = self._block_size(0.05)

        def enough(times: list[float]) -> bool:
            return len(times) > 3 and Measurement(number, times, self._task_spec).meets_confidence(threshold)

        return self._blocks(number, min_run_time, max_run_time, enough, callback)

    def repeat(self, repeat: int = -1, number: int = -1) -> None:
        """NotImplementedError, as in PyTorch: `blocked_autorange` repeats."""
        raise NotImplementedError(text("timer-repeat"))

    autorange = repeat
