"""Where the user's program stands: frames and lines outside the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

__all__ = ["Line", "inside", "is_own", "line_at", "place_outside", "user_frame", "user_line"]

PACKAGE = str(Path(__file__).resolve().parent.parent)
PROGRAMS = str(Path(PACKAGE) / "course" / "programs")
Line = tuple[str, int]

_own_code: dict[int, tuple[Any, bool]] = {}
"""Whether a code object is the package's, by its identity: looked up at every pass."""
_far: dict[int, tuple[Any, int]] = {}
"""How many frames above a code object of the package the user's stood, at least."""


def is_own(code: Any) -> bool:
    """Whether a code object belongs to the package (the course's programs count as the user's)."""
    known = _own_code.get(id(code))
    if known is None:
        file = code.co_filename
        known = _own_code[id(code)] = code, file.startswith(PACKAGE) and not file.startswith(PROGRAMS)
    return known[1]


def user_frame(depth: int = 1) -> Any:
    """The innermost frame outside the package; None where there is none."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        code = frame.f_code
        known = _own_code.get(id(code))
        if not (is_own(code) if known is None else known[1]):
            return frame
        frame = frame.f_back
    return None


def user_line(depth: int = 1) -> Line:
    """File and line of the innermost frame outside the package."""
    frame = user_frame(depth + 1)
    return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)


def place_outside(depth: int = 1) -> tuple[Any, tuple[int, int]]:
    """The innermost frame outside the package, and a key of the place where it stands: the line is worked out only where it is wanted,
    since that takes time. How far above its caller the last one stood is tried first: every frame that is touched costs."""
    near = sys._getframe(depth + 1).f_code
    far = _far.get(id(near))
    if far is not None:
        try:
            frame: Any = sys._getframe(depth + 1 + far[1])
            code = frame.f_code
            known = _own_code.get(id(code))
            if known is not None and not known[1]:
                return frame, (id(code), frame.f_lasti)
        except ValueError:          # there are not so many frames this time
            pass
    frame, above = sys._getframe(depth + 1), 0
    while frame.f_back is not None and is_own(frame.f_code):
        frame, above = frame.f_back, above + 1
    code = frame.f_code
    _far[id(near)] = near, above if far is None else min(above, far[1])
    return frame, (id(code), frame.f_lasti)


def line_at(code: Any, place: int) -> Line:
    """File and line of a place in a code object."""
    line = next((line for start, end, line in code.co_lines() if start <= place < end and line is not None), code.co_firstlineno)
    return code.co_filename, line


def inside(function: str) -> bool:
    """Whether a function of this name is running."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False
