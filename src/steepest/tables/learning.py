"""One model from the rows it may learn from: prepared, scaled, trained, compared with the linear model, calibrated.

Nothing here sees a test row. Each network is validated on rows of its own that it did not learn from; the pooled validation
predictions choose between network and linear model, the temperature and the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy
from numpy.typing import NDArray

import steepest
from steepest import nn
from steepest.errors import text
from steepest.tables import baselines, bins, networks, preparing, training
from steepest.tables.intervals import interval
from steepest.tables.metrics import AUC, LOG_LOSS, Array
from steepest.tables.settings import Settings
from steepest.tables.splitting import Rows
from steepest.tables.table_model import Scale, TableModel
from steepest.tables.tasks import target_tensor
from steepest.tables.training import Epoch, Run
from steepest.tables.work import Work

__all__ = ["Learnt", "Watch", "learn"]

SKEWED = 1.0  # the skewness from which on a target that is never negative is tried on the log scale
MOST_TRIED = 20_000  # rows that decide about the log scale
MOST_SOLVED_AGAIN = 200_000  # rows from which on the linear model is compared on one network's validation rows, not on those of all
BEYOND = (1.0, 1.2, 2.0)  # times the largest target, up to which a model on the log scale may go
RARE_CLASS = 0.2  # share of the rarer class below which its threshold is chosen

Watch = Callable[[Epoch, Run], None]


@dataclass
class Learnt:
    """`model` is what was chosen, `linear` the linear model of the same rows; `runs` the networks' training.

    `validated` are the rows that some network was validated on, and `foreseen` what it said about them, in the order of the rows;
    `matrix` holds all rows of the table, prepared.
    """

    model: TableModel
    linear: TableModel
    runs: list[Run]
    matrix: NDArray[numpy.float32]
    validated: Rows
    foreseen: Array
    notes: list[str] = field(default_factory=list)

    @property
    def interrupted(self) -> bool:
        return any(run.ended == "interrupted" for run in self.runs)


def learn(
    work: Work,
    rows: Rows,
    hidden: list[int],
    settings: Settings,
    seed: int,
    choose: bool,
    watch: Watch = lambda epoch, run: None,
    solve: bool = False,
) -> Learnt:
    """Learn from `rows`. With `choose` the linear model is taken unless a network beats it on validation; with `solve` a linear
    model is not trained but solved."""
    steepest.manual_seed(seed)
    preparation = preparing.fit(work.schema, work.table, rows)
    matrix = preparation.encode(work.table)
    widened = bins.fit(matrix[rows], preparation.numeric)
    scale = _scale(work, rows, matrix, widened)
    plain = _Data(work, matrix, target_tensor(work.task, scale.learnt(work.truth) if not work.schema.classes else work.truth))

    def model(hidden: list[int], members: list[nn.Sequential], with_bins: bins.Bins | None) -> TableModel:
        return TableModel(work.schema, preparation, hidden, members, with_bins, scale)

    def linear_of(some: Rows) -> TableModel:
        return model([], [baselines.linear(work.task, *plain.part(some), work.outputs, plain.criterion)], None)

    linear = linear_of(rows)
    sides = work.validations(rows, settings.members, seed)
    notes: list[str] = []
    used = widened if settings.bins and hidden else None
    data = replace(plain, bins=used)
    runs = [Run(ended="solved", lr=0.0)]
    taken = not hidden and solve
    if not taken:
        members, runs = _members(data, rows, sides, hidden, settings, seed, watch)
        fitted = model(hidden, members, used)
    if taken or (choose and hidden):
        one = taken or work.task.name == "multiclass" or len(rows) >= MOST_SOLVED_AGAIN
        judged = sides[:1] if one else sides[: len(members)]
        rivals = []
        try:
            rivals = [linear_of(numpy.setdiff1d(rows, side)).members[0] for side in judged]
        except KeyboardInterrupt:  # the networks are there
            if taken:
                raise
            runs[-1].ended = "interrupted"
        if rivals and not taken:
            counts = [len(side) for side in judged]
            losses = [training.loss_on(rival, plain.criterion, plain.part(side)) for rival, side in zip(rivals, judged, strict=True)]
            of_linear, of_networks = (
                float(numpy.average(values, weights=counts)) for values in (losses, [run.best_loss for run in runs[: len(judged)]])
            )
            taken = not of_linear > of_networks
            if taken:
                words = {"model": fitted.model, "linear": f"{of_linear:.4g}", "loss": f"{of_networks:.4g}"}
                notes.append(text("train-linear-chosen", **words))
        if taken:
            fitted, members, sides, data = linear, rivals, judged, plain
    validated = numpy.concatenate(sides[: len(members)])
    said = [networks.outputs([member], matrix[side], data.bins) for member, side in zip(members, sides, strict=False)]
    largest = numpy.concatenate([numpy.full(len(side), work.truth[numpy.setdiff1d(rows, side)].max()) for side in sides[: len(members)]])
    foreseen = _calibrated(fitted, numpy.concatenate(said), work, validated, largest, notes)
    order = numpy.argsort(validated, kind="stable")
    return Learnt(fitted, linear, runs, matrix, validated[order], foreseen[order], notes)


@dataclass(frozen=True)
class _Data:
    """All rows, and the loss; rows are widened by the bins when they are asked for, since all of a long table would not fit."""

    work: Work
    matrix: NDArray[numpy.float32]
    targets: steepest.Tensor
    bins: bins.Bins | None = None

    @property
    def features(self) -> int:
        width = self.matrix.shape[1]
        return width if self.bins is None else self.bins.width(width)

    @property
    def criterion(self) -> nn.Module:
        return self.work.task.criterion(self.work.weights)

    def part(self, rows: Rows, room: int = 0) -> training.Data:
        """The rows for the loss, with features of 0 up to `room`."""
        chosen = self.matrix[rows]
        wide = chosen if self.bins is None else self.bins.widen(chosen, room)
        if wide.shape[1] < room:
            wide = numpy.pad(wide, ((0, 0), (0, room - wide.shape[1])))
        return steepest.from_numpy(wide), self.targets[steepest.from_numpy(rows)]


def _members(
    data: _Data, rows: Rows, sides: list[Rows], hidden: list[int], settings: Settings, seed: int, watch: Watch
) -> tuple[list[nn.Sequential], list[Run]]:
    """The trained networks, each without its validation rows; the first, or where rows are few several, choose the learning rate of all."""
    members: list[nn.Sequential] = []
    runs: list[Run] = []
    if settings.lr is None and settings.triers > 1:
        settings = replace(settings, runs=settings.members + settings.triers * len(settings.rates(len(rows))))
        settings = replace(settings, lr=_rate_of_several(data, rows, sides[: settings.triers], hidden, settings, seed))
    for number, side in enumerate(sides):
        try:
            network, run = _member(data, rows, side, hidden, settings, seed + number, watch, number == 0)
            if run.ended == "interrupted" and members:
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            if not members:
                raise
            runs[-1].ended = "interrupted"
            break
        members.append(network)
        runs.append(run)
        settings = replace(settings, lr=run.lr)
        if run.ended == "interrupted":
            break
    training.agree(members, runs, [len(side) for side in sides[: len(members)]])
    return [networks.cut(network, data.features) for network in members], runs


def _member(
    data: _Data, rows: Rows, side: Rows, hidden: list[int], settings: Settings, seed: int, watch: Watch = lambda epoch, run: None,
    diagnosed: bool = False,
) -> tuple[nn.Sequential, Run]:
    """A network trained on `rows` but those of its `side`, which validate it."""
    room = networks.room(data.features)
    network = networks.build(hidden, room, data.work.outputs)
    others = training.whole_batches(numpy.setdiff1d(rows, side), settings.batch(len(rows)), seed)
    learnt, validation = data.part(others, room), data.part(side, room)
    return network, training.train(network, data.criterion, learnt, validation, settings, seed, watch, diagnosed)


def _rate_of_several(data: _Data, rows: Rows, sides: list[Rows], hidden: list[int], settings: Settings, seed: int) -> float:
    """The learning rate with which short runs of some networks have the least validation loss over the rows of all of them; afterwards
    the generator is where it was, so that this rate given by hand trains the same networks."""
    short, before = training.shortened(settings, len(rows) - len(sides[0])), steepest.get_rng_state()
    counts = numpy.array([len(side) for side in sides], dtype=float)
    losses = {}
    for rate in settings.rates(len(rows)):
        steepest.set_rng_state(before)
        runs = [_member(data, rows, side, hidden, replace(short, lr=rate), seed + number)[1] for number, side in enumerate(sides)]
        if any(run.ended == "interrupted" for run in runs):
            raise KeyboardInterrupt
        looks = min(len(run.history) for run in runs)
        losses[rate] = min(float(counts @ [run.history[look].validation_loss for run in runs]) for look in range(looks))
    steepest.set_rng_state(before)
    return min(losses, key=losses.__getitem__)


def _scale(work: Work, rows: Rows, matrix: NDArray[numpy.float32], widened: bins.Bins) -> Scale:
    """How the target is learnt; on the log scale where it is skewed, never negative, and a ridge regression on the bins then has
    the smaller squared error in the target's own unit, on rows it did not see."""
    if work.schema.classes:
        return Scale()
    truth = work.truth[rows]
    counts = bool((truth >= 0).all() and (truth == numpy.round(truth)).all())
    plain = _standard(truth, False, (0.0 if counts else None, None))
    deviation = truth.std()
    skewness = float(((truth - truth.mean()) ** 3).mean() / deviation**3) if deviation > 0 else 0.0
    if truth.min() < 0 or skewness < SKEWED or len(rows) < 50:
        return plain
    some = numpy.random.default_rng(0).permutation(rows)[:MOST_TRIED]
    learnt, held = some[: len(some) * 4 // 5], some[len(some) * 4 // 5 :]
    log = _standard(truth, True, (0.0, float(truth.max()) * BEYOND[-1]))
    wide = widened.widen(matrix[some]).astype(numpy.float64)
    errors = []
    for scale in (plain, log):
        weights, bias = baselines.ridge(wide[: len(learnt)], scale.learnt(work.truth[learnt])[:, None])
        said = scale.readable((wide[len(learnt) :] @ weights + bias)[:, 0])
        errors.append(float(((said - work.truth[held]) ** 2).mean()))
    return plain if errors[0] <= errors[1] else log


def _standard(truth: Array, log: bool, bounds: tuple[float | None, float | None]) -> Scale:
    learnt = numpy.log1p(truth) if log else truth
    return Scale(float(learnt.mean()), float(learnt.std()) or 1.0, log, bounds)


def _calibrated(model: TableModel, outputs: Array, work: Work, rows: Rows, largest: Array, notes: list[str]) -> Array:
    """What the model says about the validation rows, after the temperature that makes their log loss least was stored (Guo et al.,
    On Calibration of Modern Neural Networks, 2017) and, where one of two classes is rare and can be told from the other, the threshold of
    the best F1."""
    truth = work.truth[rows]
    if not work.schema.classes:
        if model.scale.log and work.times is None:
            model.scale = _bounded(model.scale, outputs[:, 0], truth, largest)
        return model.readable(outputs)
    if len(rows) >= 50 and work.weights is None:
        tried = numpy.exp(numpy.linspace(math.log(0.25), math.log(8), 81))
        losses = [LOG_LOSS.value(truth, work.task.readable(outputs / one)) for one in tried]
        model.temperature = float(tried[int(numpy.argmin(losses))])
    predicted = model.readable(outputs)
    if len(work.schema.classes) == 2 and work.weights is None and len(rows) >= 50:
        share = float((truth == 1).mean())
        tells = interval(AUC, truth, predicted)[0] > 0.5  # else the best F1 is luck, and half of the rows would be called rare
        if 0 < min(share, 1 - share) < RARE_CLASS and tells:
            model.threshold = _threshold(truth, predicted[:, 1], rare=int(share < 0.5))
            rare = work.schema.classes[int(share < 0.5)]
            notes.append(
                text("train-threshold", threshold=f"{model.threshold:.3f}", second=work.schema.classes[1], rare=rare,
                     share=f"{100 * min(share, 1 - share):.1f}")
            )  # fmt: skip
    return predicted


def _bounded(scale: Scale, outputs: Array, truth: Array, largest: Array) -> Scale:
    """The scale that says nothing beyond what was seen, or more where that has the smaller squared error on validation rows `(N,)`, whose
    networks saw no target larger than `largest` `(N,)`: the inverse of a logarithm makes a large error of an outlying row. (Rows of a
    later time may go on growing.)"""
    low, high = scale.bounds
    said = scale.readable(outputs)
    errors = [float(((numpy.minimum(said, factor * largest) - truth) ** 2).sum()) for factor in BEYOND]
    return replace(scale, bounds=(low, (high or 0.0) * BEYOND[int(numpy.argmin(errors))] / BEYOND[-1]))


def _threshold(truth: Array, ones: Array, rare: int) -> float:
    """The probability of the second class from which on it is predicted, so that the F1 of class `rare` is best."""
    order = numpy.argsort(ones if rare == 0 else -ones, kind="stable")
    scores, found = ones[order], numpy.cumsum(truth[order] == rare)
    taken = numpy.arange(1, len(truth) + 1)
    value = 2 * found / (taken + (truth == rare).sum())
    value[:-1][scores[1:] == scores[:-1]] = -1  # a threshold cannot part equal scores
    best = int(numpy.argmax(value))
    beyond = scores[best + 1] if best + 1 < len(scores) else float(rare == 0)
    return float(min(0.99, max(0.01, 0.5 * (scores[best] + beyond))))
