"""The command line `steepest`, also `python -m steepest`: what there is, how its errors are told, and its exit codes.

0: done; 1: the user's program failed; 2: what was asked cannot work (one sentence on stderr); 130: Ctrl-C.
"""

import io
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from steepest.errors import UserError, text
from steepest.version import __version__

__all__ = ["app", "main"]

app = App(
    name="steepest",
    help="Deep learning with PyTorch's interface: run programs, walk through the course, train on a table.",
    version=__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
# Named, not imported: a command's module is read when it is called, so that help answers at once.
app.command("steepest.cli.run:run", help="Run a PyTorch program, unmodified: `torch` means steepest.")
app.command("steepest.cli.compare:compare", help="Run a program under PyTorch and under steepest; show the first difference.")
app.command("steepest.cli.course:course", help="List the course's programs, or copy one with its data here and run it.")
app.command("steepest.cli.show:show", help="Draw a program: surface, race, graph, derive, network, explore, report ...")
app.command("steepest.cli.train:train", help="Train a model on a table; write model, report and two programs.")
app.command("steepest.cli.predict:predict", help="Predict the rows of a table with a trained model.")
app.command("steepest.cli.cache:cache", help="Show how much machine code is kept for later runs, or clear it.")
app.command("steepest.cli.inspect:inspect", help="Show what is in a table, or in a model file, and what is wrong with it.")

# Commands that run a program, and their options that take a value in the next word; the first other word is the program, and
# all after it is the program's.
OPTIONS_WITH_VALUE = {"run": {"--seed", "--json", "--ignore"}, "compare": {"--tolerance"}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_to_print()
    try:
        result = app(_separate_program(tokens), exit_on_error=False, print_error=False)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except CycloptsError as error:
        message = " ".join(str(error).split()).rstrip(".")
        command = next((f"{token} " for token in tokens[:1] if token in app), "")
        print(text("unexpected-argument", message=message, command=command), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _separate_program(tokens: list[str]) -> list[str]:
    """`run OPTIONS PROGRAM ARGS` and `compare ...` with `--` before PROGRAM, so that ARGS, even `--help`, reach the program as they are."""
    if not tokens or tokens[0] not in OPTIONS_WITH_VALUE:
        return tokens
    position = 1
    while position < len(tokens) and tokens[position].startswith("-") and tokens[position] != "--":
        position += 2 if tokens[position] in OPTIONS_WITH_VALUE[tokens[0]] else 1
    if position >= len(tokens) or tokens[position] == "--":
        return tokens
    return [*tokens[:position], "--", *tokens[position:]]


def _never_fail_to_print() -> None:
    """A console that cannot show a character (cp1252, gbk) gets `?` in its place instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
