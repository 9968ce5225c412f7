"""The doctor: why a training does not learn, with the evidence and the line to write instead."""

from steepest.diagnose.doctor import Doctor, doctor, rules
from steepest.diagnose.finding import Finding
from steepest.diagnose.show import render
from steepest.diagnose.tabular import inspect_table

__all__ = ["Doctor", "Finding", "doctor", "inspect_table", "render", "rules"]
