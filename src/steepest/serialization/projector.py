"""Files of TensorBoard's projector: points with labels and pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from steepest.errors import text

Array = np.ndarray[Any, Any]
CONFIG = "projector_config.pbtxt"


def write_points(folder: Path, step: int, tag: str, points: Array, labels: Sequence[Any] | None, header: Sequence[str] | None,
                 pictures: Array | None) -> None:
    """Points `(N, D)` as a table, their labels, and their pictures `(N, C, H, W)` in one square; the configuration names them all."""
    if points.ndim != 2:
        raise ValueError(text("summary-points", shape=list(points.shape)))
    name = f"{step:05d}/{quote(tag, safe='')}"
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    lines = [f'tensor_name: "{tag}:{step:05d}"', f'tensor_path: "{name}/tensors.tsv"']
    _table(place / "tensors.tsv", points.tolist())
    if labels is not None:
        if len(labels) != len(points):
            raise ValueError(text("summary-labels", labels=len(labels), points=len(points)))
        rows = [label if header and isinstance(label, (list, tuple)) else [label] for label in labels]
        _table(place / "metadata.tsv", [*([list(header)] if header else []), *rows])
        lines.append(f'metadata_path: "{name}/metadata.tsv"')
    if pictures is not None:
        if len(pictures) != len(points):
            raise ValueError(text("summary-labels", labels=len(pictures), points=len(points)))
        _square(place / "sprite.png", pictures)
        lines += ["sprite {", f'image_path: "{name}/sprite.png"', f"single_image_dim: {pictures.shape[3]}",
                  f"single_image_dim: {pictures.shape[2]}", "}"]
    with (folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write("embeddings {\n" + "".join(f"{line}\n" for line in lines) + "}\n")


def _table(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    path.write_text("".join("\t".join(str(x) for x in row) + "\n" for row in rows), encoding="utf-8")


def _square(path: Path, pictures: Array) -> None:
    from PIL import Image

    side = int(np.ceil(np.sqrt(len(pictures))))
    n, channels, height, width = pictures.shape
    grid = np.zeros((side * side, channels, height, width))
    grid[:n] = pictures
    grid = grid.reshape(side, side, channels, height, width).transpose(0, 3, 1, 4, 2).reshape(side * height, side * width, channels)
    array = (grid * 255).clip(0, 255).astype(np.uint8) if pictures.dtype.kind == "f" else grid.astype(np.uint8)
    Image.fromarray(array[..., 0] if channels == 1 else array).save(path)
