"""One file holds the model: weights as tensors, everything else as JSON in the metadata of the safetensors format.

Reading runs no code from the file and leaves it unmapped; a digest over all of it finds damage.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy

import steepest
from steepest.errors import UserError, text
from steepest.tables import networks
from steepest.tables.preparing import Preparation
from steepest.tables.schema import Schema
from steepest.tables.table_model import TableModel
from steepest.tables.tasks import TASKS
from steepest.version import __version__

__all__ = ["FORMAT", "NAME", "dump", "load"]

FORMAT = 1  # of the JSON; raised when an older steepest could not read it
NAME = "model.safetensors"


def dump(model: TableModel) -> bytes:
    """The content of the file."""
    import safetensors.numpy

    weights = {name: numpy.ascontiguousarray(value) for name, value in model.weights().items()}
    about = {
        "format": FORMAT,
        "version": __version__,
        "schema": model.schema.as_json(),
        "preparation": model.preparation.as_json(),
        "hidden": model.hidden,
        "center": model.center,
        "scale": model.scale,
        "metrics": model.metrics,
        "about": model.about,
    }
    # One entry: the format's writer does not keep the order of several, and equal models are to be equal files.
    return safetensors.numpy.save(weights, metadata={"steepest": _written({"model": about, "sha256": _digest(about, weights)})})


def load(path: Path) -> TableModel:
    """The model in file `path`, or in the folder that `steepest train` wrote; `UserError` for one that is none or damaged."""
    import safetensors
    import safetensors.numpy

    place = path / NAME if path.is_dir() else path
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
        fields = stored["model"]
        if stored["sha256"] != _digest(fields, weights):
            raise UserError(text("model-damaged", path=place))
        if fields["format"] > FORMAT:
            raise UserError(text("model-newer", path=place, version=fields["version"]))
        return _model(fields, weights)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        raise UserError(text("model-damaged", path=place)) from None


def _model(fields: dict[str, Any], weights: dict[str, numpy.ndarray]) -> TableModel:
    schema = Schema.from_json(fields["schema"])
    preparation = Preparation.from_json(fields["preparation"])
    outputs = TASKS[schema.task].outputs(len(schema.classes))
    if fields["hidden"] != [len(weights[f"{2 * place}.weight"]) for place in range(len(weights) // 2 - 1)]:
        raise ValueError("the widths are not those of the weights")  # before memory is taken for them
    network = networks.build(fields["hidden"], len(preparation.features), outputs)
    network.load_state_dict({name: steepest.from_numpy(value.copy()) for name, value in weights.items()})
    network.eval()
    return TableModel(
        schema, preparation, fields["hidden"], network, fields["center"], fields["scale"], fields["metrics"], fields["about"]
    )


def _written(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _digest(fields: dict[str, Any], weights: dict[str, numpy.ndarray]) -> str:
    digest = hashlib.sha256(_written(fields).encode("utf-8"))
    for name in sorted(weights):
        digest.update(f"{name} {weights[name].dtype.str} {weights[name].shape}".encode())
        digest.update(weights[name].tobytes())
    return digest.hexdigest()


def _was_ours(content: bytes) -> bool:
    return b'"steepest"' in content[:1_000_000] or b'"__metadata__"' in content[:64]
