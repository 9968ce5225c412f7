"""`steepest show WHAT PROGRAM.py`: pictures of a program: its loss, its surface, a race on it, its graph, its formulas, its network.

The program runs as `steepest run` would run it, watched and without its output; WHAT is then drawn from what was seen and written to a
file in the current folder. A number in the place of the program means that program of the course.
"""

import ast
import contextlib
import io
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from steepest.course import PROGRAMS, Program, data_path, path_of
from steepest.errors import UserError, text

if TYPE_CHECKING:
    from steepest.viz.subjects import Subject

__all__ = ["show"]

Flag = Annotated[bool, Parameter(negative=())]
FIRST_PASSES = 16
RACING, RACE_SECONDS, RACE_NUMBERS = 10, 10.0, 50_000_000
"""Optimizers of a race; the seconds that their gradients may take, and the parameters of all together."""
FEW_RATES = (1e-4, 1e-3, 1e-2, 0.1, 1.0)


def show(
    what: str, program: str, /, *arguments: str, out: Path | None = None, dark: Flag = False, seconds: float = 60.0,
    loss: str = "", by: str = "", formula: str = "", step: int = 0, seed: int | None = None,
) -> int:  # fmt: skip
    """Draw a program: loss, surface, race, graph, steps, derive, network, summary, explore, fit, distribution or report.

    Parameters
    ----------
    what
        What to show.
    program
        The program's file, or the number of a program of the course.
    arguments
        What the program finds in `sys.argv[1:]`; those that begin with a dash after `--`.
    out
        The file to write; its ending chooses the kind (png, svg, pdf, html, dot, tex, txt).
    dark
        Draw pictures in the dark theme (pages follow the reader's own).
    seconds
        Watch the program for at most so long.
    loss
        An expression over the program's names that is the loss, for programs without `backward()`.
    by
        The names that this loss is a function of, with their values at the start: `w=1,b=0`.
    formula
        What to derive, as an expression; names of plain numbers are symbols.
    step
        Which of the first passes the graph shows, from 0.
    seed
        As if the program began with `torch.manual_seed(SEED)`.
    """
    if what not in SHOWN and what != "report":
        raise UserError(text("show-what", seen=what, known=", ".join([*SHOWN, "report"])))
    import steepest.as_torch  # noqa: F401  here, since the import itself gives `torch` its meaning
    from steepest import viz

    entry = _of_course(program)
    if entry is not None:
        seed = 0 if seed is None else seed  # as `steepest course` starts it
        loss, by, formula = loss or entry.loss, by or entry.by, formula or entry.formula
        if entry.shows:
            raise UserError(text("show-nothing", program=entry.file, why=text(entry.shows)))
    here = Path.cwd()
    stem = Path(entry.file if entry is not None else program).stem
    try:
        with _where(entry, program) as path:
            given = list(arguments) or list(entry.arguments if entry else ())
            passes = step + 1 if what in OF_ONE_PASS else FIRST_PASSES if what in OF_THE_LOSS else 1 if what == "network" else None
            # The weights that a network shows are those of the program's end, where it has a model.
            how_long = seconds, None if loss else passes, what == "network"
            subject, findings = _subject(path, given, how_long, loss, by, formula, seed, doctor=what == "report")
            code = path.read_text(encoding="utf-8", errors="replace")
        if what == "report":
            words = " ".join(["steepest run", *(["--seed", str(seed)] if seed is not None else []), Path(path).name, *given])
            page = viz.report(subject, findings=findings, code=code, seed=seed, command=words)
            made: Any = ("html", page, text("show-report", parts=", ".join(page.data)))
        else:
            with viz.theme("dark" if dark else "light"):
                made = SHOWN[what](subject, step)
    except (ValueError, TypeError, NameError, RuntimeError, LookupError, ArithmeticError) as error:
        raise UserError(f"{what}: {error}") from None
    kind, picture, words = made
    to = here / (out if out is not None else f"{stem}-{what}.{kind}")
    print(words)
    if kind == "txt" and out is None:
        return 0
    _write(picture, to)
    print(text("show-saved", path=os.path.relpath(to, here)))
    return 0


def _of_course(program: str) -> Program | None:
    """The program of the course that a number or name means; a file of that name goes first."""
    if Path(program).is_file():
        return None
    for entry in PROGRAMS:
        if program.lstrip("0") == str(entry.row) or program in (entry.name, entry.file, entry.file.removesuffix(".py")):
            return entry
    if program.isdigit():
        raise UserError(text("course-no-such-row", row=program, last=PROGRAMS[-1].row))
    return None


@contextlib.contextmanager
def _where(entry: Program | None, program: str) -> Iterator[Path]:
    """The program's file; one of the course lies with its data in a folder of its own, which is the current one meanwhile."""
    if entry is None:
        path = Path(program).absolute()
        if not path.is_file():
            raise UserError(text("program-missing", path=program, folder=Path.cwd()))
        yield path
        return
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="steepest-") as folder:
        for name, source in [(entry.file, path_of(entry)), *[(name, data_path(name)) for name in entry.beside]]:
            (Path(folder) / name).write_bytes(source.read_bytes())
        os.chdir(folder)
        try:
            yield Path(folder) / entry.file
        finally:
            os.chdir(here)


