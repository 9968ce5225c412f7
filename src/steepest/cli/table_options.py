"""Options that the commands on tables share: how a file is read, and what its columns are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from steepest.errors import UserError, text

if TYPE_CHECKING:
    from steepest.tables.reading import Reading

__all__ = ["AS_IT_IS", "AS_JUDGED", "NOTHING", "HowToRead", "Silenced", "WhatColumnsAre"]

Silenced = Annotated[list[str], Parameter(negative="")]


@Parameter(name="*")
@dataclass(frozen=True)
class HowToRead:
    """
    Parameters
    ----------
    header
        Whether the first line names the columns; without this, the cells decide.
    encoding
        utf-8, gb18030, utf-16, cp1252 ..., where auto judges wrongly.
    separator
        The character between cells, or tab or space, where auto judges wrongly.
    sheet
        The sheet of an Excel file; the first that holds anything without this.
    """

    header: bool | None = None
    encoding: str = "auto"
    separator: str = "auto"
    sheet: str | None = None

    @property
    def options(self) -> Reading:
        return {"header": self.header, "encoding": self.encoding, "separator": self.separator, "sheet": self.sheet}


@Parameter(name="*")
@dataclass(frozen=True)
class WhatColumnsAre:
    """
    Parameters
    ----------
    kind
        COLUMN=number, category, date, text or id, where it is judged wrongly; may be given several times.
    ignore
        A column to leave out; may be given several times.
    decimal
        point or comma, where auto judges the columns wrongly.
    """

    kind: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    decimal: str = "auto"

    @property
    def kinds(self) -> dict[str, str]:
        """`COLUMN=KIND` words as a table; a column's name may hold `=` itself."""
        found = {}
        for word in self.kind:
            column, sign, kind = word.rpartition("=")
            if not sign or not column:
                raise UserError(text("train-kind-form", word=word))
            found[column] = kind
        return found


AS_IT_IS, AS_JUDGED = HowToRead(), WhatColumnsAre()
NOTHING: list[str] = []
