"""Messages of TensorBoard's plugins: tensors, settings of runs, precision and recall, meshes, sounds, films, layouts of charts.

Field numbers are those of the .proto files of tensorboard/compat/proto and of tensorboard/plugins.
"""

import io
import json
import math
import time
import wave
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steepest.errors import text
from steepest.serialization import protobuf as pb

Array = np.ndarray[Any, Any]
FLOAT, DOUBLE, INT32, UINT8, STRING, INT64, BOOL = 1, 2, 3, 4, 7, 9, 10
"""Numbers of the types in tensor messages."""
TYPES = {"float32": FLOAT, "float64": DOUBLE, "int32": INT32, "uint8": UINT8, "int64": INT64, "bool": BOOL, "int16": 5, "int8": 6,
         "complex64": 8, "complex128": 18, "float16": 19}
SUCCESS = 1
VERTEX, FACE, COLOR = 1, 2, 3
"""What a mesh message holds."""
SMALLEST = 1e-7
"""What counts as no predictions at all, so that nothing is divided by zero."""


def value(tag: str, *fields: bytes) -> bytes:
    """One value of a summary."""
    return pb.message(1, pb.string(1, tag), *fields)


def plugin(name: str, content: bytes = b"") -> bytes:
    """The metadata that gives a value to a plugin."""
    return pb.message(9, pb.message(1, pb.string(1, name), *([pb.string(2, content)] if content else [])))


def _shape(shape: Sequence[int]) -> bytes:
    return pb.message(2, *[pb.message(2, pb.integer(1, n)) for n in shape])


def tensor(array: Array) -> bytes:
    """A tensor of numbers, its elements as they lie in memory."""
    if array.dtype.name not in TYPES:
        raise ValueError(text("summary-tensor", dtype=array.dtype.name))
    return pb.message(8, pb.integer(1, TYPES[array.dtype.name]), _shape(array.shape), pb.string(4, np.ascontiguousarray(array).tobytes()))


def strings(*texts: str | bytes, shape: Sequence[int] = ()) -> bytes:
    """A tensor of texts."""
    return pb.message(8, pb.integer(1, STRING), _shape(shape), *[pb.string(8, t) for t in texts])


# settings and results of runs -----------------------------------------------------------------------------------------------
def _plain(x: Any) -> bytes:
    """A `google.protobuf.Value`."""
    if isinstance(x, (bool, np.bool_)):
        return pb.integer(4, int(x))
    if isinstance(x, (int, float, np.number)):
        return pb.number(2, float(x))
    if isinstance(x, str):
        return pb.string(3, x)
    raise ValueError(text("summary-setting", value=x, kind=type(x).__name__))


def _kind(x: Any) -> int:
    return 2 if isinstance(x, (bool, np.bool_)) else 3 if isinstance(x, (int, float, np.number)) else 1


def settings(hparams: Mapping[str, Any], metrics: Mapping[str, Any], domains: Mapping[str, Sequence[Any]]) -> list[bytes]:
    """The three values that tell the plugin for hyperparameters of a run: what there is, with what it began, that it ended."""
    if not isinstance(hparams, Mapping) or not isinstance(metrics, Mapping):
        raise TypeError(text("summary-settings"))
    infos = []
    for name, x in hparams.items():
        listed = domains.get(name)
        if listed is not None and x not in listed:
            raise TypeError(text("summary-domain", name=name, value=x, listed=list(listed)))
        values = [] if listed is None else [pb.message(5, *[pb.message(1, _plain(v)) for v in listed])]
        infos.append(pb.message(4, pb.string(1, name), pb.integer(4, _kind(x)), *values))
    results = [pb.message(5, pb.message(1, pb.string(2, name))) for name in metrics]
    entries = [pb.message(1, pb.string(1, name), pb.message(2, _plain(x))) for name, x in hparams.items()]
    parts = {"experiment": pb.message(2, *infos, *results), "session_start_info": pb.message(3, *entries),
             "session_end_info": pb.message(4, pb.integer(1, SUCCESS), pb.number(2, time.time()))}
    return [value(f"_hparams_/{name}", plugin("hparams", content)) for name, content in parts.items()]


# precision and recall -------------------------------------------------------------------------------------------------------
def rates(labels: Array, predictions: Array, thresholds: int, weights: Any) -> Array:
    """True and false positives, true and false negatives, precision and recall at thresholds from 0 to 1: `(6, thresholds)`."""
    labels, weights = labels.reshape(-1).astype(np.float64), 1.0 if weights is None else np.asarray(weights).reshape(-1)
    bucket = np.int32(np.floor(predictions.reshape(-1) * (thresholds - 1)))
    span = (0, thresholds - 1)
    true, false = (np.histogram(bucket, thresholds, span, weights=w * weights)[0][::-1].cumsum()[::-1] for w in (labels, 1.0 - labels))
    return curve(true, false, false[0] - false, true[0] - true, true / np.maximum(SMALLEST, true + false),
                 true / np.maximum(SMALLEST, true[0]))


