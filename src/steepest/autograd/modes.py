"""Context managers and decorators that switch gradients on and off: `no_grad`, `enable_grad`, `set_grad_enabled`, `inference_mode`."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.core.tensor import mark_inference

__all__ = ["enable_grad", "inference_mode", "is_grad_enabled", "is_inference_mode_enabled", "no_grad", "set_grad_enabled"]


def switch(wanted: bool) -> list[Any]:
    """Gradients on or off, under vmap and jvp off at every level; what gives back the mode of each."""
    before: list[Any] = [(modes, modes.grad)]
    modes.grad = wanted and not modes.inference
    if interpreters and not wanted:
        for level in interpreters:
            if hasattr(level, "grad"):
                before.append((level, level.grad))
                level.grad = False
    return before


def switch_back(before: list[Any]) -> None:
    """The modes as they were."""
    for mode, wanted in before:
        mode.grad = wanted


class _Switch:
    """A context manager that is also a decorator, for functions and generators."""

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):
            @functools.wraps(function)
            def generator(*args: Any, **kwargs: Any) -> Any:
                steps = function(*args, **kwargs)
                while True:
                    with self.again():
                        try:
                            value = next(steps)
                        except StopIteration as end:
                            return end.value
                    yield value

            return generator

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self.again():
                return function(*args, **kwargs)

        return wrapped

    def again(self) -> Any:
        """A fresh context of the same kind, so that one decorator serves nested calls."""
        return type(self)()

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: Any) -> None: ...


class no_grad(_Switch):
    """Within it operations are not recorded for gradients."""

    def __new__(cls, function: Any = None) -> Any:
        made = object.__new__(cls)
        return made if function is None else made(function)

    def __enter__(self) -> None:
        self.before = switch(False)

    def __exit__(self, *problem: Any) -> None:
        switch_back(self.before)


class enable_grad(_Switch):
    """Within it operations are recorded for gradients, also inside `no_grad`, but not inside `inference_mode`."""

    def __new__(cls, function: Any = None) -> Any:
        made = object.__new__(cls)
        return made if function is None else made(function)

    def __enter__(self) -> None:
        self.before, modes.grad = modes.grad, not modes.inference

    def __exit__(self, *problem: Any) -> None:
        modes.grad = self.before


class set_grad_enabled(_Switch):
    """Gradients on or off from the call on, and as before at the end of a `with` block."""

    def __init__(self, mode: bool):
        self.mode = bool(mode)
        self.before = switch(self.mode)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        switch_back(self.before)
        return super().__call__(function)

    def again(self) -> Any:
        return set_grad_enabled(self.mode)

    def __enter__(self) -> None:
        switch(self.mode)

    def __exit__(self, *problem: Any) -> None:
        switch_back(self.before)


class inference_mode(_Switch):
    """As `no_grad`, and tensors made within it never take part in autograd: outside, saving one for a backward pass or writing into it
    is an error. `inference_mode(False)` switches it off, and gradients on.
    """

    def __new__(cls, mode: Any = True) -> Any:
        made = object.__new__(cls)
        if callable(mode):
            made.mode = True
            return made(mode)
        return made

    def __init__(self, mode: Any = True):
        self.mode = bool(mode)

    def again(self) -> Any:
        return inference_mode(self.mode)

    def __enter__(self) -> None:
        self.before = modes.grad, modes.inference
        if self.mode:
            mark_inference()
        modes.grad, modes.inference = not self.mode, self.mode

    def __exit__(self, *problem: Any) -> None:
        modes.grad, modes.inference = self.before


def is_grad_enabled() -> bool:
    """Whether operations are recorded for gradients now."""
    return modes.grad


def is_inference_mode_enabled() -> bool:
    """Whether `inference_mode` is on."""
    return modes.inference
