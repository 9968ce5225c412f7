"""The training loop: mini-batches, early stopping on the validation loss, the best weights kept, also when Ctrl-C ends it."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import steepest
from steepest import Tensor, nn, optim
from steepest.tables.settings import OPTIMIZERS, Settings

__all__ = ["Epoch", "Run", "loss_on", "train"]

PATIENCE = 30  # epochs without a better validation loss until the run ends
HALVE_AFTER = 8  # epochs without a better validation loss until the learning rate is halved
TRIAL_STEPS = 300  # of the short run that judges a learning rate

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
    generator = steepest.Generator().manual_seed(seed)
    optimizer = OPTIMIZERS[settings.optimizer].make(list(network.parameters()), lr)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=HALVE_AFTER)

    run = Run(best_loss=loss_on(network, criterion, validation), lr=lr)
    best = _weights(network)
    begin = time.perf_counter()
    try:
        for epoch in range(1, settings.epochs + 1):
            network.train()
            order = steepest.randperm(len(inputs), generator=generator)
            total = 0.0
            for first in range(0, len(inputs), batch):
                rows = order[first : first + batch]
                x, y = inputs[rows], targets[rows]

                def closure(x: Tensor = x, y: Tensor = y) -> Tensor:
                    loss = criterion(network(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    return loss

                total += optimizer.step(closure).item() * len(rows)
            seen = Epoch(
                epoch,
                total / len(inputs),
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
            if epoch - run.best >= PATIENCE:
                run.ended = "early"
                break
            scheduler.step(seen.validation_loss)
    except KeyboardInterrupt:
        run.ended = "interrupted"
    network.load_state_dict(best)
    network.eval()
    return run


def loss_on(network: nn.Module, criterion: nn.Module, data: Data) -> float:
    """The loss of all rows at once, without gradients."""
    network.eval()
    with steepest.no_grad():
        return float(criterion(network(data[0]), data[1]).item())


def _weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}
