"""`steepest run PROGRAM.py [ARGS]`: a PyTorch program, unmodified, with `torch` meaning steepest.

The program sees what `python PROGRAM.py ARGS` would give it: `__main__`, `__file__`, `sys.argv`, the first entry of `sys.path`,
the working directory, its exit code. A traceback shows the program's frames and leaves ours out.
"""

import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from steepest.core.overriding import activate, mentioned
from steepest.errors import UserError, text

__all__ = ["run"]

PACKAGE = str(Path(__file__).parent.parent) + os.sep


def run(
    program: Path, /, *arguments: str, seed: int | None = None, why: bool = False, hint: bool = False, try_: bool = False,
    notes: bool = False, json: Path | None = None, ignore: list[str] | None = None, eager: bool = False, native: bool = False,
    explain: bool = False,
) -> int:  # fmt: skip
    """Run a PyTorch program, unmodified: `torch` means steepest.

    Parameters
    ----------
    program
        The program's file.
    arguments
        What the program finds in `sys.argv[1:]`.
    seed
        As if the program began with `torch.manual_seed(SEED)`.
    why
        Watch the run and say afterwards why it does not learn: the evidence, the cause, the line to write instead.
    hint
        As --why, with a question in the place of the answer.
    try_
        As --why; write PROGRAM.fixed.py with the change, run both, show the losses before and after in one picture.
    notes
        As --why, with the notes (what could be faster, what is harmless).
    json
        As --why; write the findings to this file too.
    ignore
        A rule that is not to be reported; may be given several times.
    eager
        Run every step by Python; without it, loops run as native code wherever that is shown safe and is worth compiling.
    native
        Run loops as native code also where compiling takes longer than it saves.
    explain
        Afterwards say which loops were native, and show their programs, how they were compiled and where the time went.
    """
    path = program.absolute()
    if not path.is_file():
        raise UserError(text("program-missing", path=program, folder=Path.cwd()))
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UserError(text("program-unreadable", path=program, reason=error.strerror)) from None

    import steepest.as_torch  # here, since the import itself gives `torch` its meaning

    if seed is not None:
        steepest.manual_seed(seed)
    show_figures_without_display()
    sys.argv[:] = [str(program), *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = str(path.parent.resolve())
    main = sys.modules["__main__"] = main_module(path)
    sys.excepthook = print_exception
    if not (why or hint or try_ or notes or json):
        return run_loops(source, path, main, eager, native, explain)

    from steepest.cli.why import Why

    way = run_as_written if eager else natively(native)
    with Why(path, hint=hint, notes=notes, fix=try_, json=json, ignore=ignore or (), way=way) as explaining:
        code, explaining.error = execute(source, path, main, way)
    return code


Way = Callable[[bytes | str, str, dict[str, Any]], None]


def natively(always: bool) -> Way:
    """Running a program's text with its loops native."""
    from steepest.compiling import native_loops

    native_loops.runtime.always = always
    return native_loops.run_natively


def run_loops(source: bytes, path: Path, main: ModuleType, eager: bool, native: bool, explain: bool) -> int:
    """Run the program, its loops native unless `eager`; what there is to say of them goes to stderr afterwards. The exit code."""
    if eager:
        code, failure = execute(source, path, main)
        show_remedy(failure, source, path)
        return code

    way = natively(native)
    from steepest.compiling import explaining, native_loops

    started = time.perf_counter()
    try:
        code, failure = execute(source, path, main, way)
        show_remedy(failure, source, path)
    finally:
        sys.stdout.flush()
        loops = native_loops.native_sites()
        said = explaining.summary(loops, time.perf_counter() - started)
        if explain:
            said = "\n".join([*map(explaining.explanation, loops), said])
        if said:
            print(said, file=sys.stderr)
    return code


def run_as_written(source: bytes | str, filename: str, scope: dict[str, Any]) -> None:
    """Run a program's text. From bytes: the compiler honours the program's own encoding line."""
    code = compile(source, filename, "exec", dont_inherit=True)
    if mentioned(code):
        activate()
    exec(code, scope)


def execute(source: bytes, path: Path, main: ModuleType, way: "Way" = run_as_written) -> tuple[int, BaseException | None]:
    """Run the program's text in its module; its exit code and the error, already shown, that ended it."""
    try:
        way(source, str(path), main.__dict__)
    except (Exception, KeyboardInterrupt) as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 130 if isinstance(error, KeyboardInterrupt) else 1, error
    return 0, None


def show_remedy(error: BaseException | None, source: bytes, path: Path) -> None:
    """The line to write instead, where the error is one that people often meet."""
    said = ""
    if isinstance(error, SyntaxError):
        from steepest.diagnose.syntax import explain

        said = explain(source, str(path)) if error.filename == str(path) else ""
    elif isinstance(error, Exception):
        from steepest.diagnose.doctor import mended

        said = mended(error, str(path))
    if said:
        print(said, file=sys.stderr)


def main_module(path: Path) -> ModuleType:
    """`__main__` as `python FILE` makes it; without a spec, so that a spawned worker finds the program by its file."""
    module = ModuleType("__main__")
    module.__file__ = str(path)
    module.__loader__ = SourceFileLoader("__main__", str(path))
    module.__builtins__ = sys.modules["builtins"]  # type: ignore[attr-defined]
    return module


def print_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python's traceback without the frames inside this package; `STEEPEST_TRACEBACK=full` keeps them."""
    shown = traceback.TracebackException(kind, error, trace, compact=True)
    if os.environ.get("STEEPEST_TRACEBACK") != "full":
        _leave_out_own_frames(shown)
    print("".join(shown.format()), end="", file=sys.stderr)


def _leave_out_own_frames(shown: traceback.TracebackException) -> None:
    pending = [shown]
    while pending:
        one = pending.pop()
        one.stack = traceback.StackSummary.from_list([frame for frame in one.stack if not _is_own(frame.filename)])
        pending += [other for other in (one.__cause__, one.__context__, *(one.exceptions or ())) if other is not None]


def _is_own(filename: str) -> bool:
    return filename.startswith(PACKAGE) and not filename.startswith(os.path.join(PACKAGE, "course", "programs"))


def show_figures_without_display() -> None:
    """Where no window can open, `plt.show()` writes files: the backend is chosen before the program imports matplotlib."""
    windowed = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not windowed and "MPLBACKEND" not in os.environ:
        os.environ["MPLBACKEND"] = "module://steepest.cli.figures"
