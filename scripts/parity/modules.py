"""torch's modules with its own inputs (`module_db`): initial parameters, results, gradients, errors."""

import random
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from crossing import NoCounterpart, Ulps, cross, difference, plain, resolve, small
from operations import compare, cotangents, error_class, leaves, named, same_class, seeded, spread
from scope import out_of_scope
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

import steepest


def in_scope() -> list[Any]:
    """The modules that are compared."""
    return [m for m in module_db if out_of_scope(path(m)) is None]


def path(module: Any) -> str:
    """The public name, such as `nn.Linear`."""
    return "nn." + module.module_cls.__name__


def inputs(module: Any, dtype: torch.dtype, training: bool, count: int | None) -> list[Any]:
    """Arguments of the constructor and of `forward`, always the same."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    some = module.module_inputs_func(module, device="cpu", dtype=dtype, requires_grad=dtype is torch.float64, training=training)
    made = list(islice(some, 200))
    chosen = [made[i] for i in spread(len(made))[:count]]
    return [m for m in chosen if m.forward_input is not None and small((m.forward_input.args, m.forward_input.kwargs))]


def built(library: Any, module: Any, made: Any, training: bool) -> Any:
    """The module with its parameters as the seed gives them."""
    args, kwargs = made.constructor_input.args, made.constructor_input.kwargs
    if library is steepest:
        found = resolve(path(module))(*cross(list(args)), **cross(kwargs))
    else:
        found = module.module_cls(*args, **kwargs)
    return found.train(training)


def state(module: Any) -> dict[str, Any]:
    """Parameters and buffers as arrays."""
    return {k: plain(v) for k, v in module.state_dict().items()}


def values(module: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Initial state, results in training and in evaluation, and the state afterwards."""
    for dtype in (torch.float32, torch.float64):
        for training in (True, False):
            for made in inputs(module, dtype, training, count):
                def run(library: Any) -> Any:
                    seeded()
                    found = built(library, module, made, training)  # noqa: B023
                    before = state(found)
                    args, kwargs = made.forward_input.args, made.forward_input.kwargs  # noqa: B023
                    if library is steepest:
                        args, kwargs = cross((list(args), kwargs))
                    return [before, plain(found(*args, **kwargs)), state(found)]

                found = compare(lambda: run(torch), lambda: run(steepest))
                if found is not None:
                    yield str(dtype).removeprefix("torch."), found


def gradients(module: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Gradients of inputs and parameters."""
    for made in inputs(module, torch.float64, True, count):
        def run(library: Any) -> Any:
            seeded()
            found = built(library, module, made, True)  # noqa: B023
            args, kwargs = made.forward_input.args, made.forward_input.kwargs  # noqa: B023
            if library is steepest:
                args, kwargs = cross((list(args), kwargs))
            wanted = [*leaves((list(args), kwargs)), *(p for p in found.parameters() if p.requires_grad)]
            if not wanted:
                raise ValueError("nothing to derive by")
            results = leaves(found(*args, **kwargs))
            made_gradients = library.autograd.grad(results, wanted, cotangents(library, results, 0), allow_unused=True)
            return [np.zeros(tuple(w.shape)) if g is None else plain(g) for g, w in zip(made_gradients, wanted)]

        found = compare(lambda: run(torch), lambda: run(steepest), rtol=1e-6, atol=1e-7)
        if found is not None:
            yield "float64", found


HALVES = (torch.bfloat16, torch.float16)
COMPLEX = "nn.Linear", *(f"nn.Conv{kind}{n}d" for kind in ("", "Transpose") for n in (1, 2, 3))
"""Modules that programs convert to complex numbers."""


def converted(x: Any, library: Any, dtype: torch.dtype) -> Any:
    """Arguments with every float32 tensor in another dtype."""
    if isinstance(x, library.Tensor):
        return x.detach().to(getattr(library, named(dtype))) if x.dtype is library.float32 else x
    if isinstance(x, (list, tuple)):
        return type(x)(converted(p, library, dtype) for p in x)
    return {k: converted(p, library, dtype) for k, p in x.items()} if isinstance(x, dict) else x


def other_dtypes(module: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Converted modules: results and states in 16-bit floats and complex numbers, or an error of the same class."""
    dtypes = (*HALVES, torch.complex64) if path(module) in COMPLEX else HALVES
    for dtype in dtypes if count is None else dtypes[::2]:
        for made in inputs(module, torch.float32, True, count and min(count, 1)):
            def run(library: Any) -> Any:
                seeded()
                found = built(library, module, made, True).to(getattr(library, named(dtype)))  # noqa: B023
                args, kwargs = list(made.forward_input.args), made.forward_input.kwargs  # noqa: B023
                if library is steepest:
                    args, kwargs = cross((args, kwargs))
                return [plain(found(*converted(args, library, dtype), **converted(kwargs, library, dtype))), state(found)]  # noqa: B023

            expected = error_class(lambda: run(torch))
            if expected:
                got = error_class(lambda: run(steepest))
                found: str | None = "" if same_class(expected, got) else f"{got or 'nothing'} raised, not {expected}"
            else:
                found = compare(lambda: run(torch), lambda: run(steepest), rtol=Ulps(4))
            if found is not None:
                yield named(dtype), found


def errors(module: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Wrong arguments: an error of the same class."""
    if module.module_error_inputs_func is None:
        return
    for wrong in module.module_error_inputs_func(module, device="cpu", dtype=torch.float32, requires_grad=False, training=True):
        made = wrong.module_error_input

        def run(library: Any) -> None:
            found = built(library, module, made, True)  # noqa: B023
            if wrong.error_on is not ModuleErrorEnum.CONSTRUCTION_ERROR:  # noqa: B023
                args, kwargs = made.forward_input.args, made.forward_input.kwargs  # noqa: B023
                if library is steepest:
                    args, kwargs = cross((list(args), kwargs))
                found(*args, **kwargs)

        expected, got = error_class(lambda: run(torch)), error_class(lambda: run(steepest))
        if expected:
            yield "error", "" if got == expected else f"{got or 'nothing'} raised, not {expected} ({str(wrong.error_regex)[:60]})"


def examine(module: Any, count: int | None) -> dict[str, list[str]]:
    """For every kind of check that the module has: the differences found."""
    found: dict[str, list[str]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, check in (("values", values), ("gradients", gradients), ("errors", errors), ("other dtypes", other_dtypes)):
            try:
                seen = list(check(module, count))
            except NoCounterpart as problem:
                seen = [("", f"no {problem}")]
            if seen:
                found[kind] = list(dict.fromkeys(f"{label}: {d}" for label, d in seen if d))
    return found


__all__ = ["difference", "examine", "in_scope", "path"]
