"""LRScheduler: counts steps and writes the rates that a subclass computes into the optimizer's groups.

A scheduler's state is its attributes except the optimizer, under PyTorch's names, so that states interchange.
"""

import functools
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.modes import interpreters
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.optim.optimizer import Optimizer
from steepest.optim.update import scalar

__all__ = ["LRScheduler", "attributes_of_callable", "one_for_each_group", "require_optimizer", "set_option", "values_of"]


def require_optimizer(optimizer: Any) -> None:
    """Raise TypeError unless it is an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(text("scheduler-no-optimizer", type=type(optimizer).__name__))


def values_of(optimizer: Optimizer, option: str) -> list[Any]:
    """The option's value in every group; tensors are copied."""
    return [_copied(group[option]) for group in optimizer.param_groups]


def set_option(group: dict[str, Any], option: str, value: Any) -> None:
    """Set an option; a tensor keeps its place and gets a new content."""
    if isinstance(group[option], Tensor):
        group[option].fill_(scalar(value))
    else:
        group[option] = value


def one_for_each_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """A list with a value for every group, from one value or as many as there are groups."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [_copied(value) for _ in range(groups)]
    if len(value) != groups:
        raise ValueError(text("scheduler-groups", name=name, values=len(value), groups=groups))
    return [_copied(v) for v in value]


def attributes_of_callable(function: Any) -> dict[str, Any] | None:
    """What a callable object holds; None for plain functions, which a state does not contain."""
    return None if isinstance(function, types.FunctionType) else function.__dict__.copy()


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def told(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step of a scheduler class as an event of the host, which a recorder that has a method `event` is handed."""

    @functools.wraps(step)
    def wrapped(self: "LRScheduler", epoch: Any = None) -> Any:
        event = getattr(interpreters[-1], "event", None) if interpreters and not self._is_initial else None
        if event is None or epoch is not None:
            return step(self) if epoch is None else step(self, epoch)
        return event(functools.partial(step, self), self)

    return wrapped


class LRScheduler:
    """The parent of the schedulers; a subclass has `get_lr`, and `_get_closed_form_lr` where the rate follows from the epoch.

    Raises TypeError where `optimizer` is none, KeyError where `last_epoch >= 0` and the groups have no `initial_lr`.
    """

    optimizer: Optimizer
    last_epoch: int
    base_lrs: list[Any]
    _last_lr: list[Any]
    _step_count: int
    _get_closed_form_lr: Callable[[], list[Any]] | None = None
    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(text("scheduler-resume", group=i))
        self.base_lrs = values_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        if not optimizer.__dict__.get("_scheduled"):
            optimizer.__dict__.update(_scheduled=True, _opt_called=False)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "step" in cls.__dict__ and cls.__dict__["step"].__code__.co_argcount <= 2:          # no metric
            cls.step = told(cls.__dict__["step"])  # type: ignore[method-assign]

    def get_last_lr(self) -> list[Any]:
        """The rates of the groups as this scheduler set them last."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The rates for `last_epoch`, from those before."""
        raise NotImplementedError

    @told
    def step(self, epoch: int | None = None) -> None:
        """Go on by one and set the rates."""
        if self._step_count == 1:
            if "step" in self.optimizer.__dict__:
                warnings.warn(text("scheduler-step-replaced"), UserWarning, stacklevel=2)
            elif not self.optimizer._opt_called:
                warnings.warn(text("scheduler-order"), UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(text("scheduler-epoch"), UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                values = self.get_lr() if self._get_closed_form_lr is None else self._get_closed_form_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set(values)

    def _set(self, values: Sequence[Any]) -> None:
        for group, value in zip(self.optimizer.param_groups, values, strict=True):
            set_option(group, "lr", value)
        self._last_lr = values_of(self.optimizer, "lr")

    def _warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(text("scheduler-get-lr"), UserWarning, stacklevel=3)

    def _times(self, factor: Any) -> list[Any]:
        """The present rates times a factor."""
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _unchanged(self) -> list[Any]:
        return values_of(self.optimizer, "lr")

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that `state_dict` gave; call it before loading the optimizer's."""
        self.__dict__.update(state_dict)
