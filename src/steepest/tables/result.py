"""What a training found: what the report tells and the files hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steepest.diagnose.finding import Finding
from steepest.tables.explaining import Importance
from steepest.tables.metrics import Array
from steepest.tables.schema import Schema
from steepest.tables.splitting import Plan, Rows
from steepest.tables.table_model import TableModel
from steepest.tables.training import Run
from steepest.tables.work import Work

__all__ = ["TrainResult"]


@dataclass
class TrainResult:
    """What `train` found. `metrics[who][name]` are test metrics of `model`, `linear`, `trees` (where scikit-learn is installed) and
    `simplest`; `truth` and `predicted` those of the tested rows `rows`; `importances` (with files alone) were measured on rows that the
    judged model never saw; `files` what was written."""

    model: TableModel
    metrics: dict[str, dict[str, float]]
    runs: list[Run]
    plan: Plan
    work: Work
    rows: Rows
    truth: Array
    predicted: Array
    matrix: Any
    notes: list[str]
    seconds: float
    learning_seconds: float
    command: list[str]
    findings: list[Finding] = field(default_factory=list)
    importances: list[Importance] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        return self.model.schema

    @property
    def run(self) -> Run:
        """The first network's training."""
        return self.runs[0]
