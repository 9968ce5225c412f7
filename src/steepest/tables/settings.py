"""How to train, as the options say it: optimizer, learning rate, epochs; and what follows from the number of rows."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from steepest import Tensor, optim
from steepest.errors import UserError, text

__all__ = ["AUTO", "OPTIMIZERS", "Settings", "given_rate", "of_fold", "recipe"]


@dataclass(frozen=True)
class Optimizer:
    """A row of the optimizers: its class in `optim`, its usual rate for batches of 32, its other options, and whether it wants all rows in
    a step."""

    name: str
    lr: float
    options: Mapping[str, Any] = field(default_factory=dict)
    all_rows: bool = False

    def make(self, parameters: list[Tensor], lr: float | Tensor) -> Any:
        return getattr(optim, self.name)(parameters, lr=lr, **self.options)


OPTIMIZERS = {
    "adamw": Optimizer("AdamW", 0.001, {"weight_decay": 0.1}),
    "adam": Optimizer("Adam", 0.001),
    "sgd": Optimizer("SGD", 0.05),
    "momentum": Optimizer("SGD", 0.01, {"momentum": 0.9, "nesterov": True}),
    "adagrad": Optimizer("Adagrad", 0.02),
    "rmsprop": Optimizer("RMSprop", 0.0005),
    "adadelta": Optimizer("Adadelta", 1.0),
    "adamax": Optimizer("Adamax", 0.002),
    "asgd": Optimizer("ASGD", 0.05),
    "rprop": Optimizer("Rprop", 0.01, all_rows=True),
    "lbfgs": Optimizer("LBFGS", 1.0, {"line_search_fn": "strong_wolfe"}, all_rows=True),
}
AUTO = {True: "lbfgs", False: "adamw"}  # what `--optimizer auto` takes: for a linear model (True), for a network
FACTORS = (0.3, 1.0, 3.0, 10.0)  # of the usual rate, which `--lr auto` tries
LARGEST_LR = 100.0
MOST_EPOCHS = 10_000_000

# What `--model auto` does beside its widths; searched on the tables of benchmarks/tables.py, other seeds than it prints. The parts:
# bins (Gorishniy et al. 2022), a schedule that ends at 0 (Holzmüller et al. 2024), several networks of one table averaged (Gorishniy,
# Kotelnikov and Babenko, TabM, 2025).
FEW_ROWS, MANY_ROWS = 2000, 200_000
MEMBERS, MEMBERS_OF_MANY_ROWS = 4, 2
STEPS = 2500
FEWEST_EPOCHS, LONGEST = 12, 24
LOOK = 2
# With few rows: more networks, wide and without bins, in large steps; several of them choose the rate, or it is fixed.
MEMBERS_OF_FOLD = 4
FEW_MEMBERS, FEW_LR, FEW_EPOCHS, FEW_BATCH, FEW_LOOK = 8, 0.01, 30, 128, 10
COSINE_LR = 0.002  # for batches of any size: the schedule starts high and ends at 0
COSINE_FACTORS = (0.5, 1.0, 2.0)
FEW_FACTORS, FEW_TRIERS = (0.1, 0.3, 1.0, 3.0), 4
TRIERS_OF_FOLD = 2


@dataclass(frozen=True)
class Settings:
    """How to train. `lr=None` tries a few around the optimizer's usual one. Raises `UserError` for what cannot be meant.

    With `cosine` the learning rate rises over the first twentieth of the steps and falls to 0 on half a cosine over all `epochs`;
    otherwise it is halved where validation stands still, and a run that does not improve ends early. `members` networks, each with
    another part of the rows for validation, are averaged; with `bins` they read numbers through `bins.Bins`. Validation is looked at
    every `look` epochs; `rows_a_step` are the rows of a mini-batch (None: by the number of rows). `tried` are the learning rates that
    `lr=None` tries (none: by the optimizer and the batch), and `triers` the networks whose validation rows judge them. `runs` (where
    more than `members`) share one native program.
    """

    optimizer: str = "adamw"
    lr: float | None = None
    epochs: int = 200
    cosine: bool = False
    members: int = 1
    bins: bool = False
    look: int = 1
    rows_a_step: int | None = None
    tried: tuple[float, ...] = ()
    triers: int = 1
    runs: int = 0

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            near = difflib.get_close_matches(self.optimizer.lower(), OPTIMIZERS, n=1)
            shown = ", ".join(["auto", *OPTIMIZERS])
            raise UserError(text("train-optimizer", optimizer=self.optimizer, near=near[0] if near else "adamw", shown=shown))
        if self.lr is not None and not 0 < self.lr <= LARGEST_LR:
            raise UserError(text("train-lr", lr=self.lr, usual=OPTIMIZERS[self.optimizer].lr))
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise UserError(text("train-epochs", epochs=self.epochs))

    @property
    def all_rows(self) -> bool:
        """Whether a step wants all rows."""
        return OPTIMIZERS[self.optimizer].all_rows

    def batch(self, rows: int) -> int:
        """About a fiftieth of the rows, as a power of two from 32 to 1024 (half of that with `cosine`); or all of them."""
        if OPTIMIZERS[self.optimizer].all_rows:
            return rows
        if self.rows_a_step:
            return self.rows_a_step
        if self.cosine:
            return min(256 if rows < MANY_ROWS else 1024, max(32, 2 ** round(math.log2(max(1, rows / 100)))))
        return min(1024, max(32, 2 ** round(math.log2(max(1, rows / 50)))))

    def rates(self, rows: int) -> list[float]:
        """The learning rates to try on a training set of `rows`.

        The usual rate grows with the square root of the batch (Malladi et al., On the SDEs and scaling rules for
        adaptive gradient algorithms, 2022).
        """
        row = OPTIMIZERS[self.optimizer]
        if self.lr is not None:
            return [self.lr]
        if row.all_rows:
            return [row.lr]
        if self.tried:
            return list(self.tried)
        if self.cosine:
            return [COSINE_LR / OPTIMIZERS["adamw"].lr * row.lr * factor for factor in COSINE_FACTORS]
        usual = row.lr * math.sqrt(self.batch(rows) / 32)
        return [float(f"{usual * factor:.2g}") for factor in FACTORS]


def given_rate(lr: float | str | None) -> float | None:
    """The learning rate where it was given; None for `auto` and where nothing was said. Raises `UserError` for other words."""
    if lr is None or lr == "auto":
        return None
    try:
        return float(lr)
    except ValueError:
        raise UserError(text("train-lr-word", lr=lr)) from None


def recipe(rows: int, optimizer: str, lr: float | str | None, epochs: int | None, classes: bool) -> Settings:
    """The settings of `--model auto` for a table of which `rows` are learnt from; what is given stays as it is. Few rows of classes have a
    fixed rate, which was better than a search there (docs/tables.md), unless `lr="auto"` asks for one."""
    members = MEMBERS if rows < MANY_ROWS else MEMBERS_OF_MANY_ROWS
    given = given_rate(lr)
    draft = Settings(optimizer, given, epochs or 1, cosine=True, members=members, bins=True, look=LOOK)
    if OPTIMIZERS[optimizer].all_rows:
        return replace(draft, epochs=epochs or 200, cosine=False, members=1, look=1)
    if rows < FEW_ROWS:
        usual = FEW_LR * OPTIMIZERS[optimizer].lr / OPTIMIZERS["adamw"].lr
        batch = max(16, min(FEW_BATCH, 2 ** int(math.log2(max(1, rows / 4)))))
        return replace(
            draft, lr=usual if lr is None and classes else given, epochs=epochs or FEW_EPOCHS, members=FEW_MEMBERS, bins=False,
            look=FEW_LOOK, rows_a_step=batch, tried=tuple(usual * factor for factor in FEW_FACTORS), triers=FEW_TRIERS,
        )  # fmt: skip
    steps = max(1, rows // draft.batch(rows))
    shortest = FEWEST_EPOCHS if rows < MANY_ROWS else 3
    return replace(draft, epochs=epochs or min(LONGEST, max(shortest, round(STEPS / steps))))


def of_fold(how: Settings) -> Settings:
    """For a fold of a cross-validation: fewer networks judge it than the ensemble has, whose metric is a little better."""
    return replace(how, members=min(how.members, MEMBERS_OF_FOLD), triers=min(how.triers, TRIERS_OF_FOLD))
