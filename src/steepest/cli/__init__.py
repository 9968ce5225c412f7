"""The command line `steepest`, also `python -m steepest`: what there is, how its errors are told, and its exit codes.

0: done; 1: the user's program failed; 2: what was asked cannot work (one sentence on stderr); 130: Ctrl-C.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steepest.errors import UserError

__all__ = ["main"]

PLAIN = {"--eager": "eager", "--native": "native", "--explain": "explain"}
"""Options of `run` without values: what reads all others takes longer to import than many programs to run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_to_print()
    try:
        result = _answer(tokens)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _answer(tokens: list[str]) -> object:
    options: dict[str, Any] = {}
    for token in tokens[1:]:
        if token not in PLAIN:
            break
        options[PLAIN[token]] = True
    rest = tokens[1 + len(options):]
    if tokens[:1] == ["run"] and rest and not rest[0].startswith("-"):
        from steepest.cli.run import run

        return run(Path(rest[0]), *rest[1:], **options)
    from steepest.cli.commands import answer

    return answer(tokens)


def _never_fail_to_print() -> None:
    """A console that cannot show a character (cp1252, gbk) gets `?` in its place instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
