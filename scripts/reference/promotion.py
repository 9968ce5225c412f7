"""Write tests/reference/promotion.json: the dtype of `a + b` and `a / b` for all pairs of operands (needs torch 2.13.0).

    python scripts/reference/promotion.py
"""

import itertools
import json
import operator
from pathlib import Path
from typing import Any

import torch

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "bfloat16", "float16", "float32", "float64", "complex64", "complex128"]
NUMBERS = {"True": True, "3": 3, "0.5": 0.5, "1j": 1j}


def dtype_of(operation: Any, x: Any, y: Any) -> str:
    try:
        return str(operation(x, y).dtype).removeprefix("torch.")
    except RuntimeError:
        return "RuntimeError"


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    vectors: dict[str, Any] = {name: torch.ones(2, dtype=getattr(torch, name)) for name in DTYPES}
    scalars: dict[str, Any] = {f"{name} 0-dim": torch.ones((), dtype=getattr(torch, name)) for name in DTYPES}
    operands = {**vectors, **scalars, **NUMBERS}
    rows: dict[str, str] = {}
    for left, right in ((vectors, operands), (scalars, NUMBERS)):
        for (a, x), (b, y) in itertools.product(left.items(), right.items()):
            rows[f"{a} + {b}"], rows[f"{a} / {b}"] = dtype_of(operator.add, x, y), dtype_of(operator.truediv, x, y)
    rows = {key: result for key, result in rows.items() if result not in ("complex32", "RuntimeError")}
    pairs = {f"{a} {b}": (x.dtype, y.dtype) for (a, x), (b, y) in itertools.product(vectors.items(), vectors.items())}
    table = {key: str(torch.promote_types(*pair)).removeprefix("torch.") for key, pair in pairs.items()}
    table = {key: result for key, result in table.items() if result != "complex32"}
    casts = {key: torch.can_cast(*pair) for key, pair in pairs.items()}
    path = Path(__file__).parents[2] / "tests" / "reference" / "promotion.json"
    made_by = {"torch": torch.__version__}
    content = {"made_by": made_by, "results": rows, "promote_types": table, "can_cast": casts}
    path.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
