"""`torch.return_types`: the types of results that have names, such as those of `max` along a dimension."""

from typing import Any

from steepest.errors import outside
from steepest.functional.reducing import return_types

_outside = outside.explain(__name__)


def __dir__() -> list[str]:
    return sorted(return_types)


def __getattr__(name: str) -> Any:
    return return_types[name] if name in return_types else _outside(name)
