"""Results that are not there yet: `torch.futures`, and `torch.jit.fork`, which here computes at once."""

import threading
from collections.abc import Callable
from typing import Any

from steepest.errors import text

__all__ = ["Future", "collect_all", "fork", "wait", "wait_all"]


class Future:
    """A result, or an exception, that something sets once; others wait for it or are called with it.

    >>> f = Future()
    >>> g = f.then(lambda done: done.value() + 1)
    >>> f.set_result(1)
    >>> g.wait()
    2
    """

    def __init__(self, *, devices: Any = None) -> None:
        self._finished = threading.Condition()
        self._state: tuple[Any, BaseException | None] | None = None
        self._callbacks: list[Callable[[Future], Any]] = []

    def __class_getitem__(cls, of: Any) -> type["Future"]:
        return cls

    def done(self) -> bool:
        """Whether there is a result or an exception."""
        return self._state is not None

    def value(self) -> Any:
        """The result, or the exception raised; RuntimeError where there is neither yet."""
        if self._state is None:
            raise RuntimeError(text("future-unfinished"))
        result, problem = self._state
        if problem is not None:
            raise problem
        return result

    def wait(self) -> Any:
        """The result when it is there, or the exception raised."""
        with self._finished:
            self._finished.wait_for(self.done)
        return self.value()

    def set_result(self, result: Any) -> None:
        """Give the result; RuntimeError where there is one."""
        self._finish(result, None)

    def set_exception(self, result: BaseException) -> None:
        """Give an exception in the place of a result."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._finish(None, result)

    def _finish(self, result: Any, problem: BaseException | None) -> None:
        with self._finished:
            if self._state is not None:
                raise RuntimeError(text("future-twice"))
            self._state = result, problem
            callbacks, self._callbacks = self._callbacks, []
            self._finished.notify_all()
        for callback in callbacks:
            callback(self)

    def add_done_callback(self, callback: Callable[["Future"], Any]) -> None:
        """Call a function with this when it is done, at once where it is."""
        with self._finished:
            if self._state is None:
                self._callbacks.append(callback)
                return
        callback(self)

    def then(self, callback: Callable[["Future"], Any]) -> "Future":
        """The result of a function that is called with this when it is done; its exception is a RuntimeError there."""
        made = Future()

        def call(done: Future) -> None:
            try:
                result = callback(done)
            except Exception as problem:
                said = text("future-callback", problem=f"{type(problem).__name__}: {problem}")
                made.set_exception(RuntimeError(said))
            else:
                made.set_result(result)

        self.add_done_callback(call)
        return made


def collect_all(futures: list[Future]) -> Future:
    """What is done when all of these are: its result is the list, its exception the first of theirs."""
    made, left = Future(), [len(futures)]
    guard = threading.Lock()

    def finished(done: Future) -> None:
        with guard:
            left[0] -= 1
            last = left[0] == 0
        if last:
            _settle(made, futures)

    if not futures:
        made.set_result([])
    for future in futures:
        future.add_done_callback(finished)
    return made


def _settle(made: Future, futures: list[Future]) -> None:
    try:
        for future in futures:
            future.value()
    except Exception as problem:
        made.set_exception(problem)
    else:
        made.set_result(list(futures))


def wait_all(futures: list[Future]) -> list[Any]:
    """The results of all of these."""
    return [future.wait() for future in collect_all(futures).wait()]


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
    """A call whose result `wait` gives; it is made at once."""
    made = Future()
    try:
        made.set_result(func(*args, **kwargs))
    except Exception as problem:
        made.set_exception(problem)
    return made


def wait(future: Future) -> Any:
    """The result of a call that `fork` made, or its exception raised."""
    return future.wait()
