"""`train`: from a table to a model, its numbers on rows it never saw beside those of simpler ones, and the files that hold both."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Unpack

import numpy

import steepest
from steepest.diagnose.finding import Finding
from steepest.diagnose.tabular import inspect_table
from steepest.errors import UserError, text
from steepest.tables import baselines, explaining, handing, inspecting, intervals, learning, networks, reading, schema, settings, work
from steepest.tables.explaining import Growth
from steepest.tables.learning import Learnt
from steepest.tables.metrics import Array
from steepest.tables.reading import Reading, Table
from steepest.tables.result import TrainResult
from steepest.tables.settings import AUTO, Settings
from steepest.tables.splitting import Plan, Rows
from steepest.tables.table_model import TableModel
from steepest.tables.tasks import TASKS
from steepest.tables.training import Epoch, Run
from steepest.tables.work import Work

__all__ = ["TrainResult", "train"]

TOO_GOOD, ENOUGH_TO_DOUBT = 0.999, 20  # R2 or AUC on at least so many test rows, at which a leak is more likely than luck
FEWEST_FOR_NETWORK = 40  # rows to learn from; with fewer, `auto` is the linear model
FEWEST_FOR_TREES = 50
MOST_FOR_THE_DOCTOR = 5000  # rows
WIDE = 512  # features of a layer, below which a product's threads cost more than they give
TASK_NAMES = ("auto", *TASKS)


def train(
    data: str | os.PathLike[str] | Any,
    target: str,
    *,
    task: str = "auto",
    model: str = "auto",
    metric: str = "auto",
    time: str | None = None,
    group: str | None = None,
    folds: int = 0,
    kinds: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    decimal: str = "auto",
    class_weight: str = "none",
    optimizer: str = "auto",
    lr: float | str | None = None,
    epochs: int | None = None,
    seed: int = 0,
    out: str | os.PathLike[str] | None = None,
    anonymous: bool = False,
    silence: Collection[str] = (),
    watch: Callable[[Epoch, Run], None] = lambda epoch, run: None,
    stage: Callable[[str], None] = lambda words: None,
    draw: Callable[[TrainResult], Sequence[str]] = lambda result: (),
    **how: Unpack[Reading],
) -> TrainResult:
    """Train a model that predicts column `target` of `data`: a file, or a data frame of polars or pandas.

    `model` is `linear`, hidden widths such as `64-64`, or `auto`: several networks averaged, unless the linear model has the
    smaller validation loss or rows are few. `time` names the column whose latest rows are the test, `group` one whose rows stay
    together; `folds=0` decides by the number of rows. `kinds` and `ignore` say what columns are. `metric` is the first in tables.
    `optimizer="auto"` is L-BFGS for a linear model, else AdamW. `lr="auto"` takes the learning rate with the least validation loss
    of short runs; so does None, but for `model="auto"` on few rows of classes, where it is fixed. With `out`, a folder gets
    model.safetensors, history.csv, report.html, train.py and predict.py; `anonymous` leaves the categories' names out. `silence`
    names rules of the doctor that are not to speak. `how` reads the file: header, encoding, separator, sheet; `watch` is called
    after each epoch, `stage` with words where something else begins; `draw` gives more sections of the report, as HTML. Raises
    `steepest.errors.UserError` with one sentence for whatever cannot work.

    >>> result = train(steepest.datasets.path("pima_diabetes"), "Outcome", model="linear", folds=2)
    >>> sorted(result.metrics)[:3]
    ['linear', 'model', 'simplest']
    """
    begin = clock.perf_counter()
    _check(task, seed, folds, class_weight)
    inspecting.check_silence(silence)
    hidden = networks.widths(model)  # what cannot be meant ends before the file is read
    name_of_optimizer = AUTO[not hidden] if optimizer == "auto" else optimizer
    Settings(name_of_optimizer, settings.given_rate(lr), 200 if epochs is None else epochs)

    table = reading.read(data, **how) if isinstance(data, (str, os.PathLike)) else reading.from_frame(data, "data")
    said = schema.orders(table, kinds or {}, _without_test_columns(ignore, time, group, table), decimal)
    table, name, notes = work.rows_with_target(table, target, task, said)
    judged, more = schema.judge(table, name, task, said)
    notes += more
    ready = work.prepare(table, judged, group, time, class_weight == "balanced")
    plan = ready.plan(seed, folds)
    leaking = inspecting.leaks(ready)
    notes += [*_plan_notes(plan, ready), *leaking.values()]
    if time is None and group is None:
        notes += inspecting.proposals(ready, leaking)
    few = model == "auto" and len(plan.learn) < FEWEST_FOR_NETWORK
    hidden = networks.widths(model, len(plan.learn))
    if few:
        notes.append(text("train-few-rows", rows=len(plan.learn), model=networks.AUTO_OF_FEW))
        hidden, name_of_optimizer = [], AUTO[True] if optimizer == "auto" else optimizer
    if model == "auto" and not few:
        how_to_train = settings.recipe(len(plan.learn), name_of_optimizer, lr, epochs, bool(judged.classes))
    else:
        how_to_train = Settings(name_of_optimizer, settings.given_rate(lr), epochs or 200)

    with _leaving_no_trace(hidden):
        learnt = learning.learn(ready, plan.learn, hidden, how_to_train, seed, model == "auto", watch, few)
        learning_seconds = clock.perf_counter() - begin
        growth = explaining.Growth() if out is not None else None
        rows, predicted, rates = _tested(learnt, ready, plan, hidden, how_to_train, seed, model == "auto", notes, growth, stage)
    notes += learnt.notes
    chosen = learnt.model
    truth = ready.truth[rows]
    # The threshold is one for probabilities that say something; the shares of the classes are always those of the majority.
    threshold = {who: 0.5 if who == "simplest" else chosen.threshold for who in predicted}
    chosen.metrics = {who: _ordered(chosen.judge(truth, said, threshold[who]), metric) for who, said in predicted.items()}
    blocks = ready.groups[rows] if ready.groups is not None else None
    chosen.intervals = {who: _intervals(chosen, truth, said, blocks, threshold[who]) for who, said in predicted.items()}
    if len(truth) >= ENOUGH_TO_DOUBT and max(chosen.metrics["model"].get(one, 0) for one in ("R2", "AUC")) > TOO_GOOD:
        notes.append(text("train-too-good", target=name))
    chosen.about = {
        "data": table.source,
        "rows": table.rows,
        "tested": len(rows),
        "learnt": len(plan.learn),
        "plan": plan.kind,
        "folds": len(plan.tests),
        "seed": seed,
        "model": model,
        "trained": "-".join(map(str, hidden)) or "linear",
        "optimizer": how_to_train.optimizer,
        "lr": learnt.runs[0].lr,
        "rates": [*rates, *[learnt.runs[0].lr] * (len(plan.tests) - len(rates))],
        "weights": [] if ready.weights is None else ready.weights.tolist(),
        "rate": _how_the_rate_came(lr, how_to_train, len(plan.learn)) if learnt.runs[0].history else "",
        "epochs": how_to_train.epochs,
        "best_epoch": learnt.runs[0].best,
        "ended": learnt.runs[-1].ended,
        "members": len(chosen.members),
        "networks": len(learnt.runs),
        "fold_members": min(len(chosen.members), settings.of_fold(how_to_train).members),
        "cosine": how_to_train.cosine,
        "batch": how_to_train.batch(len(plan.learn)),
        "time": time or "",
        "group": group or "",
    }
    seconds = clock.perf_counter() - begin
    options: dict[str, Any] = {
        "task": judged.task, "model": model, "metric": metric, "time": time, "group": group, "folds": folds, "kind": kinds or {},
        "ignore": list(ignore), "decimal": decimal, "class-weight": class_weight, "optimizer": optimizer, "lr": lr,
        "epochs": epochs, "seed": seed, "anonymous": anonymous, "silence": list(silence), **how,
    }  # fmt: skip
    result = TrainResult(
        chosen, chosen.metrics, learnt.runs, plan, ready, rows, truth, predicted["model"], learnt.matrix, notes, seconds,
        learning_seconds, command(data, target, options, out), _doctor(ready, plan, learnt, silence),
        growth.importances() if growth is not None else [],
    )  # fmt: skip
    if out is not None:
        stage(text("screen-writing"))
        with _leaving_no_trace(hidden):
            handing.write(result, Path(out), anonymous, draw)
    return result


@contextmanager
def _leaving_no_trace(hidden: list[int]) -> Iterator[None]:
    """The generator's state and the number of threads are afterwards what they were; meanwhile products of small layers use one."""
    before, threads = steepest.get_rng_state(), steepest.get_num_threads()
    if max(hidden, default=0) < WIDE:
        steepest.set_num_threads(1)
    try:
        yield
    finally:
        steepest.set_rng_state(before)
        steepest.set_num_threads(threads)


