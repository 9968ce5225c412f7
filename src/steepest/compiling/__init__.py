"""From recorded steps to native programs."""

from steepest.compiling.compiled import compile
from steepest.compiling.loop import Loop, loop
from steepest.compiling.native_loops import native

__all__ = ["Loop", "compile", "loop", "native"]
