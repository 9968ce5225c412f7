"""Explaining a loop: which of its steps were native, the programs that they ran, how these were compiled, where the time went."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from steepest.core.recorder import display
from steepest.errors import text

__all__ = ["explanation", "reason_of", "summary"]


def explanation(site: Any) -> str:
    """A loop's programs: equations with shapes and lines, the plan, and the times."""
    line = site.text.node.lineno if site.text is not None else 0
    parts = [text("explain-loop", line=line, native=site.native_steps, seen=site.seen_steps, native_time=_shown(site.native_time),
                  seen_time=_shown(site.seen_time), effects_time=_shown(site.effects_time))]
    for case in site.cases:
        for compiled in case.compiled:
            parts.append(text("explain-program", count=len(compiled.program.equations), seconds=_shown(compiled.compile_time),
                              step=_shown(compiled.seconds)))
            parts.append(display(compiled.program.equations))
            parts.append(compiled.executable.describe())
        if not case.compiled and case.reason is not None:
            parts.append(text("explain-eager", why=reason_of(site, case)))
    if site.reason is not None:
        parts.append(text("explain-eager", why=reason_of(site)))
    return "\n".join(parts)


def summary(sites: Iterable[Any], seconds: float) -> str:
    """One sentence on a run: its time, the native loops, and what kept others from being native; empty where no loop matters."""
    native, eager = [], []
    for site in sites:
        line = site.text.node.lineno if site.text is not None else 0
        if site.native_steps:
            native.append(text("summary-native", line=line, native=site.native_steps, steps=site.native_steps + site.seen_steps))
        elif site.concerns_tensors and reason_of(site):
            eager.append(text("summary-eager", line=line, why=_short(reason_of(site))))
    if not native and not eager:
        return ""
    said = [text("summary-time", seconds=f"{seconds:.3g}"), *([text("summary-natives", loops=", ".join(native))] if native else []), *eager]
    return "; ".join(said) + "]"


def _short(why: str) -> str:
    """A reason that begins with a file's name alone."""
    place, colon, rest = why.partition(": ")
    file = place.rpartition(":")[0]
    return f"{Path(file).name}{place[len(file):]}{colon}{rest}" if file else why


def _shown(seconds: Any) -> str:
    """A time with its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def reason_of(site: Any, of: Any = None) -> str:
    """Why Python sees every step of a loop, or of one case of it, with the line."""
    if of is not None:
        reasons = [of.reason]
    else:
        reasons = [site.reason] if site.reason is not None else [c.reason for c in site.cases if c.reason is not None]
    if not reasons:
        return ""
    why = reasons[0]
    if isinstance(why, str):
        return why
    file, line = why.line or ("", 0)
    return text(why.key, file=file, line=line, **why.values)
