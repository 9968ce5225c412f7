"""torch's optimizers with its own options (`optim_db`): the parameters after some steps, and errors."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from crossing import NoCounterpart, OfGradients, cross, plain, resolve
from operations import compare, error_class, spread
from torch.testing._internal.common_optimizers import optim_db

import steepest

STEPS = 6


def in_scope() -> list[Any]:
    """The optimizers that are compared."""
    return list(optim_db)


def path(optimizer: Any) -> str:
    """The public name, such as `optim.Adam`."""
    return "optim." + optimizer.optim_cls.__name__


def start(optimizer: Any) -> list[Any]:
    """Arrays that parameters begin with: matrices only where the optimizer takes nothing else."""
    rng = np.random.default_rng(3)
    shapes = [(4, 3), (5, 2)] if optimizer.optim_cls.__name__ in ("Muon", "SparseAdam") else [(4, 3), (3,), ()]
    return [rng.standard_normal(s).astype(np.float32) for s in shapes]


def trained(library: Any, optimizer: Any, kwargs: dict[str, Any], dtype: str = "float32") -> list[Any]:
    """The parameters after some steps on a small problem."""
    parameters = [library.nn.Parameter(library.from_numpy(np.array(a)).to(getattr(library, dtype))) for a in start(optimizer)]
    kwargs = {k: v for k, v in kwargs.items() if k not in ("foreach", "fused")}
    if library is steepest:
        kwargs, made = cross(kwargs), resolve(path(optimizer))
    else:
        made = optimizer.optim_cls
        kwargs = {**kwargs, "foreach": False} if "foreach" in made.__init__.__code__.co_varnames else kwargs
    found = made(parameters, **kwargs)

    def closure() -> Any:
        found.zero_grad()
        loss = sum(((p - 0.3) ** 2).sum() + (p.sin() * 0.5).sum() for p in parameters)
        if optimizer.optim_cls.__name__ == "SparseAdam":
            rows = library.tensor([0, 2, 2])
            loss = sum(library.nn.functional.embedding(rows, p, sparse=True).pow(2).sum() for p in parameters)
        loss.backward()
        return loss

    for _ in range(STEPS):
        if optimizer.optim_cls.__name__ == "LBFGS":
            found.step(closure)
        else:
            closure()
            found.step()
    return [plain(p) for p in parameters]


def values(optimizer: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The parameters for every set of options, to the last digits."""
    made = [m for m in optimizer.optim_inputs_func(device="cpu") if "capturable" not in m.kwargs]
    for i in spread(len(made))[:count]:
        found = compare(lambda: trained(torch, optimizer, made[i].kwargs),  # noqa: B023
                        lambda: trained(steepest, optimizer, made[i].kwargs),  # noqa: B023
                        rtol=3e-2 if optimizer.optim_cls.__name__ == "Muon" else 0.0)       # its matrix products are in bfloat16
        if found is not None:
            yield made[i].desc, found


def other_dtypes(optimizer: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The same with parameters in 16-bit floats, within some units in the last place of the largest."""
    made = [m for m in optimizer.optim_inputs_func(device="cpu") if "capturable" not in m.kwargs]
    # the products of gradients that L-BFGS divides by underflow in float16
    for dtype in ("bfloat16",) if optimizer.optim_cls.__name__ == "LBFGS" else ("bfloat16", "float16"):
        for i in spread(len(made))[:count and 2]:
            found = compare(lambda: trained(torch, optimizer, made[i].kwargs, dtype),  # noqa: B023
                            lambda: trained(steepest, optimizer, made[i].kwargs, dtype), rtol=OfGradients(4))  # noqa: B023
            if found is not None:
                yield f"{dtype} {made[i].desc}", found


def errors(optimizer: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Wrong options: an error of the same class."""
    if optimizer.optim_error_inputs_func is None:
        return
    for wrong in optimizer.optim_error_inputs_func(device="cpu", dtype=torch.float32):
        made = wrong.optimizer_error_input
        if callable(made.params):
            continue
        expected = error_class(lambda: optimizer.optim_cls(made.params, **made.kwargs))  # noqa: B023
        got = error_class(lambda: resolve(path(optimizer))(cross(made.params), **cross(made.kwargs)))  # noqa: B023
        if expected:
            yield "error", "" if got == expected else f"{got or 'nothing'} raised, not {expected} ({str(wrong.error_regex)[:60]})"


def examine(optimizer: Any, count: int | None) -> dict[str, list[str]]:
    """For every kind of check: the differences found."""
    found: dict[str, list[str]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, check in (("values", values), ("errors", errors), ("other dtypes", other_dtypes)):
            try:
                seen = list(check(optimizer, None if count is None else 3 * count))
            except NoCounterpart as problem:
                seen = [("", f"no {problem}")]
            if seen:
                found[kind] = list(dict.fromkeys(f"{label}: {d}" for label, d in seen if d))
    return found
