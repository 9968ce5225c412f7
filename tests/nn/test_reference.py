"""Modules against PyTorch's, from a file that `scripts/reference/nn.py` wrote: text, keys, initial values, results."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest

sys.path.insert(0, str(Path(__file__).parent))
from cases import ACTIVATIONS, LAYERS, LOSSES, draws

CASES = [*LAYERS, *ACTIVATIONS, *LOSSES]
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "nn.json").read_text(encoding="utf-8"))["modules"]


def made(expression: str) -> Any:
    steepest.manual_seed(7)
    return eval(expression, vars(steepest.nn))


def compare(value: Any, wanted: dict[str, Any], rtol: float, atol: float) -> None:
    assert list(value.shape) == wanted["shape"]
    np.testing.assert_allclose(value.detach().numpy().reshape(-1), wanted["values"], rtol=rtol, atol=atol)


def results(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [part for each in value for part in results(each)]
    return [] if value is None else [value]


@pytest.mark.parametrize("expression", [expression for expression, _ in CASES])
def test_text_and_initial_values_are_pytorchs(expression: str) -> None:
    module, wanted = made(expression), REFERENCE[expression]
    assert repr(module) == wanted["repr"]
    state = module.state_dict()
    assert list(state) == list(wanted["state"])
    for key, value in state.items():
        # Exact on the machine that wrote the file; elsewhere the last place may differ.
        compare(value, wanted["state"][key], rtol=3e-7, atol=0)


@pytest.mark.parametrize(("expression", "shapes"), [case for case in CASES if case[1]], ids=lambda case: str(case)[:60])
def test_results_are_pytorchs(expression: str, shapes: list[Any]) -> None:
    module = made(expression)
    steepest.manual_seed(5)
    got = results(module(*(steepest.from_numpy(array) for array in draws(shapes))))
    wanted = REFERENCE[expression]["results"]
    assert len(got) == len(wanted)
    for value, part in zip(got, wanted, strict=True):
        compare(value, part, rtol=2e-5, atol=2e-6)
