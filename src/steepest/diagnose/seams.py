"""Where a watcher holds on to the package: a few names are replaced while it watches and put back afterwards.

A run that nobody watches pays nothing for them.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, Protocol

from steepest.autograd import gradients
from steepest.compiling import compiled, sources
from steepest.compiling.loop import Loop
from steepest.core.tensor import Tensor
from steepest.data.loader import DataLoader
from steepest.nn import functional
from steepest.optim import optimizer as optimizers

__all__ = ["LOSS_FUNCTIONS", "install"]

LOSS_FUNCTIONS = (
    "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "cross_entropy", "nll_loss",
)  # fmt: skip
DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")


class Watching(Protocol):
    """What is called at the seams."""

    limit: int | None
    plain_loops: bool
    hidden: bool
    original: Callable[..., Any]

    def backward(self, outputs: Any, gradients: Any, inputs: Any, keep: bool, create: bool) -> Any: ...
    def loss_called(self, prediction: Any, target: Any, result: Any) -> None: ...
    def mode_called(self, training: bool) -> None: ...
    def optimizer(self, of: Any) -> Any: ...
    def loader_started(self, loader: Any) -> None: ...


def install(watcher: Watching) -> list[Callable[[], None]]:
    """Put the hooks in place; calling what is returned takes them away."""
    undo: list[Callable[[], None]] = []

    def replace(holder: Any, name: str, value: Any) -> None:
        before = getattr(holder, name)
        setattr(holder, name, value)
        undo.append(lambda: setattr(holder, name, before))

    watcher.original = gradients.run_backward
    replace(gradients, "run_backward", watcher.backward)
    for name in LOSS_FUNCTIONS:
        replace(functional, name, _noting_loss(watcher, getattr(functional, name)))
    for name in DROPOUTS:
        replace(functional, name, _noting_dropout(watcher, getattr(functional, name)))
    replace(functional, "batch_norm", _noting_batch_norm(watcher, functional.batch_norm))
    replace(optimizers.Optimizer, "__init__", _noting_optimizer(watcher, optimizers.Optimizer.__init__))
    replace(DataLoader, "__iter__", _noting_loader(watcher, DataLoader.__iter__))
    for module in (sys.modules[Loop.__module__], sources):     # native loops take a loader's batches themselves
        replace(module, "source_of", _noting_source(watcher, module.source_of))
    replace(compiled, "compile", _noting_compile(watcher, compiled.compile))
    if watcher.plain_loops:
        replace(Loop, "__iter__", _plainly)
    return undo


def _noting_compile(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(*given: Any, **options: Any) -> Any:
        watcher.hidden = True
        if watcher.limit is None:
            return function(*given, **options)
        return given[0] if given and given[0] is not None else lambda plain: plain

    return noting


def _plainly(loop: Any) -> Any:
    """In replays a native loop is a plain one, since every step is to be seen."""
    return (item for _ in range(loop.epochs) for item in (range(loop.items) if isinstance(loop.items, int) else loop.items))


def _noting_loss(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(*given: Any, **options: Any) -> Any:
        result = function(*given, **options)
        prediction = given[0] if given else options.get("input")
        if isinstance(prediction, Tensor):
            watcher.loss_called(prediction, given[1] if len(given) > 1 else options.get("target"), result)
        return result

    return noting


def _noting_dropout(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    usual = (function.__defaults__ or (0.5, True))[1]

    @functools.wraps(function)
    def noting(input: Any, *rest: Any, **options: Any) -> Any:
        if options.get("p", rest[0] if rest else 0.5) > 0:
            watcher.mode_called(options.get("training", rest[1] if len(rest) > 1 else usual))
        return function(input, *rest, **options)

    return noting


def _noting_batch_norm(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(input: Any, running_mean: Any, *rest: Any, **options: Any) -> Any:
        training = options.get("training", rest[3] if len(rest) > 3 else False)
        if running_mean is not None:
            watcher.mode_called(training)
        return function(input, running_mean, *rest, **options)

    return noting


def _noting_optimizer(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(self: Any, *args: Any, **options: Any) -> None:
        function(self, *args, **options)
        watcher.optimizer(self)

    return noting


def _noting_loader(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(self: Any) -> Any:
        watcher.loader_started(self)
        return function(self)

    return noting


def _noting_source(watcher: Watching, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(items: Any, *rest: Any) -> Any:
        if isinstance(items, DataLoader):
            watcher.loader_started(items)
        return function(items, *rest)

    return noting
