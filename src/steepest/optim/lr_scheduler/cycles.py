"""Schedulers that go up and down: cycles, one cycle, and cosines with restarts. Two of them move the momentum the other way."""

import math
from collections.abc import Callable
from typing import Any

from steepest.errors import text
from steepest.optim.lr_scheduler.scheduler import (
    LRScheduler,
    attributes_of_callable,
    one_for_each_group,
    require_optimizer,
    set_option,
)
from steepest.optim.optimizer import Optimizer

__all__ = ["CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR"]


def _has_beta(optimizer: Optimizer) -> bool:
    """Whether the momentum is `betas[0]` rather than `momentum`; ValueError where the optimizer has neither."""
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError(text("scheduler-no-momentum", optimizer=type(optimizer).__name__))
    return "betas" in optimizer.defaults


def _set_momentum(group: dict[str, Any], value: Any, use_beta1: bool) -> None:
    if use_beta1:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


def _begin_momentum(optimizer: Optimizer, base: list[Any], largest: list[Any], use_beta1: bool) -> None:
    for group, low, high in zip(optimizer.param_groups, base, largest, strict=True):
        _set_momentum(group, high, use_beta1)
        group["max_momentum"] = high
        group["base_momentum"] = low


def _triangular(gamma: float, x: float) -> float:
    return 1.0


def _halving(gamma: float, x: float) -> float:
    return 1 / (2.0 ** (x - 1))


def _exponential(gamma: float, x: float) -> float:
    return gamma**x


# mode -> how the height of a cycle is scaled, and whether by the number of the cycle or of the step
MODES: dict[str, tuple[Callable[[float, float], float], str]] = {
    "triangular": (_triangular, "cycle"),
    "triangular2": (_halving, "cycle"),
    "exp_range": (_exponential, "iterations"),
}


class CyclicLR(LRScheduler):
    """Triangles between `base_lr` and `max_lr`, stepped after every batch (Smith, arXiv:1506.01186).

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    >>> scheduler = torch.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.0, max_lr=0.2, step_size_up=2)
    >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
    [0.1]

    Raises ValueError for an unknown mode without `scale_fn`, and for `cycle_momentum` where the optimizer has no momentum.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = one_for_each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for rate, group in zip(base_lrs, optimizer.param_groups, strict=True):
                set_option(group, "lr", rate)
        self.max_lrs = one_for_each_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in MODES and scale_fn is None:
            raise ValueError(text("scheduler-cyclic-mode", mode=mode))
        self.mode, self.gamma = mode, gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else MODES[mode][1]
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _has_beta(optimizer)
            self.base_momentums = one_for_each_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = one_for_each_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                _begin_momentum(optimizer, self.base_momentums, self.max_momentums, self.use_beta1)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high the cycle (or the step) with number `x` is, against `max_lr - base_lr`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return MODES[self.mode][0](self.gamma, x)

    def get_lr(self) -> list[Any]:
        self._warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            groups = self.optimizer.param_groups
            for group, low, high in zip(groups, self.base_momentums, self.max_momentums, strict=True):
                _set_momentum(group, high - (high - low) * height * scale, self.use_beta1)
        return [low + (high - low) * height * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        state = super().state_dict()
        custom = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = None if custom is None else attributes_of_callable(custom)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half cosines down to `eta_min`, each `T_mult` times as long as the one before (SGDR, arXiv:1608.03983).

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
    [0.05]

    Raises ValueError unless `T_0` and `T_mult` are positive integers.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(text("scheduler-positive-integer", name="T_0", value=T_0))
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(text("scheduler-t-mult", value=T_mult))
        if not isinstance(eta_min, (float, int)):
            raise ValueError(text("scheduler-eta-min", value=eta_min, type=type(eta_min)))
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min = T_mult, eta_min
        self.T_cur: Any = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._warn_outside_step()
        cosine = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (rate - self.eta_min) * cosine / 2 for rate in self.base_lrs]

    def step(self, epoch: Any = None) -> None:
        """Go on by one, or to an epoch, which may lie between two integers."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self._get_lr_called_within_step = True
        try:
            values = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set(values)

    def _go_to(self, epoch: Any) -> None:
        if epoch < 0:
            raise ValueError(text("scheduler-negative-epoch", epoch=epoch))
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _line(start: float, end: float, share: float) -> float:
    return (end - start) * share + start


ANNEAL = {"cos": _cosine, "linear": _line}


def _phase(end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str) -> dict[str, Any]:
    return {"end_step": end_step, "start_lr": start_lr, "end_lr": end_lr, "start_momentum": start_momentum,
            "end_momentum": end_momentum}


class OneCycleLR(LRScheduler):
    """Up to `max_lr` and down again in one run of `total_steps` batches (Smith and Topin, arXiv:1708.07120).

    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    >>> scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, epochs=10, steps_per_epoch=20)
    >>> scheduler.get_last_lr()
    [0.020000000000000018]

    Raises ValueError for steps that are no positive integers, and in `step` when it is called more often than `total_steps`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _steps(total_steps, epochs, steps_per_epoch)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(text("scheduler-pct-start", value=pct_start))
        rise = float(pct_start * self.total_steps) - 1
        up = _phase(rise, "initial_lr", "max_lr", "max_momentum", "base_momentum")
        if three_phase:
            back = float(2 * pct_start * self.total_steps) - 2
            self._schedule_phases = [
                up,
                _phase(back, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                _phase(self.total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
            ]
        else:
            self._schedule_phases = [up, _phase(self.total_steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
        if anneal_strategy not in ANNEAL:
            raise ValueError(text("scheduler-anneal", value=anneal_strategy))
        self._anneal_func_type = anneal_strategy
        largest = one_for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, largest, strict=True):
                group["initial_lr"] = rate / div_factor
                group["max_lr"] = rate
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _has_beta(optimizer)
            high = one_for_each_group("max_momentum", optimizer, max_momentum)
            low = one_for_each_group("base_momentum", optimizer, base_momentum)
            if last_epoch == -1:
                _begin_momentum(optimizer, low, high, self.use_beta1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(text("scheduler-too-many-steps", step=step, total=self.total_steps))
        anneal = ANNEAL[self._anneal_func_type]
        start = 0.0
        for phase in self._schedule_phases[:-1]:
            if step <= phase["end_step"]:
                break
            start = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        share = (step - start) / (phase["end_step"] - start)
        groups = self.optimizer.param_groups
        rates = [anneal(group[phase["start_lr"]], group[phase["end_lr"]], share) for group in groups]
        if self.cycle_momentum:
            for group in groups:
                momentum = anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], share)
                _set_momentum(group, momentum, self.use_beta1)
        return rates


def _steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    """The number of steps of the run, given as such or as epochs and batches."""
    given = {"total_steps": total_steps} if total_steps is not None else {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
    if None in given.values():
        raise ValueError(text("scheduler-total-steps"))
    for name, value in given.items():
        if not isinstance(value, int) or value <= 0:
            raise ValueError(text("scheduler-positive-integer", name=name, value=value))
    return math.prod(given.values())
