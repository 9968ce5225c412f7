"""The training loop: mini-batches, early stopping on the validation loss, the best weights kept, also when Ctrl-C ends it."""

from __future__ import annotations

import copy
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

import steepest
from steepest import Tensor, nn, optim
from steepest.diagnose.finding import Finding
from steepest.diagnose.training import TrainingDoctor
from steepest.tables.settings import OPTIMIZERS, Settings
from steepest.tables.splitting import Rows
from steepest.utils.data import DataLoader, TensorDataset

__all__ = ["Epoch", "Rate", "Run", "agree", "loss_on", "mean_history", "shortened", "train", "whole_batches"]

PATIENCE = 30  # epochs without a better validation loss until the run ends
HALVE_AFTER = 8  # epochs without a better validation loss until the learning rate is halved
TRIAL_STEPS = 300  # of the short run that judges a learning rate
FEWEST_NATIVE = 500  # steps of a run that are worth a native program
LOOKED_AT = 1024  # rows on which the doctor looks at activations and gradients
WARM_UP = 0.05  # of a run whose learning rate follows a cosine

Data = tuple[Tensor, Tensor]
Watch = Callable[["Epoch", "Run"], None]


@dataclass(frozen=True)
class Epoch:
    """A row of the history; losses are means over rows, on the scale that is learnt (a regression's target is standardised)."""

    epoch: int
    train_loss: float
    validation_loss: float
    lr: float
    seconds: float


@dataclass
class Run:
    """What a run did. `best` is the epoch whose weights the network holds now (0: the weights it began with)."""

    history: list[Epoch] = field(default_factory=list)
    best: int = 0
    best_loss: float = math.inf
    ended: str = "epochs"  # or "early", "interrupted", "diverged"
    lr: float = 0.0
    looks: list[dict[str, Tensor]] = field(default_factory=list)
    """With a cosine: the weights at each row of the history, until the networks of an ensemble agree on one."""
    findings: list[Finding] = field(default_factory=list)
    """What the doctor says of the training."""

    @property
    def epochs(self) -> int:
        """How many were gone through."""
        return self.history[-1].epoch if self.history else 0

    @property
    def whole(self) -> bool:
        """Whether it went as far as it was meant to."""
        return self.ended == "epochs"


def train(
    network: nn.Module,
    criterion: nn.Module,
    data: Data,
    validation: Data,
    settings: Settings,
    seed: int,
    watch: Watch = lambda epoch, run: None,
    diagnosed: bool = False,
) -> Run:
    """Train `network` on `data` `(N, features)`, `(N, ...)` and leave it with the weights of the best validation loss.

    Where the settings leave the learning rate open, short runs from the same weights choose it by validation loss.
    `watch` is called after each epoch. A KeyboardInterrupt ends the run as early stopping does. With `diagnosed` the doctor looks at
    the run where epochs end.
    """
    rates = settings.rates(len(data[0]))
    if len(rates) > 1:
        short = shortened(settings, len(data[0]))
        trials = []
        for rate in rates:
            trial = copy.deepcopy(network)
            run = _run(trial, criterion, data, validation, short, rate, seed, lambda epoch, run: None)
            trials.append((run.best_loss, rate))
            if run.ended == "interrupted":
                network.load_state_dict(trial.state_dict())
                return run
        rates = [min(trials)[1]]
    return _run(network, criterion, data, validation, settings, rates[0], seed, watch, diagnosed)


