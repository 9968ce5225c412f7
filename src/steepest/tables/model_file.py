"""One file holds the model: weights as tensors, everything else as JSON in the metadata of the safetensors format.

Reading runs no code from the file and leaves it unmapped; a digest over all of it finds damage.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy

import steepest
from steepest.errors import UserError, text
from steepest.tables import networks
from steepest.tables.bins import Bins
from steepest.tables.preparing import Preparation
from steepest.tables.schema import Schema
from steepest.tables.table_model import Scale, TableModel
from steepest.tables.tasks import TASKS
from steepest.tables.writing import finish
from steepest.version import __version__

__all__ = ["FORMAT", "NAME", "dump", "fields", "load"]

FORMAT = 2  # of the JSON; raised when an older steepest could not read it
NAME = "model.safetensors"


def dump(model: TableModel) -> bytes:
    """The content of the file."""
    import safetensors.numpy

    weights = {name: numpy.ascontiguousarray(value) for name, value in model.weights().items()}
    about = fields(model)
    # One entry: the format's writer does not keep the order of several, and equal models are to be equal files.
    return safetensors.numpy.save(weights, metadata={"steepest": _written({"model": about, "sha256": _digest(about, weights)})})


def fields(model: TableModel) -> dict[str, Any]:
    """All of the model but its weights, as JSON holds it."""
    return {
        "format": FORMAT,
        "version": __version__,
        "schema": model.schema.as_json(),
        "preparation": model.preparation.as_json(),
        "bins": None if model.bins is None else model.bins.as_json(),
        "hidden": model.hidden,
        "members": len(model.members),
        **asdict(model.scale),
        "temperature": model.temperature,
        "threshold": model.threshold,
        "metrics": model.metrics,
        "intervals": model.intervals,
        "about": model.about,
    }


def load(path: Path) -> TableModel:
    """The model in file `path`, or in the folder that `steepest train` wrote; `UserError` for one that is none or damaged."""
    import safetensors
    import safetensors.numpy

    place = path / NAME if path.is_dir() else path
    finish(place.parent)
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        raise UserError(text("model-missing", path=place)) from None
    except OSError as error:
        raise UserError(text("table-unreadable", path=place, reason=error.strerror or error)) from None
    try:
        weights = safetensors.numpy.load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (safetensors.SafetensorError, ValueError, KeyError):
        raise UserError(text("model-damaged" if _was_ours(content) else "model-other", path=place)) from None
    metadata = header.get("__metadata__", {})
    if "steepest" not in metadata:
        raise UserError(text("model-other", path=place))
    try:
        stored = json.loads(metadata["steepest"])
        about = stored["model"]
        if stored["sha256"] != _digest(about, weights):
            raise UserError(text("model-damaged", path=place))
        if about["format"] != FORMAT:
            key = "model-newer" if about["format"] > FORMAT else "model-older"
            raise UserError(text(key, path=place, version=about["version"]))
        return _model(about, weights)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        raise UserError(text("model-damaged", path=place)) from None


def _model(about: dict[str, Any], weights: dict[str, numpy.ndarray]) -> TableModel:
    schema = Schema.from_json(about["schema"])
    preparation = Preparation.from_json(about["preparation"])
    outputs = TASKS[schema.task].outputs(len(schema.classes))
    hidden, layers = about["hidden"], len(about["hidden"]) + 1
    stored = [[len(weights[f"{member}.{place}.weight"]) for place in range(layers - 1)] for member in range(about["members"])]
    if any(widths != hidden for widths in stored) or len(weights) != 2 * layers * about["members"] or not stored:
        raise ValueError("the widths are not those of the weights")  # before memory is taken for them
    bins = None if about["bins"] is None else Bins.from_json(about["bins"])
    features = len(preparation.features)
    members = [networks.build(hidden, bins.width(features) if bins else features, outputs) for _ in stored]
    for member, network in enumerate(members):
        named = {
            f"{2 * place}.{kind}": weights[f"{member}.{place}.{kind}"] for place in range(layers) for kind in ("weight", "bias")
        }
        network.load_state_dict({name: steepest.from_numpy(value.copy()) for name, value in named.items()})
        network.eval()
    scale = Scale(about["center"], about["scale"], about["log"], (about["bounds"][0], about["bounds"][1]))
    intervals = {who: {name: (low, high) for name, (low, high) in row.items()} for who, row in about["intervals"].items()}
    names = [metric.name for metric in TASKS[schema.task].metrics]  # in the order of tables, which JSON does not keep here
    metrics = {who: {name: row[name] for name in names} for who, row in about["metrics"].items()}
    return TableModel(
        schema, preparation, hidden, members, bins, scale, about["temperature"], about["threshold"], metrics, intervals,
        about["about"],
    )  # fmt: skip


def _written(about: dict[str, Any]) -> str:
    return json.dumps(about, ensure_ascii=False, sort_keys=True)


def _digest(about: dict[str, Any], weights: dict[str, numpy.ndarray]) -> str:
    digest = hashlib.sha256(_written(about).encode("utf-8"))
    for name in sorted(weights):
        digest.update(f"{name} {weights[name].dtype.str} {weights[name].shape}".encode())
        digest.update(weights[name].tobytes())
    return digest.hexdigest()


def _was_ours(content: bytes) -> bool:
    return b'"steepest"' in content[:1_000_000] or b'"__metadata__"' in content[:64]
