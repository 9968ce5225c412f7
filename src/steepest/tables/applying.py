"""From the cells of a row to a prediction, in plain Python beside NumPy or PyTorch: the file `predict.py` of a model carries this text.

`fields` is what the model file holds as JSON. The package's own prediction shares `forward` and reads whole columns at a time
otherwise; tests hold the two together.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from typing import Any

from steepest.tables.cell_texts import day, number, word

CIRCLES = {"week": 7.0, "year": 365.2425, "day": 1.0}  # lengths in days
FAR = 3.0  # numbers are bent towards it before a network reads them
MOST = 1e6  # standard deviations; further out a number is an error that must not become an infinity


def features(row: dict[str, str | None], fields: dict[str, Any]) -> list[float]:
    """The features of a row of cells by column name, as the model's first layer takes them."""
    found: list[float] = []
    for column in fields["preparation"]:
        found += READERS[column["kind"]](word(row.get(column["name"])), column)
    for place, edges in fields["bins"] or []:
        value = found[place]
        found[place] = value / math.sqrt(1 + (value / FAR) ** 2)
        found += [min(1.0, max(0.0, (value - low) / (high - low))) for low, high in itertools.pairwise(edges)]
    return found


def number_features(cell: str | None, column: dict[str, Any]) -> list[float]:
    value = None if cell is None else number(cell, tuple(column["form"]))
    return [_scaled(value, column)] + [float(value is None)] * column["indicator"]


def date_features(cell: str | None, column: dict[str, Any]) -> list[float]:
    value = None if cell is None else day(cell, column["order"])
    found = [_scaled(value, column)]
    for circle in column["circles"]:
        angle = 2 * math.pi * ((value or 0.0) / CIRCLES[circle] % 1.0)
        found += [0.0, 0.0] if value is None else [math.sin(angle), math.cos(angle)]
    return found + [float(value is None)] * column["indicator"]


def category_features(cell: str | None, column: dict[str, Any]) -> list[float]:
    values, missing, rare = column["values"], column["has_missing"], column["has_rare"]
    if cell is not None and column["salt"]:
        cell = hidden(cell, column["salt"])
    found = [0.0] * (len(values) + missing + rare)
    if cell in values:
        found[values.index(cell)] = 1.0
    elif cell is None and missing:
        found[len(values)] = 1.0
    elif cell is not None and rare:
        found[-1] = 1.0
    else:
        return list(column["shares"])
    return found


READERS = {"number": number_features, "date": date_features, "category": category_features}


def hidden(name: str, salt: str) -> str:
    """What stands for a category's name in an anonymous model."""
    return hashlib.sha256((salt + name).encode("utf-8")).hexdigest()[:12]


def _scaled(value: float | None, column: dict[str, Any]) -> float:
    return 0.0 if value is None else min(MOST, max(-MOST, (value - column["mean"]) / column["scale"]))


def forward(members: list[list[tuple[Any, Any]]], matrix: Any) -> Any:
    """The mean `(N, outputs)` over the members of their outputs: layers `(weight, bias)` with ReLU between. Arrays or tensors."""
    total: Any = 0
    for layers in members:
        x = matrix
        for place, (weight, bias) in enumerate(layers):
            x = x @ weight.T + bias
            if place < len(layers) - 1:
                x = x * (x > 0)
        total = total + x
    return total / len(members)


def readable(output: list[float], fields: dict[str, Any]) -> list[float]:
    """From the outputs of a row to its prediction in the target's unit, or to the probability of each class."""
    if fields["schema"]["task"] == "regression":
        value = output[0] * fields["scale"] + fields["center"]
        if fields["log"]:
            value = math.expm1(min(value, 700.0))
        low, high = fields["bounds"]
        value = value if low is None else max(low, value)
        return [value if high is None else min(high, value)]
    logits = [value / fields["temperature"] for value in output]
    if len(logits) == 1:
        one = 0.5 * (1 + math.tanh(0.5 * logits[0]))
        return [1 - one, one]
    raised = [math.exp(value - max(logits)) for value in logits]
    return [value / sum(raised) for value in raised]


def likeliest(probabilities: list[float], fields: dict[str, Any]) -> str:
    """The word of the class that is predicted: the likeliest, of two the second from the stored threshold on."""
    classes = fields["schema"]["classes"]
    if len(classes) == 2:
        return str(classes[int(probabilities[1] >= fields["threshold"])])
    return str(classes[probabilities.index(max(probabilities))])
