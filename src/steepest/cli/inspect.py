"""`steepest inspect DATA|MODEL [--target COLUMN]`: what is in a table or a model, before trusting it."""

from __future__ import annotations

import json as notation
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.cli.table_options import AS_IT_IS, AS_JUDGED, NOTHING, HowToRead, Silenced, WhatColumnsAre
from steepest.errors import text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["inspect"]


def inspect(
    data: Path,
    /,
    *,
    target: str | None = None,
    columns: WhatColumnsAre = AS_JUDGED,
    how: HowToRead = AS_IT_IS,
    silence: Silenced = NOTHING,
    json: Path | None = None,
) -> None:
    """Show what is in a table, or in a model file, and what is wrong with it.

    Parameters
    ----------
    data
        A table as `steepest train` takes it; or a folder that it wrote, or its model.safetensors.
    target
        The column to predict: then leaks, imbalance and proposals for the split are looked for too.
    silence
        A rule of the doctor that is not to speak; may be given several times.
    json
        Write what is found to this file too, as a list of rules with severity and evidence.
    """
    from steepest.cli import screen
    from steepest.tables import inspecting, report

    console = screen.console()
    if data.suffix == ".safetensors" or (data.is_dir() and (data / "model.safetensors").exists()):
        _model(data, console)
        return
    found = inspecting.inspect(
        data, target, kinds=columns.kinds, ignore=columns.ignore, decimal=columns.decimal, silence=silence, **how.options
    )
    say = screen.say(console)
    rows_of_file = found.table.rows + (found.target.missing if found.target is not None else 0)
    say(text("inspect-table", data=found.table.source, rows=rows_of_file, columns=len(found.table.names)))
    if found.schema is not None:
        say(report.task_words(found.schema))
    listed = [(one, one.kind) for one in found.columns]
    if found.target is not None:
        listed.insert(0, (found.target, "target"))
    rows = [(one.name, text(f"kind-{kind}"), f"{one.distinct:,}", f"{one.missing:,}", found.pictures[one.name]) for one, kind in listed]
    heads = [text(f"report-column-{key}") for key in ("name", "kind", "distinct", "missing", "picture")]
    console.print(screen.words_table(heads, rows, numbers=(2, 3)))
    for note in found.notes:
        say(f"- {note}")
    spoken = [one for one in found.diagnosis if one.severity != "note"]
    if spoken:
        say(text("inspect-findings"))
        for one in spoken:
            say(f"! {one.evidence} {text('silence-in-table', rule=one.rule)}")
    notes = [one for one in found.diagnosis if one.severity == "note"]
    if notes:
        say(text("inspect-notes"))
        for one in notes:
            say(f"- {one.rule}: {one.evidence}")
    if json is not None:
        written = [one.data() for one in found.diagnosis]
        json.write_text(notation.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(text("inspect-kinds"))
    say(found.kinds)


def _model(path: Path, console: Console) -> None:
    from steepest.cli import screen
    from steepest.tables import inspecting, model_file, report

    model = model_file.load(path)
    say = screen.say(console)
    say(report.task_words(model.schema))
    say(report.plan_words(model.about))
    say(text("inspect-model", model=model.model, members=len(model.members), data=model.about["data"], seed=model.about["seed"]))
    columns = model.preparation.columns
    kinds = {column.name: column.kind for column in model.schema.used}
    rows = [(one.name, text(f"kind-{kinds[one.name]}"), inspecting.describe_prepared(one)) for one in columns]
    console.print(screen.words_table([text("report-column-name"), text("report-column-kind"), ""], rows))
    console.print(screen.metrics_table(report.metric_rows(model.metrics, not model.schema.classes)))
    for line in [*report.verdicts(model), *report.interval_words(model)]:
        say(line)
