"""`Compare`: measurements side by side in a table, rows by statement and columns by description."""

import math
from collections.abc import Iterable
from enum import Enum
from typing import Any

from steepest.errors import text
from steepest.timing.measurement import Measurement, ordered_unique, select_unit, trim_sigfig, unit_to_english

__all__ = ["Colorize", "Compare"]

BEST, GOOD, BAD, VERY_BAD, BOLD, END = "\033[92m", "\033[34m", "\033[2m\033[91m", "\033[31m", "\033[1m", "\033[0m"


class Colorize(Enum):
    """Among which measurements colours show the best."""

    NONE = "none"
    COLUMNWISE = "columnwise"
    ROWWISE = "rowwise"


def coloured(cell: str, value: float, best: float) -> str:
    """A cell in the colour of how it compares with the best."""
    if value <= best * 1.01 or value <= best + 100e-9:
        return BEST + BOLD + cell + END * 2
    if value <= best * 1.1:
        return GOOD + BOLD + cell + END * 2
    if value >= best * 5:
        return VERY_BAD + BOLD + cell + END * 2
    return BAD + cell + END * 2 if value >= best * 2 else cell


class Table:
    """The measurements of one label."""

    def __init__(self, results: list[Measurement], colorize: Colorize, trim: bool, warn: bool):
        self.results, self.colorize, self.trim, self.warn = results, colorize, trim, warn
        self.unit, self.scale = select_unit(min(r.median for r in results))
        self.rows = sorted(ordered_unique([self.row_of(r) for r in results]), key=lambda row: row[:2])
        self.columns = ordered_unique([r.description for r in results])
        self.cells = {(self.row_of(r), r.description): r for r in results}
        self.several_places = len({r.env or "" for r in results}) > 1

    @staticmethod
    def row_of(m: Measurement) -> tuple[int, str, str]:
        """Threads, place and name."""
        return m.num_threads, m.env or "", m.as_row_name

    def column(self, description: Any) -> list[Any]:
        """The cells of a column from above, None where nothing was measured."""
        return [self.cells.get((row, description)) for row in self.rows]

    def numbers(self, description: Any) -> list[str]:
        """The column as text, aligned at the decimal point."""
        cells = self.column(description)
        measured = [m for m in cells if m is not None]
        digits = {id(m): math.ceil(math.log10(m.median / self.scale)) for m in measured}
        decimals = min(max(m.significant_figures - digits[id(m)], 0) for m in measured) if self.trim else 1
        length = max(digits.values()) + decimals + bool(decimals)
        warns = self.warn and any(m.has_warnings for m in measured)

        def number(m: Any) -> str:
            value = m.median / self.scale
            if self.trim:
                value = trim_sigfig(value, m.significant_figures)
            spread = f" (! {m.iqr / m.median * 100:.0f}%)" if warns and m.has_warnings else ""
            return f"{value:>{length}.{decimals}f}{spread:>{7 if warns else 0}}"

        return [" " * max(map(len, map(number, measured))) if m is None else number(m) for m in cells]

    def names(self) -> list[str]:
        """What stands before the rows; the place where there are several, once for the rows of each."""
        longest = max(len(r.env or "") for r in self.results) if self.several_places else 0
        found, before = [], None
        for threads, place, name in self.rows:
            shown = f"({place})" if self.several_places and before != (threads, place) else ""
            found.append(f"  {shown.ljust(longest + 4)}{name}")
            before = threads, place
        return found

    def best(self, row: int, description: Any) -> float:
        """The shortest time that a cell is compared with."""
        if self.colorize is Colorize.ROWWISE:
            among = [self.cells.get((self.rows[row], d)) for d in self.columns]
        else:
            among = [m for r, m in zip(self.rows, self.column(description), strict=True) if r[0] == self.rows[row][0]]
        return min(m.median for m in among if m is not None)

    def render(self) -> str:
        """The table as text."""
        columns = [["", *self.names()], *[[d or "", *self.numbers(d)] for d in self.columns]]
        widths = [max(map(len, column)) for column in columns]
        lines = ["  |  ".join(c[0].center(w) for c, w in zip(columns, widths, strict=True))]
        width = len(lines[0])
        for i, row in enumerate(self.rows):
            if i == 0 or row[0] != self.rows[i - 1][0]:
                lines.append(f"{row[0]} threads: ".ljust(width, "-"))
            cells = [columns[0][i + 1].ljust(widths[0])]
            for d, column, w in zip(self.columns, columns[1:], widths[1:], strict=True):
                cell, m = column[i + 1].center(w), self.cells.get((row, d))
                cells.append(cell if m is None or self.colorize is Colorize.NONE else coloured(cell, m.median, self.best(i, d)))
            lines.append("  |  ".join(cells))
        warned = self.warn and any(r.has_warnings for r in self.results)
        note = "(! XX%) Measurement has high variance, where XX is the IQR / median * 100.\n" if warned else ""
        title = f" {self.results[0].label or ''} ".center(width - 2, "-")
        return "\n".join([f"[{title}]", *lines, "", f"Times are in {unit_to_english(self.unit)}s ({self.unit}).", note])


class Compare:
    """Measurements in tables, one for each label; those of one task are merged. ValueError for what is no measurement."""

    def __init__(self, results: list[Measurement]):
        self._results: list[Measurement] = []
        self.extend_results(results)
        self._trim, self._warn, self._colorize = False, False, Colorize.NONE

    def extend_results(self, results: Iterable[Any]) -> None:
        """Add measurements."""
        for r in results:
            if not isinstance(r, Measurement):
                raise ValueError(text("compare-kind", kind=type(r)))
            self._results.append(r)

    def trim_significant_figures(self) -> None:
        """Show only the digits that are to be believed."""
        self._trim = True

    def colorize(self, rowwise: bool = False) -> None:
        """Colours for the best and the worst of each column, or row."""
        self._colorize = Colorize.ROWWISE if rowwise else Colorize.COLUMNWISE

    def highlight_warnings(self) -> None:
        """Show the spread where it is large."""
        self._warn = True

    def __str__(self) -> str:
        groups: dict[Any, list[Measurement]] = {}
        for m in Measurement.merge(self._results):
            groups.setdefault(m.label, []).append(m)
        return "\n".join(Table(group, self._colorize, self._trim, self._warn).render() for group in groups.values())

    def print(self) -> None:
        """Print the tables."""
        print(self)
