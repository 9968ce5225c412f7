"""The functions of `m` that are more than an instruction: name -> how they are written, for the LLVM meaning."""

from collections.abc import Callable
from typing import Any

from steepest.lower import exponentials, powers, trigonometry
from steepest.lower.floating import in_double
from steepest.ops import special

__all__ = ["FUNCTIONS"]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(module, name) for module in (exponentials, powers, trigonometry) for name in module.__all__
} | {name: in_double(getattr(special, name)) for name in ("digamma", "erfc", "lgamma")}
