"""Every operation of the core against PyTorch's values, dtypes, shapes, strides, node names and gradients."""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest

sys.path.insert(0, str(Path(__file__).parent))
from operations import CHAINS, CONSTANT, OTHER_STRIDES, expressions, inputs, outcome, used

FILE = np.load(Path(__file__).parents[1] / "reference" / "core.npz")
ROWS: dict[str, Any] = json.loads(FILE["rows"].tobytes())["rows"]
INPUTS = inputs()


class Values:
    """The file's numbers, handed out in their order."""

    def __init__(self) -> None:
        self.numbers, self.at = FILE["values"], 0

    def take(self, shape: list[int], is_complex: bool) -> np.ndarray:
        n = int(np.prod(shape)) * (2 if is_complex else 1)
        part = self.numbers[self.at:self.at + n]
        self.at += n
        return (part.view(np.complex128) if is_complex else part).reshape(shape)


def wanted() -> dict[str, Any]:
    """The file's rows with their values put back."""
    values, found = Values(), {}
    for expression, (results, gradients) in ROWS.items():
        parts = [(dtype, shape, stride, node, values.take(shape, "complex" in dtype)) for dtype, shape, stride, node in results]
        found[expression] = parts, {n: values.take(list(INPUTS[n].shape), INPUTS[n].dtype.kind == "c") for n in gradients}
    return found


WANTED = wanted()


def test_the_file_is_of_these_expressions() -> None:
    assert list(ROWS) == expressions()


@pytest.mark.parametrize("expression", expressions())
def test_results_and_gradients_are_pytorchs(expression: str) -> None:
    results, gradients = WANTED[expression]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = outcome(steepest, expression, INPUTS)
    assert len(got["results"]) == len(results)
    for mine, (dtype, shape, stride, node, values) in zip(got["results"], results, strict=True):
        assert (mine["dtype"], mine["shape"]) == (dtype, shape)
        if "empty" not in expression:
            rtol, atol = (3e-6, 1e-6) if dtype in ("torch.float32", "torch.complex64") else (1e-9, 1e-10)
            np.testing.assert_allclose(np.asarray(mine["values"], values.dtype), values, rtol=rtol, atol=atol)
        if expression not in OTHER_STRIDES and 0 not in shape:
            assert mine["stride"] == stride
        if expression not in CHAINS:
            assert mine["node"] == node
    if "lstsq" in expression or "eigvals(" in expression or "frexp" in expression:
        return                                                  # no gradients here, or gradients only there
    for name, gradient in gradients.items():
        np.testing.assert_allclose(got["gradients"][name], gradient, rtol=1e-7, atol=1e-9, err_msg=name)
    assert {n for n, g in got["gradients"].items() if g is not None} == set(gradients)


SMOOTH = [e for e in expressions() if e.startswith("torch.") and e.endswith(")") and WANTED[e][1]
          and not e.startswith("torch.linalg") and "float32" not in e and "frexp" not in e and not {"z", "t"} & set(used(e))]


def gradient(expression: str, arrays: dict[str, np.ndarray], names: list[str],
             direction: dict[str, np.ndarray]) -> tuple[Any, dict[str, Any]]:
    """The gradients of the weighted sum of the results, and their product with a direction."""
    tensors = {n: steepest.tensor(arrays[n], requires_grad=n in names) for n in used(expression)}
    value = eval(expression, {"torch": steepest}, dict(tensors))
    total = None
    for part in value if isinstance(value, (tuple, list)) else [value]:
        if part.requires_grad:
            weighted = (part * steepest.from_numpy(np.sin(1 + np.arange(part.numel())).reshape(part.shape))).sum()
            total = weighted if total is None else total + weighted
    found = steepest.autograd.grad(total, [tensors[n] for n in names], create_graph=True, allow_unused=True)
    along = None
    for name, g in zip(names, found, strict=True):
        if g is not None:
            part = (g * steepest.from_numpy(direction[name])).sum()
            along = part if along is None else along + part
    return along, tensors


@pytest.mark.parametrize("expression", SMOOTH)
def test_second_derivatives_are_those_of_finite_differences(expression: str) -> None:
    names = [n for n in used(expression) if INPUTS[n].dtype.kind == "f" and n not in CONSTANT]
    rng = np.random.default_rng(5)
    direction, other = ({n: rng.standard_normal(INPUTS[n].shape) for n in names} for _ in range(2))
    along, tensors = gradient(expression, INPUTS, names, direction)
    if along.requires_grad:
        second = steepest.autograd.grad(along, [tensors[n] for n in names], allow_unused=True)
    else:
        second = [None] * len(names)
    exact = sum(float((g.detach().numpy() * other[n]).sum()) for n, g in zip(names, second, strict=True) if g is not None)
    step = 1e-5
    moved = [{**INPUTS, **{n: INPUTS[n] + sign * step * other[n] for n in names}} for sign in (1, -1)]
    ends = [float(gradient(expression, arrays, names, direction)[0].detach()) for arrays in moved]
    difference = (ends[0] - ends[1]) / (2 * step)
    assert exact == pytest.approx(difference, rel=2e-4, abs=1e-5)
