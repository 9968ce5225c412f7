"""The memory format of results: where the channels of images lie innermost, so do those of what layers make of them.

The numbers are the same, but strides can be seen, and random numbers are drawn in the order of memory: a dropout behind a convolution of
images whose channels lie last, such as `images.permute(0, 3, 1, 2)`, has another mask.
"""

import functools
from collections.abc import Callable
from typing import Any

from steepest.core.memory_order import channels_last, is_channels_last
from steepest.core.tensor import Tensor
from steepest.functional.appearing import show_like
from steepest.functional.shaping import clone_in

__all__ = ["formatted", "keeps_format", "lies_last"]


def keeps_format(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for functions of images `(N, C, H, W)` or volumes `(N, C, D, H, W)`, and of weights of that rank behind them."""

    @functools.wraps(function)
    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        result = function(input, *args, **kwargs)
        if lies_last(input) or args and lies_last(args[0]):
            return tuple(map(formatted, result)) if isinstance(result, tuple) else formatted(result)
        return result

    return call


def lies_last(x: Any) -> bool:
    """Whether the channels of an image lie innermost; where a size is 1 that could mean anything, and counts as not so."""
    return (isinstance(x, Tensor) and not x.array.flags.c_contiguous and x.array.ndim in (4, 5) and 1 not in x.array.shape[1:]
            and is_channels_last(x.array))


def formatted(x: Tensor) -> Tensor:
    """The tensor with its channels innermost; itself where it is so."""
    if x.array.ndim not in (4, 5) or is_channels_last(x.array):
        return x
    made: Tensor = show_like(clone_in(x, channels_last(x.array.ndim)), x.node)
    return made
