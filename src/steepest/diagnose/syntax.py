"""Programs that are no Python: what is wrong with the line, and the line as it was meant.

A mend counts only if Python then reads further than before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from steepest.errors import text

__all__ = ["explain"]

STANDING_FOR = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "、": ",", "。": ".", "【": "[", "】": "]", "《": "<", "》": ">", "—": "-", "–": "-", "−": "-",
    "×": "*", "÷": "/", "\u00a0": " ", "\u3000": " ", "\u200b": "", "\ufeff": "", "…": "...", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
MOST = 40
"""So many mends one after the other are tried."""
SHOWN = 6


def explain(source: bytes, path: str) -> str:
    """What is wrong with a program that does not compile and the lines to write instead; empty where nothing is known."""
    try:
        program = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _wrong_encoding(source, error)
    lines = program.split("\n")
    first = _error(lines, path)
    if first is None:
        return ""
    reasons: list[str] = []
    mended: dict[int, str] = {}
    problem: SyntaxError | None = first
    for _ in range(MOST):
        if problem is None or problem.lineno is None:
            break
        step = _mend(lines, problem, path)
        if step is None:
            break
        reason, number, line = step
        lines[number - 1] = line
        reasons.append(reason)
        mended[number] = line
        problem = _error(lines, path)
    if not mended:
        return ""
    original = program.split("\n")
    shown = [f"{text('doctor-line', line=n)}\n-   {original[n - 1].rstrip()}\n+   {line.rstrip()}"
             for n, line in sorted(mended.items())[:SHOWN]]
    more = [text("syntax-more", n=len(mended) - SHOWN)] if len(mended) > SHOWN else []
    return "\n".join([*(text(f"syntax-{reason}") for reason in dict.fromkeys(reasons)), *shown, *more])


def _error(lines: list[str], path: str) -> SyntaxError | None:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile("\n".join(lines), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except ValueError:
        return None
    return None


def _wrong_encoding(source: bytes, error: UnicodeDecodeError) -> str:
    """A file in the encoding of Chinese Windows."""
    if re.match(rb"[^\n]*coding[:=]", source) or re.match(rb"[^\n]*\n[^\n]*coding[:=]", source):
        return ""
    try:
        line = source.decode("gb18030").split("\n")[source[: error.start].count(b"\n")]
    except UnicodeDecodeError:
        return ""
    return text("syntax-gbk", line=source[: error.start].count(b"\n") + 1, code=line.strip())


def _mend(lines: list[str], problem: SyntaxError, path: str) -> tuple[str, int, str] | None:
    """One line changed so that Python reads further: the reason, its number, and its text."""
    where = _place(problem, len(lines))
    for reason, mend in MENDS:
        for number in _candidates(problem, where, reason):
            line = mend(lines[number - 1], problem)
            if line is None or line == lines[number - 1]:
                continue
            after = _error([*lines[: number - 1], line, *lines[number:]], path)
            if after is None or _how_far(after, len(lines)) > _how_far(problem, len(lines)):
                return reason, number, line
    return None


def _place(problem: SyntaxError, last: int) -> int:
    return min(problem.lineno or 1, last)


def _how_far(problem: SyntaxError, last: int) -> tuple[int, int]:
    """Line and column up to which Python could read."""
    return _place(problem, last), problem.offset or 0


def _candidates(problem: SyntaxError, where: int, reason: str) -> list[int]:
    """Lines that may be to blame: that of the error, and for colons and quotes the one that began it."""
    began = re.search(r"on line (\d+)", problem.msg or "")
    return [where] if reason == "indent" or not began else [where, int(began[1])]


def _plain_characters(line: str, problem: SyntaxError) -> str | None:
    """Full-width and curly characters outside of strings and comments replaced by what they stand for."""
    out, quote = [], ""
    for i, c in enumerate(line):
        if quote:
            out.append(quote if c in STANDING_FOR and STANDING_FOR[c] == quote and _closes(line, i) else c)
            if out[-1] == quote:
                quote = ""
            continue
        if c == "#":
            out.append(line[i:])
            break
        plain = STANDING_FOR.get(c)
        if plain is None and ord(c) > 127 and unicodedata.east_asian_width(c) == "F":
            plain = unicodedata.normalize("NFKC", c)
        c = c if plain is None else plain
        if c in "\"'" and c:
            quote = c
        out.append(c)
    return "".join(out)


def _closes(line: str, i: int) -> bool:
    """Whether a curly quote inside a string is its end: nothing but punctuation follows before the next quote."""
    rest = line[i + 1:].lstrip()
    return not rest or rest[0] in ",)]}:+%.，）】：" or rest[0] == "#"


def _colon(line: str, problem: SyntaxError) -> str | None:
    body, comment = re.fullmatch(r"(.*?)(\s*#[^'\"]*)?", line.rstrip(), re.S).groups()  # type: ignore[union-attr]
    if not re.match(r"\s*(for|while|if|elif|else|def|class|with|try|except|finally|async)\b", body) or body.endswith(":"):
        return None
    return (body.rstrip("；;，,。") + ":") + (comment or "")


def _indent(line: str, problem: SyntaxError) -> str | None:
    message = problem.msg or ""
    if "expected an indented block" in message:
        return "    " + line
    if "unexpected indent" in message:
        return line[4:] if line.startswith("    ") else line.lstrip()
    if "unindent does not match" in message or "inconsistent use of tabs" in message:
        width = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        return " " * (width // 4 * 4 or 4) + line.lstrip()
    return None


def _deeper(line: str, problem: SyntaxError) -> str | None:
    """`return` and `break` outside of their block have lost their indentation."""
    if re.search(r"'(return|break|continue|yield|await)' .*(outside|not properly)", problem.msg or ""):
        return "    " + line
    return None


def _digit(line: str, problem: SyntaxError) -> str | None:
    """`1.backward()` for `l.backward()`: a digit that should be a letter."""
    return re.sub(r"(?<![\w.])1(?=\.[A-Za-z_])", "l", line)


def _printed(line: str, problem: SyntaxError) -> str | None:
    """Python 2's print."""
    found = re.fullmatch(r"(\s*)print\s+(.+?)\s*", line)
    return f"{found[1]}print({found[2]})" if found and not found[2].startswith("(") else None


def _compared(line: str, problem: SyntaxError) -> str | None:
    """`if a = b:`"""
    if re.match(r"\s*(if|elif|while)\b", line):
        return re.sub(r"(?<![=<>!:])=(?!=)", "==", line, count=1)
    return None


MENDS: list[tuple[str, Callable[[str, SyntaxError], str | None]]] = [
    ("characters", _plain_characters), ("colon", _colon), ("indent", _indent), ("indent", _deeper), ("digit", _digit), ("print", _printed),
    ("equals", _compared),
]  # fmt: skip
