"""`inspect`: what a table holds, and what would make a model of it look better than it is.

Leaks (a column, or a sum of two, that nearly gives the target), equal rows, imbalance, rows that belong together, an order in time;
the last two with what they cost: the linear model's metric under a random split and under the one that is proposed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

import numpy

import steepest
from steepest.diagnose.doctor import check_names
from steepest.diagnose.finding import Finding, plain
from steepest.diagnose.tabular import inspect_table
from steepest.errors import UserError, text
from steepest.tables import baselines, cells, preparing, reading, schema, work
from steepest.tables.metrics import Array
from steepest.tables.preparing import DateColumn, NumberColumn
from steepest.tables.reading import Reading, Table
from steepest.tables.schema import KINDS, USED, Column, Schema
from steepest.tables.tasks import target_tensor

__all__ = ["Inspection", "check_silence", "inspect", "picture", "proposals"]

NEARLY = 0.999  # R2 or accuracy of one column (or a sum of two), at which it all but is the target
MOST_PAIRED = 40  # columns of numbers whose sums are tried
MOST_ROWS = 20_000  # looked at for leaks and proposals
RARE = 0.1  # share of the rarest class from which on it is named
FEWEST_A_GROUP = 1.5  # rows of an identifier on average, from which on its rows belong together
BINS = 12  # of a histogram, whose line must fit on a screen of 80 columns
MOST_OF_A_CELL = 20  # characters of a text shown
BARS = " ▁▂▃▄▅▆▇█"


@dataclass
class Inspection:
    """`schema` and `columns` say what each column is; `notes` what was changed; `diagnosis` what to think about before training
    and, as notes, what the doctor says of the numbers; `pictures` by column; `kinds` is the line to paste; `target` is the column to
    predict."""

    table: Table
    columns: tuple[Column, ...]
    notes: list[str]
    diagnosis: list[Finding] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    schema: Schema | None = None
    target: Column | None = None

    @property
    def kinds(self) -> str:
        """The `--kind` options that say what was judged."""
        names = {kind: word for word, kind in KINDS.items()}
        return " ".join(f"--kind {_quoted(f'{one.name}={names[one.kind]}')}" for one in self.columns if one.kind in names)


def _quoted(word: str) -> str:
    return f'"{word}"' if not word.replace("=", "").replace("_", "").isalnum() else word


def inspect(
    data: str | os.PathLike[str] | Any,
    target: str | None = None,
    *,
    kinds: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    decimal: str = "auto",
    silence: Collection[str] = (),
    **how: Unpack[Reading],
) -> Inspection:
    """Look at a table without training. With a `target` also at what its columns say about it; `silence` names rules that are not to
    speak. Raises `UserError` as `train` does."""
    check_silence(silence)
    table = reading.read(data, **how) if isinstance(data, (str, os.PathLike)) else reading.from_frame(data, "data")
    said = schema.orders(table, kinds or {}, ignore, decimal)
    if target is None:
        columns, notes = schema.judge_columns(table, said)
        found = Inspection(table, columns, [*table.notes, *notes])
        found.pictures = {one.name: picture(table, one) for one in columns}
        return found
    rows = table.rows
    table, name, notes = work.rows_with_target(table, target, "auto", said)
    judged, more = schema.judge(table, name, "auto", said)
    found = Inspection(table, judged.columns, [*notes, *more], schema=judged)
    distinct = cells.words(table.frame[name]).n_unique()
    found.target = Column(name, "category" if judged.classes else "number", distinct, rows - table.rows, form=judged.target_form)
    found.pictures = {one.name: picture(table, one) for one in (found.target, *judged.columns)}
    ready = work.prepare(table, judged)
    repeated = table.rows - len(numpy.unique(ready.identity))
    if repeated:
        found.diagnosis.append(plain("leak-or-duplicates", "warning", text("inspect-equal-rows", count=repeated)))
    if judged.classes:
        shares = numpy.bincount(ready.truth.astype(numpy.int64)) / len(ready.truth)
        if shares.min() < RARE:
            rarest = judged.classes[int(shares.argmin())]
            said_so = text("inspect-imbalance", rarest=rarest, share=f"{100 * shares.min():.2g}")
            found.diagnosis.append(plain("class-imbalance", "warning", said_so))
    leaking = leaks(ready)
    found.diagnosis += [plain("leak-or-duplicates", "mistake", one) for one in leaking.values()]
    found.diagnosis += [plain("leak-or-duplicates", "warning", one) for one in proposals(ready, leaking)]
    found.diagnosis += numbers_seen(ready, {"class-imbalance", *(one.rule for one in found.diagnosis)})
    found.diagnosis = [one for one in found.diagnosis if one.rule not in silence]
    return found


def check_silence(rules: Collection[str]) -> None:
    """Raises `UserError` for a rule that the doctor has not."""
    try:
        check_names(rules)
    except ValueError as error:
        raise UserError(str(error)) from None


def numbers_seen(ready: work.Work, known: Collection[str] = ()) -> list[Finding]:
    """What the doctor says of the columns of numbers as they stand in the file, as notes: training here fills, scales and shuffles;
    a program that reads the file itself must see to it. Rules that are `known` already are left out."""
    table = ready.table
    some = numpy.linspace(0, table.rows - 1, min(table.rows, MOST_ROWS)).astype(numpy.int64)
    columns = [column for column in ready.schema.used if column.kind == "number"]
    if not columns or table.rows < 2:
        return []
    read = [cells.numbers(cells.words(table.frame[one.name][some]), one.form).to_numpy().astype(numpy.float64) for one in columns]
    found = inspect_table(numpy.column_stack(read), ready.truth[some], [one.name for one in columns], classes=bool(ready.schema.classes))
    return [replace(one, severity="note") for one in found if one.rule not in known]


def leaks(ready: work.Work) -> dict[tuple[str, ...], str]:
    """A sentence for each column, or sum of two, that nearly gives the target."""
    table, judged = ready.table, ready.schema
    some = numpy.linspace(0, table.rows - 1, min(table.rows, MOST_ROWS)).astype(numpy.int64)
    if table.rows < 20:
        return {}
    truth = ready.truth[some]
    said: dict[tuple[str, ...], str] = {}

    def say(key: str, *names: str) -> None:
        ignored = " ".join(f"--ignore {_quoted(name)}" for name in names)
        said[names] = text(key, column=names[0], first=names[0], second=names[-1], target=judged.target, ignore=ignored)

    numbers: dict[str, Array] = {}
    for column in judged.used:
        values = cells.words(table.frame[column.name][some])
        if column.kind == "category":
            if _given(values.fill_null("").rank("dense").to_numpy().astype(numpy.int64), truth, bool(judged.classes)):
                say("inspect-leak", column.name)
            continue
        read = cells.numbers(values, column.form) if column.kind == "number" else cells.days(values, column.form[0])
        filled = read.fill_null(read.mean()).to_numpy()
        if _alike(filled, truth, len(judged.classes)):
            say("inspect-leak", column.name)
        elif column.kind == "number" and not judged.classes:
            numbers[column.name] = filled
    names = list(numbers)[:MOST_PAIRED]
    centered = truth - truth.mean()
    for first, second in itertools.combinations(names, 2):
        total = numbers[first] + numbers[second]
        total = total - total.mean()
        size = float(numpy.sqrt((total @ total) * (centered @ centered)))
        if size > 0 and (total @ centered / size) ** 2 > NEARLY:
            say("inspect-leak-sum", first, second)
    return said


def _alike(values: Array, truth: Array, classes: int) -> bool:
    """Whether the numbers all but are the target: by a line, or for two classes by one threshold."""
    if classes == 0:
        both = numpy.corrcoef(values, truth)[0, 1] if values.std() > 0 else 0.0
        return bool(both**2 > NEARLY)
    order = numpy.argsort(values, kind="stable")
    changes = numpy.count_nonzero(numpy.diff(truth[order]))
    distinct = len(numpy.unique(values))
    return bool(distinct >= classes and changes < max(classes, (1 - NEARLY) * len(truth)))


def _given(groups: Any, truth: Array, classes: bool) -> bool:
    """Whether the category of a row gives its target: with many rows of a category on average."""
    _, place = numpy.unique(groups, return_inverse=True)
    count = numpy.bincount(place)
    if len(count) < 2 or len(truth) < 5 * len(count):
        return False
    if not classes:
        mean = numpy.bincount(place, truth) / count
        spread = ((truth - truth.mean()) ** 2).sum()
        return bool(spread > 0 and 1 - ((truth - mean[place]) ** 2).sum() / spread > NEARLY)
    best = max((numpy.bincount(place, truth == label) for label in numpy.unique(truth)), key=lambda one: one.sum())
    right = numpy.max([numpy.bincount(place, truth == label, len(count)) for label in numpy.unique(truth)], axis=0).sum()
    return bool(right / len(truth) > NEARLY and best.sum() / len(truth) < NEARLY)


def proposals(ready: work.Work, leaking: Collection[tuple[str, ...]] = ()) -> list[str]:
    """`--time` for columns of days and `--group` for identifiers that come again, each with the linear model's metric both ways (without
    columns that give the target away, which would be perfect both ways)."""
    said = []
    table = ready.table
    without = {name for names in leaking for name in names}
    judged = replace(ready.schema, columns=tuple(one for one in ready.schema.columns if one.name not in without))
    if not judged.used:
        return []
    ready = replace(ready, schema=judged)
    days = [column.name for column in judged.columns if column.kind == "date"]
    for column in judged.columns:
        if column.kind == "identifier" and 3 <= column.distinct <= (table.rows - column.missing) / FEWEST_A_GROUP:
            said.append(_both(ready, "group", column.name))
    said += [_both(ready, "time", name) for name in days[:2]]
    return [one for one in said if one]


def _both(ready: work.Work, way: str, name: str) -> str:
    table, judged = ready.table, ready.schema
    if table.rows < 50:
        return ""
    other = work.prepare(table, judged, group=name) if way == "group" else work.prepare(table, judged, time=name)
    found = []
    for one in (ready, other):
        plan = one.plan(0, 1)
        learnt, test = plan.learn[:: max(1, len(plan.learn) // MOST_ROWS)], plan.tests[0]
        preparation = preparing.fit(judged, table, learnt)
        matrix = preparation.encode(table)
        if judged.classes:
            targets = target_tensor(one.task, one.truth)
            inputs = steepest.from_numpy(matrix[learnt])
            network = baselines.linear(one.task, inputs, targets[steepest.from_numpy(learnt)], one.outputs)
            with steepest.no_grad():
                outputs = network(steepest.from_numpy(matrix[test])).numpy().astype(numpy.float64)
            predicted = one.task.readable(outputs)
        else:
            weights, bias = baselines.ridge(matrix[learnt], one.truth[learnt][:, None])
            predicted = (matrix[test] @ weights + bias)[:, 0]
        found.append(one.task.judge(one.truth[test], predicted)["accuracy" if judged.classes else "R2"])
    metric = "accuracy" if judged.classes else "R2"
    words = {"column": name, "option": f"--{way} {_quoted(name)}", "metric": metric}
    return text(f"inspect-{way}", random=f"{found[0]:.3f}", proposed=f"{found[1]:.3f}", **words)


def picture(table: Table, column: Column) -> str:
    """A small picture of a column: the histogram of its numbers or days, or its most frequent words with their shares."""
    values = cells.words(table.frame[column.name])
    if column.kind in ("number", "date"):
        read = cells.numbers(values, column.form) if column.kind == "number" else cells.days(values, column.form[0])
        present = read.drop_nulls().to_numpy()
        if not len(present):
            return ""
        low, high = numpy.quantile(present, [0.01, 0.99])
        counts, _ = numpy.histogram(numpy.clip(present, low, high), bins=BINS)
        bars = "".join(BARS[int(numpy.ceil(8 * count / max(1, counts.max())))] for count in counts)
        return f"{bars}  {_end(present.min(), column)} .. {_end(present.max(), column)}"
    if column.kind in USED or column.distinct <= MOST_PAIRED:
        counted = values.drop_nulls().value_counts(sort=True, name="rows").head(3)
        return ", ".join(f"{word} {_percent(rows / max(1, len(values)))}" for word, rows in counted.iter_rows())
    return ", ".join(cell[:MOST_OF_A_CELL] for cell in values.drop_nulls().head(3))


def _percent(share: float) -> str:
    return "<1 %" if 0 < share < 0.005 else ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _end(value: float, column: Column) -> str:
    if column.kind == "number":
        return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:.6g}"
    return str(numpy.datetime64("1970-01-01") + numpy.timedelta64(int(numpy.floor(value)), "D"))


def describe_prepared(column: Any) -> str:
    """A column of a model in a line: what it does to a cell, the names of categories that it holds."""
    if isinstance(column, NumberColumn):
        return text("inspect-model-number", mean=f"{column.mean:.6g}", scale=f"{column.scale:.6g}", low=f"{column.quantiles[0]:.6g}",
                    high=f"{column.quantiles[-1]:.6g}") if column.quantiles else ""  # fmt: skip
    if isinstance(column, DateColumn):
        return text("inspect-model-date", order=column.order, circles=", ".join(column.circles) or "-")
    return text("inspect-model-category", values=", ".join(column.values))
