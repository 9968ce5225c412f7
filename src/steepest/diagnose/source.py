"""The user's program as text: its lines, its calls, the rules that it allows by comments, and changes of a few lines."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

__all__ = ["Edit", "Source"]

ALLOWED = re.compile(r"#\s*steepest:\s*ok\s+([\w\- ,]+)")


class Source:
    """The text of one program; lines are counted from 1."""

    def __init__(self, path: str, text: str):
        self.path, self.text = path, text
        self.lines = text.splitlines()

    @classmethod
    def of(cls, path: Path) -> Source:
        """The program in a file; its own encoding line is honoured."""
        import tokenize

        try:
            with tokenize.open(path) as file:
                return cls(str(path), file.read())
        except (SyntaxError, UnicodeDecodeError, OSError):
            return cls(str(path), path.read_bytes().decode("utf-8", "replace") if path.is_file() else "")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; an empty one where the text is no program."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError):
            return ast.Module([], [])

    def line(self, number: int | None) -> str:
        """One line without its indentation, empty where there is none."""
        return self.lines[number - 1].strip() if number and 0 < number <= len(self.lines) else ""

    @cached_property
    def allowed(self) -> dict[str, set[int]]:
        """Rules that comments `# steepest: ok RULE` allow, with the lines of the comments."""
        found: dict[str, set[int]] = {}
        for number, line in enumerate(self.lines, 1):
            for match in ALLOWED.finditer(line):
                for rule in re.split(r"[ ,]+", match[1].strip()):
                    found.setdefault(rule, set()).add(number)
        return found

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call in the program, in the order of the text."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return sorted(found, key=lambda call: (call.lineno, call.col_offset))

    def calls_of(self, *names: str, line: int | None = None) -> Iterator[ast.Call]:
        """Calls of functions or methods with one of these last names, on one line or anywhere."""
        for call in self.calls:
            if called(call) in names and (line is None or call.lineno <= line <= (call.end_lineno or call.lineno)):
                yield call

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        return ast.get_source_segment(self.text, node) or ""

    def statement(self, line: int) -> ast.stmt | None:
        """The innermost statement that holds a line."""
        found = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
                if found is None or node.lineno >= found.lineno:
                    found = node
        return found

    def loop(self, line: int) -> ast.For | ast.While | None:
        """The innermost loop around a line."""
        found: ast.For | ast.While | None = None
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.For, ast.While)) and node.lineno < line <= (node.end_lineno or node.lineno):
                if found is None or node.lineno >= found.lineno:
                    found = node
        return found


def called(call: ast.Call) -> str:
    """The last name of what is called: `SGD` for `torch.optim.SGD(...)`."""
    of = call.func
    return of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument of a call by its keyword or its position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and position < len(call.args):
        return call.args[position]
    return None


PASSED = 3


class Edit:
    """Changes of a program: pieces of lines replaced, lines inserted and removed, all counted in the original text."""

    def __init__(self, source: Source):
        self.of = source
        self.pieces: list[tuple[int, int, int, str]] = []  # line, first and last character, text
        self.inserted: dict[int, list[str]] = {}  # before the line
        self.removed: set[int] = set()

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Another text in the place of a node that lies on one line (its first line up to its end, where it has several)."""
        line, end = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        start, stop = self._characters(line, node.col_offset), self._characters(end, node.end_col_offset)  # type: ignore[attr-defined]
        if line == end:
            self.pieces.append((line, start, stop, text))
        else:
            self.pieces.append((line, start, len(self.of.lines[line - 1]), text + self.of.lines[end - 1][stop:]))
            self.removed.update(range(line + 1, end + 1))
        return self

    def wrap(self, node: ast.AST, before: str, after: str) -> Edit:
        """The node between two texts."""
        return self.replace(node, before + self.of.segment(node) + after)

    def set_argument(self, call: ast.Call, name: str, text: str, position: int | None = None) -> Edit:
        """Give an argument another value, or add it."""
        have = argument(call, name, position)
        if have is not None:
            return self.replace(have, text)
        line = call.end_lineno or call.lineno
        at = self._characters(line, call.end_col_offset or 0) - 1
        comma = ", " if call.args or call.keywords else ""
        self.pieces.append((line, at, at, f"{comma}{name}={text}"))
        return self

    def drop_argument(self, call: ast.Call, name: str) -> Edit:
        """Take a keyword argument away, with its comma."""
        for keyword in call.keywords:
            if keyword.arg == name and keyword.lineno == keyword.end_lineno:
                row = self.of.lines[keyword.lineno - 1]
                start = self._characters(keyword.lineno, keyword.col_offset)
                stop = self._characters(keyword.lineno, keyword.end_col_offset or 0)
                before = re.search(r",\s*$", row[:start])
                if before:
                    start = before.start()
                else:
                    after = re.match(r"\s*,\s*", row[stop:])
                    stop += after.end() if after else 0
                self.pieces.append((keyword.lineno, start, stop, ""))
        return self

    def cut(self, line: int, start: int, stop: int) -> Edit:
        """Take away what stands between two columns of the syntax tree."""
        self.pieces.append((line, self._characters(line, start), self._characters(line, stop), ""))
        return self

    def insert(self, before: int, *lines: str, like: int | None = None) -> Edit:
        """New lines before a line, with the indentation of the line `like` (or of that line)."""
        indent = re.match(r"\s*", self.of.lines[(like or before) - 1])[0]  # type: ignore[index]
        self.inserted.setdefault(before, []).extend(indent + line if line else "" for line in lines)
        return self

    def remove(self, line: int) -> Edit:
        """Leave a line out."""
        self.removed.add(line)
        return self

    @property
    def first_line(self) -> int:
        """The first line that changes."""
        return min([*(piece[0] for piece in self.pieces), *self.inserted, *self.removed])

    def text(self) -> str:
        """The changed program."""
        out: list[str] = []
        for number, line in enumerate(self.of.lines, 1):
            out += self.inserted.get(number, [])
            if number in self.removed:
                continue
            for _, start, stop, piece in sorted((p for p in self.pieces if p[0] == number), reverse=True):
                line = line[:start] + piece + line[stop:]
            out.append(line)
        out += self.inserted.get(len(self.of.lines) + 1, [])
        return "\n".join(out) + "\n"

    def shown(self) -> str:
        """The lines before (-) and after (+); where a line moved, also the few lines that it passed."""
        new = self.text().splitlines()
        shown: list[str] = []
        changes = difflib.SequenceMatcher(None, self.of.lines, new, autojunk=False).get_opcodes()
        moved = {line.strip() for lines in self.inserted.values() for line in lines} & {self.of.line(n) for n in self.removed}
        for what, a, b, c, d in changes:
            if what != "equal":
                shown += [f"- {line.strip()}" for line in self.of.lines[a:b] if line.strip()]
                shown += [f"+ {line.strip()}" for line in new[c:d] if line.strip()]
            elif moved and shown and b < len(self.of.lines) and b - a <= PASSED:
                shown += [f"  {line.strip()}" for line in self.of.lines[a:b] if line.strip()]
        return "\n".join(shown)

    def joined(self, other: Edit) -> Edit:
        """Both changes at once; the other's pieces go where this one changes nothing."""
        both = Edit(self.of)
        lines = {p[0] for p in self.pieces} | self.removed
        both.pieces = self.pieces + [p for p in other.pieces if p[0] not in lines]
        both.removed = self.removed | {n for n in other.removed if n not in lines}
        both.inserted = {n: list(new) for n, new in self.inserted.items()}
        for n, new in other.inserted.items():
            both.inserted.setdefault(n, []).extend(line for line in new if line not in both.inserted.get(n, []))
        return both

    def _characters(self, line: int, offset: int) -> int:
        """A column of the syntax tree, which counts bytes, in characters."""
        return len(self.of.lines[line - 1].encode()[:offset].decode("utf-8", "ignore"))
