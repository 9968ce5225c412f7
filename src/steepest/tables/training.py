"""The training loop: mini-batches, early stopping on the validation loss, the best weights kept, also when Ctrl-C ends it."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

import steepest
from steepest import Tensor, nn, optim
from steepest.tables.settings import OPTIMIZERS, Settings
from steepest.utils.data import DataLoader, TensorDataset

__all__ = ["Epoch", "Run", "cosine", "loss_on", "train"]

PATIENCE = 30  # epochs without a better validation loss until the run ends
HALVE_AFTER = 8  # epochs without a better validation loss until the learning rate is halved
TRIAL_STEPS = 300  # of the short run that judges a learning rate
FEWEST_NATIVE = 500  # steps of a run that are worth a native program
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


def train(
    network: nn.Module,
    criterion: nn.Module,
    data: Data,
    validation: Data,
    settings: Settings,
    seed: int,
    watch: Watch = lambda epoch, run: None,
) -> Run:
    """Train `network` on `data` `(N, features)`, `(N, ...)` and leave it with the weights of the best validation loss.

    Where the settings leave the learning rate open, short runs from the same weights choose it by validation loss.
    `watch` is called after each epoch. A KeyboardInterrupt ends the run as early stopping does.
    """
    rates = settings.rates(len(data[0]))
    if len(rates) > 1:
        steps = -(-len(data[0]) // settings.batch(len(data[0])))
        short = replace(settings, epochs=min(settings.epochs, -(-TRIAL_STEPS // steps)))
        trials = []
        for rate in rates:
            trial = copy.deepcopy(network)
            run = _run(trial, criterion, data, validation, short, rate, seed, lambda epoch, run: None)
            trials.append((run.best_loss, rate))
            if run.ended == "interrupted":
                network.load_state_dict(trial.state_dict())
                return run
        rates = [min(trials)[1]]
    return _run(network, criterion, data, validation, settings, rates[0], seed, watch)


def _run(
    network: nn.Module, criterion: nn.Module, data: Data, validation: Data, settings: Settings, lr: float, seed: int, watch: Watch
) -> Run:
    inputs, targets = data
    batch = settings.batch(len(inputs))
    alike = 2 * batch <= len(inputs)  # then steps of one size, the last smaller one left out, can be one native program
    native = alike and settings.epochs * (len(inputs) // batch) >= FEWEST_NATIVE
    passes = _all_rows if settings.all_rows else _steps if native else _plain_steps
    loader: Any = DataLoader(
        TensorDataset(inputs, targets),
        batch_size=batch,
        shuffle=not settings.all_rows,
        drop_last=alike,
        generator=steepest.Generator().manual_seed(seed),
    )
    optimizer = OPTIMIZERS[settings.optimizer].make(list(network.parameters()), lr)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=HALVE_AFTER)

    run = Run(best_loss=loss_on(network, criterion, validation), lr=lr)
    best = _weights(network)
    begin = time.perf_counter()
    try:
        for epoch in range(1, settings.epochs + 1):
            network.train()
            if settings.cosine:
                optimizer.param_groups[0]["lr"] = lr * cosine((epoch - 0.5) / settings.epochs)
            mean = passes(network, criterion, optimizer, loader)
            seen = Epoch(
                epoch,
                mean,
                loss_on(network, criterion, validation),
                optimizer.param_groups[0]["lr"],
                time.perf_counter() - begin,
            )
            run.history.append(seen)
            if seen.validation_loss < run.best_loss:
                best, run.best, run.best_loss = _weights(network), epoch, seen.validation_loss
            watch(seen, run)
            if not math.isfinite(seen.train_loss) or not math.isfinite(seen.validation_loss):
                run.ended = "diverged"
                break
            if settings.cosine:
                continue
            if epoch - run.best >= PATIENCE:
                run.ended = "early"
                break
            plateau.step(seen.validation_loss)
    except KeyboardInterrupt:
        run.ended = "interrupted"
    network.load_state_dict(best)
    network.eval()
    return run


def _steps(network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, loader: DataLoader) -> float:
    """One pass over the loader, run natively from its third step on; the mean loss."""
    steps = steepest.loop(loader)
    for inputs, targets in steps:
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps.record(loss=loss)
    return float(numpy.mean(steps.history["loss"]))


def _plain_steps(network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, loader: DataLoader) -> float:
    """The same for so few steps that compiling them would take longer."""
    total = 0.0
    for inputs, targets in loader:
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def _all_rows(network: nn.Module, criterion: nn.Module, optimizer: optim.Optimizer, loader: DataLoader) -> float:
    """One step of an optimizer that may ask for the loss of all rows several times; the loss before it."""
    inputs, targets = loader.dataset.tensors

    def closure() -> Tensor:
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        return loss

    return float(optimizer.step(closure).item())


def cosine(done: float) -> float:
    """The share of the learning rate in the epoch whose middle lies at `done`, from 0 to 1: up over the first twentieth, then down
    to 0 on half a cosine (Loshchilov and Hutter, SGDR, 2017)."""
    return min(1.0, done / WARM_UP) * 0.5 * (1 + math.cos(math.pi * done))


def loss_on(network: nn.Module, criterion: nn.Module, data: Data) -> float:
    """The loss of all rows at once, without gradients."""
    network.eval()
    with steepest.no_grad():
        return float(criterion(network(data[0]), data[1]).item())


def _weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}
