"""Write tests/reference/printing.json: tensors, print options and the text torch 2.13.0 prints for them."""

import json
import math
import random
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "tests" / "reference" / "printing.json"
DTYPES = [
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
SHAPES = [(), (1,), (5,), (23,), (0,), (2, 0), (3, 4), (2, 3, 2), (12, 9), (1, 60), (2, 2, 2, 2), (4, 7, 3)]
SPECIALS = [0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1e-5, 1e10, 99999.99, 9.99999e99]
OPTIONS = [
    {},
    {},
    {},
    {"precision": 2},
    {"precision": 8, "linewidth": 120},
    {"threshold": 10},
    {"threshold": 10, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0},
    {"sci_mode": True},
    {"sci_mode": False},
    {"profile": "short"},
    {"linewidth": 30},
]


def values_of(r: random.Random, name: str, count: int) -> list[float]:
    """Numbers that JSON holds exactly; complex tensors take two for each element."""
    if name == "bool":
        return [float(r.random() < 0.5) for _ in range(count)]
    if "int" in name:
        return [float(r.randrange(0 if name == "uint8" else -100, 120)) for _ in range(count)]
    scale, whole = 10.0 ** r.choice([-6, -2, 0, 0, 2, 8]), r.random() < 0.3
    numbers = [float(f"{r.gauss(0, scale):.4g}") for _ in range(count)]
    if whole:
        numbers = [float(round(x)) for x in numbers]
    if numbers and r.random() < 0.3:
        numbers[r.randrange(count)] = r.choice(SPECIALS)
    return numbers


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    r = random.Random(0)
    cases = []
    for index in range(204):
        name, shape, options = DTYPES[index % len(DTYPES)], r.choice(SHAPES), r.choice(OPTIONS)
        dtype = getattr(torch, name)
        count = torch.Size(shape).numel() * (2 if dtype.is_complex else 1)
        values = values_of(r, name, count)
        parts = torch.tensor(values, dtype=torch.float64)
        t = (torch.view_as_complex(parts.reshape(*shape, 2)) if dtype.is_complex else parts.reshape(shape)).to(dtype)
        torch.set_printoptions(**({"profile": "default"} | options))
        gradient = bool((t.is_floating_point() or t.is_complex()) and index % 3 == 0)
        written = [x if math.isfinite(x) else str(x) for x in values]
        cases.append(
            {
                "dtype": name,
                "shape": shape,
                "values": written,
                "options": options,
                "requires_grad": gradient,
                "text": repr(t.requires_grad_(gradient)),
            }
        )
    lines = ",\n".join(json.dumps(case) for case in cases)
    TARGET.write_text(f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