def shortened(settings: Settings, rows: int) -> Settings:
    """The settings of the short runs that judge a learning rate."""
    steps = -(-rows // settings.batch(rows))
    return replace(settings, epochs=min(settings.epochs, -(-TRIAL_STEPS // steps)))


def _run(
    network: nn.Module,
    criterion: nn.Module,
    data: Data,
    validation: Data,
    settings: Settings,
    lr: float,
    seed: int,
    watch: Watch,
    diagnosed: bool = False,
) -> Run:
    inputs, targets = data
    batch = settings.batch(len(inputs))
    alike = 2 * batch <= len(inputs)  # then steps of one size, the last smaller one left out, can be one native program
    native = alike and max(settings.members, settings.runs) * settings.epochs * (len(inputs) // batch) >= FEWEST_NATIVE
    passes = _all_rows if settings.all_rows else _steps if native else _plain_steps
    loader: Any = DataLoader(
        TensorDataset(inputs, targets),
        batch_size=batch,
        shuffle=not settings.all_rows,
        drop_last=alike,
        generator=steepest.Generator().manual_seed(seed),
    )
    rate = Rate(lr, settings.epochs * len(loader) if settings.cosine else 0)
    optimizer = OPTIMIZERS[settings.optimizer].make(list(network.parameters()), rate.now)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=HALVE_AFTER)

    run = Run(best_loss=loss_on(network, criterion, validation), lr=lr)
    best = _weights(network)
    doctor = _doctor(network, criterion, data, optimizer, settings, lr, seed) if diagnosed else None
    begin = time.perf_counter()
    try:
        for reached in [*range(settings.look, settings.epochs, settings.look), settings.epochs]:
            network.train()
            losses = passes(network, criterion, optimizer, rate, loader, reached - (run.history[-1].epoch if run.history else 0))
            mean = float(numpy.mean(losses[-len(loader) :]))
            seen = Epoch(
                reached, mean, loss_on(network, criterion, validation), rate.now.item(), time.perf_counter() - begin
            )
            run.history.append(seen)
            if settings.cosine:
                run.looks.append(_weights(network))
            if seen.validation_loss < run.best_loss:
                best, run.best, run.best_loss = _weights(network), reached, seen.validation_loss
            if doctor is not None:
                doctor.look(losses, lambda: criterion(network(inputs[:LOOKED_AT]), targets[:LOOKED_AT]))
            watch(seen, run)
            if not math.isfinite(seen.train_loss) or not math.isfinite(seen.validation_loss):
                run.ended = "diverged"
                break
            if settings.cosine:
                continue
            if reached - run.best >= PATIENCE:
                run.ended = "early"
                break
            plateau.step(seen.validation_loss)
    except KeyboardInterrupt:
        run.ended = "interrupted"
    if doctor is not None and run.ended != "interrupted":
        rows = run.history
        run.findings = doctor.findings([row.validation_loss for row in rows], [row.train_loss for row in rows], run.best)
    network.load_state_dict(best)
    network.eval()
    return run


def _doctor(
    network: nn.Module, criterion: nn.Module, data: Data, optimizer: optim.Optimizer, settings: Settings, lr: float, seed: int
) -> TrainingDoctor:
    """Who watches this run, and may begin it again with another learning rate where that settles a matter."""
    first = copy.deepcopy(network)
    batch = settings.batch(len(data[0]))

    def attempt(rate: float, steps: int) -> list[float]:
        again = copy.deepcopy(first).train()
        order = steepest.Generator().manual_seed(seed)
        loader: Any = DataLoader(TensorDataset(*data), batch_size=batch, shuffle=True, drop_last=batch <= len(data[0]), generator=order)
        epochs = -(-steps // len(loader))
        other = OPTIMIZERS[settings.optimizer].make(list(again.parameters()), steepest.tensor(rate))
        return _plain_steps(again, criterion, other, Rate(rate), loader, epochs)[:steps]

    chose = settings.lr is not None and not settings.all_rows and not settings.cosine  # else a line search, the recipe or short runs
    return TrainingDoctor(network, optimizer, lr, chose, settings.all_rows, attempt)


def whole_batches(rows: Rows, batch: int, seed: int) -> Rows:
    """`rows`, and as many of them once more as fill the last batch: every step has one size, and folds that differ by a few rows
    are of one shape, for which one native program serves."""
    again = numpy.random.default_rng(abs(seed)).permutation(rows)[: -len(rows) % batch]
    return numpy.concatenate([rows, again]) if batch <= len(rows) else rows


class Rate:
    """The learning rate as a tensor, so that a native step reads it: constant, or over `steps` steps up for the first twentieth and
    down to 0 on half a cosine (Loshchilov and Hutter, SGDR, 2017)."""

    def __init__(self, lr: float, steps: int = 0):
        self.now = steepest.tensor(lr)
        self.moves = steps > 0
        self.most = steepest.tensor(lr)
        self.done = steepest.tensor(0.5 / max(1, steps))  # the middle of the step that comes, from 0 to 1
        self.share = steepest.tensor(1.0 / max(1, steps))

    def step(self) -> None:
        """Set the rate of the step that comes."""
        if self.moves:
            with steepest.no_grad():
                up = (self.done / WARM_UP).clamp(max=1.0)
                self.now.copy_(self.most * up * 0.5 * (1 + steepest.cos(math.pi * self.done)))
                self.done.add_(self.share)


def _steps(
    network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, rate: Rate, loader: DataLoader, epochs: int
) -> list[float]:
    """So many passes over the loader, run natively from the third step on; the loss of every step."""
    steps = steepest.loop(loader, epochs=epochs)
    for inputs, targets in steps:
        rate.step()
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps.record(loss=loss)
    return steps.history["loss"]


def _plain_steps(
    network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, rate: Rate, loader: DataLoader, epochs: int
) -> list[float]:
    """The same for so few steps that compiling them would take longer."""
    losses = []
    for inputs, targets in itertools.chain.from_iterable(itertools.repeat(loader, epochs)):
        rate.step()
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _all_rows(
    network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, rate: Rate, loader: DataLoader, epochs: int
) -> list[float]:
    """Steps of an optimizer that may ask for the loss of all rows several times; the loss before each."""
    inputs, targets = loader.dataset.tensors
    rate.step()

    def closure() -> Tensor:
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        return loss

    return [float(optimizer.step(closure).item()) for _ in range(epochs)]


def loss_on(network: nn.Module, criterion: nn.Module, data: Data) -> float:
    """The loss of all rows at once, without gradients."""
    network.eval()
    with steepest.no_grad():
        return float(criterion(network(data[0]), data[1]).item())


def mean_history(runs: Sequence[Run]) -> list[Epoch]:
    """The history of an ensemble: the mean losses of its networks, as far as all went."""
    rows = zip(*(run.history for run in runs), strict=False)
    return [
        replace(row[0], train_loss=float(numpy.mean([one.train_loss for one in row])),
                validation_loss=float(numpy.mean([one.validation_loss for one in row])))
        for row in rows
    ]  # fmt: skip


def agree(networks: Sequence[nn.Module], runs: Sequence[Run], counts: Sequence[int]) -> None:
    """Give all networks of an ensemble the weights of one epoch: the one with the least validation loss over the rows of all, which
    `counts` says for each. One network's few rows alone would choose by luck."""
    shortest = min(len(run.looks) for run in runs)
    if shortest and all(run.whole for run in runs):
        losses = [[run.history[look].validation_loss for run in runs] for look in range(shortest)]
        look = int(numpy.argmin(numpy.array(losses) @ numpy.array(counts)))
        for network, run in zip(networks, runs, strict=True):
            network.load_state_dict(run.looks[look])
            run.best, run.best_loss = run.history[look].epoch, run.history[look].validation_loss
    for run in runs:
        run.looks.clear()


def _weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}
