"""Which network `--model` means, and how it is asked: `linear`, hidden widths such as `64-64`, or `auto`."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from steepest import nn
from steepest.errors import UserError, text
from steepest.tables import applying
from steepest.tables.bins import Bins
from steepest.tables.settings import FEW_ROWS

__all__ = ["AUTO", "build", "cut", "layers", "outputs", "room", "widths"]

AUTO, AUTO_OF_FEW = "64-64", "256"  # the hidden widths that `auto` sets beside the linear model
WIDEST = 16384
STEP = 16
DEEPEST = 32


def widths(model: str, rows: int = FEW_ROWS) -> list[int]:
    """The hidden widths that `model` names, `auto` by the rows to learn from: none for `linear`. Raises `UserError` for anything else."""
    if model == "linear":
        return []
    named = (AUTO if rows >= FEW_ROWS else AUTO_OF_FEW) if model == "auto" else model
    parts = named.split("-")
    if len(parts) <= DEEPEST and all(part.isascii() and part.isdecimal() and 1 <= int(part[:9]) <= WIDEST for part in parts):
        return [int(part) for part in parts]
    near = difflib.get_close_matches(model, ["auto", "linear", "64-64"], n=1)
    raise UserError(text("train-model", model=model, near=near[0] if near else AUTO))


def build(hidden: list[int], features: int, outputs: int) -> nn.Sequential:
    """Linear layers `features -> hidden ... -> outputs` with ReLU between them."""
    sizes = [features, *hidden, outputs]
    made: list[nn.Module] = []
    for place, (wide_in, wide_out) in enumerate(itertools.pairwise(sizes)):
        if place:
            made.append(nn.ReLU())
        made.append(nn.Linear(wide_in, wide_out))
    return nn.Sequential(*made)


def room(features: int) -> int:
    """How many features a network is built for while it learns: tables, and folds of one table, that differ by a few (which are then 0)
    share a native program."""
    return -(-features // STEP) * STEP


def cut(network: nn.Sequential, features: int) -> nn.Sequential:
    """The same network without the features behind `features`, which were always 0."""
    first, *rest = network
    narrow = nn.Linear(features, first.out_features)
    narrow.load_state_dict({"weight": first.weight[:, :features].detach().clone(), "bias": first.bias})
    return nn.Sequential(narrow, *rest)


def layers(network: nn.Module) -> list[tuple[Any, Any]]:
    """Weight and bias of each Linear, in order, as arrays in float64: a file's float32 and a page's numbers mean the same."""
    state = list(network.state_dict().values())
    arrays = [value.numpy().astype(numpy.float64) for value in state]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def outputs(
    members: Sequence[nn.Module], matrix: NDArray[Any], with_bins: Bins | None = None, rows: int = 16384
) -> NDArray[numpy.float64]:
    """The members' mean outputs `(N, outputs)` for `(N, features)`, widened where there are bins, in float64; `rows` at a time so that
    memory stays small."""
    read = [layers(network) for network in members]
    found = []
    for begin in range(0, len(matrix), rows):
        part = matrix[begin : begin + rows]
        wide = part if with_bins is None else with_bins.widen(part)
        found.append(applying.forward(read, wide.astype(numpy.float64)))
    return numpy.concatenate(found)
