"""`inference_mode` beside torch's: which tensors say that they were made in it, and what is an error outside."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import steepest

LIBRARIES = (steepest, torch)
Maker = Callable[..., Any]
INSIDE: dict[str, Maker] = {
    "ones": lambda lib, c, w: lib.ones(2), "product": lambda lib, c, w: w * 2, "view": lambda lib, c, w: c.view(2),
    "detached": lambda lib, c, w: w.detach(), "sum": lambda lib, c, w: c + 1, "data": lambda lib, c, w: c.data,
    "parameter": lambda lib, c, w: lib.nn.Parameter(lib.ones(2)), "copy": lambda lib, c, w: c.clone(),
    "written": lambda lib, c, w: c.add_(1), "weight": lambda lib, c, w: lib.nn.Linear(2, 2).weight.data[0],
    "expanded": lambda lib, c, w: c.expand(2, 2)[0], "view of new": lambda lib, c, w: lib.ones(4).view(2, 2)[1],
    "relu": lambda lib, c, w: lib.relu(c), "cat": lambda lib, c, w: lib.cat([c, w])[1:3]}
OUTSIDE: dict[str, Maker] = {
    "says": lambda lib, x, c, w: x.is_inference(), "added": lambda lib, x, c, w: x.add_(1),
    "product": lambda lib, x, c, w: (x * w).sum().backward(), "sum": lambda lib, x, c, w: (x + w).sum().backward(),
    "wants": lambda lib, x, c, w: x.requires_grad_().requires_grad, "version": lambda lib, x, c, w: x._version >= 0,
    "copied into": lambda lib, x, c, w: c.copy_(x), "copied over": lambda lib, x, c, w: x.copy_(c),
    "item": lambda lib, x, c, w: x.__setitem__(0, 1), "out": lambda lib, x, c, w: lib.add(c, c, out=x),
    "exp": lambda lib, x, c, w: lib.exp(x) * w, "loss": lambda lib, x, c, w: lib.nn.functional.mse_loss(w, x),
    "stack": lambda lib, x, c, w: lib.stack([x, w]).sum().backward(), "where": lambda lib, x, c, w: lib.where(x > 0, w, w).sum().backward(),
    "views": lambda lib, x, c, w: x.unsqueeze(0).is_inference(), "clone": lambda lib, x, c, w: x.clone().is_inference(),
    "detach": lambda lib, x, c, w: x.detach().is_inference(), "data": lambda lib, x, c, w: x.data.is_inference(),
    "double": lambda lib, x, c, w: x.double().is_inference(), "numpy": lambda lib, x, c, w: x.detach().numpy().tolist(),
    "linear": lambda lib, x, c, w: lib.nn.functional.linear(w, x[None].detach()), "leaf": lambda lib, x, c, w: x.is_leaf,
    "parameter": lambda lib, x, c, w: lib.nn.Parameter(x.detach()).requires_grad}


def outcome(lib: Any, inside: str, outside: str) -> Any:
    lib.manual_seed(0)
    c, w = lib.ones(2), lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.inference_mode():
        x = INSIDE[inside](lib, c, w)
    try:
        result = OUTSIDE[outside](lib, x, c, w)
    except RuntimeError:
        return "RuntimeError"
    if hasattr(result, "is_inference"):
        result = [round(float(v), 4) for v in result.detach().reshape(-1)], result.is_inference(), result.requires_grad
    return result, w.grad is not None and w.grad.tolist()


@pytest.mark.parametrize("inside", INSIDE)
def test_what_was_made_in_inference_mode_is_used_as_in_torch(inside: str) -> None:
    for outside in OUTSIDE:
        mine, theirs = (outcome(lib, inside, outside) for lib in LIBRARIES)
        assert mine == theirs, (inside, outside)
