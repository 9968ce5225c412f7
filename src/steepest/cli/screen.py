"""What the commands show: progress with the live loss, and tables; plain characters where the console has no others."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from steepest.errors import text

if TYPE_CHECKING:
    import polars
    from rich.console import Console
    from rich.table import Table

    from steepest.tables.training import Epoch, Run

__all__ = ["console", "frame_table", "metrics_table", "progress", "say", "words_table"]

BETWEEN = 0.1  # seconds between two pictures of the progress


def console(*, stderr: bool = False) -> Console:
    """Where to print. What is no terminal is not cut to 80 columns, and its lines are not broken."""
    from rich.console import Console

    plain: dict[str, Any] = {"stderr": stderr, "highlight": False, "markup": False, "emoji": False}  # what tables hold is shown as it is
    made = Console(**plain)
    return made if made.is_terminal else Console(**plain, width=160, soft_wrap=True)


@contextmanager
def progress() -> Iterator[tuple[Callable[[Epoch, Run], None], Callable[[str], None]]]:
    """A line with the losses, where a terminal watches. What it yields is called after each epoch, and with what is done otherwise."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
        auto_refresh=False,
    )
    last = 0.0
    task = bar.add_task(text("screen-begin"), total=None)

    def watch(epoch: Epoch, run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= BETWEEN:
            last = now
            said = text(
                "screen-epoch", epoch=epoch.epoch, loss=f"{epoch.train_loss:.4f}", validation=f"{epoch.validation_loss:.4f}"
            )
            bar.update(task, completed=epoch.epoch, description=said)
            if bar.console.is_terminal:
                bar.refresh()

    def stage(words: str) -> None:
        bar.update(task, description=words)
        if bar.console.is_terminal:
            bar.refresh()

    if not bar.console.is_terminal:
        yield watch, stage
        return
    with bar:
        yield watch, stage


def metrics_table(rows: Sequence[tuple[str, dict[str, float]]]) -> Table:
    """The result table: a row a model, a column a metric, the best marked where they differ."""
    from rich.text import Text

    from steepest.tables import report

    table = _table()
    table.add_column("")
    names = list(rows[0][1])
    best = {name: report.best_of(name, [values[name] for _, values in rows]) for name in names}
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for who, values in rows:
        shown = {name: report.shown(name, values[name]) for name in names}
        table.add_row(Text(who), *(value + (" *" if value == best[name] else "  ") for name, value in shown.items()))
    return table


def frame_table(frame: polars.DataFrame, rows: int) -> Table:
    """The first rows of a data frame."""
    from rich.text import Text

    from steepest.tables import report

    table = _table()
    for name, kind in frame.schema.items():
        table.add_column(Text(name), justify="right" if kind.is_numeric() else "left")
    for values in frame.head(rows).iter_rows():
        table.add_row(*(Text(report.number(value) if isinstance(value, float) else str(value or "")) for value in values))
    return table


def words_table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = ()) -> Table:
    """Rows of words under their heads; the places `numbers` stand on the right."""
    from rich.text import Text

    table = _table()
    for place, head in enumerate(heads):
        table.add_column(Text(head), overflow="fold", justify="right" if place in numbers else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def say(console: Console) -> Callable[[str], None]:
    """Prints a line as it is: no markup, no colours for numbers."""
    return lambda line: console.print(line, soft_wrap=True)


def _table() -> Table:
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE, pad_edge=False)
