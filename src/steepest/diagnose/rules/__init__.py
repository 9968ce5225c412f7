"""The rules as rows, in the order in which causes stand before what they cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from steepest.diagnose.finding import Seen
from steepest.diagnose.run import Run

__all__ = ["Rule"]


@dataclass(frozen=True)
class Rule:
    """One rule: its name in `mistakes.md`, how grave a finding is, when it can be seen, how it is checked.

    Where it finds a mistake or a warning, the rules in `explains` are not asked: what they would see follows from it.
    """

    name: str
    severity: str
    when: str
    check: Callable[[Run], Seen | Iterable[Seen] | None]
    explains: tuple[str, ...] = ()
