"""Findings as text: what a person reads in the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from steepest.diagnose.finding import SEVERITIES, Finding
from steepest.errors import language, text

__all__ = ["render"]

WIDTH = 100


def render(findings: Sequence[Finding], *, passes: int = 0, notes: bool = False, hint: bool = False) -> str:
    """The findings as text; notes are one closing line unless wanted, and `hint` leaves the answer to the reader."""
    spoken = [f for f in findings if notes or f.severity != "note"]
    counts = [(s, sum(f.severity == s for f in findings)) for s in SEVERITIES[:2]]
    counted = [text(f"doctor-count/{'one-' if n == 1 else ''}{s}", n=n) for s, n in counts if n]
    what = ", ".join(counted) or text("doctor-nothing", passes=passes)
    out = [text("doctor-head", what=what)]
    for number, finding in enumerate(spoken, 1):
        out += ["", *_one(number, finding, hint)]
    quiet = [f for f in findings if f.severity == "note" and not notes]
    if quiet:
        rules = ", ".join(dict.fromkeys(f.rule for f in quiet))
        out += ["", text("doctor-notes/one" if len(quiet) == 1 else "doctor-notes", n=len(quiet), rules=rules)]
    return "\n".join(out)


def _one(number: int, finding: Finding, hint: bool) -> list[str]:
    head = f"{number}. {text(f'doctor-severity/{finding.severity}')}: {finding.rule}"
    if finding.line:
        head += f", {text('doctor-line', line=finding.line)}"
    out = [head]
    if finding.quoted:
        out.append(f"     {finding.line} | {finding.quoted}")
    out += _paragraph(text("doctor-seen"), finding.evidence)
    silence = f"   {text('doctor-silence', rule=finding.rule)}"
    if hint:
        return [*out, *_paragraph("?", text("doctor-question")), silence]
    out += _paragraph(text("doctor-why"), finding.why)
    out += _paragraph(text("doctor-do"), finding.change)
    return [*out, silence]


def _paragraph(label: str, words: str) -> list[str]:
    """A labelled paragraph, wrapped; lines that are code stay as they are."""
    out: list[str] = []
    for i, line in enumerate(words.splitlines() or [""]):
        start = f"   {label} " if not i else "   "
        if line.startswith(("- ", "+ ", "  ")) or language() == "zh":
            out.append(("     " if i else start) + line)
        else:
            out += textwrap.wrap(line, WIDTH, initial_indent=start, subsequent_indent="   ") or [start]
    return out
