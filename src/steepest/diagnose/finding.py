"""A finding: what a rule saw in a run, why that is so, and what to write instead; as data and in the order of weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from steepest.diagnose.source import Edit
from steepest.errors import text

__all__ = ["SEVERITIES", "Finding", "Seen", "in_order", "made", "plain"]

SEVERITIES = ("mistake", "warning", "note")


@dataclass
class Seen:
    """What a check saw. `values` fill the texts; `edit` is the change of the program where one can be written.

    `variant` is the row of the text where a rule has several (`step-or-backward-missing/step`); `severity` replaces the rule's.
    """

    values: dict[str, Any] = field(default_factory=dict)
    line: int | None = None
    edit: Edit | None = None
    confidence: float = 0.9
    severity: str | None = None
    variant: str = ""
    tried: str = ""


@dataclass(frozen=True)
class Finding:
    """One finding. `line` is the line of the user's program, `confidence` between 0 and 1."""

    rule: str
    severity: str
    evidence: str
    why: str
    change: str
    confidence: float
    line: int | None
    quoted: str = ""
    edit: Edit | None = None

    def data(self) -> dict[str, Any]:
        """The finding as `--json` writes it."""
        names = ("rule", "severity", "evidence", "why", "change", "confidence", "line")
        return {name: getattr(self, name) for name in names}


def made(rule: str, severity: str, seen: Seen, quoted: str = "") -> Finding:
    """The finding of a rule from what its check saw, in the user's language."""
    key = f"doctor/{rule}{seen.variant and '/' + seen.variant}"
    evidence = text(f"{key}: seen", **seen.values)
    change = seen.edit.shown() if seen.edit is not None else ""
    advice = text(f"{key}: do", **seen.values)
    if not change and not seen.tried:
        advice = advice[:-1] + {":": ".", "：": "。"}.get(advice[-1:], advice[-1:])
    change = "\n".join(part for part in (advice, change, seen.tried) if part)
    why = text(f"{key}: why", **seen.values)
    return Finding(rule, seen.severity or severity, evidence, why, change, seen.confidence, seen.line, quoted, seen.edit)


def plain(rule: str, severity: str, evidence: str) -> Finding:
    """A finding whose sentence says everything."""
    return Finding(rule, severity, evidence, "", "", 0.9, None)


def in_order(findings: Iterable[Finding], places: dict[str, int]) -> list[Finding]:
    """Most important first: by severity, then by the place of the rule (causes stand before what they cause)."""
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), places[f.rule], f.line or 0))
