"""Write tests/reference/nn.json: text, keys, initial values and results of torch's modules (needs torch 2.13.0).

    python scripts/reference/nn.py
"""

import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "nn"))

from cases import ACTIVATIONS, LAYERS, LOSSES, draws  # noqa: E402


def flat(tensor: torch.Tensor) -> list[Any]:
    """All elements; nine digits give a float32 back exactly."""
    values = tensor.detach().reshape(-1).tolist()
    return [float(f"{value:.9g}") if isinstance(value, float) else value for value in values]


def results(value: Any) -> list[torch.Tensor]:
    if isinstance(value, tuple):
        return [part for each in value for part in results(each)]
    return [] if value is None else [value]


def described(expression: str, shapes: list[Any]) -> dict[str, Any]:
    torch.manual_seed(7)
    module = eval(expression, vars(torch.nn))
    row: dict[str, Any] = {
        "repr": repr(module),
        "state": {key: {"shape": list(value.shape), "values": flat(value)} for key, value in module.state_dict().items()},
    }
    if shapes:
        torch.manual_seed(5)
        given = [torch.from_numpy(array) for array in draws(shapes)]
        row["results"] = [{"shape": list(part.shape), "values": flat(part)} for part in results(module(*given))]
    return row


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    torch.set_num_threads(1)
    rows = {expression: described(expression, shapes) for expression, shapes in [*LAYERS, *ACTIVATIONS, *LOSSES]}
    made_by = {"torch": torch.__version__, "numpy": np.__version__, "machine": platform.machine()}
    path = ROOT / "tests" / "reference" / "nn.json"
    path.write_text(json.dumps({"made_by": made_by, "modules": rows}, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