def _how_the_rate_came(lr: float | str | None, how: Settings, rows: int) -> str:
    """`chosen` by short runs, `fixed` by the recipe, or empty: given by the user, or by an optimizer that has one."""
    if how.lr is None:
        return "chosen" if len(how.rates(rows)) > 1 else ""
    return "fixed" if lr is None else ""


def _doctor(ready: Work, plan: Plan, learnt: Learnt, silence: Collection[str]) -> list[Finding]:
    """What the doctor says about the prepared table, on at most some thousand rows, and about the training of the first network."""
    some = plan.learn[:: max(1, len(plan.learn) // MOST_FOR_THE_DOCTOR)]
    names = learnt.model.preparation.features
    found = inspect_table(learnt.matrix[some], ready.truth[some], names, classes=bool(ready.schema.classes), scaled=True)
    found = [one for one in found if one.severity != "note"]  # some rows of a table show no rare word: that is no news
    return [one for one in found + learnt.runs[0].findings if one.rule not in silence]


def _check(task: str, seed: int, folds: int, class_weight: str) -> None:
    if task not in TASK_NAMES:
        raise UserError(text("train-task", task=task, shown=", ".join(TASK_NAMES)))
    if not -(2**63) <= seed < 2**63:
        raise UserError(text("train-seed", seed=seed))
    if not 0 <= folds <= 1000:
        raise UserError(text("train-folds", folds=folds))
    if class_weight not in ("none", "balanced"):
        raise UserError(text("train-class-weight", word=class_weight))


def _without_test_columns(ignore: Collection[str], time: str | None, group: str | None, table: Table) -> list[str]:
    """The columns to leave out: what a group is called says nothing about rows of new groups."""
    return [*ignore, *([reading.find_column(table, group)] if group is not None else [])]


def _ordered(metrics: dict[str, float], first: str) -> dict[str, float]:
    """The metrics, the one asked for first."""
    if first == "auto":
        return metrics
    known = {name.lower().replace(" ", "-"): name for name in metrics}
    wanted = known.get(first.lower().replace(" ", "-"))
    if wanted is None:
        raise UserError(text("train-metric", metric=first, shown=", ".join(known)))
    return {wanted: metrics[wanted], **metrics}


def _tested(
    learnt: Learnt, ready: Work, plan: Plan, hidden: list[int], how: Settings, seed: int, choose: bool, notes: list[str],
    growth: Growth | None, stage: Callable[[str], None],
) -> tuple[Rows, dict[str, Array], list[float]]:
    """The rows that were tested; for the model and each baseline what it says about them; the learning rate of each test. `growth` learns
    what each judged model leans on. A fold's model is made and chosen as the one that is handed on, from the fold's rows alone."""
    classes = len(ready.schema.classes)
    parts: list[tuple[Rows, dict[str, Array]]] = []
    rates: list[float] = []
    if not learnt.interrupted or plan.kind in ("holdout", "time"):
        try:
            for number, test in enumerate(plan.tests):
                stage(text("screen-testing", number=number + 1, tests=len(plan.tests)))
                one, rows = learnt, plan.learn
                if plan.kind in ("folds", "each"):
                    rows = plan.others(test)
                    one = learning.learn(ready, rows, hidden, settings.of_fold(how), seed + 1 + number, choose, solve=True)
                    if one.interrupted:
                        raise KeyboardInterrupt
                parts.append((test, _said(one, ready, rows, test, seed)))
                rates.append(one.runs[0].lr)
                if growth is not None:
                    growth.add(one.model, one.matrix, test, ready.truth[test], len(plan.tested))
        except KeyboardInterrupt:  # the model is there: what was tested so far tells how good it is
            notes.append(text("train-stopped-testing", tested=len(parts), tests=len(plan.tests)))
    if not parts:  # Ctrl-C before the first test: the validation rows are all there is
        notes.append(text("train-measured-on-validation"))
        rows = learnt.validated
        said = {"model": learnt.foreseen, "linear": learnt.linear.of_matrix(learnt.matrix[rows])}
    else:
        rows = numpy.concatenate([test for test, _ in parts])
        order = numpy.argsort(rows, kind="stable")
        said = {who: numpy.concatenate([said[who] for _, said in parts])[order] for who in parts[0][1]}
        rows = rows[order]
    # One constant for all tests: the folds' own would differ by a little, and by that tell which rows a fold does not hold.
    return rows, {**said, "simplest": baselines.simplest(ready.truth[plan.learn], classes, len(rows))}, rates


def _said(one: Learnt, ready: Work, rows: Rows, test: Rows, seed: int) -> dict[str, Array]:
    classes = len(ready.schema.classes)
    said = {"model": one.model.of_matrix(one.matrix[test]), "linear": one.linear.of_matrix(one.matrix[test])}
    if baselines.has_trees() and len(ready.truth) >= FEWEST_FOR_TREES:
        said["trees"] = baselines.trees(one.matrix[rows], ready.truth[rows], classes, one.matrix[test], seed)
    return said


def _intervals(
    model: TableModel, truth: Array, predicted: Array, groups: Rows | None, threshold: float
) -> dict[str, tuple[float, float]]:
    task = TASKS[model.schema.task]
    return {
        metric.name: intervals.interval(metric, truth, task.seen(metric, predicted, threshold), groups)
        for metric in task.metrics
    }


def _plan_notes(plan: Plan, ready: Work) -> list[str]:
    notes = []
    repeated = len(ready.truth) - len(numpy.unique(work.identities(ready.table, ready.schema)))
    if repeated and ready.groups is None and ready.times is None:
        notes.append(text("table-equal-rows" if plan.grouped else "table-equal-rows-many", count=repeated))
    if plan.kind == "each":
        notes.append(text("table-few-rows", rows=plan.rows))
    elif len(plan.tested) < 50:
        notes.append(text("table-small-test", rows=len(plan.tested)))
    return notes


DEFAULTS = {
    "model": "auto", "metric": "auto", "decimal": "auto", "class-weight": "none", "optimizer": "auto", "encoding": "auto",
    "separator": "auto", "folds": 0,
}  # fmt: skip


def command(data: Any, target: str, options: Mapping[str, Any], out: str | os.PathLike[str] | None) -> list[str]:
    """The words of the command line that trains this model again."""
    words = ["python", "-m", "steepest", "train", str(data) if isinstance(data, (str, os.PathLike)) else "DATA", "--target", target]
    for name, value in options.items():
        if isinstance(value, bool):
            words += [f"--{name}"] if value else ["--no-header"] if name == "header" else []
        elif isinstance(value, Mapping):
            words += [word for column, kind in value.items() for word in (f"--{name}", f"{column}={kind}")]
        elif isinstance(value, list):
            words += [word for one in value for word in (f"--{name}", str(one))]
        elif value is not None and value != DEFAULTS.get(name):
            words += [f"--{name}", repr(value) if isinstance(value, float) else str(value)]
    return [*words, "--out", str(out)] if out is not None else words
