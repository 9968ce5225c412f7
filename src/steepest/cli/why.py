"""What `steepest run --why` adds to a run: the doctor watches, and after the program's end says what it found."""

from __future__ import annotations

import json as notation
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from steepest.diagnose.doctor import ProgramDoctor, mended
from steepest.diagnose.finding import Finding
from steepest.diagnose.fixing import after, fixed
from steepest.diagnose.replay import Way
from steepest.diagnose.show import render
from steepest.diagnose.source import Source
from steepest.diagnose.syntax import explain
from steepest.errors import UserError, text

__all__ = ["Why"]


class Why:
    """Around the program: watch it, then print and write the findings."""

    def __init__(self, path: Path, *, hint: bool = False, notes: bool = False, fix: bool = False, json: Path | None = None,
                 ignore: Sequence[str] = (), way: Way | None = None):
        self.path, self.hint, self.notes, self.fix, self.json = path, hint, notes, fix, json
        try:
            self.doctor = ProgramDoctor(path, Source.of(path).text, ignore, way=way)
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
        if isinstance(failed, SyntaxError) and failed.filename == str(self.path):
            print(explain(self.path.read_bytes(), str(self.path)), file=sys.stderr)
            return
        findings = self.doctor.findings(failed)
        passes = self.doctor.watcher.count
        said = render(findings, passes=passes, notes=self.notes, hint=self.hint) if findings or failed is None else mended(
            failed, str(self.path))
        if said:
            print(said, file=sys.stderr)
        if self.doctor.watcher.broken is not None:
            print(text("doctor-broken", error=repr(self.doctor.watcher.broken)), file=sys.stderr)
        if self.json is not None:
            data = [finding.data() for finding in findings]
            self.json.write_text(notation.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        if self.fix:
            self._try(findings)

    def _try(self, findings: list[Finding]) -> None:
        """Write the changed program beside the original, run it, and draw the losses of both."""
        program = fixed(self.doctor.source, findings)
        if not program:
            print(text("doctor-fixed-nothing"), file=sys.stderr)
            return
        path = self.path.with_name(f"{self.path.stem}.fixed.py")
        path.write_text(program, encoding="utf-8")
        print(text("doctor-fixed", path=path.name), file=sys.stderr)
        before, later = self.doctor.run.losses, after(self.doctor.run, program, str(path))
        if not len(later):
            return
        from steepest.viz import loss_curve

        picture = self.path.with_name(f"{self.path.stem}.fixed.png")
        curves = {text("doctor-before"): before, text("doctor-after"): later}
        drawn = {name: losses for name, losses in curves.items() if np.isfinite(losses).any()}
        loss_curve(drawn, title=self.path.name).savefig(picture)
        ends = [f"{losses[-1]:.4g}" if len(losses) else "-" for losses in curves.values()]
        print(text("doctor-before-after", before=ends[0], after=ends[1], picture=picture.name), file=sys.stderr)
