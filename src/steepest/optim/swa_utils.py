"""Averages of weights along the way: stochastic weight averaging (Izmailov et al., arXiv:1803.05407) and exponential averages."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import tensor
from steepest.nn.modules.batchnorm import _BatchNorm
from steepest.nn.modules.module import Module
from steepest.optim.lr_scheduler.scheduler import LRScheduler, one_for_each_group
from steepest.optim.optimizer import Optimizer
from steepest.optim.rounding import lerp
from steepest.optim.update import Update

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

moved = Update("average_weights", lerp, 1)

Average = Callable[[Any, Any, Any], Any]
Averages = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def _require_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(text("swa-decay", decay=decay))


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """`average(averaged, current, count)`: an exponential average of one parameter."""
    _require_decay(decay)

    @no_grad()
    def ema_update(averaged: Tensor, current: Tensor, count: Any) -> Tensor:
        return decay * averaged + (1 - decay) * current

    return ema_update


def get_swa_avg_fn() -> Average:
    """`average(averaged, current, count)`: the plain average of one parameter."""

    @no_grad()
    def swa_update(averaged: Tensor, current: Tensor, count: Any) -> Tensor:
        return averaged + (current - averaged) / (count + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """`average(averaged, current, count)`: an exponential average of a list of parameters, in place."""
    _require_decay(decay)

    @no_grad()
    def ema_update(averaged: Sequence[Tensor], current: Sequence[Tensor], count: Any) -> None:
        for old, new in zip(averaged, current, strict=True):
            if old.dtype.is_floating_point:
                moved.write((old,), old, new, 1 - decay)
            else:
                old.copy_(old * decay + new * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Averages:
    """`average(averaged, current, count)`: the plain average of a list of parameters, in place."""

    @no_grad()
    def swa_update(averaged: Sequence[Tensor], current: Sequence[Tensor], count: Any) -> None:
        for old, new in zip(averaged, current, strict=True):
            if old.dtype.is_floating_point:
                moved.write((old,), old, new, 1 / (count + 1))
            else:
                old.addcdiv_(new - old, count + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of `model` whose parameters are the average of those that `update_parameters` has seen.

    >>> model = torch.nn.Linear(1, 1); averaged = torch.optim.swa_utils.AveragedModel(model)
    >>> averaged.update_parameters(model)           # after each epoch, or after each step for an exponential average
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Averages | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError(text("swa-two-averages"))
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=dtypes.int64))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model gives."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of `model` into the average; the first call copies them."""
        with no_grad():
            pairs = [(old.detach(), new.detach()) for old, new in zip(self._averaged(), self._current(model), strict=False)]
            if self.n_averaged == 0:
                for old, new in pairs:
                    old.copy_(new)
            elif self.multi_avg_fn is not None:
                for alike in _by_dtype(pairs):
                    self.multi_avg_fn([old for old, _ in alike], [new for _, new in alike], self.n_averaged)
            else:
                average = self.avg_fn or get_swa_avg_fn()
                for old, new in pairs:
                    old.copy_(average(old, new, self.n_averaged))
            if not self.use_buffers:
                for old, new in zip(self.module.buffers(), model.buffers(), strict=True):
                    old.detach().copy_(new.detach())
            self.n_averaged += 1

    def _averaged(self) -> Iterable[Tensor]:
        return itertools.chain(self.module.parameters(), self.module.buffers()) if self.use_buffers else self.parameters()

    def _current(self, model: Module) -> Iterable[Tensor]:
        return itertools.chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()


def _by_dtype(pairs: list[tuple[Tensor, Tensor]]) -> Iterable[list[tuple[Tensor, Tensor]]]:
    groups: dict[Any, list[tuple[Tensor, Tensor]]] = {}
    for pair in pairs:
        groups.setdefault(pair[0].dtype, []).append(pair)
    return groups.values()


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of all batch normalisations of `model` anew from the inputs of `loader`."""
    momenta = {module: module.momentum for module in model.modules() if isinstance(module, _BatchNorm)}
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.reset_running_stats()
        module.momentum = None          # a plain average over the batches
    with no_grad():
        for batch in loader:
            inputs = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(inputs if device is None else inputs.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


def _line(share: float) -> float:
    return share


def _cosine(share: float) -> float:
    return (1 - math.cos(math.pi * share)) / 2


ANNEAL: dict[str, Callable[[float], float]] = {"cos": _cosine, "linear": _line}


class SWALR(LRScheduler):
    """From the present rate to the constant `swa_lr` in `anneal_epochs` epochs.

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    >>> scheduler = torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.05, anneal_epochs=1)
    >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
    [0.05]

    Raises ValueError for an unknown strategy or a negative number of epochs.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for rate, group in zip(one_for_each_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ANNEAL:
            raise ValueError(text("scheduler-anneal", value=anneal_strategy))
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(text("swa-epochs", value=anneal_epochs))
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (self._share(s) for s in (step - 1, step))
        rates = []
        for group in self.optimizer.param_groups:
            target = group["swa_lr"]
            first = target if before == 1 else (group["lr"] - before * target) / (1 - before)
            rates.append(target * now + first * (1 - now))
        return rates

    def _share(self, step: int) -> float:
        """How much of the way is behind after so many steps."""
        return ANNEAL[self._anneal_strategy](max(0, min(1, step / max(1, self.anneal_epochs))))
