"""Watching an iteration: which of the user's functions run in it, and what it does that cannot be repeated without running it."""

import gc
import random
import sys
import types
from collections import OrderedDict, defaultdict, deque
from typing import Any

import numpy as np

from steepest.compiling.places import is_foreign, is_own
from steepest.core.generator import Generator
from steepest.core.size import Size
from steepest.data.loader import DataLoader

__all__ = ["Watch", "outside_state"]

Line = tuple[str, int]
OWN = __name__.partition(".")[0]
LOWER = f"{OWN}.lower."

CALLS = frozenset(
    "len isinstance issubclass getattr hasattr setattr delattr abs min max sum sorted any all id callable iter divmod round pow ord chr "
    "zip enumerate reversed range vars dir hash repr format globals locals __build_class__".split())
"""Functions of `builtins` that change nothing but what a walk sees."""
MODULES = frozenset(("math", "operator", "_operator", "itertools", "functools", "_functools", "collections", "_collections", "_abc"))
KINDS: Any = (list, dict, tuple, str, set, frozenset, int, float, complex, bool, bytes, deque, OrderedDict, defaultdict, range,
              slice, type(None), np.ndarray, np.generic, type({}.items()), type({}.keys()), type({}.values()))
PYTHON = frozenset(
    "functools collections contextlib typing abc copy dataclasses enum operator types weakref _collections_abc numpy math copyreg "
    "_weakrefset _py_abc numbers statistics re string inspect annotationlib fnmatch".split())
"""Modules written in Python whose functions change nothing but what a walk sees."""
UNREPEATABLE = {DataLoader.__iter__.__code__: "iter(DataLoader)", Generator.manual_seed.__code__: "manual_seed",
                Generator.seed.__code__: "seed", Generator.set_state.__code__: "set_state"}
"""Own functions that draw numbers or start something beside the recorded operations."""


PARTS = frozenset("split chunk unbind tensor_split hsplit vsplit dsplit unsafe_split unsafe_chunk split_with_sizes _iter".split())
"""Functions that give as many tensors as there are parts."""
TELLING = (int, float, str, bytes, np.ndarray, np.generic, range, slice, types.GeneratorType)
AROUND = frozenset(("named", "written"))
"""Functions around others, which take their arguments under other names or write their result."""
CLAMPED = frozenset(("diagonal", "slice_scatter", "diagonal_scatter"))
"""Functions that take no more than there is."""
KNOWN = frozenset("dim ndim dtype device requires_grad is_leaf is_floating_point is_complex is_cuda layout itemsize element_size".split())
"""What is the same for tensors of all sizes."""


def _silent(answer: Any) -> bool:
    """Whether what was returned says nothing about sizes: tensors, modules and the like."""
    if isinstance(answer, tuple | list):
        return type(answer) is not Size and all(map(_silent, answer))
    if isinstance(answer, dict):
        return all(map(_silent, answer.values()))
    return not isinstance(answer, TELLING)


def _clamps(index: Any) -> bool:
    """Whether there is a slice in an index that may take less than it says: for more than one element."""
    if isinstance(index, tuple | list):
        return any(map(_clamps, index))
    return isinstance(index, slice) and any(type(x) is not int or not -1 <= x <= 1 for x in (index.start, index.stop, index.step)
                                            if x is not None)


