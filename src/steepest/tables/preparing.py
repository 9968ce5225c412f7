"""From columns of text to a matrix of numbers: fitted on the training rows only, and stored as plain JSON.

A number becomes (value - mean) / standard deviation, a missing one 0 (the mean) and, where training rows had missing cells, a
column of its own says so. A day becomes a number, and its places in the week, the year and the day on circles. A category becomes
one column for each of its frequent values, one for a missing cell, and one bucket for the rare values; a value never seen goes to
the bucket, or, where no rare value ever trained one, is spread over the columns as the training rows were.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from steepest.errors import UserError, text
from steepest.tables import applying, cells
from steepest.tables.cells import PLAIN, Form
from steepest.tables.reading import Table
from steepest.tables.schema import Column, Schema

if TYPE_CHECKING:
    import polars

__all__ = ["CategoryColumn", "DateColumn", "NumberColumn", "Preparation", "Prepared", "fit"]

MOST_VALUES = 50  # of a category that get a column of their own
RARE = 3  # training rows; with fewer a value goes to the bucket


@dataclass(frozen=True)
class NumberColumn:
    """`(value - mean) / scale`; with `indicator` a second column that is 1 where the cell is missing.

    `quantiles` are the least, the tenths and the greatest of the training rows' numbers: what is usual.
    """

    name: str
    mean: float
    scale: float
    indicator: bool
    form: Form = PLAIN
    quantiles: tuple[float, ...] = ()

    @property
    def features(self) -> list[str]:
        return [self.name, f"{self.name}: missing"] if self.indicator else [self.name]

    def read(self, values: polars.Series) -> polars.Series:
        """The numbers that the `words` say; raises `UserError` for one that is infinite."""
        return cells.finite_numbers(values, self.form)

    def encode(self, values: polars.Series, into: NDArray[Any]) -> None:
        """Write the features of the `words` `values` into `(rows, features)`."""
        into[:] = self.at(cells.numbers(values, self.form).to_numpy())

    def at(self, numbers: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
        """The features `(rows, features)` of numbers `(rows,)`; nan is missing."""
        absent = numpy.isnan(numbers)
        found = numpy.zeros((len(numbers), len(self.features)))
        found[:, 0] = numpy.where(absent, 0.0, numpy.clip((numbers - self.mean) / self.scale, -applying.MOST, applying.MOST))
        if self.indicator:
            found[:, 1] = absent
        return found

    @classmethod
    def fit(cls, column: Column, values: polars.Series) -> NumberColumn:
        numbers = cells.numbers(values, column.form).to_numpy()
        present = numbers[~numpy.isnan(numbers)]
        if not len(present):
            return cls(column.name, 0.0, 1.0, True, column.form)
        return cls(column.name, *_standard(present), len(present) < len(numbers), column.form, _quantiles(present))


def _standard(present: NDArray[numpy.float64]) -> tuple[float, float]:
    """Mean and standard deviation; 1 for the latter where it is what rounding leaves of equal numbers."""
    mean, scale = float(present.mean()), float(present.std())
    return mean, scale if scale > 1e-12 * float(numpy.abs(present).max()) else 1.0


def _quantiles(present: NDArray[numpy.float64]) -> tuple[float, ...]:
    """Numbers that the column holds, not ones between them: the usual number of rooms is no 2.5."""
    return tuple(float(value) for value in numpy.quantile(present, numpy.linspace(0, 1, 11), method="nearest"))


@dataclass(frozen=True)
class DateColumn:
    """A day as a number, `(days - mean) / scale`, and as sine and cosine on `circles`: those that the training days go round."""

    name: str
    order: str
    mean: float
    scale: float
    circles: tuple[str, ...]
    indicator: bool
    quantiles: tuple[float, ...] = ()

    @property
    def features(self) -> list[str]:
        round_ = [f"{self.name}: {circle} {wave}" for circle in self.circles for wave in ("sin", "cos")]
        return [self.name, *round_] + [f"{self.name}: missing"] * self.indicator

    def read(self, values: polars.Series) -> polars.Series:
        """The days that the `words` say."""
        return cells.days(values, self.order)

    def encode(self, values: polars.Series, into: NDArray[Any]) -> None:
        """Write the features of the `words` `values` into `(rows, features)`."""
        into[:] = self.at(cells.days(values, self.order).to_numpy())

    def at(self, days: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
        """The features `(rows, features)` of days `(rows,)`; a missing day (nan) is the mean, and nowhere on a circle."""
        absent = numpy.isnan(days)
        into = numpy.zeros((len(days), len(self.features)))
        into[:, 0] = numpy.where(absent, 0.0, numpy.clip((days - self.mean) / self.scale, -applying.MOST, applying.MOST))
        for place, circle in enumerate(self.circles):
            angle = 2 * numpy.pi * numpy.mod(days / applying.CIRCLES[circle], 1.0)
            into[:, 1 + 2 * place] = numpy.where(absent, 0.0, numpy.sin(angle))
            into[:, 2 + 2 * place] = numpy.where(absent, 0.0, numpy.cos(angle))
        if self.indicator:
            into[:, -1] = absent
        return into

    @classmethod
    def fit(cls, column: Column, values: polars.Series) -> DateColumn:
        days = cells.days(values, column.form[0]).to_numpy()
        present = days[~numpy.isnan(days)]
        if not len(present):
            return cls(column.name, column.form[0], 0.0, 1.0, (), True)
        span = float(present.max() - present.min())
        goes = {"week": span > 7, "year": span > 183, "day": bool((present != numpy.floor(present)).any())}
        circles = tuple(circle for circle in applying.CIRCLES if goes[circle])
        return cls(column.name, column.form[0], *_standard(present), circles, len(present) < len(days), _quantiles(present))


@dataclass(frozen=True)
class CategoryColumn:
    """One column a value; `shares` are the training rows' shares of the columns, the missing and the bucket's included.

    With a `salt` the values are not the words but what stands for them (`applying.hidden`).
    """

    name: str
    values: tuple[str, ...]
    has_missing: bool
    has_rare: bool
    shares: tuple[float, ...]
    salt: str = ""

    @property
    def features(self) -> list[str]:
        named = [f"{self.name}={value}" for value in self.values]
        return named + [f"{self.name}: missing"] * self.has_missing + [f"{self.name}: rare"] * self.has_rare

    def unseen(self, values: polars.Series) -> NDArray[numpy.bool_]:
        """Where a word is none of the values learnt (it may have been a rare one)."""
        return (values.is_not_null() & ~self._known(values).is_in(list(self.values))).to_numpy()

    def _known(self, values: polars.Series) -> polars.Series:
        """The words as they stand in `values`."""
        import polars

        if not self.salt:
            return values
        different = values.drop_nulls().unique()
        hidden = polars.Series([applying.hidden(name, self.salt) for name in different], dtype=polars.String)
        return values.replace_strict(different, hidden, default=None, return_dtype=polars.String)

    def anonymous(self, salt: str) -> CategoryColumn:
        """The same column without its words."""
        return replace(self, values=tuple(applying.hidden(name, salt) for name in self.values), salt=salt)

    def encode(self, values: polars.Series, into: NDArray[Any]) -> None:
        """Write the features of the `words` `values` into `(rows, features)`."""
        import polars

        rare_place = len(self.values) + self.has_missing if self.has_rare else -1
        missing_place = len(self.values) if self.has_missing else -1
        known = polars.Series(self.values, dtype=polars.String)
        place = self._known(values).replace_strict(known, polars.Series(range(len(known)), dtype=polars.Int64), default=rare_place)
        places = place.set(values.is_null(), missing_place).to_numpy()
        into[:] = 0
        rows = numpy.flatnonzero(places >= 0)
        into[rows, places[rows]] = 1
        into[places < 0] = self.shares

    @classmethod
    def fit(cls, column: Column, values: polars.Series) -> CategoryColumn:
        name = column.name
        counts = values.drop_nulls().value_counts(name="rows").sort(["rows", name], descending=[True, False])
        frequent = counts.head(MOST_VALUES)
        if counts.height and counts["rows"][0] >= RARE:  # none where all cells that hold something are in other rows
            frequent = frequent.filter(frequent["rows"] >= RARE)
        rare = int(counts["rows"].sum()) - int(frequent["rows"].sum())
        missing = values.null_count()
        tally = [*frequent["rows"].to_list(), *([missing] if missing else []), *([rare] if rare else [])]
        shares = tuple(count / max(1, len(values)) for count in tally)
        return cls(name, tuple(frequent[name].to_list()), missing > 0, rare > 0, shares)


Prepared = NumberColumn | DateColumn | CategoryColumn
KINDS: dict[str, type[NumberColumn] | type[DateColumn] | type[CategoryColumn]] = {
    "number": NumberColumn,
    "date": DateColumn,
    "category": CategoryColumn,
}


@dataclass(frozen=True)
class Preparation:
    """The columns in the order of the matrix."""

    columns: tuple[Prepared, ...]

    @property
    def features(self) -> list[str]:
        return [feature for column in self.columns for feature in column.features]

    @property
    def numeric(self) -> list[int]:
        """The places of numbers and days among the features."""
        places, begin = [], 0
        for column in self.columns:
            if not isinstance(column, CategoryColumn):
                places.append(begin)
            begin += len(column.features)
        return places

    def encode(self, table: Table, dtype: Any = numpy.float32) -> NDArray[Any]:
        """The matrix `(rows, features)`; raises `UserError` where a column is missing, infinite or of another kind."""
        matrix = numpy.zeros((table.rows, len(self.features)), dtype=dtype)
        begin = 0
        for column in self.columns:
            end = begin + len(column.features)
            column.encode(_words(table, column), matrix[:, begin:end])
            begin = end
        return matrix

    def unseen(self, table: Table) -> dict[str, NDArray[numpy.bool_]]:
        """For each category the rows whose word was not learnt; for each number or day the rows whose cell is none."""
        found = {}
        for column in self.columns:
            words = cells.words(table.frame[column.name])
            if isinstance(column, CategoryColumn):
                found[column.name] = column.unseen(words)
            else:
                found[column.name] = (words.is_not_null() & column.read(words).is_null()).to_numpy()
        return found

    def as_json(self) -> list[dict[str, Any]]:
        kinds = {type_: kind for kind, type_ in KINDS.items()}
        return [{"kind": kinds[type(column)], **asdict(column)} for column in self.columns]

    @classmethod
    def from_json(cls, rows: list[dict[str, Any]]) -> Preparation:
        columns = []
        for row in rows:
            fields: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key != "kind"
            }
            columns.append(KINDS[row["kind"]](**fields))
        return cls(tuple(columns))


def fit(schema: Schema, table: Table, rows: NDArray[numpy.int64]) -> Preparation:
    """The preparation that `rows` of `table` ask for: no other row has a say."""
    return Preparation(
        tuple(KINDS[column.kind].fit(column, cells.words(table.frame[column.name][rows])) for column in schema.used)
    )


def _words(table: Table, column: Prepared) -> polars.Series:
    if column.name not in table.names:
        raise UserError(text("table-needed-column", source=table.source, column=column.name))
    words = cells.words(table.frame[column.name])
    if not isinstance(column, CategoryColumn):
        read = column.read(words)
        if words.null_count() < len(words) and read.null_count() == len(words):
            kind = "numbers" if isinstance(column, NumberColumn) else "dates"
            raise UserError(text(f"table-not-{kind}", source=table.source, column=column.name, value=words.drop_nulls()[0]))
    return words
