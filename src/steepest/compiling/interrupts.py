"""Ctrl-C that waits: while native steps run and their results are put in place nothing may be left half done."""

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["Waiting"]

DIRECT: Any = getattr(signal, "_signal", signal)
"""The functions in C, which do not make enumeration members of numbers: that would take longer than a short loop."""


class Waiting:
    """`with Waiting() as waiting:` notes an interrupt (`waiting.noted`) instead of raising; KeyboardInterrupt follows at the end.

    Nothing is changed in other threads than the main one, and where the program has a handler of its own.
    """

    noted = False

    def __enter__(self) -> "Waiting":
        self.ours = threading.current_thread() is threading.main_thread() and DIRECT.getsignal(signal.SIGINT) is signal.default_int_handler
        if self.ours:
            DIRECT.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True

    def __exit__(self, *problem: object) -> None:
        if self.ours:
            DIRECT.signal(signal.SIGINT, signal.default_int_handler)
            if self.noted:
                raise KeyboardInterrupt
