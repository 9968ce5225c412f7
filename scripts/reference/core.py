"""Write tests/reference/core.npz: what torch gives for every expression of tests/ops/operations.py (needs torch 2.13.0).

    python scripts/reference/core.py
"""

import json
import platform
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "ops"))

from operations import expressions, inputs, outcome  # noqa: E402


def flat(array: np.ndarray) -> list[float]:
    """All elements as floats; complex ones as two."""
    array = np.ascontiguousarray(array)
    return (array.view(array.real.dtype) if array.dtype.kind == "c" else array).reshape(-1).astype(np.float64).tolist()


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    arrays = inputs()
    rows: dict[str, Any] = {}
    values: list[float] = []
    for expression in expressions():
        row = outcome(torch, expression, arrays)
        for result in row["results"]:
            values += flat(result.pop("values"))
        for gradient in row["gradients"].values():
            values += [] if gradient is None else flat(gradient)
        reached = [name for name, gradient in row["gradients"].items() if gradient is not None]
        rows[expression] = [[list(result.values()) for result in row["results"]], reached]
    made_by = {"torch": torch.__version__, "numpy": np.__version__, "machine": platform.machine()}
    described = json.dumps({"made_by": made_by, "rows": rows}, separators=(",", ":")).encode()
    path = ROOT / "tests" / "reference" / "core.npz"
    np.savez_compressed(path, values=np.array(values), rows=np.frombuffer(described, np.uint8))
    print(f"{len(rows)} expressions, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
