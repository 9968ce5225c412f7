"""`functionalize`: PyTorch's transform that takes in-place operations and views out of a program before it is compiled."""

import functools
from collections.abc import Callable
from typing import Any

from steepest.errors import text

__all__ = ["functionalize"]


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """A function with the same results, also in arguments that are changed in place: here a program is compiled without being rewritten.

    RuntimeError unless `remove` is "mutations" or "mutations_and_views".
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(text("functionalize-remove", given=remove))

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return call
