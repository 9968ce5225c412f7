"""Functions that look at numbers, and so cannot take a whole batch of `vmap` at once: called for one example after the other."""

import functools
from collections.abc import Callable
from typing import Any

from steepest.core.modes import interpreters
from steepest.core.tensor import Tensor
from steepest.ops.joining import join
from steepest.ops.views import unsqueeze

__all__ = ["by_example"]


def by_example(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator: under `vmap` the function is called for each example, and its results, which must be of one shape, are stacked."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        level: Any = interpreters[-1] if interpreters else None
        if not hasattr(level, "examples") or not any(level.extra_of(x) for x in (*args, *kwargs.values())):
            return function(*args, **kwargs)
        with level.below():
            examples = [(level.examples(x) if level.extra_of(x) else x.underlying if level.owns(x) else x, bool(level.extra_of(x)))
                        for x in (*args, *kwargs.values())]
            made = []
            for i in range(level.size):
                given = [x[i] if each else x for x, each in examples]
                made.append(function(*given[:len(args)], **dict(zip(kwargs, given[len(args):], strict=True))))
            if isinstance(made[0], Tensor):
                return level.batched(_stacked(made))
            parts = [level.batched(_stacked(part)) if isinstance(part[0], Tensor) else part[0] for part in zip(*made, strict=True)]
        return type(made[0])(parts)

    return call


def _stacked(examples: Any) -> Tensor:
    made: Tensor = join(*[unsqueeze(x, dim=0) for x in examples], dim=0, starts=tuple(range(len(examples))))
    return made
