"""Reads by the host: every look at a tensor's elements from Python goes through here, so that a recorder can note it."""

from typing import Any

import numpy as np

from steepest.core.modes import interpreters
from steepest.core.tensor import Tensor

__all__ = ["number", "read"]


def read(x: Tensor) -> np.ndarray[Any, Any]:
    """The elements, for Python to look at."""
    if interpreters:
        interpreters[-1].read(x)
    return x.array


def number(x: Tensor, value: Any) -> Any:
    """The only element, `value` as a Python number; an interpreter that has a method `number` may give one that it follows."""
    if not interpreters:
        return value
    given: Any = getattr(interpreters[-1], "number", None)
    if given is not None:
        return given(x, value)
    interpreters[-1].read(x)
    return value
