"""A bar that shows how far a loop has come, on stderr where that is a terminal."""

import sys
from typing import Any

__all__ = ["bar"]


class Bar:
    """A bar over so many steps; native steps move it by many at once."""

    def __init__(self, steps: int):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

        self.progress = Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
                                 console=Console(stderr=True), transient=True)
        self.task = self.progress.add_task("", total=steps)
        self.progress.start()

    def update(self, n: int) -> None:
        """So many more steps have been done."""
        self.progress.advance(self.task, n)

    def close(self) -> None:
        """Take the bar away."""
        self.progress.stop()


def bar(steps: int) -> Any:
    """A bar; None where nobody would see it."""
    return Bar(steps) if sys.stderr.isatty() else None
