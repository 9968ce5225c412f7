"""Predict the rows of a CSV file with the model that lies beside this file.

    python predict.py NEW.csv [OUT.csv] [model.safetensors]

Needs Python 3.9 or later with NumPy or PyTorch, nothing else. Written by steepest; yours to change.
"""

from __future__ import annotations

import csv
import json
import pathlib
import sys
from typing import Any

from steepest.tables.applying import features, forward, likeliest, readable


def load(path: str | pathlib.Path) -> tuple[dict[str, Any], list[list[tuple[Any, Any]]]]:
    """The model file: what it says as JSON, and the layers (weight, bias) of its networks in float64."""
    content = pathlib.Path(path).read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    fields = json.loads(header["__metadata__"]["steepest"])["model"]

    def tensor(name: str) -> Any:
        first, last = header[name]["data_offsets"]
        return array_of_bytes(content[begin + first : begin + last]).reshape(header[name]["shape"])

    layers = range(len(fields["hidden"]) + 1)
    names = [[f"{member}.{place}" for place in layers] for member in range(fields["members"])]
    return fields, [[(tensor(f"{name}.weight"), tensor(f"{name}.bias")) for name in member] for member in names]


try:
    import numpy

    def array_of_bytes(content: bytes) -> Any:
        return numpy.frombuffer(content, dtype="<f4").astype("float64")

    def array_of_rows(rows: list[list[float]]) -> Any:
        return numpy.array(rows, dtype="float64")
except ImportError:
    import torch

    def array_of_bytes(content: bytes) -> Any:
        return torch.frombuffer(bytearray(content), dtype=torch.float32).double()

    def array_of_rows(rows: list[list[float]]) -> Any:
        return torch.tensor(rows, dtype=torch.float64)


def read(path: str | pathlib.Path, fields: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The column names and the rows of a CSV file (UTF-8 or GB18030, separated by commas, semicolons, tabs or strokes)."""
    content = pathlib.Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    first = text.partition("\n")[0]
    rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t|", key=first.count)) if row]
    schema = fields["schema"]
    if schema["has_header"]:
        return [name.strip() for name in rows[0]], rows[1:]
    names = schema["names"] if len(rows[0]) == len(schema["names"]) else [n for n in schema["names"] if n != schema["target"]]
    return names, rows


def predict(path: str | pathlib.Path, model: str | pathlib.Path) -> tuple[list[str], list[list[str]], list[list[float]], dict[str, Any]]:
    """The file's column names and rows; for each row its prediction or the probabilities of the classes; what the model says."""
    fields, members = load(model)
    names, rows = read(path, fields)
    missing = [column["name"] for column in fields["preparation"] if column["name"] not in names]
    if missing:
        sys.exit(f"{path} lacks the columns {', '.join(missing)}, which the model needs")
    matrix = array_of_rows([features(dict(zip(names, row)), fields) for row in rows])
    return names, rows, [readable(output, fields) for output in forward(members, matrix).tolist()], fields


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out = sys.argv[2] if len(sys.argv) > 2 else "predictions.csv"
    beside = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else pathlib.Path(__file__).with_name("model.safetensors"))
    names, rows, said, fields = predict(sys.argv[1], beside)
    classes = fields["schema"]["classes"]
    with open(out, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "prediction", *(f"probability_{name}" for name in classes)])
        for row, values in zip(rows, said):
            writer.writerow([*row, likeliest(values, fields), *values] if classes else [*row, *values])
    print(f"{len(rows)} rows predicted, written to {out}")


if __name__ == "__main__":
    main()