class Watch:
    """A profile function (`sys.setprofile`) that notes the code that runs and the calls whose effects a recording cannot hold."""

    def __init__(self) -> None:
        self.codes: dict[types.CodeType, dict[str, Any]] = {}
        self.effects: list[tuple[Line, str]] = []
        self.mathematics: list[tuple[Line, str]] = []
        self.looks: list[tuple[types.CodeType, int, str, Any]] = []
        """What the package told Python about tensors that is no tensor: the code and line that asked, what was called, what it gave."""
        self.clamps = False
        """Whether so much of a tensor was taken, or as much as there is."""

    on = False

    def start(self) -> None:
        """Begin to watch. The cycle collector waits: what it calls is no part of the iteration."""
        self.on = True
        self.collecting = gc.isenabled()
        gc.disable()
        self.before: Any = sys.getprofile()
        sys.setprofile(self._event)

    def stop(self) -> None:
        """End watching, if it has begun."""
        if not self.on:
            return
        self.on = False
        if self.collecting:
            gc.enable()
        if hasattr(self.before, "enable"):      # cProfile, which is no function
            sys.setprofile(None)
            self.before.enable()
        else:
            sys.setprofile(self.before)

    def _event(self, frame: types.FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "return" and is_own(code.co_filename):
            self._told(frame, argument)
        elif event == "call":
            if code in self.codes or (is_own(code.co_filename) or _made_here(frame)) and code not in UNREPEATABLE:
                return
            if code in UNREPEATABLE:
                self._effect(frame, UNREPEATABLE[code])
            elif is_foreign(code.co_filename, frame.f_globals.get("__name__", "")):
                if (frame.f_globals.get("__name__") or "").partition(".")[0] not in PYTHON and not _within_foreign(frame) \
                        and not _making_kernels(frame) and not _importing(frame):
                    self._effect(frame, f"{frame.f_globals.get('__name__')}.{code.co_qualname}")
            else:
                self.codes[code] = frame.f_globals
        elif event == "c_call" and not is_foreign(code.co_filename, frame.f_globals.get("__name__", "")):
            self._called(frame, argument)

    def _told(self, frame: types.FrameType, answer: Any) -> None:
        """A function of the package has returned."""
        name, caller = frame.f_code.co_name, frame.f_back
        own = frame.f_locals
        if "intercepted" in own:                # classes of programs are asked first: what is called stands behind
            name = own["intercepted"].__name__
            own = dict(zip(("self", "key"), own["args"]))
        elif name in AROUND:
            name = getattr(own.get("function"), "__name__", name)
        if caller is None or is_own(caller.f_code.co_filename):
            return
        if name in CLAMPED or name in PARTS or name in ("getitem", "setitem") and _clamps(own.get("key")):
            self.clamps = True
        if name in PARTS or name not in KNOWN and not _silent(answer) and type(own.get("self")) is not Size:
            told = len(answer) if name in PARTS and isinstance(answer, tuple) else answer
            self.looks.append((caller.f_code, caller.f_lineno, name, told if isinstance(told, int | float | str | Size) else object()))

    def _called(self, frame: types.FrameType, function: Any) -> None:
        """A function written in C, called from the user's code."""
        module, name = function.__module__ or "", function.__name__
        if module.partition(".")[0] == "math" and name not in ("floor", "ceil"):
            self.mathematics.append((line_of(frame), f"math.{name}"))
            return
        own = getattr(function, "__self__", None)
        if isinstance(own, KINDS) or isinstance(own, type) and issubclass(own, KINDS) or type(function).__name__ == "method_descriptor":
            return
        if module == "builtins" and name in CALLS or module in MODULES:
            return
        if module.partition(".")[0] == "numpy" and not module.startswith("numpy.random"):
            return
        if isinstance(own, types.ModuleType) or own is None:
            self._effect(frame, f"{module}.{name}".removeprefix("builtins."))
        else:
            self._effect(frame, f"{type(own).__name__}.{name}")

    def _effect(self, frame: types.FrameType, what: str) -> None:
        self.effects.append((line_of(frame), what))


def _making_kernels(frame: types.FrameType) -> bool:
    """Whether the package makes, loads or frees native code, as where an operation is first used: it reads settings and files."""
    caller = frame.f_back
    if frame.f_code.co_name == "__del__":       # code that is given back, at any time
        return True
    if caller is not None and frame.f_globals.get("__name__") == "importlib" and is_own(caller.f_code.co_filename):
        return True
    while caller is not None and is_foreign(caller.f_code.co_filename, caller.f_globals.get("__name__", "")):
        if caller.f_globals.get("__name__", "").startswith(LOWER):
            return True
        caller = caller.f_back
    return False


def _made_here(frame: types.FrameType) -> bool:
    """Whether the code was made by the package while it ran, as the methods of its dataclasses are."""
    return frame.f_code.co_filename == "<string>" and (frame.f_globals.get("__name__") or "").partition(".")[0] == OWN


def _importing(frame: types.FrameType) -> bool:
    """Whether the package imports a module of its own, as where a name of it is first used."""
    caller = frame.f_back
    return frame.f_globals.get("__name__") == "importlib" and caller is not None and is_own(caller.f_code.co_filename)


def _within_foreign(frame: types.FrameType) -> bool:
    """Whether a foreign function was called by one that is allowed (or already noted)."""
    caller = frame.f_back
    return caller is not None and not is_own(caller.f_code.co_filename) and is_foreign(caller.f_code.co_filename,
                                                                                  caller.f_globals.get("__name__", ""))


def line_of(frame: types.FrameType | None) -> Line:
    """File and line of the innermost frame of the user's."""
    while frame is not None and is_foreign(frame.f_code.co_filename, frame.f_globals.get("__name__", "")) and frame.f_back is not None:
        frame = frame.f_back
    assert frame is not None
    return frame.f_code.co_filename, frame.f_lineno


def outside_state() -> Any:
    """The states of `random` and `numpy.random`, which an iteration must leave alone if it is to go unseen."""
    legacy: Any = np.random.get_state(legacy=True)
    return random.getstate(), legacy[1].tobytes(), legacy[2:]
