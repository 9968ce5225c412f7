"""Replays: the program once more, from the same random numbers, with a line changed or a look at one pass, up to a limit.

They run after the program has ended, print nothing, open no windows and end at the first attempt to write a file, so that trying
an advice changes nothing that is there.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

import numpy as np

from steepest.core.generator import default_generator
from steepest.core.modes import modes
from steepest.diagnose.watcher import EndOfReplay, Watcher
from steepest.lower import cache

__all__ = ["Replays", "Started", "Way"]

Way = Callable[[str, str, dict[str, Any]], None]
"""Runs a program's text under a file name in a namespace."""


def as_written(text: str, path: str, scope: dict[str, Any]) -> None:
    """Run a program's text by Python."""
    exec(compile(text, path, "exec", dont_inherit=True), scope)


class Started:
    """What a program begins with: random states, arguments, folder."""

    def __init__(self) -> None:
        self.torch = default_generator.get_state()
        self.numpy = np.random.get_state()
        self.python = random.getstate()
        self.arguments, self.folder, self.path = list(sys.argv), os.getcwd(), list(sys.path)
        self.filters = list(warnings.filters)

    def restore(self) -> None:
        """Begin there again."""
        default_generator.set_state(self.torch)
        np.random.set_state(self.numpy)
        random.setstate(self.python)
        sys.argv[:], sys.path[:] = self.arguments, self.path
        warnings.filters[:] = self.filters  # type: ignore[index]
        os.chdir(self.folder)


class Replays:
    """Runs a program's text again; `budget` is the time that all replays together may take, in seconds.

    A program that takes long to come to its first pass (`start_up` seconds) is not run again. The text as it is runs the `way` in which
    it ran before; a changed text is run by Python, step by step, since some hundred steps do not pay for compiling them.
    """

    def __init__(self, path: str, text: str, started: Started, budget: float = 20.0, start_up: float = 0.0, way: Way | None = None):
        self.way = way or as_written
        self.path, self.text, self.started, self.left, self.start_up = path, text, started, budget, start_up

    def run(self, text: str | None = None, *, passes: int, seconds: float = 5.0, setup: Callable[[Watcher], None] | None = None,
            file: str = "") -> Watcher:
        """Watch the program (or the changed `text`) for so many passes, or as long as there is time.

        A changed text that lies in a `file` of its own runs the way in which the program ran.
        """
        way = self.way if text is None or file else as_written
        watcher = Watcher()
        watcher.limit, watcher.plain_loops = passes, way is as_written
        if setup is not None:
            setup(watcher)
        seconds = min(seconds, self.left)
        if seconds <= 0 or self.start_up > 0.6 * seconds:
            return watcher
        begun = time.perf_counter()
        now = Started()
        self.started.restore()
        main = sys.modules.get("__main__")
        gradients = modes.grad
        try:
            with _silence(), _alarm(seconds):
                watcher.start()
                try:
                    module = sys.modules["__main__"] = _main(file or self.path)
                    way(self.text if text is None else text, file or self.path, module.__dict__)
                finally:
                    watcher.stop()
        except (EndOfReplay, Exception, SystemExit):
            pass
        finally:
            modes.grad = gradients
            if main is not None:
                sys.modules["__main__"] = main
            now.restore()
            self.left -= time.perf_counter() - begun
        return watcher


def _main(path: str) -> ModuleType:
    module = ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = SourceFileLoader("__main__", path)
    return module


_guard = threading.local()
_hooked = False


def _refuse_writing(event: str, details: tuple[Any, ...]) -> None:
    """An audit hook: while a replay runs, what would change a file ends it."""
    if not getattr(_guard, "on", False):
        return
    if event == "open":
        _, mode, flags = details
        writing = isinstance(mode, str) and any(c in mode for c in "wax+") or mode is None and flags & (os.O_WRONLY | os.O_RDWR)
        if writing and details[0] != os.devnull and not _is_cache(details[0]):
            raise EndOfReplay
    elif event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.rmtree", "shutil.move", "subprocess.Popen", "os.system",
                   "os.fork", "os.posix_spawn", "socket.connect") and not (details and _is_cache(details[0])):
        raise EndOfReplay


def _is_cache(place: Any) -> bool:
    """Whether a path lies where machine code is kept; a number is a file that has been opened before."""
    if isinstance(place, int):
        return place > 2
    kept = cache.folder()
    return kept is not None and isinstance(place, (str, os.PathLike)) and os.fspath(place).startswith(str(kept))


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """No output, no input, no windows, no files."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_refuse_writing)
        _hooked = True
    undo: list[Callable[[], None]] = []
    if "matplotlib.pyplot" in sys.modules:
        pyplot: Any = sys.modules["matplotlib.pyplot"]
        figure: Any = sys.modules["matplotlib.figure"].Figure
        for holder, name in ((pyplot, "show"), (pyplot, "savefig"), (pyplot, "pause"), (figure, "savefig")):
            before = getattr(holder, name)
            setattr(holder, name, lambda *_, **__: None)
            undo.append(lambda h=holder, n=name, b=before: setattr(h, n, b))  # type: ignore[misc]
        open_before = set(pyplot.get_fignums())

        def close_new() -> None:
            for number in set(pyplot.get_fignums()) - open_before:
                pyplot.close(number)

        undo.append(close_new)
    stdin = sys.stdin
    sys.stdin = io.StringIO("")
    _guard.on = True
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _guard.on = False
        sys.stdin = stdin
        for step in reversed(undo):
            step()


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End what runs in this thread when its time is over, also a loop that never calls the package."""
    thread = ctypes.c_ulong(threading.get_ident())
    over, lock = threading.Event(), threading.Lock()

    # An exception that was sent is never taken back: on Python 3.11 that leaves a flag set which makes a traced function hang.
    def wait() -> None:
        if not over.wait(seconds):
            with lock:
                if not over.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(EndOfReplay))

    watch = threading.Thread(target=wait, daemon=True)
    watch.start()
    try:
        yield
    finally:
        with lock:
            over.set()
