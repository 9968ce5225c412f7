"""What `steepest run --why` adds to a run: the doctor watches, and after the program's end says what it found."""

from __future__ import annotations

import json as notation
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from steepest.diagnose.doctor import ProgramDoctor
from steepest.diagnose.show import render
from steepest.diagnose.source import Source
from steepest.errors import UserError, text

__all__ = ["Why"]


class Why:
    """Around the program: watch it, then print and write the findings."""

    def __init__(self, path: Path, *, hint: bool = False, notes: bool = False, fix: bool = False, json: Path | None = None,
                 ignore: Sequence[str] = ()):
        self.path, self.hint, self.notes, self.fix, self.json = path, hint, notes, fix, json
        try:
            self.doctor = ProgramDoctor(path, Source.of(path).text, ignore)
        except ValueError as error:
            raise UserError(str(error)) from None
        self.error: BaseException | None = None

    def __enter__(self) -> Why:
        self.doctor.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.doctor.__exit__()
        failed = self.error if isinstance(self.error, Exception) else None
        sys.stdout.flush()
        findings = self.doctor.findings(failed)
        passes = self.doctor.watcher.count
        print(render(findings, passes=passes, notes=self.notes, hint=self.hint), file=sys.stderr)
        if self.doctor.watcher.broken is not None:
            print(text("doctor-broken", error=repr(self.doctor.watcher.broken)), file=sys.stderr)
        if self.json is not None:
            data = [finding.data() for finding in findings]
            self.json.write_text(notation.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
