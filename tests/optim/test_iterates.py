"""Optimizers walk where PyTorch's walk: compared step by step with a file made by PyTorch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest

REFERENCE = np.load(Path(__file__).parents[1] / "reference" / "optim.npz")
ABOUT = json.loads(str(REFERENCE["about"]))

# Float64 powers of a beta differ in their last digit between C libraries, BLAS between processors; the rest is exact.
POWERS = {"Adam", "AdamW", "Adamax", "NAdam", "RAdam", "ASGD", "Adafactor"}
BLAS = {"LBFGS", "Adafactor"}


def split(flat: np.ndarray[Any, Any], dtype: str) -> list[np.ndarray[Any, Any]]:
    ends = np.cumsum([int(np.prod(shape)) for shape in ABOUT["shapes"]])
    return [part.reshape(shape).astype(dtype) for part, shape in zip(np.split(flat, ends[:-1]), ABOUT["shapes"], strict=True)]


def closure_of(
    parameters: list[Any], target: list[np.ndarray[Any, Any]], curvature: list[np.ndarray[Any, Any]]
) -> Callable[[], float]:
    """The reference's loss and gradient, computed with NumPy so that only the optimizer is compared."""

    def closure() -> float:
        loss = 0.0
        for p, t, c in zip(parameters, target, curvature, strict=True):
            d = p.detach().numpy() - t
            p.grad = steepest.from_numpy(np.asarray(c * d + d / (1 + d * d)))
            loss += float((c * d * d + np.log1p(d * d)).sum(dtype=np.float64)) / 2
        return loss

    return closure


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("number", range(len(ABOUT["cases"])), ids=lambda i: "{}-{}".format(*ABOUT["cases"][i]))
def test_iterates_are_those_of_pytorch(number: int, dtype: str) -> None:
    name, options = ABOUT["cases"][number]
    start, target, curvature = (split(REFERENCE[part], dtype) for part in ("start", "target", "curvature"))
    parameters = [steepest.from_numpy(p.copy()).requires_grad_() for p in start]
    optimizer = getattr(steepest.optim, name)(parameters, **options)
    closure = closure_of(parameters, target, curvature)
    kept = []
    for step in range(1, ABOUT["steps"][-1] + 1):
        optimizer.step(closure)
        if step in ABOUT["steps"]:
            kept.append(np.concatenate([p.detach().numpy().ravel() for p in parameters]))
    expected = REFERENCE[f"{dtype}_{number}"]
    if name in BLAS:
        np.testing.assert_allclose(kept, expected, rtol=2e-4 if dtype == "float32" else 1e-10)
    elif name in POWERS and dtype == "float64":
        np.testing.assert_allclose(kept, expected, rtol=1e-13, atol=1e-12)
    else:
        np.testing.assert_array_equal(kept, expected)