def _subject(path: Path, arguments: list[str], how_long: tuple[float, int | None, bool], loss: str, by: str, formula: str, seed: int | None,
             doctor: bool) -> tuple["Subject", list[Any]]:
    """Run the program, watched, and make of it what pictures need; with what the doctor finds, where he is to look."""
    import steepest
    from steepest.cli.run import execute, main_module, natively, print_exception
    from steepest.diagnose.doctor import ProgramDoctor
    from steepest.diagnose.source import Source
    from steepest.viz.subjects import ExpressionSubject, WatchedSubject
    from steepest.viz.watching import watching

    os.environ.setdefault("MPLBACKEND", "Agg")
    if seed is not None:
        steepest.manual_seed(seed)
    sys.argv[:] = [str(path), *arguments]
    sys.path[0] = str(path.parent)
    before, main = sys.modules["__main__"], main_module(path)
    sys.modules["__main__"] = main
    sys.excepthook = print_exception
    try:
        way = natively(False)
        asked = ProgramDoctor(path, Source.of(path).text, budget=10.0, way=way) if doctor else None
        code = 0
        with watching(*how_long) as seen, contextlib.redirect_stdout(_Nowhere()), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*non-interactive.*")
            with asked or contextlib.nullcontext():
                code = execute(path.read_bytes(), path, main, way)[0]
        with contextlib.redirect_stdout(_Nowhere()):
            findings = asked.findings() if asked is not None else []
    finally:
        sys.modules["__main__"] = before
    if seen.ended_early:
        print(text("show-ended", seconds=how_long[0]), file=sys.stderr)
    if loss:
        return ExpressionSubject(loss, _values(by, main.__dict__), main.__dict__, formula, path.stem), findings
    if not seen.walks:
        raise UserError(text("show-failed", program=path.name) if code else text("viz-watch-nothing"))
    return WatchedSubject(seen, main.__dict__, formula, path.stem), findings


class _Nowhere(io.TextIOBase):
    """Swallows what the program prints."""

    def write(self, said: str) -> int:
        return len(said)


def _values(by: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """`w=1,b=0` as numbers; a name without a value has the one that the program left."""
    try:
        call = ast.parse(f"_({by})", mode="eval").body
        assert isinstance(call, ast.Call)
        parts = [(ast.unparse(a), None) for a in call.args] + [(str(k.arg), ast.unparse(k.value)) for k in call.keywords]
        found = {name: eval(value, {"torch": sys.modules["torch"]}) if value else namespace[name] for name, value in parts}
    except Exception:
        raise UserError(text("show-by", seen=by)) from None
    if not found:
        raise UserError(text("show-by", seen=by))
    return {name: getattr(value, "array", value) for name, value in found.items()}


def _write(made: Any, to: Path) -> None:
    if isinstance(made, str):
        to.write_text(made + "\n", encoding="utf-8")
    elif hasattr(made, "latex") and to.suffix == ".tex":
        to.write_text(made.latex + "\n", encoding="utf-8")
    elif hasattr(made, "save"):
        made.save(to)
    else:
        to.write_text(str(made) + "\n", encoding="utf-8")


# What there is: each gives the file's usual ending, the picture, and the words to print. -------------------------------------------------
Shown = tuple[str, Any, str]


def _loss(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    if subject.history is None:
        raise ValueError(text("show-no-history"))
    figure = viz.loss_curve(subject.history, title=subject.title)
    return "png", figure, figure.alt


def _surface(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    figure = viz.surface(subject.objective, path=subject.path)
    return "png", figure, figure.alt


def _race(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    race = viz.race(subject.objective, **_affordable(subject.objective))
    race.title = subject.title
    return "html", race, str(race)


def _affordable(objective: Any) -> dict[str, Any]:
    """Steps and learning rates of a race, fewer where a gradient takes long or there are many parameters."""
    if objective.size < 1000:
        return {}
    objective.gradients(objective.start[None])
    begin = time.perf_counter()
    objective.gradients(objective.start[None])
    each = int(RACE_SECONDS / (time.perf_counter() - begin)) // RACING          # gradients of one optimizer
    few = each < 16 * 40 or objective.size * RACING * 16 > RACE_NUMBERS
    return {"steps": min(40, max(10, each // (len(FEW_RATES) if few else 16))), **({"rates": FEW_RATES} if few else {})}


def _graph(subject: "Subject", step: int) -> Shown:
    graph = subject.graph(step)
    return "svg" if len(graph.data.vertices) <= 60 else "html", graph, graph.alt


def _steps(subject: "Subject", step: int) -> Shown:
    graph = subject.graph(step)
    return "html", graph.steps(), graph.alt


def _derive(subject: "Subject", step: int) -> Shown:
    found = subject.derive()
    return "txt", found, str(found)


def _network(subject: "Subject", step: int) -> Shown:
    from steepest.viz.networks import draw_network

    figure = draw_network(subject.layers())
    return "png", figure, figure.alt


def _summary(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    if subject.model is None or not subject.inputs:
        raise ValueError(text("show-no-model"))
    found = viz.summary(subject.model, subject.inputs)
    return "txt", str(found), str(found)


def _explore(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    found = viz.explore(subject.objective)
    return "html", found, found.alt


def _fit(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    if subject.model is None or subject.data is None:
        raise ValueError(text("show-no-model"))
    figure = viz.fit(subject.model, *subject.data)
    return "png", figure, figure.alt


def _distribution(subject: "Subject", step: int) -> Shown:
    from steepest import viz

    if subject.model is None:
        raise ValueError(text("show-no-model"))
    figure = viz.distribution(subject.model, subject.data[0] if subject.data is not None else None)
    return "png", figure, figure.alt


SHOWN: dict[str, Callable[["Subject", int], Shown]] = {
    "loss": _loss, "surface": _surface, "race": _race, "graph": _graph, "steps": _steps, "derive": _derive, "network": _network,
    "summary": _summary, "explore": _explore, "fit": _fit, "distribution": _distribution,
}  # fmt: skip
OF_ONE_PASS = frozenset(("graph", "steps", "derive", "summary"))
"""What is drawn of a single pass: the program need not run on behind it."""
OF_THE_LOSS = frozenset(("race", "explore"))
"""What is drawn of the loss alone, which the first passes tell."""
