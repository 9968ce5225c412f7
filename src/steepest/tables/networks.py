"""Which network `--model` means, and how it is asked: `linear`, or hidden widths such as `64-64`."""

from __future__ import annotations

import difflib
import itertools

import numpy
from numpy.typing import NDArray

import steepest
from steepest import nn
from steepest.errors import UserError, text

__all__ = ["AUTO", "build", "outputs", "widths"]

AUTO = "64-64"  # what `auto` sets beside the linear model
WIDEST = 16384
DEEPEST = 32


def widths(model: str) -> list[int]:
    """The hidden widths that `model` names: none for `linear`. Raises `UserError` for anything else."""
    if model == "linear":
        return []
    named = AUTO if model == "auto" else model
    parts = named.split("-")
    if len(parts) <= DEEPEST and all(part.isascii() and part.isdecimal() and 1 <= int(part[:9]) <= WIDEST for part in parts):
        return [int(part) for part in parts]
    near = difflib.get_close_matches(model, ["auto", "linear", "64-64"], n=1)
    raise UserError(text("train-model", model=model, near=near[0] if near else AUTO))


def build(hidden: list[int], features: int, outputs: int) -> nn.Sequential:
    """Linear layers `features -> hidden ... -> outputs` with ReLU between them."""
    sizes = [features, *hidden, outputs]
    layers: list[nn.Module] = []
    for place, (wide_in, wide_out) in enumerate(itertools.pairwise(sizes)):
        if place:
            layers.append(nn.ReLU())
        layers.append(nn.Linear(wide_in, wide_out))
    return nn.Sequential(*layers)


def outputs(network: nn.Module, matrix: NDArray[numpy.float32], rows: int = 65536) -> NDArray[numpy.float64]:
    """The network's outputs `(N, outputs)` for `(N, features)` in float64, `rows` at a time so that memory stays small."""
    network.eval()
    with steepest.no_grad():
        parts = [network(steepest.from_numpy(matrix[begin : begin + rows])).numpy() for begin in range(0, len(matrix), rows)]
    return numpy.concatenate(parts).astype(numpy.float64)
