"""A table made ready: the target as numbers, what stays together when rows are parted, and their order in time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray

import steepest
from steepest.errors import UserError, text
from steepest.tables import cells, reading, splitting
from steepest.tables.metrics import Array
from steepest.tables.reading import Table, find_column
from steepest.tables.schema import Orders, Schema, target_values, without_strange_targets
from steepest.tables.splitting import Plan, Rows
from steepest.tables.tasks import TASKS, Task

__all__ = ["Work", "identities", "order_in_time", "prepare", "rows_with_target"]

FEWEST_ROWS = 5
PARTS = 8  # one of them validates each of several networks


@dataclass(frozen=True)
class Work:
    """`truth` `(N,)` is the target in its own unit (or class numbers); `identity` numbers rows so that those that stay together
    have the same; `groups` are the user's own (None without `--group`); `times` order the rows where `--time` says so."""

    table: Table
    schema: Schema
    truth: Array
    strata: Rows
    identity: Rows
    groups: Rows | None = None
    times: NDArray[numpy.float64] | None = None
    weights: Array | None = field(default=None)

    @property
    def task(self) -> Task:
        return TASKS[self.schema.task]

    @property
    def outputs(self) -> int:
        return self.task.outputs(len(self.schema.classes))

    def plan(self, seed: int, folds: int = 0) -> Plan:
        """How to test; raises `UserError` where a part would be empty."""
        made = splitting.plan(self.strata, self.identity, _generator(seed), folds, self.times, self.groups is not None)
        alone = bool(self.schema.classes) and int((numpy.bincount(self.strata) > 1).sum()) < 2
        if alone or not all(map(len, made.tests)) or not len(made.learn) or len(made.others(made.tests[0])) < 2:
            raise UserError(
                text("table-too-few-a-class", source=self.table.source, rows=self.table.rows, target=self.schema.target)
            )
        return made

    def validations(self, learn: Rows, count: int, seed: int) -> list[Rows]:
        """For each of `count` networks its rows of `learn` for validation, of one size, disjoint. In order of time too they are drawn at
        random: to keep the latest rows from all networks costs more than it tells."""
        together, _ = splitting.together(self.identity[learn], self.groups is not None)
        parts = splitting.FOLDS if count == 1 else max(PARTS, count)
        part = splitting.deal(self.strata[learn], together, [1 / parts] * parts, _generator(seed + 1))
        sides = [learn[part == number] for number in range(parts)]
        return sorted((side for side in sides if len(side)), key=len, reverse=True)[:count]


def _generator(seed: int) -> steepest.Generator:
    generator = steepest.Generator()
    generator.manual_seed(seed)
    return generator


def prepare(table: Table, judged: Schema, group: str | None = None, time: str | None = None, balanced: bool = False) -> Work:
    """The table ready for its plan. Raises `UserError` where `group` or `time` name no column that can serve."""
    truth = target_values(table, judged).to_numpy()
    groups = times = weights = None
    identity = identities(table, judged)
    if group is not None:
        values = cells.words(table.frame[find_column(table, group)])
        groups = values.rank("dense").fill_null(0).to_numpy().astype(numpy.int64)
        alone = numpy.flatnonzero(groups == 0)  # rows whose group is not known are each their own
        groups[alone] = int(groups.max()) + 1 + numpy.arange(len(alone))
        identity = groups
        if len(numpy.unique(groups)) < 3:
            raise UserError(text("train-group", column=group))
    if time is not None:
        times = order_in_time(table, judged, find_column(table, time))
    if balanced and judged.classes:
        counts = numpy.bincount(truth.astype(numpy.int64), minlength=len(judged.classes))
        weights = len(truth) / (len(counts) * numpy.maximum(counts, 1))
    return Work(table, judged, truth, _strata(truth, judged), identity, groups, times, weights)


def order_in_time(table: Table, judged: Schema, name: str) -> NDArray[numpy.float64]:
    """The rows' times `(N,)`: the column's days or numbers. Raises `UserError` for a column that holds neither."""
    values = cells.words(table.frame[name])
    kinds = {column.name: column for column in judged.columns}
    if name in kinds and kinds[name].kind == "date":
        return cells.days(values, kinds[name].form[0]).to_numpy()
    order, read = cells.order_of_days(values)
    found = cells.days(values, order) if read else cells.numbers(values)
    if 2 * found.null_count() > len(found) or found.n_unique() < 3:
        raise UserError(text("train-time", column=name))
    return found.to_numpy()


def _strata(truth: Array, judged: Schema) -> Rows:
    """Class numbers, or for a regression tenths of the target (fewer where a tenth would hold under 10 rows)."""
    if judged.classes:
        return truth.astype(numpy.int64)
    count = max(1, min(10, len(truth) // 10))
    rank = numpy.argsort(numpy.argsort(truth, kind="stable"), kind="stable")
    return rank * count // len(truth)


def identities(table: Table, judged: Schema) -> Rows:
    """A number for each row, the same for rows that are equal in target and all columns the model reads."""
    frame = table.frame.select([column.name for column in judged.used] + [judged.target])
    return frame.hash_rows(seed=0).rank("dense").to_numpy().astype(numpy.int64)


def rows_with_target(table: Table, target: str, task: str, said: Orders) -> tuple[Table, str, list[str]]:
    """The rows that hold the target, its column's name, and what there is to say; raises `UserError` for fewer than five."""
    name = reading.find_column(table, target)
    present = cells.words(table.frame[name]).is_not_null()
    notes = list(table.notes)
    if not present.all():
        notes.append(text("table-rows-without-target", count=int((~present).sum()), target=name))
        table = table.only(present)
    if table.rows:
        table, more = without_strange_targets(table, name, task, said)
        notes += more
    if table.rows < FEWEST_ROWS:
        raise UserError(text("table-too-few-rows", source=table.source, rows=table.rows, target=name, fewest=FEWEST_ROWS))
    return table, name, notes
