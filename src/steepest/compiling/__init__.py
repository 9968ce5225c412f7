"""From recorded steps to native programs."""

from steepest.compiling.step import Step

__all__ = ["Step"]
