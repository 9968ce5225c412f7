"""`GradScaler`: small gradients in half precision, scaled up before they are computed and down before they are used."""

import warnings
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import outside, text

__all__ = ["GradScaler"]
outside.explain(__name__)


class GradScaler:
    """Scales the loss so that small gradients survive in half precision; steps with infinite or NaN gradients are left out.

    The scale is multiplied by `backoff_factor` after such a step, by `growth_factor` after `growth_interval` good ones in a row
    (Micikevicius et al. 2018, "Mixed precision training").
    """

    def __init__(self, device: str = "cuda", init_scale: float = 2.0**16, growth_factor: float = 2.0, backoff_factor: float = 0.5,
                 growth_interval: int = 2000, enabled: bool = True):
        if enabled and device == "cuda":
            warnings.warn(text("scaler-no-cuda"), stacklevel=2)
        self._enabled = enabled and device != "cuda"
        self._scale, self._growth_factor, self._backoff_factor = init_scale, growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._finite: dict[int, bool | None] = {}  # by optimizer: whether all its unscaled gradients are finite
        self._stepped: set[int] = set()
        self._begun = False                        # whether anything was scaled yet

    def _check_begun(self, method: str) -> None:
        if not self._begun:
            raise AssertionError(text("scaler-not-begun", method=method))

    def scale(self, outputs: Any) -> Any:
        """A tensor, or tensors in lists and tuples, times the scale."""
        if not self._enabled:
            return outputs
        self._begun = True
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        return type(outputs)([self.scale(x) for x in outputs])

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of an optimizer's parameters by the scale, before clipping for example."""
        if not self._enabled:
            return
        self._check_begun("unscale_")
        if id(optimizer) in self._finite:
            raise RuntimeError(text("scaler-unscaled-late" if id(optimizer) in self._stepped else "scaler-unscaled-twice"))
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        for g in gradients:
            if g.dtype.is_complex:
                kernel = "_amp_foreach_non_finite_check_and_unscale_cpu"
                raise NotImplementedError(text("operation-dtype", operation=kernel, dtypes=g.dtype))
        with no_grad():
            finite = [bool(g.mul_(1.0 / self._scale).isfinite().all()) for g in gradients]
        self._finite[id(optimizer)] = all(finite) if finite else None

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.step()`, unless a gradient is infinite or NaN; unscales first where that has not been done."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        self._check_begun("step")
        if id(optimizer) in self._stepped:
            raise RuntimeError(text("scaler-stepped-twice"))
        if id(optimizer) not in self._finite:
            self.unscale_(optimizer)
        if self._finite[id(optimizer)] is None:
            raise AssertionError(text("scaler-no-gradients"))
        self._stepped.add(id(optimizer))
        return optimizer.step(*args, **kwargs) if self._finite[id(optimizer)] else None

    def update(self, new_scale: Any = None) -> None:
        """Move the scale after the steps of all optimizers, or set it."""
        if not self._enabled:
            return
        self._check_begun("update")
        if new_scale is not None:
            self._scale = float(new_scale)
        elif all(finite is None for finite in self._finite.values()):
            raise AssertionError(text("scaler-nothing-checked"))
        elif False in self._finite.values():
            self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                self._scale, self._growth_tracker = self._scale * self._growth_factor, 0
        self._finite, self._stepped = {}, set()

    def get_scale(self) -> float:
        """The scale; 1 where disabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """By what the scale is multiplied after `growth_interval` steps with finite gradients."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set it; above 1."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By what the scale is multiplied after gradients that are not finite."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set it; below 1."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many steps with finite gradients the scale waits before it grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set it."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether anything is scaled."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The scale and how it moves; empty where disabled."""
        if not self._enabled:
            return {}
        return {"scale": self._scale, "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
                "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        if self._enabled:
            self._scale, self._growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
            self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
            self._growth_interval = state_dict["growth_interval"]
