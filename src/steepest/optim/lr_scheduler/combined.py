"""Schedulers made of schedulers: one after another, or all at once."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from steepest.errors import text
from steepest.optim.lr_scheduler.plateau import ReduceLROnPlateau
from steepest.optim.lr_scheduler.scheduler import LRScheduler, set_option, values_of
from steepest.optim.optimizer import Optimizer

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Combined(LRScheduler):
    _schedulers: Sequence[LRScheduler]

    def _check(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer) -> None:
        """All of one optimizer, and none that needs a metric to step."""
        name = type(self).__name__
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(text("scheduler-part-type", name=name, index=i))
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(text("scheduler-part-plateau", name=name, index=i))
            if scheduler.optimizer is not optimizer:
                raise ValueError(text("scheduler-part-optimizer", name=name, part=type(scheduler).__name__, index=i))

    def state_dict(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in ("optimizer", "_schedulers")}
        state["_schedulers"] = [scheduler.state_dict() for scheduler in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.__dict__.update((name, value) for name, value in state_dict.items() if name != "_schedulers")
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


class SequentialLR(_Combined):
    """One scheduler after another; the next one begins at each of the epochs `milestones`.

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    >>> s = torch.optim.lr_scheduler
    >>> parts = [s.ConstantLR(optimizer, 0.5, total_iters=5), s.ExponentialLR(optimizer, 0.9)]
    >>> s.SequentialLR(optimizer, parts, milestones=[5]).get_last_lr()
    [0.05]

    Raises ValueError for schedulers of different optimizers or a wrong number of milestones.
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        if not schedulers:
            raise ValueError(text("scheduler-no-parts", name=type(self).__name__))
        self._check(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(text("scheduler-milestones", schedulers=len(schedulers), milestones=len(milestones)))
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:        # each part has taken its first step on top of the others: undo that
            set_option(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> None:
        """Take back the first step of all parts."""
        part = self if sched is None else sched
        if hasattr(part, "_schedulers"):
            for inner in part._schedulers:
                self.recursive_undo(inner)
        elif hasattr(part, "last_epoch"):
            part.last_epoch -= 1

    def step(self) -> None:
        """Go on by one in the part whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Combined):
    """Several schedulers, each of which changes the rate at every step.

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    >>> s = torch.optim.lr_scheduler
    >>> s.ChainedScheduler([s.ConstantLR(optimizer, 0.5), s.ExponentialLR(optimizer, 0.9)]).get_last_lr()
    [0.05]

    Raises ValueError for schedulers of different optimizers.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        if not schedulers:
            raise ValueError(text("scheduler-no-parts", name=type(self).__name__))
        optimizer = optimizer or schedulers[0].optimizer
        self._check(schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = values_of(optimizer, "lr")

    def step(self) -> None:
        """Go on by one in every part."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = values_of(self.optimizer, "lr")