def curve(*rows: Any) -> Array:
    """The rows of a precision-recall curve as one array."""
    return np.stack([np.asarray(r, np.float64) for r in rows]).astype(np.float32)


def precision_recall(tag: str, table: Array) -> bytes:
    """The value that the plugin for precision-recall curves reads."""
    return value(tag, tensor(table), plugin("pr_curves", pb.integer(2, table.shape[1])))


# meshes ---------------------------------------------------------------------------------------------------------------------
def mesh(tag: str, vertices: Array, colors: Array | None, faces: Array | None, config: Any) -> list[bytes]:
    """Points `(B, N, 3)`, with colours `(B, N, 3)` and triangles `(B, M, 3)` of them: one value each."""
    parts = [(VERTEX, "VERTEX", vertices.astype(np.float32))]
    if faces is not None:
        parts.append((FACE, "FACE", faces.astype(np.int32)))
    if colors is not None:
        parts.append((COLOR, "COLOR", colors.astype(np.uint8)))
    mask = sum(1 << kind for kind, _, _ in parts)
    found = []
    for kind, name, array in parts:
        content = [pb.string(2, tag), pb.integer(3, kind), pb.string(5, json.dumps(config or {})), *[pb.integer(6, n) for n in array.shape],
                   pb.integer(7, mask)]
        found.append(value(f"{tag}_{name}", tensor(array), plugin("mesh", b"".join(content))))
    return found


# sounds and films -----------------------------------------------------------------------------------------------------------
def sound(tag: str, samples: Array, rate: int) -> bytes:
    """Samples between -1 and 1, `(L)` or `(1, L)`, as a WAV file of 16 bits."""
    flat = samples.squeeze()
    if flat.ndim != 1:
        raise ValueError(text("summary-sound", shape=list(samples.shape)))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((flat.clip(-1, 1) * (2**15 - 1)).astype("<i2").tobytes())
    audio = pb.message(6, pb.single(1, rate), pb.integer(2, 1), pb.integer(3, flat.size), pb.string(4, buffer.getvalue()),
                       pb.string(5, "audio/wav"))
    return value(tag, audio)


def film(tag: str, frames: Array, fps: float) -> bytes:
    """Films `(N, T, C, H, W)` side by side as one moving GIF; floats lie between 0 and 1."""
    from PIL import Image

    if frames.ndim != 5:
        raise ValueError(text("summary-film", shape=list(frames.shape)))
    if frames.dtype.kind == "f":
        frames = (frames * 255).clip(0, 255)
    frames = frames.astype(np.uint8)
    n, length, channels, height, width = frames.shape
    rows = 2 ** (math.ceil(math.log2(max(n, 1))) // 2)
    columns = -(-n // rows)
    grid = np.zeros((rows * columns, length, channels, height, width), np.uint8)
    grid[:n] = frames
    grid = grid.reshape(rows, columns, length, channels, height, width).transpose(2, 0, 4, 1, 5, 3)
    grid = grid.reshape(length, rows * height, columns * width, channels)
    pictures = [Image.fromarray(f[..., 0] if channels == 1 else f) for f in grid]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:], duration=int(1000 / fps), loop=0)
    return value(tag, pb.message(4, pb.integer(1, grid.shape[1]), pb.integer(2, grid.shape[2]), pb.integer(3, channels),
                                 pb.string(4, buffer.getvalue())))


# charts of several numbers --------------------------------------------------------------------------------------------------
def layout(categories: Mapping[str, Mapping[str, Any]]) -> bytes:
    """`{category: {chart: ["Multiline", tags] or ["Margin", [value, lower, upper]]}}`."""
    found = []
    for category, charts in categories.items():
        made = []
        for title, (kind, tags) in charts.items():
            if kind == "Margin":
                if len(tags) != 3:
                    raise ValueError(text("summary-margin", count=len(tags)))
                content = pb.message(3, pb.message(1, *[pb.string(i, t) for i, t in enumerate(tags, 1)]))
            else:
                content = pb.message(2, *[pb.string(1, t) for t in tags])
            made.append(pb.message(2, pb.string(1, title), content))
        found.append(pb.message(2, pb.string(1, category), *made))
    return value("custom_scalars__config__", strings(b"".join(found)), plugin("custom_scalars"))
