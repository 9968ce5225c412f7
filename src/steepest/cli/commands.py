"""What commands there are, and how a command line is read.

A command's module is read when it is called, so that help answers at once.
"""

import sys

from cyclopts import App, CycloptsError, Parameter

from steepest.errors import text
from steepest.version import __version__

__all__ = ["answer", "app"]

app = App(
    name="steepest",
    help="Deep learning with PyTorch's interface: run programs, walk through the course, train on a table.",
    version=__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
app.command("steepest.cli.run:run", help="Run a PyTorch program, unmodified: `torch` means steepest.",
            default_parameter=Parameter(negative=()))
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


def answer(tokens: list[str]) -> object:
    """Run one command; what it returns, or 2 where the words are none that it knows."""
    try:
        return app(_separate_program(tokens), exit_on_error=False, print_error=False)
    except CycloptsError as error:
        message = " ".join(str(error).split()).rstrip(".")
        command = next((f"{token} " for token in tokens[:1] if token in app), "")
        print(text("unexpected-argument", message=message, command=command), file=sys.stderr)
        return 2


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
